"""The real app in a terminal of its own, watched from outside: what it made, and what it takes of the machine."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pexpect

from atombuild.builder import Plan
from atombuild.events import Cause, Outcome
from atombuild.wiring import ProjectSetup
from faults.situations import artifacts

PATIENCE = 30.0
"""Seconds until the app must have caught up with the last save."""


@dataclass(frozen=True)
class Taken:
    """What a process takes of the machine."""

    kilobytes: int
    descriptors: int
    threads: int


class Watched:
    """The app, running."""

    def __init__(self, root: Path) -> None:
        self._root = root
        command = [sys.executable, "-m", "atombuild_tui", "--no-bell", str(root)]
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self._child: pexpect.spawn[bytes] = pexpect.spawn(  # nosec - our own command
            command[0], command[1:], env=environment, dimensions=(40, 120), timeout=None
        )
        self._reader = threading.Thread(target=self._drain, daemon=True)
        self._reader.start()

    def _drain(self) -> None:
        """Take what is painted, as a terminal does; a full pipe would stop the app."""
        while True:
            try:
                self._child.read_nonblocking(1 << 16, timeout=None)
            except (pexpect.EOF, OSError):
                return

    def send(self, keys: str) -> None:
        """Press keys."""
        self._child.send(keys)

    def finish(self) -> int | None:
        """Quit by key; return the exit status, None where it never came."""
        self.send("q")
        until = time.monotonic() + PATIENCE
        while self._child.isalive() and time.monotonic() < until:
            time.sleep(0.05)  # another process' end is told by looking
        status = self._child.exitstatus
        self._child.close(force=True)
        return None if status is None else int(status)

    @property
    def alive(self) -> bool:
        """It runs."""
        return bool(self._child.isalive())

    @property
    def taken(self) -> Taken:
        """What it takes now."""
        status = Path(f"/proc/{self._child.pid}/status").read_text(encoding="ascii")
        fields = dict(line.split(":", 1) for line in status.splitlines())
        descriptors = len(list(Path(f"/proc/{self._child.pid}/fd").iterdir()))
        return Taken(int(fields["VmRSS"].split()[0]), descriptors, int(fields["Threads"]))

    def catches_up(self) -> str:
        """Wait until the artifacts are those of the tree as it is; return what is wrong where that never comes."""
        expected = reference(self._root)
        until = time.monotonic() + PATIENCE
        while (found := artifacts(self._root / "dist")) != expected:
            if not self.alive:
                return "the app has ended"
            if time.monotonic() > until:
                return f"a change was lost: {sorted(found)} differ from a build of the tree, {sorted(expected)}"
            time.sleep(0.02)  # what another process does is told by looking
        return ""


def reference(root: Path) -> dict[str, bytes]:
    """Build the tree as it is, elsewhere; return the artifacts, none where it can't be built."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / root.name
        shutil.copytree(root, copy, symlinks=True, ignore=shutil.ignore_patterns("dist", ".git"))
        session = ProjectSetup(copy, copy / "dist", Plan()).session(lambda _event: None)
        try:
            good = session.attempt(Cause.REQUEST).outcome is Outcome.SUCCEEDED
        finally:
            session.end()
        return artifacts(copy / "dist") if good else {}


@contextmanager
def watching(root: Path) -> Iterator[Watched]:
    """Start the app on a project; it is ended in any case."""
    app = Watched(root)
    try:
        yield app
    finally:
        if app.alive:
            app.finish()
