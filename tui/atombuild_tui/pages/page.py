"""What all pages have in common: they show a view of the session, can be searched, and say what e and y would take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import ClassVar

from textual.containers import Vertical

from atombuild.errors import Location
from atombuild_tui.pages.names import Page
from atombuild_tui.places import Places
from atombuild_tui.state import Dashboard


@dataclass(frozen=True, slots=True)
class View:
    """All that a page may show."""

    dashboard: Dashboard
    places: Places
    now: float
    """Seconds since the epoch."""

    zone: tzinfo | None
    """Of the times shown; None: the machine's."""


class PageView(Vertical):
    """One page."""

    page: ClassVar[Page]

    def __init__(self) -> None:
        super().__init__(id=f"page-{self.page.value}", classes="page")

    def show(self, view: View) -> None:
        """Show this. Called when something changed while the page is in sight, and when it comes into sight."""
        raise NotImplementedError

    def show_ages(self, view: View) -> None:
        """Show how long ago something was, where that is told. Called now and then while the page is in sight."""

    def take_focus(self) -> None:
        """Give the keys to the part that answers them."""
        raise NotImplementedError

    def find(self, text: str, step: int) -> tuple[int, int]:
        """Go to the next (1), previous (-1) or nearest (0) place with a text; return which of how many it is."""
        raise NotImplementedError

    def end_search(self) -> None:
        """Forget what was searched for."""
        raise NotImplementedError

    def back(self) -> bool:
        """Close what was opened last; False: nothing was open."""
        return False

    @property
    def place(self) -> Location | None:
        """What the editor would open; None: there is nothing."""
        return None

    @property
    def copied(self) -> str:
        """What would be copied; empty: there is nothing."""
        return ""
