"""What the artifacts hold: a tree of each, and the text of any member.

What is looked into is what stands under the final name. Where nothing stands, it is the copy of the last success, and
that is said: it is in no ``dist/``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from textual.content import Content

from atombuild.errors import Location
from atombuild.inspection.contents import Contents, read_contents
from atombuild.inspection.text import MemberText, read_member
from atombuild.sanitise import visible
from atombuild.status import ArtifactKind, Attempt, Standing
from atombuild.units import size_words
from atombuild_tui import format as shown
from atombuild_tui.colouring import Colourist
from atombuild_tui.errands import Answer, Errands
from atombuild_tui.pages.names import Page
from atombuild_tui.pages.page import View
from atombuild_tui.pages.rows import ErrandsPage, Opened
from atombuild_tui.pages.texts import member_lines
from atombuild_tui.pages.tree import SMALL, Shelf, TreeRows, folders_of
from atombuild_tui.state import Artifact, Dashboard
from atombuild_tui.widgets.lines import Line
from atombuild_tui.widgets.rows import RowsView

_ABSENT: Final = frozenset({Standing.OLD_REMOVED, Standing.NEVER, Standing.UNKNOWN})
_AT_WORK: Final = frozenset({Attempt.QUEUED, Attempt.BUILDING})


@dataclass(frozen=True, slots=True)
class _Source:
    """Which file is looked into, and which content it had then."""

    kind: ArtifactKind
    path: Path
    words: str
    good: bool
    mark: object
    """Differs when the content may: two files of somebody else's, one after the other, have the same status."""


class InsidePage(ErrandsPage):
    """A tree of both artifacts."""

    page = Page.INSIDE
    folds = True

    def __init__(self, errands: Callable[[], Errands]) -> None:
        super().__init__(errands)
        self._colourist = Colourist()
        self._sources: dict[ArtifactKind, _Source] = {}
        self._read: dict[ArtifactKind, tuple[_Source, Contents | None, str]] = {}
        self._unfolded: frozenset[str] = frozenset(kind.value for kind in ArtifactKind)
        self._met: set[ArtifactKind] = set()
        self._view: View | None = None
        self._tree = TreeRows((), frozenset())
        self._drawn: object = None
        self._others: dict[ArtifactKind, tuple[str, ...]] = {}
        """Other files like it beside each artifact."""

    def on_unmount(self) -> None:
        """Let nothing run on."""
        self._colourist.close()

    def show(self, view: View) -> None:
        """Look into what stands now, where it is not what was looked into."""
        self._view = view
        sources = {artifact.kind: _source(artifact, view) for artifact in view.dashboard.artifacts}
        self._sources = {kind: source for kind, source in sources.items() if source is not None}
        for kind, source in self._sources.items():
            known = self._read.get(kind)
            if known is None or (known[0].path, known[0].mark) != (source.path, source.mark):
                self._look_into(source)
            else:
                self._read[kind] = (source, *known[1:])
        self._draw()

    def _look_into(self, source: _Source) -> None:
        def done(answer: Answer[tuple[Contents, tuple[str, ...]]]) -> None:
            contents, self._others[source.kind] = answer.value or (None, ())
            why = "" if contents is not None else answer.reports[0].one_line
            self._read[source.kind] = (source, contents, why)
            if contents is not None and source.kind not in self._met:
                self._met.add(source.kind)
                if len(contents.members) <= SMALL:
                    self._unfolded |= folders_of(contents)
            self._draw()

        # What was read before stays in sight until then; its words say which it is.
        known = self._read.get(source.kind)
        self._read[source.kind] = (source, known[1] if known is not None else None, "reading it")

        def work(breathe: Callable[[], None]) -> tuple[Contents, tuple[str, ...]]:
            return read_contents(source.path, source.kind, breathe), _beside(source)

        self.ask(f"reading the {source.kind.value}", work, done)

    def _draw(self) -> None:
        if self._view is None:
            return
        shelves = []
        for artifact in self._view.dashboard.artifacts:
            source = self._sources.get(artifact.kind)
            if source is None:
                shelves.append(Shelf(artifact.kind, None, _why_nothing(artifact, self._view.dashboard)))
                continue
            _, contents, why = self._read[artifact.kind]
            good = source.good and not why
            shelves.append(Shelf(artifact.kind, contents, visible(why) or source.words, artifact.target or "", good))
        others = sorted({name for kind in self._sources for name in self._others.get(kind, ())})
        drawn = (tuple(shelves), self._unfolded, self.sought, others)
        if drawn == self._drawn:
            return  # of a large artifact, laying out the rows takes a while
        self._drawn = drawn
        self._tree = TreeRows(shelves, self._unfolded, self.sought)
        folder = f"{self._view.dashboard.out_dir or 'dist'}/"
        words = f"also in {folder}, which no build of this version touches: {shown.listed(others, len(others))}"
        self.show_rows(Content.styled(visible(words) if others else "", "$quiet"), self._tree)

    # Folders and files

    def on_rows_view_folding(self, event: RowsView.Folding) -> None:
        """Open or close a folder; in a closed one or a file, go up to what it is in."""
        event.stop()
        if event.line.folded is not None and event.line.folded is event.open:
            self._unfolded ^= {event.line.key}
            self._draw()
        elif not event.open:
            self.rows.show(self.rows.lines, cursor=_above(event.line.key))
        elif event.line.folded is False:
            self.rows.action_row_down()

    def choose(self, line: Line) -> None:
        """Open or close a folder, or read a file."""
        if line.folded is not None:
            self._unfolded ^= {line.key}
            self._draw()
            return
        kind, _, path = line.key.partition(":")
        source = self._sources.get(ArtifactKind(kind)) if path else None
        if source is not None:
            self._open_member(source, path, line)

    def _open_member(self, source: _Source, path: str, line: Line) -> None:
        def read(_breathe: Callable[[], None]) -> tuple[MemberText, tuple[Line, ...]]:
            member = read_member(source.path, source.kind, path)
            return member, member_lines(member, self._colourist.colours)

        def done(answer: Answer[tuple[MemberText, tuple[Line, ...]]]) -> None:
            if answer.value is None:
                words = answer.reports[0].one_line
                self.open(
                    Opened(_title(path, source.kind.value), (Line(Content(visible(words)), key="why"),), line.key)
                )
                return
            member, lines = answer.value
            self.open(Opened(_title(path, f"{source.kind.value}, {size_words(member.size)}"), lines, line.key))

        self.ask("reading a member", read, done)

    # Searching

    def find(self, text: str, step: int) -> tuple[int, int]:
        """Show only what has the text in its path, and go among it; in an opened file, go among its lines."""
        if self.opened is None and text != self.sought:
            self.sought = text
            self._draw()
            step = 0
        if self.opened is not None or not text:
            return super().find(text, step)
        view = self.rows
        view.mark(text)
        files = self._tree.files
        if not files:
            return 0, 0
        if step < 0:
            at = (bisect_left(files, view.cursor) - 1) % len(files)
        else:
            at = bisect_left(files, view.cursor + step) % len(files)
        view.go_to(files[at])
        return at + 1, len(files)

    def end_search(self) -> None:
        """Show everything again; the cursor stays on what was found, whose folders are opened for that."""
        super().end_search()
        if self.sought:
            self.sought = ""
            if self.rows.current is not None:
                self._unfolded |= _folders_above(self.rows.current.key)
            self._draw()

    @property
    def place(self) -> Location | None:
        """The file of the project that a member of the sdist is."""
        line = self.rows.current
        if line is None or self._view is None:
            return None
        kind, _, path = line.key.partition(":")
        file = self._view.places.source_of(ArtifactKind(kind), path) if path else None
        number = self.text.current.key if self.opened is not None and self.text.current is not None else ""
        at = int(number) if number.isdecimal() else None
        return Location(file, at) if file is not None else None


