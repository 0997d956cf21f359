"""What changed from the success before to the latest one, or why nobody can tell.

Lost modules come first: nothing else is as easily missed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from textual.content import Content

from atombuild.errors import Location
from atombuild.events import Compared
from atombuild.inspection.contents import read_contents
from atombuild.inspection.difference import Difference, FieldChange, Pair, difference, text_difference
from atombuild.inspection.text import read_member
from atombuild.sanitise import visible, visible_lines
from atombuild.status import ArtifactKind
from atombuild.units import size_change_words, size_words
from atombuild_tui import format as shown
from atombuild_tui.errands import Answer, Errands
from atombuild_tui.pages.names import Page
from atombuild_tui.pages.page import View
from atombuild_tui.pages.rows import ErrandsPage, Opened
from atombuild_tui.pages.texts import first_rows
from atombuild_tui.widgets.lines import Line

_SIZE_CELLS: Final = 10
_TOLD_FIELD: Final = "Description"
"""Too long for a row; it is told that it changed."""

_HUNK: Final = re.compile(r"@@ -[\d,]+ \+(\d+)(?:,\d+)? @@$")
"""Before lines of a difference: where they stand, old and new."""

_LOST: Final = "✗ lost module"
_MINUS: Final = "\u2212"
"""As wide as a plus."""


@dataclass(frozen=True, slots=True)
class _Between:
    """Two successes that are compared."""

    compared: Compared
    before: Path
    after: Path


class ChangesPage(ErrandsPage):
    """The difference of both artifacts."""

    page = Page.CHANGES

    def __init__(self, errands: Callable[[], Errands]) -> None:
        super().__init__(errands)
        self._asked: dict[ArtifactKind, _Between] = {}
        self._found: dict[ArtifactKind, Answer[Difference]] = {}
        self._view: View | None = None
        self._drawn: object = None

    def show(self, view: View) -> None:
        """Compare what was not compared yet."""
        self._view = view
        for compared in view.dashboard.compared:
            before, after = view.places.before.get(compared.kind), view.places.kept.get(compared.kind)
            if before is None or after is None:
                self._asked.pop(compared.kind, None)
                continue
            between = _Between(compared, before, after)
            if self._asked.get(compared.kind) != between:
                self._asked[compared.kind] = between
                self._found.pop(compared.kind, None)
                self._compare(between)
        self._draw()

    def _compare(self, between: _Between) -> None:
        kind = between.compared.kind

        def work(breathe: Callable[[], None]) -> Difference:
            return difference(read_contents(between.before, kind, breathe), read_contents(between.after, kind, breathe))

        def done(answer: Answer[Difference]) -> None:
            self._found[kind] = answer
            self._draw()

        self.ask(f"comparing the {kind.value} with the one before", work, done)

    def _draw(self) -> None:
        if self._view is None:
            return
        board = self._view.dashboard
        answers = {kind: id(answer) for kind, answer in self._found.items()}
        drawn = ([artifact.kind for artifact in board.artifacts], board.compared, dict(self._asked), answers)
        if drawn == self._drawn:
            return  # thousands of members may have changed at once, and nothing since
        self._drawn = drawn
        lines: list[Line] = []
        for artifact in self._view.dashboard.artifacts:
            compared = next((each for each in self._view.dashboard.compared if each.kind is artifact.kind), None)
            if lines:
                lines.append(Line(Content("")))
            lines += _artifact_lines(artifact.kind, compared, self._asked, self._found)
        self.show_rows(Content(""), lines)

    def choose(self, line: Line) -> None:
        """Show the lines that changed in a member."""
        kind, _, path = line.key.partition(":")
        if kind not in {each.value for each in ArtifactKind} or not path:
            return
        between, found = self._asked.get(ArtifactKind(kind)), self._found.get(ArtifactKind(kind))
        if between is None or found is None or found.value is None:
            return
        pairs = (*found.value.added, *found.value.removed, *found.value.changed)
        pair = next((each for each in pairs if each.path == path), None)
        if pair is not None:
            self._open(between, pair, line.key)

    def _open(self, between: _Between, pair: Pair, key: str) -> None:
        kind = between.compared.kind

        def work(breathe: Callable[[], None]) -> tuple[Line, ...]:
            texts = [
                read_member(path, kind, member.path) if member is not None else None
                for path, member in ((between.before, pair.before), (between.after, pair.after))
            ]
            if any(text is not None and text.binary for text in texts):
                return (Line(Content.styled("binary: its content differs", "$quiet"), key="note"),)
            old, new = (text.text if text is not None else "" for text in texts)
            return tuple(first_rows(_diff_lines(text_difference(old, new, breathe))))

        def done(answer: Answer[tuple[Line, ...]]) -> None:
            lines = answer.value or ()
            if answer.value is None:
                lines = (Line(Content(visible(answer.reports[0].one_line)), key="why"),)
            words = f"   build {between.compared.against} → {between.compared.attempt}   Esc goes back"
            title = Content.assemble(
                Content.styled(visible(pair.path), "bold $foreground"), Content.styled(words, "$quiet")
            )
            self.open(Opened(title, lines, key))

        self.ask("comparing the lines of a member", work, done)

    @property
    def place(self) -> Location | None:
        """The file of the project that the member came from; in an opened difference, its line."""
        line = self.rows.current
        if line is None or self._view is None:
            return None
        kind, _, path = line.key.partition(":")
        known = kind in {each.value for each in ArtifactKind}
        file = self._view.places.source_of(ArtifactKind(kind), path) if known else None
        at = (
            self.text.current.key.partition(":")[2] if self.opened is not None and self.text.current is not None else ""
        )
        return Location(file, int(at) if at else None) if file is not None else None


def _artifact_lines(
    kind: ArtifactKind,
    compared: Compared | None,
    asked: dict[ArtifactKind, _Between],
    found: dict[ArtifactKind, Answer[Difference]],
) -> Iterator[Line]:
    head = Content.styled(f"{kind.value:<7}", "bold $busy")
    if compared is None:
        words = "nothing is compared yet: that takes two successful builds, and an idle moment"
        yield Line(head + Content.styled(words, "$quiet"), key=kind.value)
        return
    if compared.why:
        words = f"build {compared.attempt} is compared with nothing: {visible(compared.why)}"
        yield Line(head + Content.styled(words, "$doubt"), key=kind.value)
        return
    if compared.against is None or kind not in asked:
        words = f"build {compared.attempt} is the first success that was kept; the next one is compared with it"
        yield Line(head + Content.styled(words, "$quiet"), key=kind.value)
        return
    span = Content.styled(f"build {compared.against} → {compared.attempt}", "bold $foreground")
    answer = found.get(kind)
    if answer is None:
        yield Line(Content.assemble(head, span, Content.styled("   comparing", "$quiet")), key=kind.value)
    elif answer.value is None:
        words = f"   {visible(answer.reports[0].one_line)}"
        yield Line(Content.assemble(head, span, Content.styled(words, "$doubt")), key=kind.value)
    else:
        yield from _difference_lines(kind, head + span, answer.value)


def _difference_lines(kind: ArtifactKind, head: Content, found: Difference) -> Iterator[Line]:
    sizes = size_change_words(found.after.size, found.before.size)
    right = Content.styled(f"{size_words(found.before.size)} → {size_words(found.after.size)}, {sizes}", "$quiet")
    if found.is_none:
        words = Content.styled("   holds the same", "$good")
        yield Line(head + words, right, kind.value)
        return
    counts = f"   +{len(found.added)} {_MINUS}{len(found.removed)} ~{len(found.changed)}"
    yield Line(head + Content.styled(counts, "$quiet"), right, kind.value)
    lost = found.lost_modules
    lost_paths = {pair.path for pair in lost}
    for pair in lost:
        yield _pair(kind, pair, f"  {_LOST}  {visible(pair.path)}", "bold $bad")
    for sign, style, pairs in (
        (_MINUS, "$bad", [pair for pair in found.removed if pair.path not in lost_paths]),
        ("+", "$good", found.added),
        ("~", "$foreground", found.changed),
    ):
        for pair in pairs:
            yield _pair(kind, pair, f"  {sign} {visible(pair.path)}", style)
    for change in found.metadata:
        yield from _field(kind, change)


def _field(kind: ArtifactKind, change: FieldChange) -> Iterator[Line]:
    name = visible(change.field)
    if change.field == _TOLD_FIELD:
        yield Line(Content.styled(f"  ~ {name}", "$quiet"), key=f"{kind.value}!{name}")
        return
    for sign, style, values in ((_MINUS, "$bad", change.gone), ("+", "$good", change.new)):
        for value in values:
            left = Content.assemble(
                Content.styled(f"  {sign} {name}: ", "$quiet"), Content.styled(visible(value), style)
            )
            yield Line(left, key=f"{kind.value}!{name}{sign}{value}")


def _pair(kind: ArtifactKind, pair: Pair, words: str, style: str) -> Line:
    if pair.before is not None and pair.after is not None:
        size = size_change_words(pair.after.size, pair.before.size)
    else:
        size = size_words(abs(pair.growth))
    right = Content.styled(size.rjust(_SIZE_CELLS), "$quiet")
    return Line(Content.styled(words, style), right, f"{kind.value}:{pair.path}", f"{words.strip()} ({size})")


def _diff_lines(lines: tuple[str, ...]) -> Iterator[Line]:
    if not lines:
        yield Line(Content.styled("the text is the same: it can be executed now, or no more", "$quiet"), key="note")
    styles = {"+": "$good", "-": "$bad", "@": "$busy"}
    at: int | None = None
    for number, line in enumerate(lines):
        text = (visible_lines(line) or [""])[0]
        hunk = _HUNK.match(line)
        at = int(hunk[1]) if hunk else at
        key = f"{number}:{at}" if at else str(number)
        yield Line(Content.styled(text, styles.get(line[:1], "$foreground")), key=key, text=text)
        if at is not None and not hunk and not line.startswith("-"):
            at += 1
    if lines:
        yield Line(Content.styled(shown.counted(len(lines), "line"), "$quiet"))
