"""The card of an artifact: its status first, then what stands in the output directory and what became of the time.

sdist   ✓ succeeded                                   14:02:11 · 3 min ago
        demo-0.1.0.tar.gz                                  1.2 kB  +12 B
        holds your latest change                         built in 40 ms
"""

from __future__ import annotations

from datetime import tzinfo
from typing import Final

from textual.content import Content
from textual.widget import Widget

from atombuild.status import ArtifactKind, Attempt, Standing
from atombuild.units import seconds_words, size_change_words, size_words
from atombuild_tui import format as shown
from atombuild_tui import phrases
from atombuild_tui.state import Artifact, Dashboard, Running
from atombuild_tui.themes import TONE_CLASSES, TONE_STYLES
from atombuild_tui.widgets.row import GAP, fits, spread

_KIND_WIDTH: Final = 8
_SHORTEST_BAR: Final = 8
_LONGEST_BAR: Final = 40


class ArtifactCard(Widget):
    """One artifact, in as many rows as the style gives it."""

    def __init__(self, kind: ArtifactKind, *, zone: tzinfo | None) -> None:
        super().__init__(id=kind.value, classes="card")
        self._artifact = Artifact(kind)
        self._zone = zone
        self._dashboard = Dashboard()
        self._now = 0.0
        self._drawn = Content("")

    def show(self, artifact: Artifact, dashboard: Dashboard, now: float) -> None:
        """Render this artifact of this dashboard from now on."""
        if artifact.status.tone is not self._artifact.status.tone or not self.has_class(*TONE_CLASSES.values()):
            self.remove_class(*TONE_CLASSES.values())
            self.add_class(TONE_CLASSES[artifact.status.tone])
        self._artifact, self._dashboard, self._now = artifact, dashboard, now
        self.tooltip = Content(artifact.target) if artifact.target else None
        drawn = self.render()
        if not drawn.is_same(self._drawn):
            # Most moments change nothing: a repaint a second would cost a battery for it.
            self._drawn = drawn
            self.refresh()

    def render(self) -> Content:
        """Draw the rows that there is room for, the most telling ones first."""
        width, rows = self.content_size
        if rows <= 1:
            return self._single_row(width)
        # In a very narrow terminal the file's name alone tells the kind.
        kind_width = _KIND_WIDTH if self._words.cell_length <= width - _KIND_WIDTH else 0
        inner = width - kind_width
        lines = [self._status_row(inner), *self._file_rows(inner)][:rows]
        kind = Content.styled(self._artifact.kind.value.ljust(kind_width)[:kind_width], "$quiet")
        indent = Content(" " * kind_width)
        return Content("\n").join([(kind if index == 0 else indent) + line for index, line in enumerate(lines)])

    @property
    def _words(self) -> Content:
        status = self._artifact.status
        return Content.styled(f"{status.symbol} {status.words}", f"bold {TONE_STYLES[status.tone]}")

    def _single_row(self, width: int) -> Content:
        kind = Content.styled(self._artifact.kind.value.ljust(_KIND_WIDTH), "$quiet")
        head = kind + self._words
        room = width - head.cell_length - GAP
        return spread(head, Content.styled(shown.shortened(self._file_name, max(room, 0)), "$quiet"), width)

    def _status_row(self, width: int) -> Content:
        """Words at the left; at the right as much of the time as fits."""
        for right in self._times():
            content = Content.styled(right, "$quiet")
            if fits(self._words, content, width):
                return spread(self._words, content, width)
        return self._words.truncate(width, ellipsis=True)

    def _times(self) -> list[str]:
        artifact = self._artifact
        if artifact.running is not None:
            elapsed = shown.running_time(self._now - artifact.running.started)
            usual = artifact.running.usual_seconds
            return [*([] if usual is None else [f"{elapsed} of about {seconds_words(usual)}"]), elapsed]
        if artifact.ended is None or artifact.status.attempt in {Attempt.QUEUED, Attempt.NOT_ATTEMPTED}:
            return []
        clock = shown.clock_time(artifact.ended, self._now, self._zone)
        return [f"{shown.ago(artifact.ended, self._now)} · {clock}", clock]

    @property
    def _file_name(self) -> str:
        return self._artifact.target or "its name is not known yet"

    @property
    def _stands(self) -> bool:
        """Something has this name in the output directory now; only then does the name look real."""
        status = self._artifact.status
        nothing = status.standing in {Standing.OLD_REMOVED, Standing.NEVER}
        return not nothing and status.attempt not in {Attempt.QUEUED, Attempt.BUILDING}

    def _file_rows(self, width: int) -> list[Content]:
        """Set the name beside the size, and below what it holds beside the duration; what does not fit moves down."""
        style = "$foreground" if self._stands else "$quiet"
        name, holding, took = Content.styled(self._file_name, style), self._holding(width), self._took()
        sizes = self._sizes()
        for size in sizes:
            if fits(name, size, width):
                return [spread(name, size, width), _with_first_that_fits(holding, [took], width)]
        # A name keeps its row to itself before it loses letters.
        if name.cell_length > width:
            name = Content.styled(shown.shortened(self._file_name, width), style)
        both = [Content.assemble(took, "   ", size) for size in sizes if took and size]
        return [name, _with_first_that_fits(holding, [*both, *sizes], width)]

    def _sizes(self) -> list[Content]:
        """Return the size with its change, and without."""
        artifact = self._artifact
        if artifact.size is None or not artifact.status.holds_this_build:
            return [Content("")]
        change = size_change_words(artifact.size, artifact.previous_size)
        alone = Content.styled(size_words(artifact.size), "$foreground")
        return [Content.assemble(Content.styled(f"{change}   " if change else "", "$quiet"), alone), alone]

    def _took(self) -> Content:
        artifact = self._artifact
        if artifact.running is not None or artifact.seconds is None:
            return Content("")
        verbs = {Attempt.SUCCEEDED: "built in", Attempt.FAILED: "failed after", Attempt.CANCELLED: "stopped after"}
        verb = verbs.get(artifact.status.attempt)
        return Content.styled(f"{verb} {seconds_words(artifact.seconds)}" if verb else "", "$quiet")

    def _holding(self, width: int) -> Content:
        artifact = self._artifact
        if artifact.running is not None and artifact.running.total > 0:
            return _progress(artifact.running, width)
        words, tone = phrases.holding(artifact, self._dashboard)
        words = phrases.gone(artifact, self._dashboard, self._now, self._zone) or words
        return Content.styled(words, TONE_STYLES[tone]).truncate(width, ellipsis=True)


def _with_first_that_fits(left: Content, rights: list[Content], width: int) -> Content:
    return next((spread(left, right, width) for right in rights if fits(left, right, width)), left)


def _progress(running: Running, width: int) -> Content:
    """Draw a bar in half cells, and the share in figures."""
    share = running.done / running.total
    figures = f" {share:4.0%}"
    cells = min(max(width - len(figures), _SHORTEST_BAR), _LONGEST_BAR)
    halves = round(share * cells * 2)
    full, half = divmod(halves, 2)
    return Content.assemble(
        Content.styled("━" * full + ("╸" if half else ""), "$busy"),
        Content.styled("━" * (cells - full - half), "$line"),
        Content.styled(figures, "$quiet"),
    )
