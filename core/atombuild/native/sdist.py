"""The source distribution (PEP 625, PEP 643): metadata, ``pyproject.toml`` twice, and the selected files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from atombuild.archive.sdist import compress_members, sdist_chunks
from atombuild.archive.tar import TarMember, file_member, folder_member
from atombuild.errors import Location, SourceRejected
from atombuild.native.distribution import (
    Copied,
    Distribution,
    Folder,
    Generated,
    Listed,
    Planned,
    archive_name,
    listed,
    new_folders,
)
from atombuild.native.licenses import matched_license_files
from atombuild.native.metadata import core_metadata
from atombuild.native.modules import check_layout, find_modules
from atombuild.native.selection import sdist_files
from atombuild.native.toml_rewrite import rewrite
from atombuild.native.tree import MemberTree, Pulse, SourceFile, SourceTree
from atombuild.project.model import Project

_UNWELCOME: Final = re.compile(r"[\x00-\x1f\x7f:]")


@dataclass(frozen=True, slots=True)
class SdistDistribution(Distribution):
    """An sdist, with its members as a tree that a wheel can be built from."""

    tree: MemberTree
    """What unpacking the sdist would give; its ``pyproject.toml`` is the rewritten one."""


def sdist_filename(project: Project) -> str:
    """Return the final name of the project's sdist."""
    return f"{project.stem}.tar.gz"


def list_sdist(project: Project, tree: SourceTree) -> tuple[Listed, ...]:
    """Return what :func:`build_sdist` would put into the sdist, in order; it raises the same errors."""
    return listed(_plan(project, tree))


def build_sdist(project: Project, tree: SourceTree, pulse: Pulse) -> SdistDistribution:
    """Build the sdist in memory.

    Raises :class:`atombuild.errors.SourceRejected` for what the author can mend,
    :class:`atombuild.errors.SourceUnreadable`, and whatever ``pulse`` raises.
    """
    plan = _plan(project, tree)
    skip = len(project.stem) + 1
    members: list[TarMember] = []
    files: dict[str, SourceFile] = {}
    for index, step in enumerate(plan):
        pulse(index, len(plan))
        if isinstance(step, Folder):
            members.append(folder_member(index, step.path))
            continue
        file = _content(step, tree)
        members.append(file_member(index, step.path, file.data, executable=file.executable))
        path = step.path[skip:]
        files[path] = SourceFile(path, file.data, file.executable)
    pieces = tuple(sdist_chunks(compress_members(members, partial(pulse, len(plan), len(plan)))))
    pulse(len(plan), len(plan))
    return SdistDistribution(sdist_filename(project), listed(plan), pieces, MemberTree(project.root, files))


def _plan(project: Project, tree: SourceTree) -> tuple[Planned, ...]:
    licenses = matched_license_files(project, tree)
    metadata = core_metadata(project, tree, licenses)
    modules = find_modules(project)
    check_layout(project, modules, tree)
    top = project.stem
    executable = tree.read("pyproject.toml").executable
    plan: list[Planned] = [
        Generated(f"{top}/PKG-INFO", metadata),
        Generated(f"{top}/pyproject.toml", rewrite(project.pyproject.table).encode()),
        # The very bytes that were parsed, even if the file has been saved again since.
        Generated(f"{top}/pyproject.toml.orig", project.pyproject.data, "pyproject.toml", executable=executable),
        Folder(f"{top}/"),
    ]
    names = {step.path for step in plan}
    folders: set[str] = set()
    for file in sdist_files(project, modules, licenses, tree):
        path = f"{top}/{archive_name(file.path)}"
        steps: tuple[Folder | Copied, ...] = (*map(Folder, new_folders(path, top, folders)), Copied(path, file.source))
        for step in steps:
            _check_name(step.path, names, tree.root / file.source)
        plan.extend(steps)
    return tuple(plan)


def _check_name(name: str, names: set[str], source: Path) -> None:
    """Refuse what uv's archive builder refuses, for the sake of those who unpack; note the name."""
    if _UNWELCOME.search(name) or name.endswith(" "):
        raise SourceRejected(
            f"archive member path rejected by builder policy: {name!r}",
            hint="rename it or exclude it: no control characters, no colons, no blank at the end of a name",
            where=Location(source),
        )
    if name in names:
        raise SourceRejected(
            f"archive entry collides with existing path {name}",
            hint="rename it or exclude it: the sdist already has an entry of this name",
            where=Location(source),
        )
    names.add(name)


def _content(step: Generated | Copied, tree: SourceTree) -> SourceFile:
    if isinstance(step, Generated):
        return SourceFile(step.path, step.data, step.executable)
    return tree.read(step.source)
