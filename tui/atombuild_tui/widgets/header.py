"""The header: which project this is, what is watched, and a pill that says what goes on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget

from atombuild_tui import format as shown
from atombuild_tui.state import Activity, Dashboard
from atombuild_tui.themes import TONE_CLASSES

if TYPE_CHECKING:
    from textual.app import ComposeResult

_SHORTEST_PATH: Final = 24
"""Below, where it goes is left out: what is watched says more."""

_TOLD_APART: Final = {
    Activity.LIVE: "●",
    Activity.POLLING: "◐",
    Activity.PAUSED: "‖",
    Activity.BUILDING: "▶",
    Activity.LOCK: "◌",
    Activity.FOLDER_GONE: "✗",
}


class Pill(Widget):
    """What goes on as a whole, in two or three words."""

    def __init__(self) -> None:
        super().__init__(id="pill")
        self._activity = Activity.STARTING
        self.add_class(TONE_CLASSES[self._activity.tone])

    def show(self, activity: Activity) -> None:
        """Take on the colours of an activity."""
        if activity is self._activity:
            return
        self._activity = activity
        self.remove_class(*TONE_CLASSES.values())
        self.add_class(TONE_CLASSES[activity.tone])
        self.refresh(layout=True)

    def render(self) -> Content:
        """Draw symbol and words: colour is never alone."""
        return Content(f"{_TOLD_APART.get(self._activity, '·')} {self._activity.value}")


class Title(Widget):
    """Name, version and backend, and below (or beside, where there is room) what is watched."""

    def __init__(self) -> None:
        super().__init__(id="title")
        self._dashboard = Dashboard()

    def show(self, dashboard: Dashboard) -> None:
        """Render this dashboard from now on."""
        self._dashboard = dashboard
        self.refresh()

    def render(self) -> Content:
        """Draw one or two rows, by the height that the style gives."""
        width, rows = self.content_size
        if rows < 2:  # noqa: PLR2004 - one row: all in it
            head = self._head(width)
            room = width - head.cell_length - 3
            return head + "   " + self._watched(room) if room >= len("watching …") + 8 else head
        return Content("\n").join([self._head(width), self._watched(width)])

    def _head(self, width: int) -> Content:
        board = self._dashboard
        if not board.name:
            return Content.styled("atombuild", "bold $foreground")
        # The backend gives way first, then the middle of the name; the version stays.
        version = f" {board.version}" if board.version else ""
        backend = f"  {board.backend}" if board.backend else ""
        if len(board.name) + len(version) + len(backend) > width:
            backend = ""
        name = shown.shortened(board.name, max(width - len(version), 8))
        return Content.assemble(
            Content.styled(name, "bold $foreground"),
            Content.styled(version, "$foreground"),
            Content.styled(backend, "$quiet"),
        )

    def _watched(self, width: int) -> Content:
        board = self._dashboard
        if not board.root:
            return Content("")
        path = shown.home_shortened(board.root, Path.home())
        opening, target = "watching ", f"  →  {shown.home_shortened(board.out_dir, Path.home())}"
        if len(opening) + len(path) + len(target) > width and width - len(opening) - len(target) < _SHORTEST_PATH:
            target = ""
        path = shown.shortened(path, max(width - len(opening) - len(target), 1))
        return Content.styled(f"{opening}{path}{target}", "$quiet")


class ProjectHeader(Horizontal):
    """Title at the left, pill at the right."""

    def compose(self) -> ComposeResult:
        """Both parts."""
        yield Title()
        yield Pill()

    def show(self, dashboard: Dashboard) -> None:
        """Render this dashboard from now on."""
        self.query_one(Title).show(dashboard)
        self.query_one(Pill).show(dashboard.activity)
