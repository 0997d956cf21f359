"""Times, counts and paths as people read them. Pure functions; sizes and durations are :mod:`atombuild.units`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Final

from rich.cells import cell_len

from atombuild.units import END_OF_TIME, seconds_words

_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86_400


def running_time(seconds: float) -> str:
    """Return a duration that is still growing; never in milliseconds, which nobody can follow."""
    return f"{max(seconds, 0.0):.1f} s" if seconds < _MINUTE else seconds_words(seconds)


def clock_time(moment: float, now: float, zone: tzinfo | None = None) -> str:
    """Return the time of day, with the date when it was not today. ``zone`` None is the machine's own."""
    today = day(moment, zone) == day(now, zone)
    return _date(moment, zone).strftime("%H:%M:%S" if today else "%d %b %H:%M")


def day(moment: float, zone: tzinfo | None = None) -> date:
    """Return the day that a moment belongs to."""
    return _date(moment, zone).date()


def _date(at: float, zone: tzinfo | None) -> datetime:
    """Return the date; the last or first that can be had, where a file says that it is of the year 36812."""
    return datetime.fromtimestamp(min(max(at, -END_OF_TIME / 100), END_OF_TIME), zone)


def ago(moment: float, now: float) -> str:
    """Return how long ago in one unit: ``just now``, ``12 s ago``, ``3 min ago``, ``2 h ago``, ``4 days ago``."""
    seconds = now - moment
    if seconds < 5:  # noqa: PLR2004 - younger than anybody counts
        return "just now"
    if seconds < _MINUTE:
        return f"{int(seconds)} s ago"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)} min ago"
    if seconds < _DAY:
        return f"{int(seconds // _HOUR)} h ago"
    days = timedelta(seconds=seconds).days
    return "1 day ago" if days == 1 else f"{days} days ago"


def counted(count: int, thing: str) -> str:
    """Return ``1 change``, ``2 changes``, ``1,200 lines``."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


def listed(paths: Sequence[str], total: int) -> str:
    """Return the first path and how many more there are: ``src/a.py and 2 more``."""
    more = total - 1
    first = paths[0] if paths else counted(total, "file")
    return f"{first} and {more:,} more" if paths and more > 0 else first


def home_shortened(path: str, home: Path) -> str:
    """Return the path with ``~`` for the home folder."""
    prefix = str(home)
    if path == prefix:
        return "~"
    return f"~{path[len(prefix) :]}" if prefix != "/" and path.startswith(f"{prefix}/") else path


def inside(path: Path, folder: str) -> str:
    """Return the path relative to the folder where it is in it, and as it is elsewhere."""
    text, prefix = str(path), folder.rstrip("/\\")
    if prefix and text.startswith(prefix) and text[len(prefix) : len(prefix) + 1] in {"/", "\\"}:
        return text[len(prefix) + 1 :]
    return text


def shortened(text: str, cells: int) -> str:
    """Return the text in at most so many terminal cells: the middle gives way to ``…``, both ends stay."""
    if cell_len(text) <= cells:
        return text
    if cells <= 1:
        return "…"[: max(cells, 0)]
    head, tail = cells // 2, cells - 1 - cells // 2
    return f"{_first_cells(text, head)}…{_first_cells(text[::-1], tail)[::-1]}"


def after_cells(text: str, cells: int) -> tuple[int, int]:
    """Return where the text goes on after so many cells, and how many of them are left of a character cut in two."""
    used = 0
    for index, character in enumerate(text):
        if used >= cells:
            return index, used - cells
        used += cell_len(character)
    return len(text), max(used - cells, 0)


def _first_cells(text: str, cells: int) -> str:
    used = 0
    for index, character in enumerate(text):
        used += cell_len(character)
        if used > cells:
            return text[:index]
    return text


def moment(at: float, zone: tzinfo | None = None) -> str:
    """Return a moment to the millisecond: ``1 Mar 12:02:11.250``."""
    then = _date(at, zone)
    return f"{then.day} {then.strftime('%b %H:%M:%S')}.{then.microsecond // 1000:03}"