def _source(artifact: Artifact, view: View) -> _Source | None:
    """Return what can be looked into; None: nothing, or not while it is built."""
    kind, status = artifact.kind, artifact.status
    path, kept = view.places.artifacts.get(kind), view.places.kept.get(kind)
    compared = next((each for each in view.dashboard.compared if each.kind is kind), None)
    folder = f"{view.dashboard.out_dir or 'dist'}/"
    if path is not None and status.standing not in _ABSENT and status.attempt not in _AT_WORK:
        ours = status.holds_this_build
        words = f"in {folder}" if ours else f"in {folder}, {status.words}"
        return _Source(kind, path, words, ours and not status.outdated, _identity(path))
    if kept is not None and compared is not None:
        words = f"not in {folder}: a copy of build {compared.attempt}, the last that succeeded"
        return _Source(kind, kept, words, good=False, mark=compared.attempt)
    return None


def _why_nothing(artifact: Artifact, dashboard: Dashboard) -> str:
    """Return why there is nothing to look into."""
    last = dashboard.last_success(artifact.kind)
    if last is not None:
        return f"nothing to look into: no copy of build {last}, the last that succeeded"
    if artifact.status.attempt in _AT_WORK:
        return "nothing to look into yet: it is being built"
    return "nothing to look into: no build of it succeeded yet"


def _beside(source: _Source) -> tuple[str, ...]:
    """Return the names of other files of its kind in the folder of an artifact: of other versions, or platforms."""
    if source.mark is None or not isinstance(source.mark, tuple):
        return ()  # a copy, which stands in a folder of ours
    ending = ".whl" if source.kind is ArtifactKind.WHEEL else ".tar.gz"
    try:
        names = [each.name for each in source.path.parent.iterdir()]
    except OSError:
        return ()  # gone meanwhile: the next status says so
    return tuple(sorted(name for name in names if name.endswith(ending) and name != source.path.name))


def _identity(path: Path) -> tuple[int, ...] | None:
    """Return what differs between this file and any that takes its place; None: there is none to be seen."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None  # gone, or a name that no file system takes
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _title(path: str, words: str) -> Content:
    return Content.assemble(
        Content.styled(visible(path), "bold $foreground"), Content.styled(f"   {words}   Esc goes back", "$quiet")
    )


def _above(key: str) -> str:
    kind, _, path = key.partition(":")
    folder = path.rstrip("/").rpartition("/")[0]
    return f"{kind}:{folder}/" if folder else kind


def _folders_above(key: str) -> frozenset[str]:
    found, above = {key.partition(":")[0]}, _above(key)
    while above not in found:
        found.add(above)
        above = _above(above)
    return frozenset(found)
