"""The long run: targets in turn, a slice of time each, and a table of what came of it."""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from fuzz.oracle import Broken, Playground
from fuzz.target import Target
from fuzz.targets import TARGETS, target

SLICE_SECONDS: Final = 2.0
REPORT_SECONDS: Final = 60.0
MOST_CRASHES: Final = 2
"""That broke off in one and the same place are printed; more are only counted."""


@dataclass
class Score:
    """How it went with one target."""

    runs: int = 0
    crashes: int = 0
    seconds: float = 0.0
    places: Counter[str] = field(default_factory=Counter)
    """Where it broke off, and how often."""


def run(names: list[str], minutes: float) -> int:
    """Fuzz for so many minutes; return the exit status."""
    chosen = [target(name) for name in names] if names else list(TARGETS)
    scores = {each.name: Score() for each in chosen}
    end = time.monotonic() + minutes * 60
    told = time.monotonic()
    with Playground() as playground, _guarded(playground), contextlib.suppress(KeyboardInterrupt):
        while time.monotonic() < end:
            for each in chosen:
                _slice(each, scores[each.name], playground, min(end, time.monotonic() + SLICE_SECONDS))
            if time.monotonic() - told > REPORT_SECONDS:
                told = time.monotonic()
                say(_line(scores))
    say(table(scores))
    return 1 if any(score.crashes for score in scores.values()) else 0


def _slice(each: Target, score: Score, playground: Playground, until: float) -> None:
    began = time.monotonic()
    while time.monotonic() < until:
        seed = secrets.randbits(48)
        score.runs += 1
        try:
            each.run(each.data(seed), playground)
        except Exception as error:  # noqa: BLE001 (whatever comes out of a target is a crash)
            score.crashes += 1
            place = _place(error)
            score.places[place] += 1
            if score.places[place] <= MOST_CRASHES:
                say(f"CRASH in {each.name}: python -m tests.fuzz --target {each.name} --seed {seed}")
                say(traceback.format_exc(limit=-6))
    score.seconds += time.monotonic() - began


def _place(error: BaseException) -> str:
    """Return what tells one defect from another, most of the time."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} {last.filename}:{last.lineno} {str(error)[:20]}"


def repeat(name: str, seed: int | None, file: Path | None) -> int:
    """Run one input again, with its whole traceback."""
    each = target(name)
    data = file.read_bytes() if file is not None else each.data(seed or 0)
    with Playground() as playground, _guarded(playground):
        each.run(data, playground)
    say("nothing is wrong with it")
    return 0


@contextlib.contextmanager
def _guarded(playground: Playground) -> Iterator[None]:
    """Let no file be written or removed anywhere but in the playground: Python itself tells of each attempt.

    A hook can't be taken away again, so this is for runs that have the process to themselves.
    """
    guard = _Guard(playground.allowed)
    sys.addaudithook(guard)
    guard.on = True
    try:
        yield
    finally:
        guard.on = False


class _Guard:
    """Hears of every call that changes a file."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        self.on = False
        self._allowed = allowed

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.on:
            return
        if event == "open":
            path, _mode, flags = arguments
            if isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC):
                self._judge(event, path, -1)
        elif event in _CHANGES:
            for path, descriptor in _CHANGES[event](arguments):
                self._judge(event, path, descriptor)

    def _judge(self, event: str, path: object, descriptor: int) -> None:
        if isinstance(path, int) or not isinstance(path, str | bytes | os.PathLike):
            return  # a descriptor that was opened before, and judged then
        text = os.fsdecode(path)
        if not text.startswith("/"):
            # Relative to a directory that is open; an open() that says nothing of one is by a name that is ours alone.
            if descriptor < 0:
                if "/" not in text and event == "open":
                    return
                descriptor_path = os.getcwd()
            else:
                descriptor_path = os.readlink(f"/proc/self/fd/{descriptor}")
            text = f"{descriptor_path}/{text}"
        parent = os.path.realpath(os.path.dirname(text))
        place = f"{parent}/{os.path.basename(text)}/"
        if not place.startswith(self._allowed) and text not in {os.devnull, "/dev/tty", "/dev/null"}:
            raise Broken(f"{event} of {text}, outside of the playground")


_CHANGES: Final[dict[str, Callable[[tuple[Any, ...]], list[tuple[Any, int]]]]] = {
    "os.remove": lambda a: [(a[0], a[1])],
    "os.rmdir": lambda a: [(a[0], a[1])],
    "os.mkdir": lambda a: [(a[0], a[2])],
    "os.rename": lambda a: [(a[0], a[2]), (a[1], a[3])],
    "os.link": lambda a: [(a[1], a[3])],
    "os.symlink": lambda a: [(a[1], a[2])],
    "os.chmod": lambda a: [(a[0], a[2])],
    "os.truncate": lambda a: [(a[0], -1)],
    "os.utime": lambda a: [(a[0], a[3])],
}


def _line(scores: dict[str, Score]) -> str:
    parts = [
        f"{name} {score.runs:,}" + (f" ({score.crashes} CRASHED)" if score.crashes else "")
        for name, score in scores.items()
    ]
    return f"{time.strftime('%H:%M:%S')}  " + "  ".join(parts)


def table(scores: dict[str, Score]) -> str:
    """Return Markdown."""
    rows = ["| target | runs | crashes | minutes |", "|---|---:|---:|---:|"]
    rows += [f"| {name} | {one.runs:,} | {one.crashes} | {one.seconds / 60:.1f} |" for name, one in scores.items()]
    total = Score(sum(one.runs for one in scores.values()), sum(one.crashes for one in scores.values()))
    total.seconds = sum(one.seconds for one in scores.values())
    rows.append(f"| **all** | **{total.runs:,}** | **{total.crashes}** | **{total.seconds / 60:.1f}** |")
    return "\n".join(rows)


def say(text: str) -> None:
    """Print at once: a long run is looked at while it lasts."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
