"""From bytes to decisions: one input for every target, whoever makes the bytes: hypothesis, chance or coverage.

A byte of nothing, and the end of the bytes, mean the first and simplest of each choice. So inputs become simpler as
they are cut or zeroed, and all of them mean something.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

_Item = TypeVar("_Item")


class Choices:
    """Decisions, one after another."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def below(self, end: int) -> int:
        """Return a number from 0 up to, and without, ``end``."""
        if end <= 1:
            return 0
        count = ((end - 1).bit_length() + 7) // 8
        return int.from_bytes(self.raw(count).ljust(count, b"\0"), "big") % end

    def pick(self, items: Sequence[_Item]) -> _Item:
        """Return one of them."""
        return items[self.below(len(items))]

    def one_in(self, count: int) -> bool:
        """Return True about once in ``count`` times; never once the bytes have ended."""
        return self.below(count) == count - 1

    def many(self, most: int) -> range:
        """Return a range to loop over, of at most so many."""
        return range(self.below(most + 1))

    def raw(self, most: int) -> bytes:
        """Return the next bytes, fewer at the end."""
        found = self._data[self._at : self._at + most]
        self._at += most
        return found

    @property
    def ended(self) -> bool:
        """Nothing is left to decide by."""
        return self._at >= len(self._data)
