"""The log is searched, filtered, wrapped and cut, and keeps its colours; nothing of it moves a reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atombuild.events import Event, Level, Log
from atombuild_tui.journal import Entry, Role
from atombuild_tui.widgets.log import BuildLog
from atombuild_tui.widgets.log_buffer import LogBuffer
from atombuild_tui.widgets.log_finding import Found
from support.screen import scenes
from support.screen.engine import OverheardApp, ScriptedEngine, settle, shown

if TYPE_CHECKING:
    from textual.pilot import Pilot

LONG = "a line " + "that goes on " * 20 + "to its end"


def an_app(*more: Event) -> tuple[OverheardApp, ScriptedEngine]:
    engine = ScriptedEngine(*scenes.opening(), scenes.started(1), *more)
    return OverheardApp(engine), engine


def log_of(app: OverheardApp) -> BuildLog:
    return app.screen.query_one("#log", BuildLog)


def rows_of(app: OverheardApp) -> list[str]:
    region = log_of(app).region
    return [row[: region.width].strip() for row in shown(app)[region.y : region.bottom]]


def numbered(count: int) -> Log:
    return Log(tuple(f"line {number:03} {'odd' if number % 2 else 'even'}" for number in range(count)), Level.INFO)


async def press(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await settle(pilot)


async def test_a_search_goes_there_as_it_is_typed_and_round() -> None:
    app, _ = an_app(numbered(200))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "slash", *"LINE 01")
        assert "line 010 even" in "\n".join(rows_of(app))
        assert "1 of 10" in "\n".join(shown(app)), "upper and lower case are the same"
        await press(pilot, "enter", *"nnnnnnnnn")
        assert "10 of 10" in "\n".join(shown(app))
        await press(pilot, "n")
        assert "1 of 10" in "\n".join(shown(app))
        await press(pilot, "N")
        assert "10 of 10" in "\n".join(shown(app))
        await press(pilot, "escape")
        assert "search" not in "\n".join(shown(app)[-3:-1])
        await press(pilot, "slash", *"nowhere")
        assert "nothing found" in "\n".join(shown(app))


def test_a_full_log_that_forgets_as_much_as_it_learns_is_searched_anew() -> None:
    """Its length and its rows are then what they were before."""
    buffer, found = LogBuffer(kept=100), Found()
    buffer.append(Entry(Role.INFO, "old") for _ in range(90))
    assert found.entries(buffer, "new") == []
    buffer.append(Entry(Role.INFO, "new") for _ in range(11))
    assert (len(buffer), buffer.rows) == (90, 90)
    assert len(found.entries(buffer, "new")) == 11


async def test_what_comes_while_searching_moves_no_reader() -> None:
    app, engine = an_app(numbered(200))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "slash", *"line 020", "enter")
        before = rows_of(app)
        engine.play(numbered(50))
        await settle(pilot)
        assert [row[:40] for row in rows_of(app)[:-1]] == [row[:40] for row in before[:-1]]


async def test_a_filter_shows_only_what_has_it_also_of_what_comes_later() -> None:
    app, engine = an_app(numbered(20))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "f", *"odd")
        assert all("odd" in row for row in rows_of(app) if row)
        engine.play(Log(("another odd one", "an even one"), Level.INFO))
        await settle(pilot)
        assert "another odd one" in rows_of(app)
        assert "an even one" not in rows_of(app)
        await press(pilot, "enter", "escape")
        assert "an even one" in rows_of(app)


async def test_long_lines_are_wrapped_or_cut_and_can_be_moved() -> None:
    app, _ = an_app(Log((LONG,), Level.INFO))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        assert any("to its end" in row for row in rows_of(app))
        await press(pilot, "z")
        assert not any("to its end" in row for row in rows_of(app))
        await press(pilot, *["right"] * 20)
        assert any("to its end" in row for row in rows_of(app)), "the rest of a long line can be reached"
        await press(pilot, *["left"] * 20)
        assert any(row.startswith("a line that") for row in rows_of(app))


async def test_colours_of_a_program_stay_and_a_return_overwrites() -> None:
    app, _ = an_app(Log(("10 %\r50 %\rdone", "\x1b[31mred\x1b[0m and \x1b[1mbold\x1b[0m"), Level.INFO))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        assert "done" in rows_of(app)
        assert not any("10 %" in row for row in rows_of(app))
        entry = list(log_of(app).buffer)[-1]
        assert entry.text == "red and bold"
        (first, last, style), (_, _, bold) = entry.colours
        assert (first, last) == (0, 3)
        assert style.color is not None
        assert style.color.number == 1, "the first of the terminal's own colours"
        assert bold.bold
