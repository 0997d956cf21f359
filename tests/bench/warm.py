"""One warm builder in a process of its own: builds, then edits and builds again; prints what it took, as JSON.

``python tests/bench/warm.py ROOT FILE sdist,wheel ROUNDS`` times the attempts of a session, from the moment a change is
known until the last artifact stands, synced, under its name. With ``watch`` at the end it runs the engine, and times
from the save until then.
"""

from __future__ import annotations

import json
import resource
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

from atombuild.builder import Plan
from atombuild.events import ArtifactStatus, Cause, Event, Mode, ModeChanged
from atombuild.status import ArtifactKind, Attempt
from atombuild.wiring import ProjectSetup

_QUIET = 0.4
"""Seconds between two saves: a person's pace, and enough for a file to be no longer young."""


class Stopwatch:
    """Listens for the last artifact of an attempt."""

    def __init__(self, kinds: tuple[ArtifactKind, ...]) -> None:
        self._last = kinds[-1]
        self.stands = threading.Event()
        self.live = threading.Event()
        self.at = 0.0

    def hear(self, event: Event) -> None:
        """Note the moment at which the last artifact is said to stand."""
        now = time.perf_counter()
        if isinstance(event, ModeChanged) and event.mode is Mode.LIVE:
            self.live.set()
        if isinstance(event, ArtifactStatus) and event.kind is self._last:
            if event.status.attempt is Attempt.SUCCEEDED and not event.status.outdated:
                if not self.stands.is_set():
                    self.at = now
                self.stands.set()
            else:
                self.stands.clear()


def attempts(setup: ProjectSetup, edited: Path, rounds: int) -> tuple[float, list[float]]:
    """Return the seconds of the first build, and of each that follows an edit."""
    watch = Stopwatch(setup.plan.kinds)
    session = setup.session(watch.hear)
    began = time.perf_counter()
    session.attempt(Cause.START)
    cold, warm = watch.at - began, []
    text = edited.read_text()
    for number in range(rounds):
        time.sleep(_QUIET)
        edited.write_text(f"{text}\n# {number}\n")
        session.examine()
        watch.stands.clear()
        began = time.perf_counter()
        session.attempt(Cause.CHANGE)
        warm.append(watch.at - began)
    edited.write_text(text)
    return cold, warm


def saves(setup: ProjectSetup, edited: Path, rounds: int) -> list[float]:
    """Return the seconds from each save until what holds it stands."""
    watch = Stopwatch(setup.plan.kinds)
    engine = setup.engine()
    engine.start(watch.hear)
    watch.live.wait(60)
    watch.stands.wait(600)
    text, taken = edited.read_text(), []
    for number in range(rounds):
        time.sleep(3 * _QUIET)
        watch.stands.clear()
        began = time.perf_counter()
        edited.write_text(f"{text}\n# {number}\n")
        if not watch.stands.wait(600):
            raise TimeoutError(f"save {number} was not built")
        taken.append(watch.at - began)
    engine.stop()
    engine.join(10)
    edited.write_text(text)
    return taken


def main(root: str, edited: str, kinds: str, rounds: str, *mode: str) -> None:
    """Measure, and print."""
    chosen = tuple(ArtifactKind(kind) for kind in kinds.split(","))
    out_dir = Path(tempfile.mkdtemp(prefix="atombuild-bench-")) / "dist"
    setup = ProjectSetup(Path(root), out_dir, Plan(chosen, wheel_from_sdist=len(chosen) > 1))
    try:
        if mode:
            result: dict[str, object] = {"saves": saves(setup, Path(edited), int(rounds))}
        else:
            cold, warm = attempts(setup, Path(edited), int(rounds))
            result = {"cold": cold, "warm": warm}
        result["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        result["sizes"] = {path.name: path.stat().st_size for path in out_dir.iterdir() if path.name[0] != "."}
    finally:
        shutil.rmtree(out_dir.parent)
    sys.stdout.write(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
