"""Every key does what the registry says; keys, footer, palette and help come from that registry alone."""

from __future__ import annotations

from typing import Any

import pytest
from textual.binding import Binding
from textual.command import CommandPalette

from atombuild.events import Mode, ModeChanged
from atombuild_tui import themes
from atombuild_tui.actions import ACTIONS, bindings, markdown_table
from atombuild_tui.app import AtombuildApp
from atombuild_tui.screens.help import HelpScreen
from atombuild_tui.screens.main import MainScreen
from atombuild_tui.widgets.footer import FooterKey
from support.screen import scenes
from support.screen.engine import OverheardApp, ScriptedEngine, settle, shown
from support.screen.scenes import SDIST, WHEEL


def an_app(*more: Any, hint: str | None = None) -> tuple[OverheardApp, ScriptedEngine]:
    engine = ScriptedEngine(*scenes.opening(), *scenes.success(0.0), *more)
    return OverheardApp(engine, hint=hint), engine


@pytest.mark.parametrize(
    ("key", "command"),
    [
        ("b", ("build", None)),
        ("s", ("build", (SDIST,))),
        ("w", ("build", (WHEEL,))),
        ("p", ("toggle pause",)),
        ("x", ("cancel",)),
    ],
)
async def test_a_key_is_a_command_to_the_engine(key: str, command: tuple[Any, ...]) -> None:
    app, engine = an_app()
    async with app.run_test(notifications=True) as pilot:
        await pilot.press(key)
        assert engine.commands == [command]


async def test_p_resumes_what_is_paused_and_the_footer_says_so() -> None:
    app, engine = an_app(ModeChanged(Mode.PAUSED))
    async with app.run_test(notifications=True) as pilot:
        await settle(pilot)
        assert "p resume" in shown(app)[-1]
        await pilot.press("p")
        assert engine.commands == [("toggle pause",)]
        engine.play(ModeChanged(Mode.LIVE))
        await settle(pilot)
        assert "p pause" in shown(app)[-1]


async def test_l_makes_the_log_large_and_small_again() -> None:
    app, _ = an_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        log = app.screen.query_one("#log")
        small = log.size.height
        await pilot.press("l")
        await settle(pilot)
        assert log.size.height > small
        assert sum("✓ succeeded " in row for row in shown(app)[:6]) == 2
        await pilot.press("l")
        await settle(pilot)
        assert log.size.height == small


@pytest.mark.parametrize("key", ["escape", "question_mark", "q"])
async def test_the_help_opens_scrolls_and_closes(key: str) -> None:
    app, engine = an_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.press("question_mark")
        await settle(pilot)
        assert isinstance(app.screen, HelpScreen)
        assert any("The promise" in row for row in shown(app))
        await pilot.press("end")
        await settle(pilot)
        assert any("README" in row for row in shown(app))
        await pilot.press(key)
        await settle(pilot)
        assert isinstance(app.screen, MainScreen)
        assert engine.commands == []


async def test_the_dashboard_goes_on_under_the_help() -> None:
    app, engine = an_app()
    async with app.run_test(size=(120, 34), notifications=True) as pilot:
        await pilot.press("question_mark")
        engine.play(*scenes.failure(0.0))
        await settle(pilot)
        await pilot.press("escape")
        await settle(pilot)
        assert any("failed, old artifact removed" in row for row in shown(app))


@pytest.mark.parametrize("key", ["q", "ctrl+q", "ctrl+c"])
async def test_quitting_stops_the_engine_first(key: str) -> None:
    app, engine = an_app()
    async with app.run_test(notifications=True) as pilot:
        await pilot.press(key)
        await pilot.pause()
    assert engine.commands == [("stop",)]
    assert app.return_code == 0
    assert app.left_in_time
    assert engine.joined
    assert engine.joined[0] <= 1


@pytest.mark.parametrize("opened", ["question_mark", "ctrl+p"])
async def test_ctrl_c_leaves_from_everywhere(opened: str) -> None:
    app, engine = an_app()
    async with app.run_test(notifications=True) as pilot:
        await pilot.press(opened)
        await settle(pilot)
        await pilot.press("ctrl+c")
        await pilot.pause()
    assert engine.commands == [("stop",)]


