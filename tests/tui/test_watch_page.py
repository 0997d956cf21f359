"""The page watch tells a build as it went, and blames nobody for what took its turn."""

from __future__ import annotations

from dataclasses import replace

from atombuild.events import AttemptFinished, AttemptStarted, Cause, Looked, Outcome
from atombuild.status import Attempt, Standing, Status
from atombuild_tui.pages.page import View
from atombuild_tui.pages.watch import _why
from atombuild_tui.places import Places
from atombuild_tui.state import Dashboard
from support.screen import scenes
from support.screen.engine import NOON, Clock, OverheardApp, ScriptedEngine, settle, shown
from support.screen.scenes import BOTH, SDIST


def rows(board: Dashboard) -> str:
    return "\n".join(line.words for line in _why(board, View(board, Places(), NOON, None)))


def test_a_step_that_succeeded_did_so_though_its_file_is_out_of_date_now() -> None:
    board = Dashboard()
    for event in [*scenes.opening(), *scenes.success(NOON, 1)]:
        board = board.apply(event, NOON)
    late = Status(Attempt.SUCCEEDED, Standing.THIS_BUILD, outdated=True)
    board = board.apply(replace(scenes.built(SDIST, NOON, behind=1), status=late), NOON)
    assert "sdist succeeded +48 ms" in rows(board)
    assert "out of date" not in rows(board)


def saved_at(moment: float) -> Dashboard:
    """Return what is known of a build of this save, after one that ran from noon on for four seconds."""
    board = Dashboard().apply(AttemptStarted(1, Cause.START, (), 0, 0, BOTH), NOON)
    board = board.apply(AttemptFinished(1, Outcome.SUCCEEDED, 4.0), NOON + 4)
    second = AttemptStarted(
        2, Cause.CHANGE, ("a.py",), 1, 1, BOTH, saved=moment, noticed=NOON + 4.1, settled=NOON + 4.2
    )
    return board.apply(second, NOON + 4.3)


def test_a_save_during_a_build_waited_for_that_build() -> None:
    assert "waited for build 1 +3.10 s" in rows(saved_at(NOON + 1))


def test_a_save_after_a_build_waited_for_none() -> None:
    assert "waited" not in rows(saved_at(NOON + 4.05))


async def test_how_long_ago_the_last_look_was_is_told_though_nothing_happens() -> None:
    clock = Clock()
    app = OverheardApp(ScriptedEngine(*scenes.opening(), Looked(10, NOON, 0.002, (), 0)), clock=clock)
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        await pilot.press("6")
        await settle(pilot)
        assert "last look   just now" in "\n".join(shown(app))
        clock.now += 20
        app.show_ages()
        await settle(pilot)
        assert "last look   20 s ago" in "\n".join(shown(app))
