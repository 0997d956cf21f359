"""Every key does what the registry says; keys, footer, palette and help come from that registry alone."""

from __future__ import annotations

from typing import Any

import pytest
from textual.binding import Binding
from textual.command import CommandPalette

from atombuild.events import Mode, ModeChanged
from atombuild_tui import themes
from atombuild_tui.actions import ACTIONS, Action, Where, action, bindings, markdown_table
from atombuild_tui.app import AtombuildApp
from atombuild_tui.pages import changes, checks, history, inside, watch
from atombuild_tui.pages.log import ReadingPage
from atombuild_tui.pages.names import Page
from atombuild_tui.pages.rows import ErrandsPage, RowsPage
from atombuild_tui.screens.help import HelpScreen
from atombuild_tui.screens.main import MainScreen
from atombuild_tui.widgets.footer import FooterKey
from atombuild_tui.widgets.log import BuildLog
from atombuild_tui.widgets.rows import RowsView
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
        assert "" not in shown(app)[2 : log.region.y], "no row is given away"
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
        assert any("Here: log" in row for row in shown(app))
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
    async with app.run_test(size=(120, 24), notifications=True) as pilot:
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


async def test_t_shows_one_theme_after_the_other() -> None:
    app, _ = an_app()
    async with app.run_test(notifications=True) as pilot:
        met = [app.theme]
        for _ in themes.THEMES:
            await pilot.press("t")
            await settle(pilot)
            met.append(app.theme)
        assert met == [*(theme.name for theme in themes.THEMES), themes.DARK.name]
        assert {theme.name for theme in themes.THEMES} <= set(app.available_themes)


@pytest.mark.parametrize("page", Page)
def test_no_key_means_two_things_on_a_page(page: Page) -> None:
    keys = [key for action in ACTIONS if page in action.pages for key in (*action.keys, *action.everywhere)]
    assert len(keys) == len(set(keys))


def test_no_name_stands_twice_in_the_registry() -> None:
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)


def test_no_key_is_one_that_tmux_or_a_terminal_takes() -> None:
    taken = {"ctrl+b", "ctrl+s", "ctrl+a", "ctrl+h", "ctrl+i", "ctrl+m", "ctrl+d", "ctrl+w", "ctrl+l"}
    assert not taken & {key for action in ACTIONS for key in (*action.keys, *action.everywhere)}


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_every_action_is_answered(action: Action) -> None:
    if action.where is Where.ENGINE:
        assert action.command is not None
        return
    if action.where is Where.PAGE:
        assert action.does in {page.value for page in Page}
        return
    answers = {Where.APP: AtombuildApp, Where.SCREEN: MainScreen, Where.LOG: BuildLog, Where.ROWS: RowsView}
    assert callable(getattr(answers[action.where], f"action_{action.does or action.id}"))


def test_every_page_has_an_action_and_a_view() -> None:
    assert all((changes, checks, history, inside, watch)), "subclasses are known once they are imported"
    pages = {
        view.page
        for view in (*ReadingPage.__subclasses__(), *RowsPage.__subclasses__(), *ErrandsPage.__subclasses__())
        if hasattr(view, "page")
    }
    assert pages == set(Page)
    assert {action.id for action in ACTIONS if action.id.startswith("page_")} == {f"page_{page.value}" for page in Page}


def test_bindings_are_those_of_the_registry() -> None:
    bound = {
        (key, item.action) for item in bindings(*Where) if isinstance(item, Binding) for key in item.key.split(",")
    }
    registered = {(key, action.call) for action in ACTIONS for key in (*action.keys, *action.everywhere)}
    assert registered - bound == {("ctrl+p", "app.command_palette")}
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
        assert set(explained) == {" ".join(action.all_keys) for action in ACTIONS if action.all_keys}


def test_the_readmes_table_has_a_row_for_each_key() -> None:
    table = markdown_table().splitlines()
    assert len(table) == 2 + sum(1 for action in ACTIONS if action.all_keys)
    assert "| `b` | Build now | build everything now, also while paused |" in table


async def test_tabs_and_rows_can_be_clicked() -> None:
    app, engine = an_app()
    async with app.run_test(size=(120, 34), notifications=True) as pilot:
        engine.play(scenes.history(1_772_366_531.0))
        await settle(pilot)
        await pilot.click("#tab-history")
        await settle(pilot)
        assert app._main.current is Page.HISTORY
        rows = app.screen.query_one("#history-rows", RowsView)
        await pilot.click(rows, offset=(10, 3))
        assert rows.cursor == 3
        await pilot.click(rows, offset=(10, 3))
        await settle(pilot)
        assert any("Esc goes back" in row for row in shown(app)), "a click on the row with the cursor opens it"
        await pilot.press("escape")
        await settle(pilot)
        assert rows.cursor == 3, "and the cursor is where it was"


async def test_the_pages_go_round_with_tab() -> None:
    app, _ = an_app()
    async with app.run_test(size=(120, 34), notifications=True) as pilot:
        await settle(pilot)
        met = []
        for _ in Page:
            met.append(app._main.current)
            await pilot.press("tab")
        assert met == list(Page)
        await pilot.press("shift+tab")
        assert app._main.current is list(Page)[-1]


@pytest.mark.parametrize("page", Page)
async def test_every_page_is_there_before_anything_happened(page: Page) -> None:
    app = OverheardApp(ScriptedEngine())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press(action(f"page_{page.value}").key)
        await pilot.press(
            "down", "up", "end", "home", "pagedown", "pageup", "enter", "left", "right", "slash", "x", "enter"
        )
        await pilot.press("n", "N", "escape", "escape", "y", "e")
        await settle(pilot)
        assert app._main.current is page


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("x", "no build is running"),
        ("X", "no check is running"),
        ("2f", "only the lines of a log are filtered"),
        ("2z", "only the lines of a log are wrapped"),
    ],
)
async def test_a_key_that_has_nothing_to_do_says_so(keys: str, words: str) -> None:
    app, _ = an_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press(*keys)
        await settle(pilot)
        assert any(words in row for row in shown(app))


async def test_x_has_nothing_to_say_while_there_is_a_build() -> None:
    app, _ = an_app(*scenes.building(0.0))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("x")
        await settle(pilot)
        assert not any("no build is running" in row for row in shown(app))


@pytest.mark.parametrize("key", ["2", "tab"])
async def test_where_nothing_can_be_built_a_page_key_says_why_it_does_nothing(key: str) -> None:
    app = OverheardApp(ScriptedEngine(*scenes.unusable()))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press(key)
        await settle(pilot)
        assert any("the pages come back with something to build" in row for row in shown(app))
        assert app._main.current is Page.LOG


async def test_of_twenty_words_in_passing_one_is_seen_and_it_covers_a_row() -> None:
    app, _ = an_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        before = shown(app)
        await pilot.press(*["y"] * 20)
        await settle(pilot)
        changed = [number for number, row in enumerate(shown(app)) if row != before[number]]
        assert changed == [23], "the row of the footer"


def test_no_title_of_an_action_has_a_colon_which_stands_before_its_help() -> None:
    assert not [action.title for action in ACTIONS if ":" in action.title]


async def test_where_there_is_no_shell_to_go_to_ctrl_z_says_so() -> None:
    app, _ = an_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+z")
        await settle(pilot)
        assert any("there is no shell here to go to" in row for row in shown(app))
