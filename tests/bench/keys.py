"""How soon the screen answers a key beside 100,000 lines of log and a tree of 5,000, and what it costs when idle."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pexpect

from bench.screen import drain, running

SIZE = (40, 120)
TESTS = Path(__file__).parents[1]
DOWN, PAGE_DOWN, PAGE_UP = "\x1b[B", "\x1b[6~", "\x1b[5~"


def starts(root: Path, rounds: int) -> tuple[float, ...]:
    """Return the seconds from starting the command to the first picture."""
    found = []
    for _ in range(rounds):
        with running(root) as (app, _, began):
            app.expect_exact(b"not built yet", timeout=60)
            found.append(time.perf_counter() - began)
    return tuple(found)


def heavy_keys(count: int = 200) -> dict[str, tuple[float, ...]]:
    """Return the seconds from each key to what it brings, by what was done."""
    with heavy_screen() as app:
        found = {
            "page up in the log": times(app, PAGE_UP, count),
            "page down in the log": times(app, PAGE_DOWN, count),
        }
        settle(app, "/")
        typed = [times(app, key, 1)[0] for key in "line 9"]
        settle(app, "\r")
        found["next of a search"] = times(app, "n", count)
        settle(app, "\x1b", "2", "/", *"module", "\r")
        found["down in the tree"] = times(app, DOWN, count)
        found["page down in the tree"] = times(app, PAGE_DOWN, count)
        settle(app, "/")
        found["typing a search"] = (*typed, *(times(app, key, 1)[0] for key in "_4321"))
        return found


@contextmanager
def heavy_screen() -> Iterator[pexpect.spawn[bytes]]:
    """Run the app that has a lot to show (see ``support.screen.heavy``)."""
    paths = [str(TESTS), str(TESTS.parent / "core"), str(TESTS.parent / "tui")]
    environment = {
        **os.environ,
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "PYTHONPATH": os.pathsep.join(paths),
    }
    app = pexpect.spawn(sys.executable, ["-m", "support.screen.heavy"], env=environment, dimensions=SIZE)
    app.delaybeforesend = None
    try:
        app.expect_exact(b"READY", timeout=60)
        settle(app)
        yield app
    finally:
        app.close(force=True)


def settle(app: pexpect.spawn[bytes], *keys: str) -> None:
    """Press keys at a person's pace, and let everything come that they bring."""
    for key in (*keys, ""):
        app.send(key)
        time.sleep(0.5)
        drain(app)


def times(app: pexpect.spawn[bytes], key: str, count: int) -> tuple[float, ...]:
    """Press a key again and again; return the seconds from each to what it brings."""
    found = []
    for _ in range(count):
        time.sleep(0.03)
        drain(app)
        asked = time.perf_counter()
        app.send(key)
        app.read_nonblocking(1 << 16, timeout=5)
        found.append(time.perf_counter() - asked)
    return tuple(found)


def idle_share(root: Path, seconds: float = 40.0) -> float:
    """Return the share of one core that a watching screen takes when nothing happens."""
    with running(root) as (app, out, _):
        until = time.monotonic() + 80  # the first minute is told by the second
        while time.monotonic() < until or not list(out.glob("*.whl")):
            time.sleep(0.2)
            drain(app)
        before = used(app.pid)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            time.sleep(0.2)
            drain(app)
        return (used(app.pid) - before) / seconds


def used(process: int) -> float:
    """Return the seconds of processor time that a process took (Linux)."""
    facts = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(facts[11]) + int(facts[12])) / os.sysconf("SC_CLK_TCK")
