"""An engine that is made after the screen: what was asked of it before is done then, and what can't be made is told."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from atombuild.checks.result import Check
from atombuild.errors import ProjectMissing
from atombuild.events import Event
from atombuild_tui.engine import Engine
from atombuild_tui.late import LateEngine
from atombuild_tui.state import Activity
from support.eventually import eventually
from support.screen import scenes
from support.screen.engine import OverheardApp, ScriptedEngine, settle, shown
from support.screen.scenes import SDIST


def no_project() -> Engine:
    raise ProjectMissing(Path("/nowhere"), why="there is no such folder")


def no_luck() -> Engine:
    raise ZeroDivisionError


def test_what_was_asked_before_it_was_there_is_done_in_its_order() -> None:
    real, go_on = ScriptedEngine(*scenes.opening()), threading.Event()

    def make() -> Engine:
        assert go_on.wait(30)
        return real

    heard: list[Event] = []
    late = LateEngine(make)
    late.start(heard.append)
    late.build((SDIST,))
    late.toggle_pause()
    late.cancel()
    late.check(Check.PARITY)
    late.cancel_checks()
    late.allow_commands()
    assert real.commands == []
    go_on.set()
    eventually(lambda: len(real.commands) == 6, lambda: f"only {real.commands}")
    late.build()
    assert real.commands == [
        ("build", (SDIST,)),
        ("toggle pause",),
        ("cancel",),
        ("check", Check.PARITY),
        ("cancel checks",),
        ("allow commands",),
        ("build", None),
    ]
    assert heard == scenes.opening()
    late.stop()
    assert real.commands[-1] == ("stop",)
    assert late.join(1)
    assert not late.failed


def test_one_that_was_stopped_before_it_was_made_never_begins() -> None:
    real, go_on, made = ScriptedEngine(*scenes.opening()), threading.Event(), threading.Event()

    def make() -> Engine:
        assert go_on.wait(30)
        made.set()
        return real

    heard: list[Event] = []
    late = LateEngine(make)
    late.start(heard.append)
    late.build()
    late.stop()
    assert late.join(0.1)
    go_on.set()
    assert made.wait(30)
    assert late._thread is not None
    late._thread.join(30)
    assert (heard, real.commands) == ([], [])


@pytest.mark.parametrize(
    ("make", "words"), [(no_project, "no Python project at /nowhere"), (no_luck, "ZeroDivisionError")]
)
async def test_one_that_can_not_be_made_is_told_and_nothing_seems_to_start(make: object, words: str) -> None:
    late = LateEngine(make)  # type: ignore[arg-type]
    app = OverheardApp(late)  # type: ignore[arg-type]
    async with app.run_test(size=(120, 34), notifications=True) as pilot:
        await pilot.press("b")
        await settle(pilot)
        eventually(lambda: late.failed, "it never failed")
        await settle(pilot)
        rows = "\n".join(shown(app))
        assert words in rows
        assert app.dashboard.activity is Activity.OFF
        assert "starting" not in rows.splitlines()[0]
    assert late.join(1)
