"""Walking a source tree as uv_build does: depth first, siblings in the order of their raw names, links not followed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from atombuild.errors import Location, SourceRejected
from atombuild.native.tree import Entry, Kind, SourceTree

_MARKS: Final = frozenset({"pyvenv.cfg", "lib64"})
"""What gives a virtual environment away."""


def walk(tree: SourceTree, start: str, admits: Callable[[str], bool]) -> Iterator[Entry]:
    """Yield what lies below the folder ``start``; what ``admits`` turns down is not yielded and not entered."""
    for entry in sorted(tree.scan(start), key=_is_no_mark):
        if not admits(entry.path):
            continue
        yield entry
        if entry.kind is Kind.DIRECTORY:
            yield from walk(tree, entry.path, admits)


def _is_no_mark(entry: Entry) -> bool:
    """Sort the marks before their siblings, as uv_build does: an environment is refused before it is entered."""
    return entry.path.rpartition("/")[2] not in _MARKS


def refuse_virtual_environment(tree: SourceTree, path: str) -> None:
    """Raise :class:`SourceRejected` when ``path`` is a part of a virtual environment that gives it away."""
    folder, _, name = path.rpartition("/")
    if name not in _MARKS:
        return
    prefix = f"{folder}/" if folder else ""
    if tree.kind(f"{prefix}bin/python") is Kind.SYMLINK or tree.is_file(f"{prefix}Scripts/python.exe"):
        raise SourceRejected(
            "Virtual environments must not be added to source distributions or wheels, "
            f"remove the directory or exclude it from the build: {folder or '.'}",
            # With /** it holds for the wheel, too: that one's walk enters a folder that is excluded by its place.
            hint=f'add "/{folder}/**" to source-exclude in [tool.uv.build-backend], or move the environment away',
            where=Location(tree.root / folder),
        )
