"""The quiet one-liners around the log: a hint that can be put away, and how much lies below the view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from atombuild_tui import format as shown

if TYPE_CHECKING:
    from textual import events


class HintLine(Widget):
    """What to try, until it is put away."""

    class Dismissed(Message):
        """The reader has seen it."""

    def __init__(self, hint: str) -> None:
        super().__init__(id="hint")
        self._hint = hint

    def render(self) -> Content:
        """Draw the hint and how to be rid of it."""
        return Content.assemble(
            Content.styled("try  ", "bold $busy"),
            Content.styled(self._hint, "$foreground"),
            Content.styled("   Esc hides this", "$quiet"),
        )

    def on_click(self, event: events.Click) -> None:
        """Go away."""
        event.stop()
        self.post_message(self.Dismissed())


class BelowLine(Widget):
    """How much of the log the reader does not see yet."""

    class Clicked(Message):
        """The reader wants to see it."""

    def __init__(self) -> None:
        super().__init__(classes="below")
        self._words = ""
        self._bad = False

    def show(self, unread: int, below: int, failed: int | None = None) -> None:
        """Say it, or vanish where there is nothing to say. ``failed``: the number of a build that failed there."""
        if failed is not None:
            self._words = f"build {failed} failed: n shows it"
        elif unread:
            self._words = f"{shown.counted(unread, 'new line')} below, End to follow"
        elif below:
            self._words = f"{shown.counted(below, 'more line')} below, End to follow"
        else:
            self._words = ""
        self._bad = failed is not None
        self.display = bool(self._words)
        self.refresh()

    def render(self) -> Content:
        """Draw the words."""
        return Content.styled(f"↓ {self._words}", "bold $bad" if self._bad else "$busy")

    def on_click(self, event: events.Click) -> None:
        """Go there."""
        event.stop()
        self.post_message(self.Clicked())
