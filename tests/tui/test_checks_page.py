"""The page checks: what was asked for is seen to have been heard."""

from __future__ import annotations

import pytest

from atombuild.checks.result import Check, CheckResult, Verdict
from atombuild.events import Cause, CheckFinished, CheckStarted, ChecksWaiting
from atombuild_tui.pages.checks import _stale
from atombuild_tui.pages.page import View
from atombuild_tui.places import Places
from atombuild_tui.state import Build, Dashboard
from support.screen import scenes
from support.screen.engine import NOON, OverheardApp, ScriptedEngine, settle, shown


def row_of(app: OverheardApp, question: str) -> str:
    return next(row for row in shown(app) if question in row)


async def test_a_check_that_waits_says_so_until_it_begins() -> None:
    app = OverheardApp(engine := ScriptedEngine(*scenes.opening(), *scenes.success(NOON)))
    async with app.run_test(size=(120, 34), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("c")
        engine.play(ChecksWaiting((Check.REPRODUCIBLE, Check.INSTALL)), CheckStarted(Check.PARITY))
        await settle(pilot)
        assert "● checking" in row_of(app, "Built anew, do sdist and wheel agree?")
        assert "waits for its turn" in row_of(app, "Would it build the same again?")
        assert "waits for its turn" in row_of(app, "Does the wheel install?")
        parity, *_ = scenes.checks(NOON)
        engine.play(parity, ChecksWaiting((Check.INSTALL,)))
        await settle(pilot)
        assert "checks ●" in "\n".join(shown(app)), "one waits still"
        engine.play(ChecksWaiting(()))
        await settle(pilot)
        assert "Enter checks it" in row_of(app, "Does the wheel install?"), "it was given up"
        assert isinstance(parity, CheckFinished)
        assert parity.result.words in "\n".join(shown(app))


async def test_big_x_gives_the_checks_up() -> None:
    app = OverheardApp(engine := ScriptedEngine(*scenes.opening(), *scenes.success(NOON)))
    async with app.run_test(size=(120, 34), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("X")
        assert engine.commands == [("cancel checks",)]


@pytest.mark.parametrize(("attempt", "about"), [(14, "of build 14"), (None, "from before build 15")])
@pytest.mark.parametrize("size", [(44, 60), (80, 24)])
async def test_an_answer_about_an_earlier_build_says_so_at_every_width(
    attempt: int | None, about: str, size: tuple[int, int]
) -> None:
    words = "the wheel misses orrery/planets.py, which is there when it is made from the tree"
    result = CheckResult(Check.PARITY, Verdict.FAILED, words, attempt=attempt, started=NOON - 250, seconds=4.06)
    events = [*scenes.success(NOON, 15), CheckFinished(result)]
    app = OverheardApp(ScriptedEngine(*scenes.opening(), *events))
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("5")
        await settle(pilot)
        assert row_of(app, f"! not the latest: {about}")
        assert "made from the tree" in " ".join(" ".join(shown(app)).split()), "the verdict is whole"


def test_an_answer_about_the_latest_build_has_no_such_words() -> None:
    board = Dashboard(build=Build(15, Cause.START, (), 0, NOON - 300))
    for attempt in (15, None):
        result = CheckResult(Check.PARITY, Verdict.PASSED, "", attempt=attempt, started=NOON)
        assert _stale(result, View(board, Places(), NOON, None)) == ""
