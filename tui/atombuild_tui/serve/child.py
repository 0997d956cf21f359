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

from atombuild.exit_status import FAILED

_LOOK_SECONDS: Final = 1.0
_GRACE_SECONDS: Final = 10.0


def child_command(arguments: list[str], server: int) -> str:
    """Return the command line of the app, quoted for the shell that textual-serve starts it with.

    ``server`` is the process that the app must not outlive.
    """
    words = [sys.executable, "-m", "atombuild_tui", "--in-browser", str(server), *arguments]
    return subprocess.list2cmdline(words) if sys.platform == "win32" else f"exec {shlex.join(words)}"


def when_orphaned(
    server: int,
    end: Callable[[], None],
    *,
    give_up: Callable[[], object] = lambda: os._exit(FAILED),
    patience: float = _GRACE_SECONDS,
) -> None:
    """Call ``end`` when the server is gone: it may have been killed, and nobody else would end us.

    Whoever is too busy to hear it must not build on for nobody: after ``patience`` seconds ``give_up`` is called.
    """
    is_there = _watched(server)

    def watch() -> None:
        while is_there():
            time.sleep(_LOOK_SECONDS)
        end()
        time.sleep(patience)
        give_up()

    threading.Thread(target=watch, name="atombuild-orphan", daemon=True).start()


def _watched(process: int) -> Callable[[], bool]:
    """Return what tells whether a process is still there, and is still the same one."""
    if sys.platform == "win32":
        # A parent that is gone stays the parent there, and between it and us is a shell.
        import ctypes  # noqa: PLC0415 (only there)

        synchronize, timed_out = 0x0010_0000, 0x102
        kernel = ctypes.windll.kernel32
        kernel.OpenProcess.restype = ctypes.c_void_p
        handle = ctypes.c_void_p(kernel.OpenProcess(synchronize, False, process))  # noqa: FBT003 (not inherited)
        return lambda: bool(handle) and kernel.WaitForSingleObject(handle, 0) == timed_out
    return lambda: os.getppid() == process
