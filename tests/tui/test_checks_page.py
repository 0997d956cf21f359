"""The page checks: what was asked for is seen to have been heard."""

from __future__ import annotations

from atombuild.checks.result import Check
from atombuild.events import CheckFinished, CheckStarted, ChecksWaiting
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
        assert "● checking" in row_of(app, "Do sdist and wheel agree?")
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
