"""A small program for a real terminal: the app before an engine that plays hostile events, or never ends.

Run as ``python -m support.screen.program [stubborn]``.
"""

from __future__ import annotations

import sys
import time

from atombuild.errors import Blame, Report
from atombuild.events import AttemptFinished, Failure, Log, Outcome, ProjectLoaded
from atombuild_tui.app import AtombuildApp
from support.screen import scenes
from support.screen.engine import ScriptedEngine

HOSTILE = "evil\x1b]52;c;ZXZpbA==\x07\x1b]2;owned\x07\u202e\x9b31m\x1b[?1049l\x1b[2J[/]end"


class StubbornEngine(ScriptedEngine):
    """Is in mid-build, and does not end when it is asked to."""

    def join(self, seconds: float) -> bool:
        time.sleep(seconds)
        return False


def main() -> int:
    """Run the app and return its status."""
    report = Report(Blame.BACKEND, HOSTILE, HOSTILE, why=(HOSTILE,))
    events = [*scenes.opening(), ProjectLoaded(HOSTILE, "1", "uv_build"), Log((HOSTILE,)), Failure((report,))]
    stubborn = "stubborn" in sys.argv
    ending = scenes.building(time.time()) if stubborn else [AttemptFinished(1, Outcome.FAILED, 0.1)]
    engine = (StubbornEngine if stubborn else ScriptedEngine)(*events, *scenes.failure(time.time()), *ending)
    app = AtombuildApp(engine)
    app.run()
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(main())
