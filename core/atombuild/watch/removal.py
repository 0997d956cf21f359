"""Whether the project is being removed right now: what is built in the middle of ``rm -rf`` stands in its way.

Files of the project are gone, and deletions go on, be it in folders that nobody watches: then a build can wait until
they have stopped. What is left then is what there is to build, or nothing, and nothing is made anew.
"""

from __future__ import annotations

from typing import Final

PAUSE: Final = 0.3
"""Seconds without a deletion after which a removal is over: a slow disk or a busy machine makes it falter."""

LONGEST: Final = 10.0
"""Seconds after which nobody waits any longer: something may delete files of its own for ever."""


class Removal:
    """The deletions that were heard of. It never reads a clock: ``now`` is seconds of one that only goes forward."""

    def __init__(self) -> None:
        self._first = self._last = float("-inf")

    def note(self, now: float) -> None:
        """Something was deleted. From any thread."""
        if now - self._last >= PAUSE:
            self._first = now
        self._last = now

    def goes_on(self, now: float) -> bool:
        """Whether more may be deleted in a moment."""
        return now - self._last < PAUSE and now - self._first < LONGEST
