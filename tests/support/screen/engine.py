"""An engine that plays what a test says, and an app that remembers what it wrote to the terminal."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import timezone
from typing import TYPE_CHECKING, Any

from atombuild.checks.result import Check
from atombuild.events import Event
from atombuild.status import ArtifactKind
from atombuild_tui.app import AtombuildApp

if TYPE_CHECKING:
    from textual.pilot import Pilot

NOON = 1_772_366_531.0
"""1 March 2026, 12:02:11 UTC: where the tests' clocks stand."""


class ScriptedEngine:
    """Does nothing by itself. :meth:`play` emits from a thread of its own, as a real engine does."""

    def __init__(self, *opening: Event, stops: bool = True) -> None:
        self.commands: list[tuple[Any, ...]] = []
        self.joined: list[float] = []
        self._opening = opening
        self._stops = stops
        self._emit: Callable[[Event], None] | None = None
        self._lock = threading.Lock()
        self._early: list[Event] = []
        """Played before the app started the engine."""

    def start(self, emit: Callable[[Event], None]) -> None:
        self._emit = emit
        with self._lock:
            early, self._early = self._early, []
        self.play(*self._opening, *early)

    def play(self, *events: Event) -> None:
        """Emit events, in order; all are handed over when this returns."""

        def run() -> None:
            for event in events:
                self.emit(event)

        thread = threading.Thread(target=run)
        thread.start()
        thread.join()

    def emit(self, event: Event) -> None:
        """Emit from the thread of the caller."""
        if self._emit is None:
            with self._lock:
                self._early.append(event)
            return
        self._emit(event)

    def build(self, kinds: tuple[ArtifactKind, ...] | None = None) -> None:
        self.commands.append(("build", kinds))

    def toggle_pause(self) -> None:
        self.commands.append(("toggle pause",))

    def cancel(self) -> None:
        self.commands.append(("cancel",))

    def check(self, check: Check) -> None:
        self.commands.append(("check", check))

    def cancel_checks(self) -> None:
        self.commands.append(("cancel checks",))

    def allow_commands(self) -> None:
        self.commands.append(("allow commands",))

    def stop(self) -> None:
        self.commands.append(("stop",))

    def join(self, seconds: float) -> bool:
        self.joined.append(seconds)
        return self._stops


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class OverheardApp(AtombuildApp):
    """The real app; what it would write to the terminal beside the screen is kept."""

    def __init__(self, engine: ScriptedEngine, *, clock: Callable[[], float] | None = None, **options: Any) -> None:
        self.heard: list[str] = []
        self.rings = 0
        super().__init__(engine, clock=clock or Clock(), zone=timezone.utc, **options)

    def write_terminal(self, data: str) -> None:
        self.heard.append(data)

    def bell(self) -> None:
        self.rings += 1


async def settle(pilot: Pilot[None]) -> None:
    """Wait until everything that was emitted and pressed is on the screen: it looks the same three times over."""
    app = pilot.app
    assert isinstance(app, AtombuildApp)
    same, before = 0, ""
    while same < 2:
        await pilot.pause()
        now = app.export_screenshot()
        rests = app._main.made and not len(app._feed) and (app._errands is None or app._errands.idle)
        same = same + 1 if now == before and rests else 0
        before = now


def shown(app: AtombuildApp) -> list[str]:
    """Return the rows of the screen as text, without the spaces at their ends."""
    width, height = app.size
    lines = app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in line)[:width].rstrip() for line in lines][:height]


def titles(heard: Iterable[str]) -> list[str]:
    """Return the titles among what was written to the terminal."""
    return [data[4:-1] for data in heard if data.startswith("\x1b]2;") and data.endswith("\x07")]
