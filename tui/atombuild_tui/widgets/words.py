"""A text that changes seldom and is said often: it is laid out only when it is another one."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static


class Words(Static):
    """A few words. What is said again costs nothing: a layout for every event would be one for every key."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__("", id=id, classes=classes, markup=False)
        self._said = Content("")

    def say(self, words: Content) -> None:
        """Show this from now on."""
        if not words.is_same(self._said):
            self._said = words
            self.update(words)
