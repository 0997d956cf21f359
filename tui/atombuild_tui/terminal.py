"""What we write to the terminal besides the screen: its title, and the bell. Everything here is our own bytes.

The title that was there is pushed on the terminal's own stack at the start and popped at the end; a terminal without a
stack is left with an empty title, which it fills with its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from atombuild.sanitise import visible

_PUSH_TITLE: Final = "\x1b[22;2t"
_POP_TITLE: Final = "\x1b[23;2t"
_LONGEST_TITLE: Final = 120


class TerminalTitle:
    """The title of the terminal's window, borrowed."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._title: str | None = None

    def set(self, title: str) -> None:
        """Show a title. It is made harmless here too: a title's text ends at the first control character."""
        if title == self._title:
            return
        if self._title is None:
            self._write(_PUSH_TITLE)
        self._title = title
        self._write(f"\x1b]2;{visible(title)[:_LONGEST_TITLE]}\x07")

    def give_back(self) -> None:
        """Put the title back that was there before ours."""
        if self._title is not None:
            self._title = None
            self._write(f"\x1b]2;\x07{_POP_TITLE}")
