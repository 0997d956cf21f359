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


def listen(loop: asyncio.AbstractEventLoop, leave: Callable[[int], None]) -> bool:
    """Call ``leave`` with the number of the first of these signals; False where loops can't listen to any."""
    try:
        for number in ENDING:
            loop.add_signal_handler(number, leave, int(number))
    except (NotImplementedError, RuntimeError, ValueError):
        # Not the main thread, or a loop without signals: whoever runs the loop there handles them.
        return False
    return bool(ENDING)


@contextmanager
def unheard(loop: asyncio.AbstractEventLoop, leave: Callable[[int], None], *, listens: bool) -> Iterator[None]:
    """Listen to none of them for a while; ``listens``: whether that was done before."""
    if listens:
        forget(loop)
    try:
        yield
    finally:
        if listens:
            listen(loop, leave)


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


def forget(loop: asyncio.AbstractEventLoop) -> None:
    """Undo :func:`listen`."""
    for number in ENDING:
        loop.remove_signal_handler(number)
