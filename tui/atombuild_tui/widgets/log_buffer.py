"""The log's memory: entries in order, bounded, and which screen row shows which part of which.

Rows are counted from the first entry kept. An entry's row count depends on the width alone, so a new width recounts,
and appending never looks back. Nothing here draws.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rich.cells import cell_len
from textual.content import Content

from atombuild_tui.format import shortened
from atombuild_tui.journal import LOG_ROLES, Entry, Role

KEPT_ENTRIES: Final = 100_000
KEPT_CHARACTERS: Final = 64_000_000
"""A bound for memory where the lines are enormous."""

GUTTER: Final = 2
"""Cells before every entry: the bar of a block, or nothing."""

MARGIN: Final = 1
"""Cells that stay free at the right."""

NARROWEST: Final = 10
"""Text is never folded narrower than this; a terminal that narrow cuts it."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one row of the screen shows."""

    entry: Entry
    text: str
    first: bool
    """The entry's first row: the one with the label."""

    offset: int = 0
    """How many characters of the entry's text stand in the rows before."""


class LogBuffer:
    """A bounded list of entries, looked up by row."""

    def __init__(self, *, width: int = 80, kept: int = KEPT_ENTRIES, wraps: bool = True) -> None:
        """Begin empty. ``wraps``: an entry takes as many rows as its text needs; otherwise one, which is cut."""
        self._wraps = wraps
        self._kept = kept
        self._width = width
        self._entries: list[Entry] = []
        self._starts: list[int] = []
        self._end = 0
        self._characters = 0
        self.written = 0
        """Entries that were ever added: as long as it is the same, so are they all."""

    def __len__(self) -> int:
        """Entries kept."""
        return len(self._entries)

    @property
    def rows(self) -> int:
        """Rows of all entries kept."""
        return self._end - self._first_start

    @property
    def _first_start(self) -> int:
        return self._starts[0] if self._starts else self._end

    def append(self, entries: Iterable[Entry]) -> int:
        """Add entries at the end and forget the oldest where they are too many; return how many rows that was."""
        for entry in entries:
            self._entries.append(entry)
            self._starts.append(self._end)
            self._end += len(_folded(entry, self._width)) if self._may_fold(entry) else 1
            self._characters += len(entry.text)
            self.written += 1
        return self._forget()

    def __iter__(self) -> Iterator[Entry]:
        """Return the entries, oldest first."""
        return iter(self._entries)

    def __getitem__(self, index: int) -> Entry:
        """Return an entry."""
        return self._entries[index]

    @property
    def wraps(self) -> bool:
        """Whether long texts go on in further rows."""
        return self._wraps

    def resize(self, width: int, *, wraps: bool | None = None) -> None:
        """Fold to a new width, or fold no more."""
        wraps = self._wraps if wraps is None else wraps
        if (width, wraps) == (self._width, self._wraps):
            return
        self._width, self._wraps = width, wraps
        self._end = 0
        for index, entry in enumerate(self._entries):
            self._starts[index] = self._end
            self._end += len(_folded(entry, width)) if self._may_fold(entry) else 1

    def row(self, number: int) -> Row | None:
        """Return what a row shows; None past the end."""
        if not 0 <= number < self.rows:
            return None
        wanted = number + self._first_start
        index = bisect_right(self._starts, wanted) - 1
        entry, part = self._entries[index], wanted - self._starts[index]
        if not self._may_fold(entry):
            return Row(entry, entry.text, first=True)
        parts = _folded(entry, self._width)
        return Row(entry, parts[part], part == 0, _offset(entry.text, parts, part))

    def entry_at(self, row: int) -> int:
        """Return the index of the entry that a row belongs to."""
        return max(bisect_right(self._starts, row + self._first_start) - 1, 0)

    def row_of(self, entry: int) -> int:
        """Return the first row of an entry; the end for one past it."""
        return (self._starts[entry] if entry < len(self._starts) else self._end) - self._first_start

    def _may_fold(self, entry: Entry) -> bool:
        if not self._wraps and entry.role is not Role.RULE:
            return False
        # The cheap test first: this runs for every line of a flood.
        room = text_width(entry, self._width)
        return len(entry.text) > room or (not entry.text.isascii() and cell_len(entry.text) > room)

    def _forget(self) -> int:
        surplus = len(self._entries) - self._kept
        if surplus <= 0 and self._characters <= KEPT_CHARACTERS:
            return 0
        before = self._first_start
        # A tenth more than needed at once: cutting the head of a list costs its length.
        count = surplus + self._kept // 10 if surplus > 0 else 0
        self._characters -= sum(len(entry.text) for entry in self._entries[:count])
        while self._characters > KEPT_CHARACTERS * 0.9 and count < len(self._entries) - 1:
            self._characters -= len(self._entries[count].text)
            count += 1
        del self._entries[:count]
        del self._starts[:count]
        return self._first_start - before


def _offset(text: str, parts: tuple[str, ...], part: int) -> int:
    """Return where a part begins: words are parted at spaces, which no part holds."""
    at = 0
    for each in parts[:part]:
        at = text.find(each, at) + len(each)
    return max(text.find(parts[part], at), 0)


def text_width(entry: Entry, width: int) -> int:
    """Return the cells that an entry's text has on a row of this width."""
    return max(width - GUTTER - cell_len(entry.label) - MARGIN, NARROWEST)


@lru_cache(maxsize=2048)
def _folded(entry: Entry, width: int) -> tuple[str, ...]:
    """Return the text by rows."""
    room = text_width(entry, width)
    if entry.role is Role.RULE:
        return (shortened(entry.text, room),)
    if entry.role not in LOG_ROLES:
        return tuple(_by_words(entry.text, room))
    if entry.text.isascii():
        return tuple(entry.text[at : at + room] for at in range(0, len(entry.text), room)) or ("",)
    return tuple(_by_cells(entry.text, room)) or ("",)


def _by_words(text: str, room: int) -> list[str]:
    return [line.plain for line in Content(text).wrap(room)] or [""]


def _by_cells(text: str, room: int) -> list[str]:
    rows, used = [""], 0
    for character in text:
        cells = cell_len(character)
        if used + cells > room:
            rows.append("")
            used = 0
        rows[-1] += character
        used += cells
    return rows
