"""Which workspace a project belongs to: its own, that of the next ``pyproject.toml`` above, or none.

uv looks at the next one above only, not further: a project between a member and the root ends the search.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from atombuild.errors import ProjectMissing
from atombuild.project.pyproject import Pyproject
from atombuild.workspace.documents import Documents
from atombuild.workspace.members import Workspace, find_members, names_as_member, uv_table, workspace_table


def workspace_of(pyproject: Pyproject, documents: Documents) -> Workspace | None:
    """Return the workspace that a project belongs to; None: it is not managed by uv.

    Raises :class:`atombuild.errors.ProjectInvalid` or :class:`atombuild.errors.PyprojectUnreadable` where the document
    above can't be read and may be a workspace's, and for globs that can't be read.
    """
    pyproject = as_placed(pyproject)
    if uv_table(pyproject).get("managed") is False:
        return None
    if workspace_table(pyproject) is None:
        above = _next_above(pyproject.path.parent, documents)
        if above is not None and names_as_member(above, pyproject.path.parent):
            return find_members(above, documents)
    return find_members(pyproject, documents)


def as_placed(pyproject: Pyproject) -> Pyproject:
    """Return a document with a path without ``..`` in it: what lies above it is told by the path."""
    path = pyproject.path
    if ".." not in path.parts:
        return pyproject
    plain = Path(os.path.normpath(path))
    if not (plain.exists() and plain.samefile(path)):  # a link before the dots led elsewhere
        plain = path.resolve()
    return replace(pyproject, path=plain)


def root_of(pyproject: Pyproject, documents: Documents) -> Path:
    """Return the root of the workspace that a project belongs to, or its own folder; no member is looked at.

    Raises as :func:`workspace_of`.
    """
    folder = pyproject.path.parent
    if uv_table(pyproject).get("managed") is not False and workspace_table(pyproject) is None:
        above = _next_above(folder, documents)
        if above is not None and names_as_member(above, folder):
            return above.path.parent
    return folder


def _next_above(folder: Path, documents: Documents) -> Pyproject | None:
    """Return the next document above if it is a workspace's."""
    for parent in folder.parents:
        try:
            document = documents.read(parent)
        except ProjectMissing:
            continue
        if isinstance(document, Pyproject):
            return document if workspace_table(document) is not None else None
        if _may_be_a_workspace(parent):
            raise document
        return None
    return None


def _may_be_a_workspace(folder: Path) -> bool:
    """Whether a document that can't be read speaks of a workspace; one that can't even be opened may."""
    try:
        return b"workspace" in (folder / "pyproject.toml").read_bytes()
    except OSError:
        return True
