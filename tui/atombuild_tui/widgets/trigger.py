"""The line between the cards and the log: why this build was made, and what waits or was ignored."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget

from atombuild.events import Mode
from atombuild_tui import format as shown
from atombuild_tui import phrases
from atombuild_tui.state import Dashboard
from atombuild_tui.widgets.row import GAP, spread

_SHORTEST = 20


class TriggerLine(Widget):
    """One row; what waits for the reader is said before what is over."""

    def __init__(self) -> None:
        super().__init__(id="trigger")
        self._dashboard = Dashboard()
        self._now = 0.0

    def show(self, dashboard: Dashboard, now: float) -> None:
        """Render this dashboard from now on."""
        if dashboard is not self._dashboard or dashboard.preparing:
            self.refresh()
        self._dashboard, self._now = dashboard, now

    def render(self) -> Content:
        """Draw the cause at the left and the news at the right; where both don't fit, the less urgent is cut."""
        width = self.content_size.width
        urgent = self._waiting(width - min(self._cause(width).cell_length, _SHORTEST) - GAP)
        # Advice stands until it is followed; what was ignored is over.
        news = [phrases.advice(self._dashboard), phrases.ignored(self._dashboard)]
        later = Content.styled(" · ".join(words for words in news if words), "$quiet")
        if urgent:
            return spread(self._cause(max(width - urgent.cell_length - GAP, _SHORTEST)), urgent, width)
        cause = self._cause(width)
        room = width - cause.cell_length - GAP
        return spread(cause, later.truncate(room, ellipsis=True) if room >= _SHORTEST else Content(""), width)

    def _cause(self, width: int) -> Content:
        build = self._dashboard.build
        if build is None:
            return Content.styled("no build yet", "$quiet")
        number = Content.styled(f"build {build.number}", "bold $foreground")
        words = shown.shortened(phrases.cause(build), width - number.cell_length - GAP)
        return Content.assemble(number, " " * GAP, Content.styled(words, "$foreground"))

    def _waiting(self, room: int) -> Content:
        board = self._dashboard
        if board.preparing:
            elapsed = shown.running_time(self._now - board.preparing_since)
            words = shown.shortened(board.preparing, max(room - len(elapsed) - 3, _SHORTEST // 2))
            return Content.styled(f"{words} · {elapsed}", "$busy")
        if board.lock_holder:
            words = f"waiting for {board.lock_holder}"
        elif board.meanwhile:
            words = phrases.meanwhile(board, room)
        elif board.waiting:
            them = "it" if board.waiting == 1 else "them"
            words = phrases.waiting(board) + (f"; p builds {them}" if board.mode is Mode.PAUSED else "")
        else:
            words = "changes only count; p resumes" if board.mode is Mode.PAUSED else ""
        return Content.styled(words, "$doubt")