async def test_leaving_does_not_wait_for_an_engine_that_does_not_end() -> None:
    engine = ScriptedEngine(*scenes.opening(), *scenes.building(0.0), stops=False)
    app = OverheardApp(engine)
    async with app.run_test(notifications=True) as pilot:
        await pilot.press("q")
        await pilot.pause()
    assert not app.left_in_time


async def test_escape_puts_the_hint_away() -> None:
    app, _ = an_app(hint="break it: rm [/bold] src/orrery/__init__.py")
    async with app.run_test(size=(120, 34), notifications=True) as pilot:
        await settle(pilot)
        assert any("break it: rm [/bold] src/orrery" in row for row in shown(app))
        await pilot.press("escape")
        await settle(pilot)
        assert not any("break it" in row for row in shown(app))


async def test_a_click_on_the_hint_puts_it_away_too() -> None:
    app, _ = an_app(hint="edit something")
    async with app.run_test(size=(120, 34), notifications=True) as pilot:
        await settle(pilot)
        await pilot.click("#hint")
        await settle(pilot)
        assert not app.screen.query("#hint")


async def test_a_click_on_a_key_of_the_footer_presses_it() -> None:
    app, engine = an_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await pilot.click("#key-build_wheel")
        await pilot.click("#key-pause_or_resume")
        assert engine.commands == [("build", (WHEEL,)), ("toggle pause",)]


async def test_the_palette_finds_an_action_by_its_words_and_does_it() -> None:
    app, engine = an_app()
    async with app.run_test(size=(120, 34), notifications=True) as pilot:
        await pilot.press("ctrl+p")
        await settle(pilot)
        await pilot.press(*"wheel only")
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert engine.commands == [("build", (WHEEL,))]
        assert not isinstance(app.screen, CommandPalette)


async def test_light_and_dark_are_a_palette_entry_apart() -> None:
    app, _ = an_app()
    async with app.run_test(notifications=True) as pilot:
        assert app.theme == themes.DARK.name
        await app.run_action("toggle_light")
        await settle(pilot)
        assert app.theme == themes.LIGHT.name
        assert {theme.name for theme in themes.THEMES} <= set(app.available_themes)


def test_the_registry_has_no_key_and_no_name_twice() -> None:
    keys = [key for action in ACTIONS for key in (*action.keys, *action.everywhere)]
    assert len(keys) == len(set(keys))
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)


def test_every_action_is_answered_by_the_app() -> None:
    assert [action.id for action in ACTIONS if not hasattr(AtombuildApp, f"action_{action.id}")] == []


def test_bindings_are_those_of_the_registry() -> None:
    bound = {(key, item.action) for item in bindings() if isinstance(item, Binding) for key in item.key.split(",")}
    registered = {(key, action.id) for action in ACTIONS for key in (*action.keys, *action.everywhere)}
    assert registered - bound == {("ctrl+p", "command_palette")}
    assert bound <= registered
    assert AtombuildApp.COMMAND_PALETTE_BINDING == "ctrl+p"


async def test_footer_palette_and_help_show_the_registry() -> None:
    app, _ = an_app()
    async with app.run_test(size=(120, 34), notifications=True) as pilot:
        await settle(pilot)
        in_footer = [key.action.id for key in app.screen.query(FooterKey)]
        assert in_footer == [*(action.id for action in ACTIONS if action.in_footer), "command_palette"]
        offered = [command.title for command in app.get_system_commands(app.screen)]
        assert offered == [action.title for action in ACTIONS if action.in_palette]
        await pilot.press("question_mark")
        await settle(pilot)
        explained = [str(row.render()) for row in app.screen.query(".help-row.-key .help-term")]
        assert sorted(explained) == sorted(" ".join(action.all_keys) for action in ACTIONS if action.all_keys)


def test_the_readmes_table_has_a_row_for_each_key() -> None:
    table = markdown_table().splitlines()
    assert len(table) == 2 + sum(1 for action in ACTIONS if action.all_keys)
    assert "| `b` | Build now | build everything now, also while paused |" in table
