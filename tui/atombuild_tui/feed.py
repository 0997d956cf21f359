"""Hands the engine's events to the screen: in order, thread-safely, and without drowning it.

The engine's thread puts, the screen's loop takes. A burst is not a problem of the screen: log lines travel in blocks, a
progress that a later one replaced is dropped, the loop is woken once, and it takes no more than it can show between two
keys. What nobody could read anyway (more lines than the log keeps) is dropped, and said so.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from atombuild.events import Event, Level, Log, Progress

KEPT_LINES: Final = 100_000
"""Log lines that may wait; the log itself keeps no more."""


@dataclass(slots=True)
class _Block:
    """Log lines of one level that wait to be taken."""

    level: Level
    lines: deque[str] = field(default_factory=deque)


class Feed:
    """A queue from the engine's thread to the loop of the screen."""

    def __init__(self, wake: Callable[[], None]) -> None:
        """``wake`` is called from the engine's thread when something came after nothing was there."""
        self._wake = wake
        self._lock = threading.Lock()
        self._waiting: deque[Event | _Block] = deque()
        self._lines = 0
        self._dropped = 0

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
                if self._dropped:
                    taken.append(Log((f"({self._dropped} lines came too fast to be kept)",), Level.WARNING))
                    self._dropped = 0
                count = min(most, len(item.lines))
                taken.append(Log(tuple(item.lines.popleft() for _ in range(count)), item.level))
                self._lines -= count
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
        elif not isinstance(event, Log):
            self._waiting.append(event)
        elif event.lines:
            if not isinstance(last, _Block) or last.level is not event.level:
                last = _Block(event.level)
                self._waiting.append(last)
            last.lines.extend(event.lines)
            self._lines += len(event.lines)
            self._drop_oldest_lines()

    def _drop_oldest_lines(self) -> None:
        while self._lines > KEPT_LINES:
            block = next(item for item in self._waiting if isinstance(item, _Block))
            count = min(self._lines - KEPT_LINES, len(block.lines))
            for _ in range(count):
                block.lines.popleft()
            self._lines -= count
            self._dropped += count
            if not block.lines:
                self._waiting.remove(block)
