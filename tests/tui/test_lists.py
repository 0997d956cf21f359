"""The list that all pages share: what is too long is moved by cells, and a new text begins at its beginning."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.content import Content

from atombuild.events import ArtifactStatus, Event, Level, Log
from atombuild_tui.widgets.lines import Line
from atombuild_tui.widgets.row import moved
from atombuild_tui.widgets.rows import RowsView
from support.archives import wheel
from support.screen import scenes
from support.screen.engine import OverheardApp, ScriptedEngine, settle, shown
from support.screen.scenes import GOOD, WHEEL

LONG = "x = '" + "".join(f"{number:03} " for number in range(100)) + "'\n"


@pytest.fixture
def wheel_events(tmp_path: Path) -> list[Event]:
    """A wheel that stands, with a long line in one file and a short one in another."""
    path = wheel(tmp_path / "demo-1.0-py3-none-any.whl", {"a/long.txt": LONG.encode(), "a/short.txt": b"here it is\n"})
    status = ArtifactStatus(WHEEL, GOOD, path.name, path, size=1, attempt=1, behind=0, ended=0.0)
    return [*scenes.opening(), status]


async def test_a_text_that_was_moved_aside_moves_no_other_text(wheel_events: list[Event]) -> None:
    app = OverheardApp(ScriptedEngine(*wheel_events))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("2", "slash", *"long", "enter", "enter")
        await settle(pilot)
        await pilot.press(*["right"] * 30)
        await settle(pilot)
        assert "099" in "\n".join(shown(app))
        await pilot.press("escape", "escape", "slash", *"short", "enter", "enter")
        await settle(pilot)
        assert "here it is" in "\n".join(shown(app))


async def test_rows_that_are_replaced_by_shorter_ones_are_not_moved_out_of_sight(wheel_events: list[Event]) -> None:
    app = OverheardApp(ScriptedEngine(*wheel_events))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("4")
        rows = app.screen.query_one("#history-rows", RowsView)
        rows.show([Line(Content(LONG.strip()), key="1")])
        await settle(pilot)
        await pilot.press(*["right"] * 30)
        rows.show([Line(Content("here it is"), key="1")])
        await settle(pilot)
        assert "here it is" in "\n".join(shown(app))


@pytest.mark.parametrize(
    ("text", "cells", "rest"),
    [
        ("abc", 0, "abc"),
        ("abc", 2, "c"),
        ("abc", 9, ""),
        ("日本語", 2, "本語"),
        ("日本語", 3, " 語"),
        ("日本語", 5, " "),
    ],
)
def test_a_row_is_moved_by_cells(text: str, cells: int, rest: str) -> None:
    assert moved(Content(text), cells).plain == rest


async def test_a_cut_line_of_wide_characters_can_be_moved_to_its_end() -> None:
    app = OverheardApp(ScriptedEngine(*scenes.opening(), scenes.started(1), Log(("語" * 60 + "end",), Level.INFO)))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("z", *["right"] * 10)
        await settle(pilot)
        assert any("語end" in row for row in shown(app))


async def test_marks_stand_where_the_words_stand() -> None:
    app = OverheardApp(ScriptedEngine(*scenes.opening()))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        rows = app.screen.query_one("#history-rows", RowsView)
        rows.mark("needle")
        marked = rows._with_marks(Content("\u0130\u0130\u0130 needle"))
        (span,) = marked.spans
        assert marked.plain[span.start : span.end] == "needle", "that capital folds to two characters"
