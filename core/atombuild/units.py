"""Figures as people read them."""

from __future__ import annotations

from typing import Final

END_OF_TIME: Final = 2.0**37
"""Seconds since the epoch, in the year 6325. Python's calendar ends with the year 9999, wherever one lives."""

MOST: Final = 2**63 - 1
"""Bytes or whatever is counted: no file is larger, and a float can still be made of it."""


def size_words(size: int) -> str:
    """Return a number of bytes in SI units: ``812 B``, ``12.3 kB``, ``4.56 MB``."""
    if size < 1000:
        return f"{size} B"
    value, unit = size / 1000, "kB"
    for larger in ("MB", "GB"):
        if value < 999.5:
            break
        value, unit = value / 1000, larger
    digits = 2 if value < 9.995 else 1 if value < 99.95 else 0
    return f"{value:.{digits}f} {unit}"


def size_change_words(size: int, previous: int | None) -> str:
    """Return how a size differs from the one before: ``+120 B``, ``-1.20 kB``, ``same size``; "" for the first."""
    if previous is None:
        return ""
    if size == previous:
        return "same size"
    return f"{'+' if size > previous else '-'}{size_words(abs(size - previous))}"


def seconds_words(seconds: float) -> str:
    """Return a duration: ``48 ms``, ``1.24 s``, ``2 min 05 s``."""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 59.995:
        return f"{seconds:.2f} s"
    whole = round(seconds)
    return f"{whole // 60} min {whole % 60:02} s"
