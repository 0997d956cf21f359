"""The licence files that the metadata names (PEP 639, "Add License-File field")."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Final

from atombuild.errors import Location, SourceRejected
from atombuild.native.absence import why_absent
from atombuild.native.globs import Glob, GlobSet
from atombuild.native.patterns import license_globs
from atombuild.native.tree import Entry, Kind, SourceTree
from atombuild.native.walk import refuse_virtual_environment, walk
from atombuild.project.model import Project


def matched_license_files(project: Project, tree: SourceTree) -> tuple[str, ...]:
    """Return what ``project.license-files`` match, sorted. Raises :class:`SourceRejected`.

    Every glob must match a file, and every file must be UTF-8.
    """
    found: set[str] = set()
    for index, glob in enumerate(license_globs(project)):
        only = GlobSet((glob,))
        matched = False
        for entry in walk(tree, "", only.may_hold):
            if not only.matches(entry.path) or not _is_file(tree, entry):
                continue
            refuse_virtual_environment(tree, entry.path)
            matched = True
            found.add(entry.path)
        if not matched:
            raise _unmatched(project, tree, index, glob)
    files = tuple(sorted(found, key=os.fsencode))
    for path in files:
        try:
            tree.read(path).data.decode()
        except UnicodeDecodeError as error:
            raise SourceRejected(
                f"License file `{path}` must be UTF-8 encoded",
                hint="save it as UTF-8",
                where=Location(tree.root / path),
                why=(f"byte {error.start} is {error.object[error.start]:#04x}: {error.reason}",),
            ) from error
    return files


def _is_file(tree: SourceTree, entry: Entry) -> bool:
    # Links to folders and to nothing are passed over; a FIFO is kept, for the reader to refuse.
    return tree.is_file(entry.path) if entry.kind is Kind.SYMLINK else entry.kind is not Kind.DIRECTORY


def _unmatched(project: Project, tree: SourceTree, index: int, glob: Glob) -> SourceRejected:
    where = project.pyproject.at("project", "license-files", index)
    path = next(_nearly_matched(tree, glob), None)
    if path is None and not _WILD.search(glob.text):
        path = glob.text
    absence = None if path is None else why_absent(project, tree, path)
    if absence is None or absence.is_plain:
        return SourceRejected(
            f"`project.license-files` glob `{glob.text}` did not match any files",
            hint="name a file that is there, from the project folder, or remove the glob",
            where=where,
        )
    return SourceRejected(
        f"`project.license-files` glob `{glob.text}` did not match any files",
        hint=absence.hint,
        where=absence.where or where,
        why=(f"{path} {absence.words}",),
    )


def _nearly_matched(tree: SourceTree, glob: Glob) -> Iterator[str]:
    """Yield what the glob matches and can't be taken: folders, dead links, and what an sdist lacks or a build hides."""
    source = tree.packed_from or tree
    only = GlobSet((glob,))
    yield from (entry.path for entry in walk(source, "", only.may_hold) if only.matches(entry.path))


_WILD: Final = re.compile(r"[*?\[]")
