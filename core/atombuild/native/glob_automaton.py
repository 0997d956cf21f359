"""Globs that regular expressions would try for minutes: run as automata, in a time that grows with the path alone.

Each element of a glob is a bit: the set of all elements that may come next is a number, and every byte of a path turns
it into the next one. uv_build's globs are automata too, so what takes no time there must take none here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_BYTES: Final = 256
ANY: Final = frozenset(range(_BYTES))
NO_SLASH: Final = ANY - set(b"/")
NO_NEWLINE: Final = ANY - set(b"\n")


@dataclass(frozen=True, slots=True)
class Step:
    """One element: what it is passed by, and whether it may stay or be left out."""

    passes: frozenset[int]
    """The bytes that lead to the next element."""

    stays: frozenset[int] = frozenset()
    """The bytes that lead back to this one."""

    optional: bool = False
    """The next element may come at once, at any time."""

    optional_first: bool = False
    """The next may come in its place, but not once this one was stayed in."""


class Automaton:
    """A sequence of steps, and after which of them it may end."""

    def __init__(self, steps: Iterable[Step], ends: Iterable[int]) -> None:
        """Take the steps, and those before which the input may end; the number of steps is the end of all."""
        self._passes = [0] * _BYTES
        self._stays = [0] * _BYTES
        self._free = self._opening = 0
        for number, step in enumerate(steps):
            bit = 1 << number
            for byte in step.passes:
                self._passes[byte] |= bit
            for byte in step.stays:
                self._stays[byte] |= bit
            if step.optional:
                self._free |= bit
            if step.optional_first:
                self._opening |= bit
        self._ends = sum(1 << end for end in set(ends))

    def matches(self, data: bytes) -> bool:
        """Whether all of ``data`` leads to an end."""
        states = self._with_free(1 | (1 & self._opening) << 1)
        for byte in data:
            passed = (states & self._passes[byte]) << 1
            passed |= (passed & self._opening) << 1
            states = self._with_free(passed | (states & self._stays[byte]))
            if not states:
                return False
        return bool(states & self._ends)

    def _with_free(self, states: int) -> int:
        while (more := states | (states & self._free) << 1) != states:
            states = more
        return states
