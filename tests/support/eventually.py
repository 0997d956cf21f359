"""Waiting for what nothing tells: another thread's, another program's doing, seen only by looking again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

PATIENCE: Final = 30.0
"""Seconds, for a machine that does much else; what is waited for takes a moment."""

_PAUSE: Final = 0.01

Why = str | Callable[[], str]
"""What is to be said where it never comes; a function is asked then."""


def eventually(condition: Callable[[], object], why: Why, *, seconds: float = PATIENCE) -> None:
    """Look until the condition holds; fail where it does not in time."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, _words(why)
        time.sleep(_PAUSE)


async def soon(condition: Callable[[], object], why: Why, *, seconds: float = PATIENCE) -> None:
    """Look until the condition holds, and let the loop go on meanwhile."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, _words(why)
        await asyncio.sleep(_PAUSE)


def _words(why: Why) -> str:
    return why if isinstance(why, str) else why()
