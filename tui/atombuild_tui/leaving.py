"""How the screen parts from its engine: it asks, waits a little, and goes either way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from atombuild_tui.engine import Engine

PATIENCE: Final = 0.8
"""Seconds that the engine has to end after it was asked to; then we leave without it."""


UNSEEN: Final = 3.5
"""Seconds that it has where nobody waits before a screen: enough to end by force what does not end when asked."""


def part_from(engine: Engine, then: Callable[[bool], None], *, patience: float = PATIENCE) -> None:
    """Ask the engine to stop; call ``then`` from another thread, with whether it ended in time."""
    engine.stop()
    # A plain daemon thread: neither Textual nor asyncio waits for one at the end.
    threading.Thread(target=lambda: then(engine.join(patience)), name="atombuild-leave", daemon=True).start()
