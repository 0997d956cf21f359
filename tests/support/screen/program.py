"""A small program for a real terminal: the app before an engine that plays hostile events, or never ends.

Run as ``python -m support.screen.program [stubborn | pages | plain]``.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from atombuild.checks.result import Check, CheckResult, CheckRow, Verdict
from atombuild.errors import Blame, Location, Report
from atombuild.events import (
    Advised,
    ArtifactStatus,
    AttemptFinished,
    Cause,
    ChangesIgnored,
    CheckFinished,
    CommandEnded,
    CommandNotRun,
    CommandOutput,
    CommandStarted,
    Compared,
    Event,
    Failure,
    Log,
    Looked,
    Mode,
    ModeChanged,
    Outcome,
    Preparing,
    ProjectLoaded,
    Remembered,
    TouchedMeanwhile,
    Warned,
)
from atombuild.finding import Finding, Severity
from atombuild.past import PastAttempt
from atombuild.status import Attempt
from atombuild_tui.app import AtombuildApp
from support.archives import sdist, wheel
from support.screen import scenes
from support.screen.engine import ScriptedEngine

HOSTILE = "evil\x1b]52;c;ZXZpbA==\x07\x1b]2;owned\x07\u202e\x9b31m\x1b[?1049l\x1b[2J[/]end"


class StubbornEngine(ScriptedEngine):
    """Is in mid-build, and does not end when it is asked to."""

    def join(self, seconds: float) -> bool:
        time.sleep(seconds)
        return False


def hostile_pages(folder: Path) -> list[Event]:
    """Return events that put hostile text wherever text is shown, and artifacts that are full of it."""
    name = HOSTILE.replace("/", "_")
    members = {f"pkg/{name}/{name}.py": HOSTILE.encode(), f"{name}.py": HOSTILE.encode(), "PKG-INFO": _metadata()}
    before = {f"pkg/{name}/{name}.py": b"before", f"lost{name}.py": b"", "PKG-INFO": b"Name: x\n"}
    files = {
        scenes.SDIST: (sdist(folder / "a.tar.gz", before), sdist(folder / "b.tar.gz", members, link=HOSTILE)),
        scenes.WHEEL: (wheel(folder / "a.whl", before), wheel(folder / "b.whl", members, version="2")),
    }
    where = Location(Path(f"/x/{name}"), 1, 2)
    now = time.time()
    events: list[Event] = [*scenes.opening(), ProjectLoaded(HOSTILE, HOSTILE, HOSTILE), Preparing(HOSTILE)]
    for event in scenes.success(now, 3, HOSTILE, HOSTILE):
        changed = event
        if isinstance(event, ArtifactStatus):
            changed = replace(event, target=HOSTILE, path=files[event.kind][1])
        events.append(changed)
    for kind, (old, new) in files.items():
        events.append(Compared(kind, 3, new, 2, old, 1, 1, 1, (HOSTILE,), 1))
    past = PastAttempt(2, now, 0.1, Cause.CHANGE.value, (HOSTILE,), 2, Attempt.FAILED, HOSTILE)
    row = CheckRow(Verdict.FAILED, HOSTILE, f"{HOSTILE}\n{HOSTILE}")
    return [
        *events,
        Remembered((past,)),
        CheckFinished(CheckResult(Check.INSTALL, Verdict.FAILED, HOSTILE, (row,), HOSTILE)),
        Looked(1, now, 0.1, ((HOSTILE, HOSTILE),), 1),
        ChangesIgnored((HOSTILE,), 1, HOSTILE),
        ModeChanged(Mode.POLLING, HOSTILE),
        Advised((Finding(HOSTILE, Severity.PROBLEM, where, HOSTILE, HOSTILE),)),
        Warned(HOSTILE, HOSTILE),
        CommandStarted(HOSTILE, Outcome.SUCCEEDED),
        CommandOutput((HOSTILE,)),
        CommandEnded(1, 0.1, HOSTILE),
        CommandNotRun(HOSTILE, HOSTILE, HOSTILE),
        Failure((Report(Blame.BACKEND, HOSTILE, HOSTILE, where, (HOSTILE,)),)),
        TouchedMeanwhile(HOSTILE),
        Log((HOSTILE, "everything was played")),
    ]


def _metadata() -> bytes:
    return f"Metadata-Version: 2.4\nName: {HOSTILE}\nSummary: {HOSTILE}\n\n{HOSTILE}\n".encode()


def main() -> int:
    """Run the app and return its status."""
    if "pages" in sys.argv:
        with tempfile.TemporaryDirectory() as folder:
            return _run(ScriptedEngine(*hostile_pages(Path(folder))))
    report = Report(Blame.BACKEND, HOSTILE, HOSTILE, why=(HOSTILE,))
    events = [*scenes.opening(), ProjectLoaded(HOSTILE, "1", "uv_build"), Log((HOSTILE,)), Failure((report,))]
    stubborn = "stubborn" in sys.argv
    ending = scenes.building(time.time()) if stubborn else [AttemptFinished(1, Outcome.FAILED, 0.1)]
    engine = (StubbornEngine if stubborn else ScriptedEngine)(*events, *scenes.failure(time.time()), *ending)
    return _run(engine)


def _run(engine: ScriptedEngine) -> int:
    app = AtombuildApp(engine)
    app.run()
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(main())
