"""The app as the server starts it: the same command line, told that its screen is a browser."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Final

_LOOK_SECONDS: Final = 1.0


def child_command(arguments: list[str]) -> str:
    """Return the command line of the app, quoted for the shell that textual-serve starts it with."""
    words = [sys.executable, "-m", "atombuild_tui", "--in-browser", *arguments]
    return subprocess.list2cmdline(words) if sys.platform == "win32" else f"exec {shlex.join(words)}"


def when_orphaned(end: Callable[[], None]) -> None:
    """Call ``end`` when the server is gone: it may have been killed, and nobody else would end us."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_SECONDS)
        end()

    threading.Thread(target=watch, name="atombuild-orphan", daemon=True).start()
