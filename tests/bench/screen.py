"""How soon the screen is there, and how soon it answers a key while a large project is built from nothing."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pexpect

SIZE = (24, 80)
_FIRST = b"not built yet"
"""On a card, in the first picture."""

_SECOND_CARD = b"waits for its turn"
"""On the wheel's card, while the sdist is built; not in the picture with the larger log."""

_PATIENCE = 60


@dataclass(frozen=True)
class Latency:
    """Seconds."""

    start: tuple[float, ...]
    """From starting the command to the first picture, each."""

    keys: tuple[float, ...]
    """From a key to what it brings, each."""


def latency(root: Path, rounds: int) -> Latency:
    """Start the screen again and again, into an empty output directory, and while it builds, change the picture."""
    starts, keys = [], []
    for _ in range(rounds):
        with running(root) as (app, out, began):
            app.expect_exact(_FIRST, timeout=_PATIENCE)
            starts.append(time.perf_counter() - began)
            app.expect_exact(_SECOND_CARD, timeout=_PATIENCE)
            while not list(out.glob("*.tar.gz")):
                app.send("l")
                time.sleep(0.1)  # a person's pace
                drain(app)
                asked = time.perf_counter()
                app.send("l")
                try:
                    app.expect_exact(_SECOND_CARD, timeout=2)
                except pexpect.TIMEOUT:
                    break  # the sdist came meanwhile
                keys.append(time.perf_counter() - asked)
    return Latency(tuple(starts), tuple(keys))


@contextmanager
def running(root: Path) -> Iterator[tuple[pexpect.spawn[bytes], Path, float]]:
    """Run the command in a terminal of its own."""
    folder = Path(tempfile.mkdtemp(prefix="atombuild-bench-"))
    out = folder / "dist"
    began = time.perf_counter()
    environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    app = pexpect.spawn(
        sys.executable, ["-m", "atombuild_tui", str(root), "-o", str(out)], env=environment, dimensions=SIZE
    )
    app.delaybeforesend = None
    try:
        yield app, out, began
        app.send("q")
        app.expect(pexpect.EOF, timeout=_PATIENCE)
    finally:
        app.close(force=True)
        shutil.rmtree(folder)


def drain(app: pexpect.spawn[bytes]) -> None:
    """Read what was written so far."""
    while True:
        try:
            app.read_nonblocking(1 << 16, timeout=0)
        except pexpect.TIMEOUT:
            return
