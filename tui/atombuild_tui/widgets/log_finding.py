"""Where in a log something is: its problems, and a text that somebody looks for. Nothing here draws or scrolls."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from atombuild_tui.journal import Role
from atombuild_tui.problem import Problem
from atombuild_tui.widgets.log_buffer import LogBuffer


def problems_since(buffer: LogBuffer, first: int) -> list[tuple[int, Problem]]:
    """Return what there is to fix: the errors from this entry on, then all advice that holds now.

    Advice is told when it changes: builds may have begun since. Each comes with the entry in which it begins.
    """
    entries = ((index, buffer[index]) for index in range(first, len(buffer)))
    errors = [
        (index, each.problem)
        for index, each in entries
        if each.role is Role.WHAT and each.problem and each.advice is None
    ]
    return errors + _latest_advice(buffer)


def _latest_advice(buffer: LogBuffer) -> list[tuple[int, Problem]]:
    found: list[tuple[int, Problem]] = []
    latest = None
    for index in range(len(buffer) - 1, -1, -1):
        entry = buffer[index]
        if entry.advice is None:
            if latest is not None:
                break
            continue
        latest = entry.advice if latest is None else latest
        if entry.advice is not latest:
            break
        if entry.role is Role.WHAT and entry.problem:
            found.append((index, entry.problem))
    return found[::-1]


def rows_of_problem(buffer: LogBuffer, entry: int, problem: Problem) -> tuple[int, int]:
    """Return the first and the last row of a problem that begins in this entry."""
    first = last = buffer.row_of(entry)
    while (below := buffer.row(last + 1)) is not None and below.entry.problem is problem:
        last += 1
    return first, last


def latest_attempt(buffer: LogBuffer) -> int | None:
    """Return the row where the latest attempt begins; None: no attempt is in it."""
    for index in range(len(buffer) - 1, -1, -1):
        if buffer[index].role is Role.RULE:
            return buffer.row_of(index)
    return None


class Found:
    """Which entries have a text in them; they are looked for anew only when something was written."""

    def __init__(self) -> None:
        self._state: tuple[str, LogBuffer | None, int] = ("", None, 0)
        self._entries: list[int] = []

    def entries(self, buffer: LogBuffer, sought: str) -> list[int]:
        """Return them, the oldest first. ``sought`` is casefolded."""
        state = (sought, buffer, buffer.written)
        if self._state != state:
            self._state = state
            self._entries = [number for number, entry in enumerate(buffer) if sought in entry.text.casefold()]
        return self._entries


def step_from(found: list[int], here: int, step: int, *, at_match: bool) -> int:
    """Return which of these entries comes next (1), before (-1) or is nearest (0), and round again.

    ``here`` is where the reader is; ``at_match``: on an entry that was found, which the next one is not.
    """
    if step > 0:
        at = bisect_right(found, here) if at_match else bisect_left(found, here)
    elif step < 0:
        at = bisect_left(found, here) - 1
    else:
        at = bisect_left(found, here)
    return at % len(found)
