"""The log follows what is written and never moves a reader; an error is in sight without a key."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING

import pytest
from textual.events import MouseScrollUp

from atombuild.errors import Blame, Report
from atombuild.events import Event, Failure, Level, Log
from atombuild_tui.widgets.log import BuildLog
from support.screen import scenes
from support.screen.engine import OverheardApp, ScriptedEngine, settle, shown

if TYPE_CHECKING:
    from textual.pilot import Pilot


def lines(first: int, count: int) -> Log:
    return Log(tuple(f"line {number}" for number in range(first, first + count)), Level.INFO)


def an_app(*more: Event) -> tuple[OverheardApp, ScriptedEngine]:
    engine = ScriptedEngine(*scenes.opening(), scenes.started(1), *more)
    return OverheardApp(engine), engine


def log_of(app: OverheardApp) -> BuildLog:
    return app.screen.query_one("#log", BuildLog)


def in_sight(app: OverheardApp) -> list[str]:
    """Return the rows of the log that are on the screen."""
    region = log_of(app).region
    return [row[: region.width].strip() for row in shown(app)[region.y : region.bottom]]


async def scrolled_up(pilot: Pilot[None], engine: ScriptedEngine) -> list[str]:
    engine.play(lines(0, 200))
    await settle(pilot)
    await pilot.press("pageup")
    await settle(pilot)
    assert isinstance(pilot.app, OverheardApp)
    return in_sight(pilot.app)


async def test_it_follows_the_end() -> None:
    app, engine = an_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        engine.play(lines(0, 200))
        await settle(pilot)
        assert in_sight(app)[-1] == "line 199"
        engine.play(lines(200, 3))
        await settle(pilot)
        assert in_sight(app)[-1] == "line 202"


@pytest.mark.parametrize("key", ["pageup", "up", "home"])
async def test_a_reader_is_left_alone_and_told_what_came(key: str) -> None:
    app, engine = an_app(lines(0, 200))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press(key)
        await settle(pilot)
        before = in_sight(app)
        engine.play(lines(200, 7))
        await settle(pilot)
        assert in_sight(app)[0] == before[0]
        assert any("7 new lines below, End to follow" in row for row in shown(app))
        await pilot.press("end")
        await settle(pilot)
        assert in_sight(app)[-1] == "line 206"
        assert not any("below, End" in row for row in shown(app))
        engine.play(lines(207, 1))
        await settle(pilot)
        assert in_sight(app)[-1] == "line 207"


async def test_a_reader_who_scrolls_back_to_the_end_follows_again() -> None:
    app, engine = an_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await scrolled_up(pilot, engine)
        assert not log_of(app).following
        await pilot.press("pagedown", "pagedown")
        await settle(pilot)
        assert log_of(app).following


async def test_the_wheel_scrolls_and_stops_following() -> None:
    app, engine = an_app(lines(0, 200))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await pilot._post_mouse_events([MouseScrollUp], "#log")
        await settle(pilot)
        assert not log_of(app).following
        before = in_sight(app)
        engine.play(lines(200, 5))
        await settle(pilot)
        assert in_sight(app)[0] == before[0]


async def test_the_line_about_new_lines_can_be_clicked() -> None:
    app, engine = an_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await scrolled_up(pilot, engine)
        engine.play(lines(200, 5))
        await settle(pilot)
        await pilot.click("#page-log .below")
        await settle(pilot)
        assert in_sight(app)[-1] == "line 204"


async def test_a_failure_is_in_sight_as_a_whole_at_80_by_24() -> None:
    app, engine = an_app(lines(0, 500))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        engine.play(*scenes.failure(0.0))
        await settle(pilot)
        text = "\n".join(in_sight(app))
        for part in ("to mend in the project", "Expected a Python module at", "pyproject.toml:14:15", "ENOENT", "next"):
            assert part in text
        assert "tool.uv.build-backend.module-name" in text


async def test_of_many_reports_the_first_is_on_top_and_the_rest_is_announced() -> None:
    app, engine = an_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        engine.play(*scenes.broken_pyproject(0.0))
        await settle(pilot)
        assert in_sight(app)[0].endswith("to mend in the project")
        assert "project.version is no version" in in_sight(app)[1]
        assert any("more lines below, End to follow" in row for row in shown(app))


async def test_the_next_attempt_is_followed_again_after_a_long_failure() -> None:
    app, engine = an_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        engine.play(*scenes.broken_pyproject(0.0))
        await settle(pilot)
        engine.play(*scenes.success(0.0, 14))
        await settle(pilot)
        assert in_sight(app)[0].startswith("build 14 ")
        assert any(row.startswith("✓ succeeded in") for row in in_sight(app))


async def test_the_scrollbar_stands_where_the_view_stands() -> None:
    app, engine = an_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        engine.play(*scenes.success(0.0), *scenes.failure(0.0))
        await settle(pilot)
        log = log_of(app)
        assert log.scroll_y > 0
        assert log.vertical_scrollbar.position == log.scroll_y


async def test_an_error_that_is_mended_is_out_of_sight_and_one_scroll_away() -> None:
    app, engine = an_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        engine.play(*scenes.failure(0.0), *scenes.success(0.0, 14))
        await settle(pilot)
        assert not any("to mend in the project" in row for row in in_sight(app))
        await pilot.press("pageup")
        await settle(pilot)
        assert any("to mend in the project" in row for row in in_sight(app))
        await pilot.press("end")
        await settle(pilot)
        assert in_sight(app)[0].startswith("build 14 ")


async def test_a_resize_keeps_the_end_for_a_follower_and_the_place_for_a_reader() -> None:
    app, _engine = an_app(Log(tuple(f"{number} {'x' * 90}" for number in range(300))))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await pilot.resize_terminal(60, 20)
        await settle(pilot)
        assert log_of(app).below == 0
        await pilot.press("home", "pagedown", "pagedown")
        await settle(pilot)
        log = log_of(app)
        first = log.buffer.entry_at(round(log.scroll_y))
        assert 0 < first < 200
        await pilot.resize_terminal(140, 40)
        await settle(pilot)
        assert log.buffer.entry_at(round(log.scroll_y)) == first


async def test_the_rest_of_a_long_line_can_be_read() -> None:
    app, engine = an_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        engine.play(Log((f"begin{'x' * 150}end",)))
        await settle(pilot)
        text = "".join(in_sight(app))
        assert "begin" in text
        assert "xend" in text


async def test_a_key_is_answered_in_the_middle_of_a_flood() -> None:
    app, engine = an_app()
    async with app.run_test(size=(120, 34), notifications=True) as pilot:
        await settle(pilot)
        over, enough = threading.Event(), time.monotonic() + 5

        def flood() -> None:
            while not over.is_set() and time.monotonic() < enough:
                engine.emit(lines(0, 1000))

        thread = threading.Thread(target=flood)
        thread.start()
        try:
            # Not through the pilot, which waits until nothing is going on.
            asyncio.get_running_loop().call_later(0.05, app.simulate_key, "b")
            while not engine.commands and thread.is_alive():  # noqa: ASYNC110 - it happens in another thread
                await asyncio.sleep(0.001)
            assert thread.is_alive(), "the key was answered only after the flood"
        finally:
            over.set()
            thread.join()


async def test_memory_has_a_bound_and_the_end_is_what_stays() -> None:
    app, engine = an_app()
    async with app.run_test(size=(120, 34), notifications=True) as pilot:
        await settle(pilot)
        for start in range(0, 200_000, 1000):
            engine.emit(lines(start, 1000))
        await settle(pilot)
        assert in_sight(app)[-1] == "line 199999"
        assert len(log_of(app).buffer) <= 100_000


async def test_a_reader_keeps_his_line_while_the_oldest_are_forgotten() -> None:
    app, engine = an_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        engine.play(lines(0, 99_000))
        await settle(pilot)
        await pilot.press("pageup")
        await settle(pilot)
        before = in_sight(app)
        engine.play(lines(99_000, 5_000))
        await settle(pilot)
        assert len(log_of(app).buffer) < 100_000
        assert in_sight(app)[0] == before[0]


async def test_every_kind_of_blame_has_its_heading() -> None:
    app, engine = an_app()
    async with app.run_test(size=(120, 60), notifications=True) as pilot:
        engine.play(Failure(tuple(Report(blame, "what", "hint") for blame in Blame)))
        await settle(pilot)
        text = "\n".join(in_sight(app))
        assert all(blame.heading in text for blame in Blame)


@pytest.mark.parametrize(
    "keys", [("home", "n"), ("slash", *"line 3", "enter"), ("slash", *"line 3", "enter", "N")], ids=["n", "/", "/ N"]
)
async def test_who_jumped_away_from_the_end_sees_what_fails_next(keys: tuple[str, ...]) -> None:
    app, engine = an_app(*scenes.failure(0.0), lines(0, 200))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press(*keys)
        await settle(pilot)
        assert not log_of(app).following
        engine.play(*scenes.broken_pyproject(0.0, 14), lines(0, 200))
        await settle(pilot)
        assert in_sight(app)[0].endswith("to mend in the project")
        assert "project.version is no version" in in_sight(app)[1]


async def test_after_a_jump_to_an_error_the_build_that_mends_it_is_followed() -> None:
    app, engine = an_app(*scenes.failure(0.0), lines(0, 200))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("home", "n")
        await settle(pilot)
        engine.play(*scenes.success(0.0, 14))
        await settle(pilot)
        assert in_sight(app)[0].startswith("build 14 ")


async def test_who_scrolled_away_by_hand_is_told_of_a_failure_and_n_shows_it() -> None:
    app, engine = an_app(lines(0, 200))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("home")
        await settle(pilot)
        before = in_sight(app)
        engine.play(*scenes.failure(0.0, 14), lines(0, 50))
        await settle(pilot)
        assert in_sight(app)[0] == before[0]
        assert any("build 14 failed: n shows it" in row for row in shown(app))
        await pilot.press("n")
        await settle(pilot)
        assert any("Expected a Python module at" in row for row in in_sight(app))
        assert not any("n shows it" in row for row in shown(app))


async def test_a_failure_that_a_filter_hides_is_told_and_n_shows_it() -> None:
    app, engine = an_app(lines(0, 200))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("f", *"line 1", "enter")
        engine.play(*scenes.failure(0.0, 14))
        await settle(pilot)
        assert any("build 14 failed: n shows it" in row for row in shown(app))
        await pilot.press("n")
        await settle(pilot)
        assert any("Expected a Python module at" in row for row in in_sight(app))


async def test_who_read_in_the_middle_is_there_again_after_a_filter() -> None:
    app, _ = an_app(lines(0, 200))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("home", "pagedown", "pagedown")
        await settle(pilot)
        before = in_sight(app)
        await pilot.press("f", *"line 19", "enter")
        await settle(pilot)
        await pilot.press("escape")
        await settle(pilot)
        assert in_sight(app)[0] == before[0]
        assert not log_of(app).following


async def test_where_a_reader_went_among_filtered_lines_he_stays_without_the_filter() -> None:
    app, _ = an_app(lines(0, 1000))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("f", *"5", "enter", "home", "pagedown", "pagedown")
        await settle(pilot)
        before = in_sight(app)
        await pilot.press("escape")
        await settle(pilot)
        assert in_sight(app)[0].split()[:2] == before[0].split()[:2]


async def test_what_a_jump_found_in_sight_is_not_told_to_be_below() -> None:
    app, engine = an_app(*scenes.success(0.0, 13))
    async with app.run_test(size=(80, 60), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("home")
        await settle(pilot)
        engine.play(*scenes.failure(0.0, 14))
        await settle(pilot)
        assert any("build 14 failed: n shows it" in row for row in shown(app))
        await pilot.press("n")
        await settle(pilot)
        assert any("Expected a Python module at" in row for row in in_sight(app))
        assert not any("below, End" in row for row in shown(app))
