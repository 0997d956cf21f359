"""The program in an emulated terminal: what its user sees, cell by cell, instead of what it meant to show."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pexpect
import pyte

from support.eventually import PATIENCE

TESTS = Path(__file__).parents[1]

QUIET = 0.25
"""Seconds without output after which everything was drawn."""

KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "end": "\x1b[F",
    "home": "\x1b[H",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
}


class _Screen(pyte.Screen):
    """Takes what a terminal answers to, and shows nothing for it."""

    def report_device_status(self, mode: int, **_: Any) -> None:
        """Say nothing: nobody listens here."""


class Emulator:
    """Runs a module in a terminal of this size."""

    def __init__(self, command: list[str], width: int, height: int, *, home: Path) -> None:
        self._begin(width, height)
        self._size = (height, width)
        environment = {**os.environ, "PYTHONPATH": str(TESTS), "TERM": "xterm-256color", "HOME": str(home)}
        for name in ("NO_COLOR", "COLUMNS", "LINES"):  # of whoever runs the tests
            environment.pop(name, None)
        self._child = pexpect.spawn(
            sys.executable, command, env=environment, dimensions=self._size, timeout=PATIENCE, encoding=None
        )

    def _begin(self, width: int, height: int) -> None:
        self._screen = _Screen(width, height)
        self._stream = pyte.ByteStream(self._screen)

    def press(self, key: str) -> None:
        """Type."""
        self._child.send(KEYS.get(key, key))

    def rows(self, quiet: float = QUIET) -> list[str]:
        """Return what stands there once nothing was drawn for a while."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                self._stream.feed(self._child.read_nonblocking(1 << 16, timeout=quiet))
            except pexpect.TIMEOUT:
                return [row.rstrip() for row in self._screen.display]
            assert time.monotonic() < until, "it never came to rest"

    def wait_for(self, words: str) -> None:
        """Wait until these words stand there."""
        until = time.monotonic() + PATIENCE
        while not any(words in row for row in self.rows()):
            assert time.monotonic() < until, "\n".join([f"{words!r} never came:", *self._screen.display])

    def drawn_anew(self) -> list[str]:
        """Let everything be placed and drawn from the beginning, and return what stands there then."""
        height, width = self._size
        for columns in (width - 1, width):
            self._child.setwinsize(height, columns)
            self.rows()
        self._begin(width, height)
        self._child.kill(signal.SIGUSR1)
        return self.rows()

    def close(self) -> None:
        """End the program."""
        self._child.close(force=True)
