"""When a stat lies: a file that is as young as the clock's tick may be written again and keep its times and size.

Version control systems have the same "racy" rule. Kernels tick every 1 to 10 ms; FAT counts in steps of two seconds.
"""

from __future__ import annotations

from typing import Final

FINE_WINDOW: Final = 100_000_000
"""Nanoseconds a file stays young where times are finer than milliseconds."""

COARSE_WINDOW: Final = 2_000_000_000
"""Nanoseconds a file stays young where times look coarse."""


def is_young(mtime_ns: int, ctime_ns: int, now_ns: int) -> bool:
    """Whether a write after a look at ``now_ns`` could leave a file's stat as it is."""
    coarse = mtime_ns % 1_000_000 == 0 or ctime_ns % 1_000_000 == 0
    window = COARSE_WINDOW if coarse else FINE_WINDOW
    return max(mtime_ns, ctime_ns) + window >= now_ns
