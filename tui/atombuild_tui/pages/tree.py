"""The members of artifacts as a tree: folders with their totals, files with their sizes. Nothing here draws."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from textual.content import Content

from atombuild.inspection.contents import Contents, Member
from atombuild.sanitise import visible
from atombuild.status import ArtifactKind
from atombuild.units import size_words
from atombuild_tui import format as shown
from atombuild_tui.widgets.lines import Line

SMALL: Final = 60
"""Files of an artifact up to which all of its folders are open from the start."""

_SIZE_CELLS: Final = 8
_INDENT: Final = "  "


@dataclass(frozen=True, slots=True)
class Shelf:
    """One artifact, as far as it could be looked into."""

    kind: ArtifactKind
    contents: Contents | None
    words: str
    """Where it stands, and what is to be known about that."""

    name: str = ""
    """Of the artifact; empty: that of the file."""

    good: bool = True
    """It is what the words of its status say; otherwise the words are a warning."""


@dataclass(slots=True)
class _Folder:
    path: str
    size: int = 0
    count: int = 0
    folders: dict[str, _Folder] = field(default_factory=dict)
    files: list[Member] = field(default_factory=list)


def folders_of(contents: Contents) -> frozenset[str]:
    """Return the keys of all folders of an artifact, and of the artifact itself."""
    paths = {contents.kind.value}
    for member in contents.members:
        at = member.path.find("/")
        while at >= 0:
            paths.add(f"{contents.kind.value}:{member.path[: at + 1]}")
            at = member.path.find("/", at + 1)
    return frozenset(paths)


class TreeRows:
    """The rows of all artifacts; a row is made when it is drawn."""

    def __init__(self, shelves: Sequence[Shelf], opened: frozenset[str], sought: str = "") -> None:
        """Lay out open folders with what is in them; while searching, what matches and leads there."""
        self._rows: list[_Row] = []
        self.files: list[int] = []
        """Which rows are files."""

        for shelf in shelves:
            self._add_shelf(shelf, opened, sought.casefold())

    def __len__(self) -> int:
        """How many there are."""
        return len(self._rows)

    def __getitem__(self, index: int) -> Line:
        """Return one."""
        row = self._rows[index]
        if isinstance(row.thing, Line):
            return row.thing
        return _folder_line(row, row.thing) if isinstance(row.thing, _Folder) else _file_line(row, row.thing)

    def key(self, index: int) -> str:
        """Return the key of one."""
        return self._rows[index].key

    def _add_shelf(self, shelf: Shelf, opened: frozenset[str], sought: str) -> None:
        kind, contents = shelf.kind.value, shelf.contents
        members: list[Member] = []
        is_open = bool(sought) or kind in opened
        if contents is not None:
            members = [member for member in contents.members if not sought or sought in member.path.casefold()]
        for line in _shelf_lines(shelf, members, is_open=is_open, sought=bool(sought)):
            self._rows.append(_Row(line.key, line, 0, is_open))
        if is_open:
            self._add_folder(_tree(members), kind, 1, opened, everything=bool(sought))

    def _add_folder(self, folder: _Folder, kind: str, depth: int, opened: frozenset[str], *, everything: bool) -> None:
        # No recursion: somebody's archive may be deeper than the interpreter goes.
        waiting: list[tuple[_Folder | Member, int]] = _inner(folder, depth)
        while waiting:
            each, at = waiting.pop()
            key = f"{kind}:{each.path}"
            if isinstance(each, _Folder):
                is_open = everything or key in opened
                self._rows.append(_Row(key, each, at, is_open))
                if is_open:
                    waiting += _inner(each, at + 1)
            else:
                self.files.append(len(self._rows))
                self._rows.append(_Row(key, each, at, is_open=False))


def _inner(folder: _Folder, depth: int) -> list[tuple[_Folder | Member, int]]:
    """Return what is in a folder, last first: folders come before files, each by name."""
    folders: list[_Folder | Member] = [folder.folders[name] for name in sorted(folder.folders)]
    return [(each, depth) for each in reversed([*folders, *sorted(folder.files, key=lambda member: member.path)])]


class _Row(NamedTuple):
    key: str
    thing: _Folder | Member | Line
    depth: int
    is_open: bool


def _shelf_lines(shelf: Shelf, members: Sequence[Member], *, is_open: bool, sought: bool) -> Iterator[Line]:
    kind, contents = shelf.kind.value, shelf.contents
    name = visible(shelf.name or (contents.name if contents is not None else ""))
    title = Content.assemble(Content.styled(f"{kind:<6}", "bold $busy"), Content.styled(name, "bold"))
    if shelf.good:
        title += Content.styled(f"  {shelf.words}", "$quiet")
    if contents is None:
        yield Line(title, key=f"{kind}?", text=f"{kind} {shelf.words}")
    else:
        files = shown.counted(len(contents.members), "file")
        words = f"{len(members):,} of {files}" if sought else f"{files}, unpacked {size_words(contents.unpacked)}"
        total = Content.styled(words, "$quiet")
        text = f"{name}: {files}, {size_words(contents.unpacked)} unpacked, "
        text += f"{size_words(contents.size)}; {shelf.words}"
        yield Line(_marker(0, is_open) + title, total, kind, text, not is_open)
    if not shelf.good:
        # A row of its own: nothing may cut the words that this is not what stands there.
        yield Line(Content.styled(f"  {shelf.words}", "$doubt"))


def _tree(members: Sequence[Member]) -> _Folder:
    top = _Folder("")
    for member in members:
        folder = top
        folder.size, folder.count = folder.size + member.size, folder.count + 1
        for part in member.path.split("/")[:-1]:
            inner = folder.folders.get(part)
            if inner is None:
                inner = folder.folders[part] = _Folder(f"{folder.path}{part}/")
            folder = inner
            folder.size, folder.count = folder.size + member.size, folder.count + 1
        folder.files.append(member)
    return top


def _folder_line(row: _Row, folder: _Folder) -> Line:
    name = visible(folder.path.rstrip("/").rpartition("/")[2])
    left = _marker(row.depth, row.is_open) + Content.styled(f"{name}/", "$foreground")
    return Line(left, _totals(folder.count, folder.size), row.key, visible(folder.path), not row.is_open)


def _file_line(row: _Row, member: Member) -> Line:
    name = visible(member.path.rpartition("/")[2])
    link = f" → {visible(member.link)}" if member.link else ""
    mark = " *" if member.executable else ""
    left = Content.assemble(_INDENT * (row.depth + 1), name, Content.styled(f"{mark}{link}", "$quiet"))
    size = Content.styled(size_words(member.size).rjust(_SIZE_CELLS), "$quiet")
    return Line(left, size, row.key, visible(member.path))


def _marker(depth: int, is_open: bool) -> Content:
    return Content(_INDENT * depth) + Content.styled("▾ " if is_open else "▸ ", "$quiet")


def _totals(count: int, size: int) -> Content:
    return Content.styled(f"{shown.counted(count, 'file')} {size_words(size).rjust(_SIZE_CELLS)}", "$quiet")
