"""A small program for measuring: the app before 100,000 lines of log and two artifacts of 5,000 members.

Run as ``python -m support.screen.heavy``.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from atombuild.events import ArtifactStatus, Event, Level, Log
from atombuild_tui.app import AtombuildApp
from atombuild_tui.quickness import be_quick
from support.archives import sdist, wheel
from support.screen import scenes
from support.screen.engine import ScriptedEngine

LINES = 100_000
MEMBERS = 5_000


def heavy_events(folder: Path) -> list[Event]:
    """Return a build of a large project, with its artifacts in the folder, and a flood of lines."""
    members = {f"orrery/part_{n % 25:02}/module_{n}.py": b"x = 1\n" for n in range(MEMBERS)}
    paths = {
        scenes.SDIST: sdist(folder / "orrery-0.4.0.tar.gz", members),
        scenes.WHEEL: wheel(folder / "o.whl", members),
    }
    build = scenes.success(time.time())
    events: list[Event] = [
        *scenes.opening(),
        *(replace(event, path=paths[event.kind]) if isinstance(event, ArtifactStatus) else event for event in build),
    ]
    text = "line {} of a build that says a lot about what it does, \x1b[32mthough not all of it\x1b[0m"
    events += [
        Log(tuple(text.format(number) for number in range(first, first + 1_000)), Level.INFO)
        for first in range(0, LINES, 1_000)
    ]
    return events


def main() -> int:
    """Run the app and return its status."""
    be_quick()
    with tempfile.TemporaryDirectory() as folder:
        app = AtombuildApp(ScriptedEngine(*heavy_events(Path(folder)), Log(("READY",))), bell=False)
        app.run()
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(main())
