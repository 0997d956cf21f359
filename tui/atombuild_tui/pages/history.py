"""How it has been going: every build of this project that is remembered, the latest first, and a line of durations."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from statistics import median
from typing import Final

from textual.content import Content

from atombuild.events import Cause
from atombuild.past import PastAttempt
from atombuild.status import ArtifactKind, Attempt, Tone
from atombuild.units import seconds_words, size_words
from atombuild_tui import format as shown
from atombuild_tui.pages.names import Page
from atombuild_tui.pages.page import View
from atombuild_tui.pages.rows import Opened, RowsPage
from atombuild_tui.themes import TONE_STYLES
from atombuild_tui.widgets.lines import Line
from atombuild_tui.widgets.row import GAP, fits, spread
from atombuild_tui.widgets.rows import MARGIN

_ROOMY: Final = 96
"""Cells from which on the sizes have a column each."""

_NARROW: Final = 56
"""Cells up to which a row has no room for the cause: it is told when the row is opened."""

_SIZE_CELLS: Final = 10
_TOOK_CELLS: Final = 10
_CLOCK_CELLS: Final = 14

_BARS: Final = "▁▂▃▄▅▆▇█"
_MOST_BARS: Final = 60
_TALLEST: Final = 3
"""Times the median; what takes longer has a full bar as well."""

_TONES: Final = {
    Attempt.SUCCEEDED: Tone.GOOD,
    Attempt.FAILED: Tone.BAD,
    Attempt.CANCELLED: Tone.DOUBT,
    Attempt.INTERRUPTED: Tone.BAD,
}


class HistoryPage(RowsPage):
    """A table of attempts."""

    page = Page.HISTORY

    def __init__(self) -> None:
        super().__init__()
        self._view: View | None = None
        self._drawn: object = None

    def show(self, view: View) -> None:
        """Show the attempts that are over."""
        self._view = view
        history = view.dashboard.history
        # Builds of another day carry their date: a new day changes every row.
        drawn = (history, self.size.width, shown.day(view.now, view.zone))
        if drawn == self._drawn:
            return  # hundreds of rows, at every event
        self._drawn = drawn
        if not history:
            self.show_rows(Content.styled("No build of this project is remembered yet.", "$quiet"), ())
            return
        wide, width = self.size.width >= _ROOMY, self.size.width - 2 * MARGIN
        row = _narrow_row if 0 < width < _NARROW else _row
        lines = [row(past, view.now, view.zone, wide=wide) for past in reversed(history)]
        self.show_rows(_heading(history, width, wide=wide), lines)

    def on_resize(self) -> None:
        """Fit the columns."""
        if self._view is not None:
            self.show(self._view)

    def choose(self, line: Line) -> None:
        """Show all that is remembered of an attempt."""
        if self._view is None:
            return
        past = next((each for each in self._view.dashboard.history if _key(each) == line.key), None)
        if past is not None:
            title = Content.assemble(
                Content.styled(f"build {past.attempt}", "bold $foreground"),
                Content.styled("   Esc goes back", "$quiet"),
            )
            self.open(Opened(title, tuple(_details(past, self._view)), line.key))


def _key(past: PastAttempt) -> str:
    return f"{past.attempt}:{past.started}"


def _heading(history: tuple[PastAttempt, ...], width: int, *, wide: bool) -> Content:
    """Say how it has been going, and, where there is room, what the columns are."""
    sizes = "".join(kind.value.rjust(_SIZE_CELLS) for kind in ArtifactKind) if wide else ""
    columns = Content.styled(f"{sizes}{'took'.rjust(_TOOK_CELLS)}{'began'.rjust(_CLOCK_CELLS)}", "$quiet")
    room = width - columns.cell_length - GAP if wide else width
    summary = _summary(history, room)
    if width < _NARROW:
        return summary
    return spread(summary, columns, width) if fits(summary, columns, width) else summary


def _summary(history: tuple[PastAttempt, ...], width: int) -> Content:
    """Draw the durations of the successes, oldest at the left, and say how many there were."""
    times = [past.seconds for past in history if past.outcome is Attempt.SUCCEEDED and past.seconds is not None]
    good = len(times)
    words = f"{shown.counted(len(history), 'build')}, {good:,} succeeded"
    if not times:
        return Content.styled(words, "$quiet")
    recent = times[-10:]
    average = f"the last {len(recent)} took {seconds_words(sum(recent) / len(recent))} on average"
    narrow = width < _NARROW
    words += f"\n{average}" if narrow else f" · {average}"
    room = min(width if narrow else width - len(words) - GAP, _MOST_BARS)
    bars = times[-room:] if room > 0 else []
    # One first build that took long must not flatten all others.
    top = min(max(bars, default=0.0), _TALLEST * median(bars or [0.0])) or 1.0
    between = "\n" if narrow else "  "
    drawn = "".join(_BARS[min(int(each / top * (len(_BARS) - 1) + 0.5), len(_BARS) - 1)] for each in bars)
    return Content.assemble(
        Content.styled(words, "$quiet"), Content.styled(f"{between}{drawn}" if drawn else "", "$busy")
    )


def _row(past: PastAttempt, now: float, zone: tzinfo | None, *, wide: bool) -> Line:
    tone = _TONES.get(past.outcome, Tone.IDLE)
    left = Content.assemble(
        Content.styled(f"{past.attempt:>4}  ", "$quiet"),
        Content.styled(f"{tone.symbol} {past.outcome.value:<11}", f"bold {TONE_STYLES[tone]}"),
        Content.styled(f" {_cause(past)}", "$foreground"),
    )
    sizes = "".join(_size(past, kind).rjust(_SIZE_CELLS) for kind in ArtifactKind) if wide else ""
    took = seconds_words(past.seconds) if past.seconds is not None else "?"
    clock = shown.clock_time(past.started, now, zone)
    return Line(
        left, Content.styled(f"{sizes}{took.rjust(_TOOK_CELLS)}{clock.rjust(_CLOCK_CELLS)}", "$quiet"), _key(past)
    )


def _narrow_row(past: PastAttempt, now: float, zone: tzinfo | None, *, wide: bool) -> Line:
    """Return a row of what can't be left out: how it went, how long it took, and when."""
    del wide
    tone = _TONES.get(past.outcome, Tone.IDLE)
    left = Content.assemble(
        Content.styled(f"{past.attempt:>3} ", "$quiet"),
        Content.styled(f"{tone.symbol} {past.outcome.value}", f"bold {TONE_STYLES[tone]}"),
    )
    took = seconds_words(past.seconds) if past.seconds is not None else "?"
    right = f"{took} {shown.clock_time(past.started, now, zone).rjust(len('01 Mar 12:02'))}"
    text = f"{past.attempt} {past.outcome.value} {_cause(past)} {right}"
    return Line(left, Content.styled(right, "$quiet"), _key(past), text)


