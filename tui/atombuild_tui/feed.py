"""Hands the engine's events to the screen: in order, thread-safely, and without drowning it.

The engine's threads put, the screen's loop takes. A burst is not a problem of the screen: lines travel in blocks, a
progress that a later one replaced is dropped, the loop is woken once, and it takes no more than it can show between two
keys. What nobody could read anyway (more lines than a log keeps) is dropped, and said so.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from atombuild.events import CommandOutput, Event, Level, Log, Progress

KEPT_LINES: Final = 100_000
"""Lines of each log that may wait; the logs themselves keep no more."""

_Lines: TypeAlias = Log | CommandOutput
"""Events that carry lines, for the log of builds and for that of the project's command."""


@dataclass(slots=True)
class _Block:
    """Lines of one kind that wait to be taken."""

    like: _Lines
    """An event of that kind, without lines."""

    lines: deque[str] = field(default_factory=deque)


@dataclass(slots=True)
class _Count:
    """How much of one log waits."""

    lines: int = 0
    dropped: int = 0
    """Lines that were let go since that was said last."""


class Feed:
    """A queue from the engine's threads to the loop of the screen."""

    def __init__(self, wake: Callable[[], None]) -> None:
        """``wake`` is called from a thread of the engine when something came after nothing was there."""
        self._wake = wake
        self._lock = threading.Lock()
        self._waiting: deque[Event | _Block] = deque()
        self._counts = {Log: _Count(), CommandOutput: _Count()}

    def put(self, event: Event) -> None:
        """Add an event. Called by the engine."""
        with self._lock:
            was_empty = not self._waiting
            self._add(event)
        if was_empty:
            self._wake()

    def take(self, most: int) -> list[Event]:
        """Remove and return the next events, in order: at most so many events and log lines together."""
        taken: list[Event] = []
        with self._lock:
            while self._waiting and most > 0:
                item = self._waiting[0]
                if isinstance(item, Event):
                    taken.append(item)
                    most -= 1
                    self._waiting.popleft()
                    continue
                tally = self._counts[type(item.like)]
                if tally.dropped:
                    taken.append(_dropped(item.like, tally.dropped))
                    tally.dropped = 0
                count = min(most, len(item.lines))
                taken.append(replace(item.like, lines=tuple(item.lines.popleft() for _ in range(count))))
                tally.lines -= count
                most -= count
                if not item.lines:
                    self._waiting.popleft()
        return taken

    def __len__(self) -> int:
        """Events and blocks of lines that wait."""
        return len(self._waiting)

    def _add(self, event: Event) -> None:
        last = self._waiting[-1] if self._waiting else None
        if isinstance(event, Progress) and isinstance(last, Progress) and last.kind is event.kind:
            self._waiting[-1] = event
        elif not isinstance(event, _Lines):
            self._waiting.append(event)
        elif event.lines:
            like = replace(event, lines=())
            if not isinstance(last, _Block) or last.like != like:
                last = _Block(like)
                self._waiting.append(last)
            last.lines.extend(event.lines)
            self._drop_oldest_lines(like, len(event.lines))

    def _drop_oldest_lines(self, like: _Lines, added: int) -> None:
        """Let the oldest lines of this log go, and of no other: what a command prints hides no error of a build."""
        tally = self._counts[type(like)]
        tally.lines += added
        while tally.lines > KEPT_LINES:
            block = next(item for item in self._waiting if isinstance(item, _Block) and type(item.like) is type(like))
            count = min(tally.lines - KEPT_LINES, len(block.lines))
            for _ in range(count):
                block.lines.popleft()
            tally.lines -= count
            tally.dropped += count
            if not block.lines:
                self._waiting.remove(block)


def _dropped(like: _Lines, count: int) -> _Lines:
    words = (f"({count} lines came too fast to be kept)",)
    return Log(words, Level.WARNING) if isinstance(like, Log) else CommandOutput(words)
