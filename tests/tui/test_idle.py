"""What changes nothing on the screen costs no layout: a terminal that is looked at for hours must stay quick."""

from __future__ import annotations

import pytest
from textual.widget import Widget

from atombuild.events import Event, Looked
from atombuild_tui.pages.names import Page
from atombuild_tui.widgets.rows import RowsView
from support.screen import scenes
from support.screen.engine import NOON, Clock, OverheardApp, ScriptedEngine, settle, shown

LOOK = Looked(57, NOON, 0.002, (), 0)


def laid_out(app: OverheardApp) -> int:
    """Return how often something on the screen asked to be laid out anew."""
    return sum(widget._layout_updates for widget in app.screen.walk_children(Widget, with_self=True))


@pytest.mark.parametrize("page", [Page.LOG, Page.AFTER, Page.HISTORY, Page.CHECKS])
@pytest.mark.parametrize("more", [[], scenes.unusable()[-1:]], ids=["usable", "unusable"])
async def test_an_event_that_changes_nothing_in_sight_lays_nothing_out(page: Page, more: list[Event]) -> None:
    app = OverheardApp(engine := ScriptedEngine(*scenes.opening(), *scenes.success(NOON), scenes.history(NOON), *more))
    async with app.run_test(size=(120, 34), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press(str(list(Page).index(page) + 1))
        engine.play(LOOK)
        await settle(pilot)
        before = laid_out(app)
        for _ in range(5):
            engine.play(LOOK)
            await settle(pilot)
        assert laid_out(app) == before


async def test_the_history_is_made_anew_for_a_new_build_and_for_a_new_day() -> None:
    clock = Clock()
    app = OverheardApp(engine := ScriptedEngine(*scenes.opening(), scenes.history(NOON)), clock=clock)
    async with app.run_test(size=(120, 34), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("4")
        await settle(pilot)
        rows = app.screen.query_one("#history-rows", RowsView)
        first = rows.lines
        engine.play(LOOK)
        await settle(pilot)
        assert rows.lines is first
        assert "11:57:11" in "\n".join(shown(app))
        clock.now += 24 * 3600
        engine.play(LOOK)
        await settle(pilot)
        assert rows.lines is not first
        assert "01 Mar 11:57" in "\n".join(shown(app))
        second = rows.lines
        engine.play(scenes.history(clock.now))
        await settle(pilot)
        assert rows.lines is not second