def _size(past: PastAttempt, kind: ArtifactKind) -> str:
    artifact = past.artifacts.get(kind)
    if artifact is None:
        return "·"
    return size_words(artifact.size) if artifact.size is not None else "-"


def _cause(past: PastAttempt) -> str:
    if past.cause == Cause.CHANGE.value:
        return shown.listed(past.paths, past.total)
    return {Cause.START.value: "start", Cause.REQUEST.value: "on request"}.get(past.cause, "found at the next start")


def _details(past: PastAttempt, view: View) -> Iterator[Line]:
    moment = shown.moment(past.started, view.zone)
    rows = [("began", moment), ("outcome", past.outcome.value), ("cause", _cause(past))]
    if past.seconds is not None:
        rows.append(("took", seconds_words(past.seconds)))
    rows += [("changed" if index == 0 else "", path) for index, path in enumerate(past.paths)]
    if past.total > len(past.paths) > 0:
        rows.append(("", f"and {past.total - len(past.paths):,} more"))
    if past.why:
        rows.append(("why", past.why))
    for kind, artifact in past.artifacts.items():
        facts = [artifact.outcome.value]
        facts += [size_words(artifact.size)] if artifact.size is not None else []
        facts += [f"in {seconds_words(artifact.seconds)}"] if artifact.seconds is not None else []
        rows.append((kind.value, ", ".join(facts)))
    for number, (label, text) in enumerate(rows):
        yield Line(Content.styled(label.ljust(10), "$quiet") + Content(text), key=str(number), text=f"{label} {text}")
