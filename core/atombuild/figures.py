"""Figures out of files that anybody may have written: believed only within what every view can show.

Each reader raises ``TypeError`` or ``ValueError`` for what is none.
"""

from __future__ import annotations

from typing import Any

from atombuild.units import END_OF_TIME, MOST


def count_in(value: Any) -> int:
    """Accept a number of bytes or attempts that there can be: with more digits, words for it can't even be made."""
    if type(value) is not int:
        raise TypeError(f"{value!r} where a whole number belongs")
    if not 0 <= value <= MOST:
        raise ValueError("no count has so many digits, or is below zero")
    return value


def time_in(value: Any) -> float:
    """Accept seconds, of a duration or since the epoch: whole or not, and within Python's calendar."""
    if type(value) not in {int, float}:
        raise TypeError(f"{value!r} where a number belongs")
    if not 0 <= value < END_OF_TIME:  # so that a number of 400 digits never becomes a float; NaN is in no range
        raise ValueError("no time is so late, or below zero")
    return float(value)


def count_or_none_in(value: Any) -> int | None:
    """Accept a count, or that there is none."""
    return None if value is None else count_in(value)


def time_or_none_in(value: Any) -> float | None:
    """Accept a time, or that there is none."""
    return None if value is None else time_in(value)
