"""The main screen: header, a card an artifact, the trigger, the log, the keys. It shows a :class:`Dashboard`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from typing import TYPE_CHECKING

from textual.containers import Container
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from atombuild.events import Mode
from atombuild.status import ArtifactKind
from atombuild_tui.journal import Entry
from atombuild_tui.state import Dashboard
from atombuild_tui.widgets.artifact import ArtifactCard
from atombuild_tui.widgets.footer import KeysFooter
from atombuild_tui.widgets.header import ProjectHeader
from atombuild_tui.widgets.log import BuildLog
from atombuild_tui.widgets.notices import BelowLine, HintLine
from atombuild_tui.widgets.trigger import TriggerLine
from atombuild_tui.widgets.unusable import UnusablePanel

if TYPE_CHECKING:
    from textual.app import ComposeResult


class MainScreen(Screen[None]):
    """Everything at a glance."""

    AUTO_FOCUS = "#log"

    class Ready(Message):
        """All parts are there; from now on a dashboard can be shown."""

    def __init__(self, *, hint: str | None, zone: tzinfo | None) -> None:
        super().__init__()
        self._hint = hint
        self._zone = zone

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield ProjectHeader(id="header")
        yield TriggerLine()
        with Container(id="artifacts"):
            for kind in ArtifactKind:
                yield ArtifactCard(kind, zone=self._zone)
        yield UnusablePanel()
        with Container(id="reading"):
            yield Static(_nothing_yet(None), id="empty")
            yield BuildLog(id="log")
            yield BelowLine()
        if self._hint:
            yield HintLine(self._hint)
        yield KeysFooter(id="keys")

    def on_mount(self) -> None:
        """Say that all parts are there."""
        self.post_message(self.Ready())

    def show(self, dashboard: Dashboard, now: float) -> None:
        """Render this dashboard from now on."""
        self.query_one(ProjectHeader).show(dashboard)
        self.query_one("#empty", Static).update(_nothing_yet(dashboard.mode))
        self.show_time(dashboard, now)
        self.query_one(UnusablePanel).show(dashboard)
        self.query_one(KeysFooter).show(dashboard)
        # The full panel replaces the log; statuses that are true of files stay in sight.
        self.set_class(bool(dashboard.unusable), "-unusable")
        self.set_class(dashboard.anything_known, "-known")

    def show_time(self, dashboard: Dashboard, now: float) -> None:
        """Render what tells how long something takes: the time passes."""
        self.query_one(TriggerLine).show(dashboard, now)
        for kind in ArtifactKind:
            card = self.query_one(f"#{kind.value}", ArtifactCard)
            artifact = dashboard.artifact(kind)
            card.display = artifact is not None
            if artifact is not None:
                card.show(artifact, dashboard.out_dir, now)

    def write(self, entries: Iterable[Entry]) -> None:
        """Add to the log."""
        log = self.log_view
        log.append(entries)
        self.set_class(len(log.buffer) > 0, "-written")

    @property
    def log_view(self) -> BuildLog:
        """The build log."""
        return self.query_one("#log", BuildLog)

    def toggle_larger_log(self) -> None:
        """Give the log all the room there is, or take it back."""
        self.toggle_class("-large-log")

    def dismiss_hint(self) -> None:
        """Remove the hint for good."""
        self.query(HintLine).remove()

    def on_build_log_moved(self, event: BuildLog.Moved) -> None:
        """Say what the reader does not see."""
        event.stop()
        if event.control.id == "log":
            for line in self.query(BelowLine):  # none while the screen is taken down
                line.show(event.control.unread, event.control.below)

    def on_below_line_clicked(self) -> None:
        """Follow again."""
        self.log_view.follow()

    def on_hint_line_dismissed(self) -> None:
        """Remove it."""
        self.dismiss_hint()


def _nothing_yet(mode: Mode | None) -> Content:
    """Return what stands in the log's place before its first line."""
    if mode is None:
        return Content.assemble(
            Content.styled("Looking at the project's files.", "$foreground"),
            Content.styled("\nThe first build follows; of a large project this may take some seconds.", "$quiet"),
        )
    return Content.assemble(
        Content.styled("Nothing was built yet.", "$foreground"),
        Content.styled("\nPress b to build now, or save a file of the project.", "$quiet"),
    )
