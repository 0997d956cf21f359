"""A quiet timer with a cap: when the changes have settled enough to look at them.

    idle ──hint──► waiting ──quiet passed since the last hint, or cap since the first──► due ──reset──► idle
                   ▲     │
                   └hint─┘ (the quiet starts anew, the cap does not)

The cap is why a storm of changes never starves the build. Whoever acts on ``due`` calls ``reset`` *before*
looking at the disk: a hint that comes while looking then starts a wait of its own, and no change is lost.
"""

from __future__ import annotations

from typing import Final

QUIET: Final = 0.03
"""Seconds without a hint that count as quiet: an editor's save is several events in a few milliseconds."""

CAP: Final = 0.5
"""Seconds after which nobody waits any longer."""


CALM: Final = 0.3
"""Seconds between two hints after which they belong to different bursts."""


class Settle:
    """The timer. It never reads a clock: ``now`` is seconds of any clock that only goes forward."""

    def __init__(self, *, quiet: float = QUIET, cap: float = CAP) -> None:
        if not 0 <= quiet <= cap:
            raise ValueError(f"quiet ({quiet}) must lie between 0 and cap ({cap})")
        self._quiet = quiet
        self._cap = cap
        self._wait = quiet
        self._first: float | None = None
        self._last = float("-inf")

    def hint(self, now: float) -> None:
        """Something may have changed."""
        if now - self._last >= CALM:
            self._wait = self._quiet
        if self._first is None:
            self._first = now
        self._last = max(self._last, now)

    def deadline(self) -> float | None:
        """Return when it will be due if no more hints come, or None while there is nothing to wait for."""
        if self._first is None:
            return None
        return min(self._last + self._wait, self._first + self._cap)

    def due(self, now: float) -> bool:
        """Whether it is time to look."""
        deadline = self.deadline()
        return deadline is not None and now >= deadline

    def reset(self) -> None:
        """Start over; call it before looking."""
        self._first = None
        self._wait = min(self._wait * 2, self._cap)
