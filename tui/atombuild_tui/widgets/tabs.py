"""The row of pages: which one is shown, which key shows another, and where something waits to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from atombuild.checks.result import Verdict
from atombuild.status import Tone
from atombuild_tui.actions import Action, action
from atombuild_tui.pages.names import Page
from atombuild_tui.state import Dashboard

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

_ROOMY: Final = 72
"""Cells from which on every tab has room for its word."""


class Tab(Widget):
    """One page's tab."""

    class Clicked(Message):
        """The page is wanted."""

        def __init__(self, page: Page) -> None:
            super().__init__()
            self.page = page

    def __init__(self, page: Page, key: str) -> None:
        super().__init__(id=f"tab-{page.value}")
        self.page = page
        self.key = key
        self._news = ""
        self._bad = False
        self.tooltip = Content(page.help)

    def show(self, news: str, *, bad: bool) -> None:
        """Say that something is to be read there."""
        if (news, bad) != (self._news, self._bad):
            self._news, self._bad = news, bad
            self.refresh(layout=True)

    def render(self) -> Content:
        """Draw key, word and news."""
        chosen = self.has_class("-chosen")
        narrow = self.parent is not None and isinstance(self.parent, Widget) and self.parent.size.width < _ROOMY
        word = "" if narrow and not chosen else f" {self.page.value}"
        news = f" {self._news}" if self._news else ""
        return Content.assemble(
            Content.styled(self.key, "bold $busy"),
            Content.styled(word, "bold $foreground" if chosen else "$quiet"),
            Content.styled(news, "bold $bad" if self._bad else "$quiet"),
        )

    def on_click(self, event: events.Click) -> None:
        """Show the page."""
        event.stop()
        self.post_message(self.Clicked(self.page))


class PageTabs(Horizontal):
    """A tab for each page."""

    def compose(self) -> ComposeResult:
        """In the order of the keys."""
        for page in Page:
            yield Tab(page, action(f"page_{page.value}").key)

    def name_keys(self, actions: tuple[Action, ...]) -> None:
        """Show the keys that these actions have."""
        keys = {action.id: action.key for action in actions}
        for tab in self.query(Tab):
            tab.key = keys[f"page_{tab.page.value}"]
            tab.refresh(layout=True)

    def choose(self, page: Page) -> None:
        """Show which page is in sight."""
        for tab in self.query(Tab):
            tab.set_class(tab.page is page, "-chosen")
            tab.refresh(layout=True)

    def show(self, dashboard: Dashboard) -> None:
        """Say where something waits."""
        lost = max((compared.lost_total for compared in dashboard.compared), default=0)
        self.query_one(f"#tab-{Page.CHANGES.value}", Tab).show(f"✗{lost} lost" if lost else "", bad=True)
        failed = sum(1 for result in dashboard.checks if result.verdict is Verdict.FAILED)
        news = "●" if dashboard.checking is not None or dashboard.checks_waiting else f"✗{failed}" if failed else ""
        self.query_one(f"#tab-{Page.CHECKS.value}", Tab).show(news, bad=bool(failed))

        after = dashboard.after
        news = "" if after is None else after.tone.symbol
        self.query_one(f"#tab-{Page.AFTER.value}", Tab).show(news, bad=after is not None and after.tone is Tone.BAD)

    def on_resize(self) -> None:
        """Words come and go with the room."""
        for tab in self.query(Tab):
            tab.refresh(layout=True)
