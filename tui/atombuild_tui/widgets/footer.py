"""The keys at the bottom, made from the registry of actions. Each can be clicked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from atombuild.events import Mode
from atombuild_tui.actions import ACTIONS, Action
from atombuild_tui.pages.names import Page
from atombuild_tui.state import Dashboard

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult


class FooterKey(Widget):
    """One key and its word."""

    def __init__(self, action: Action) -> None:
        super().__init__(id=f"key-{action.id}")
        self.action = action
        self.key = action.key
        self._words = action.words
        self.tooltip = Content(f"{action.title}: {action.help}")

    def show(self, words: str) -> None:
        """Say something else than the registry does: what the key would do now."""
        if words != self._words:
            self._words = words
            self.refresh(layout=True)

    def render(self) -> Content:
        """Draw the key, and its word."""
        return Content.assemble(
            Content.styled(self.key, "bold $busy"),
            Content.styled(f" {self._words}", "$quiet"),
        )

    async def on_click(self, event: events.Click) -> None:
        """Do it."""
        event.stop()
        await self.app.run_action(self.action.call, self.screen)


class KeysFooter(Horizontal):
    """All keys that belong in the footer, and the palette's at the right end."""

    def compose(self) -> ComposeResult:
        """One widget a key."""
        for action in ACTIONS:
            if action.in_footer:
                yield FooterKey(action)
        yield Static(id="keys-gap")
        yield FooterKey(next(action for action in ACTIONS if action.id == "command_palette"))

    def name_keys(self, actions: tuple[Action, ...]) -> None:
        """Show the keys that these actions have."""
        keys = {action.id: action.key for action in actions}
        for each in self.query(FooterKey):
            each.key = keys[each.action.id]
            each.refresh(layout=True)

    def show(self, dashboard: Dashboard, page: Page) -> None:
        """Fit the words to what the keys would do now, and the keys to the page."""
        for key in self.query(FooterKey):
            key.set_class(page not in key.action.pages, "-elsewhere")
        paused = dashboard.mode is Mode.PAUSED
        self.query_one("#key-pause_or_resume", FooterKey).show("resume" if paused else "pause")
        self.query_one("#key-cancel", FooterKey).set_class(not dashboard.building, "-idle")
