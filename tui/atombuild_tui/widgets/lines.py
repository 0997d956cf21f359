"""What a list shows, row by row: values that pages make, and that nothing here draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from textual.content import Content

_EMPTY: Final = Content("")


@dataclass(frozen=True, slots=True)
class Line:
    """One row."""

    left: Content
    right: Content = field(default=_EMPTY)
    """At the right edge; the left gives way to it."""

    key: str = ""
    """What it stands for, unique among the rows; empty for what can't be chosen."""

    text: str | None = None
    """The whole of it in plain words, for reading below the list and for copying; None: what ``left`` says."""

    folded: bool | None = None
    """True: there is more in it, out of sight. False: what is in it follows. None: nothing is in it."""

    @property
    def words(self) -> str:
        """The row in plain words."""
        return self.text if self.text is not None else f"{self.left.plain} {self.right.plain}".strip()


class Rows(Protocol):
    """Rows of which only those in sight are made: a tree of thousands answers a key as fast as one of five."""

    def __len__(self) -> int:
        """How many there are."""

    def __getitem__(self, index: int) -> Line:
        """Return one, made at this moment or before."""

    def key(self, index: int) -> str:
        """Return the key of one without making it."""


class ListedRows:
    """Rows that are there already."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines

    def __len__(self) -> int:
        """How many there are."""
        return len(self._lines)

    def __getitem__(self, index: int) -> Line:
        """Return one."""
        return self._lines[index]

    def key(self, index: int) -> str:
        """Return the key of one."""
        return self._lines[index].key
