"""How Python itself is set so that a key is answered at once, however much is built and remembered beside it."""

from __future__ import annotations

import gc
import sys
from typing import Final

_TURN: Final = 0.001
"""Seconds that a thread of Python runs before another gets its turn. A build is thousands of short calls: with the
usual 5 ms, it would wait that long after each of them while the screen is busy."""

_THRESHOLDS: Final = (10_000, 20, 50)
"""Of the collector of cycles. A look at everything takes 80 ms beside a log of 100,000 lines, and there is
next to nothing to find. With Python's own (700, 10, 10) it came every few seconds, and keys waited for it."""


def be_quick() -> None:
    """Set the interpreter. What was imported by now is not looked at again."""
    # The build and the screen share an interpreter: a slow paint must not stall the build, nor the build a key.
    sys.setswitchinterval(_TURN)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
