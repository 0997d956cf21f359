"""Signals from outside, as calls on the loop. On Windows there are none of these, and nothing happens here."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

ENDING: Final = tuple(
    getattr(signal, name)
    for name in ("SIGTERM", "SIGHUP", "SIGINT")
    if hasattr(signal, name) and sys.platform != "win32"
)
"""The signals that ask us to end."""


class Ear:
    """Hears the signals that ask us to end, while it listens."""

    def __init__(self, obey: Callable[[int], None]) -> None:
        """``obey`` is called on the loop, with the number of the signal."""
        self._obey = obey
        self._loop: asyncio.AbstractEventLoop | None = None
        """The one that listens for us; None: none does, or it can't."""

    def listen(self) -> None:
        """Listen from now on, where this loop can."""
        loop = asyncio.get_running_loop()
        try:
            for number in ENDING:
                loop.add_signal_handler(number, self._obey, int(number))
        except (NotImplementedError, RuntimeError, ValueError):
            # Not the main thread, or a loop without signals: whoever runs the loop there handles them.
            return
        self._loop = loop

    def close(self) -> None:
        """Listen no more."""
        if self._loop is not None:
            for number in ENDING:
                self._loop.remove_signal_handler(number)
            self._loop = None

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Hear nothing for a while."""
        listened = self._loop is not None
        self.close()
        try:
            yield
        finally:
            if listened:
                self.listen()


def terminal_is_gone() -> bool:
    """Tell whether the terminal that we were started in has hung up: then nothing can be written any more."""
    try:
        import termios  # noqa: PLC0415 - there is none on Windows
    except ImportError:
        return False
    try:
        termios.tcgetattr(0)
    except (termios.error, OSError):
        return True
    return False
