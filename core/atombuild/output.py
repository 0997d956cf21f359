"""What a program prints, on its way to a log: as it comes, safe to show, and bounded whatever it does."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

from atombuild.sanitise import LineFeed, without_colours

SHOWN_BYTES: Final = 4 << 20
"""Of one program's output are shown from its beginning; more would fill the log and hold who waits for it."""

TAIL_BYTES: Final = 1 << 16
"""Are shown from the end of a longer one: that is where errors stand."""

_REMEMBERED: Final = 60
_AT_ONCE: Final = 1000


class ProgramOutput:
    """Takes the output of one run of a program: a hook, or a command."""

    def __init__(self, emit: Callable[[tuple[str, ...]], None]) -> None:
        """``emit`` takes the lines, colours kept, a thousand at most at once."""
        self._emit = emit
        self._feed = LineFeed(colours=True)
        self._left = SHOWN_BYTES
        self._dropped = 0
        self._tail = bytearray()
        self._last: deque[str] = deque(maxlen=_REMEMBERED)

    def hear(self, data: bytes) -> None:
        """Take the next bytes."""
        if self._left > 0:
            shown, data = data[: self._left], data[self._left :]
            self._left -= len(shown)
            self._tell(self._feed.feed(shown))
        if data:
            self._dropped += len(data)
            self._tail += data
            if len(self._tail) > 2 * TAIL_BYTES:
                del self._tail[:-TAIL_BYTES]

    def close(self) -> tuple[str, ...]:
        """Say what is left; return the last lines."""
        self._tell(self._feed.close())
        if self._dropped:
            tail = bytes(self._tail[-TAIL_BYTES:])
            left_out = self._dropped - len(tail)
            if left_out:
                self._tell([f"… {left_out:,} bytes of output are not shown …"])
                tail = tail.partition(b"\n")[2] or tail
            feed = LineFeed(colours=True)
            self._tell([*feed.feed(tail), *feed.close()])
        return tuple(self._last)

    def _tell(self, lines: list[str]) -> None:
        self._last.extend(map(without_colours, lines))
        for start in range(0, len(lines), _AT_ONCE):
            self._emit(tuple(lines[start : start + _AT_ONCE]))
