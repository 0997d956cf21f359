"""A user's own theme and keys hold; what can't be followed is told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from atombuild.events import Event
from atombuild.settings.user import SettingsFile
from atombuild_tui import themes
from atombuild_tui.taste import Taste, taste_of
from support.screen import scenes
from support.screen.engine import OverheardApp, ScriptedEngine, settle, shown

NAMES = [theme.name for theme in themes.THEMES]


def judged(tmp_path: Path, text: str) -> tuple[Taste, list[tuple[str, int | None]]]:
    path = tmp_path / "settings.toml"
    path.write_text(text)
    file = SettingsFile(path)
    assert file.read() == ()
    taste, reports = taste_of(file.settings, NAMES)
    return taste, [(report.what, report.where.line if report.where else None) for report in reports]


def test_what_can_be_followed_holds(tmp_path: Path) -> None:
    taste, wrong = judged(
        tmp_path,
        'theme = "atombuild-light"\neditor = ["code", "-n", "a b"]\nbell = false\n'
        'keys = { build = "f5", search = ["/", "ctrl+f"], larger = "L" }\n',
    )
    assert wrong == []
    assert taste.theme == "atombuild-light"
    assert taste.editor == ("code", "-n", "a b")
    assert not taste.bell
    assert taste.keys == {"build": ("f5",), "search": ("slash", "ctrl+f"), "larger": ("L",)}


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ('theme = "atombuild-lihgt"', "there is no theme `atombuild-lihgt`"),
        ('keys = { biuld = "f5" }', "there is no action `biuld` whose key can be chosen"),
        ('keys = { quit = "f5" }', "there is no action `quit` whose key can be chosen"),
        ('keys = { build = "hyper" }', "`hyper` is no key"),
        ('keys = { build = "ctrl+" }', "`ctrl+` is no key"),
        ('keys = { build = "x" }', "the key of `build` is that of `cancel` already"),
        ('keys = { build = "ctrl+c" }', "the key of `build` is that of `quit` already"),
    ],
)
def test_what_can_not_be_followed_is_told_and_costs_nothing_else(tmp_path: Path, line: str, what: str) -> None:
    taste, wrong = judged(tmp_path, f"bell = false\n{line}\n")
    assert wrong == [(what, 2)]
    assert not taste.bell
    assert taste.keys == {}


def test_two_actions_may_change_places(tmp_path: Path) -> None:
    taste, wrong = judged(tmp_path, 'keys = { build = "x", cancel = "b" }')
    assert wrong == []
    assert taste.keys == {"build": ("x",), "cancel": ("b",)}


async def test_actions_that_changed_places_do_what_their_keys_say(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('keys = { build = "x", cancel = "b" }')
    app, engine = an_app(path)
    async with app.run_test(size=(120, 34), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("x", "b")
        assert engine.commands == [("build", None), ("cancel",)]


@pytest.mark.parametrize("key", ["\\u009b", "\\u202e", "\\u0007"])
def test_what_can_not_be_seen_is_no_key(tmp_path: Path, key: str) -> None:
    taste, wrong = judged(tmp_path, f'keys = {{ build = "{key}" }}')
    assert len(wrong) == 1
    assert taste.keys == {}


def test_of_two_who_want_one_key_the_first_has_it(tmp_path: Path) -> None:
    taste, wrong = judged(tmp_path, 'keys = { build = "f5", search = "f5", larger = "f6" }')
    assert wrong == [("the key of `search` is that of `build` already", 1)]
    assert taste.keys == {"build": ("f5",), "larger": ("f6",)}


def test_what_one_must_do_without_may_cost_another_its_own(tmp_path: Path) -> None:
    """Cancel can't have the palette's key and so keeps x, which build then can't have."""
    taste, wrong = judged(tmp_path, 'keys = { build = "x", cancel = "ctrl+p" }')
    assert [what for what, _ in wrong] == [
        "the key of `cancel` is that of `command_palette` already",
        "the key of `build` is that of `cancel` already",
    ]
    assert taste.keys == {}


def an_app(path: Path, *more: Event) -> tuple[OverheardApp, ScriptedEngine]:
    engine = ScriptedEngine(*scenes.opening(), *scenes.success(0.0), *more)
    return OverheardApp(engine, settings=path), engine


async def test_the_screen_follows_the_file_and_follows_it_again_when_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('theme = "atombuild-light"\nkeys = { build = "f5" }\n')
    app, engine = an_app(path)
    async with app.run_test(size=(120, 34), notifications=True) as pilot:
        await settle(pilot)
        assert app.theme == "atombuild-light"
        assert "F5 build" in shown(app)[-1]
        await pilot.press("b")
        assert engine.commands == []
        await pilot.press("f5")
        assert engine.commands == [("build", None)]
        await pilot.press("question_mark")
        await settle(pilot)
        assert any("F5" in str(row.render()) for row in app.screen.query(".help-row.-key .help-term"))
        await pilot.press("escape")
        path.write_text('theme = "atombuild-contrast"\nkeys = { biuld = "f6" }\n')
        app._follow_settings()
        await settle(pilot)
        assert app.theme == "atombuild-contrast"
        assert "b build" in shown(app)[-1]
        rows = "\n".join(shown(app))
        assert "there is no action `biuld` whose key can be chosen" in rows
        assert "settings.toml:2:" in rows
        assert "to mend in your settings" in rows
        assert "to mend in the project" not in rows


async def test_three_mistakes_in_the_file_are_one_word_in_passing(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("one = 1\ntwo = 2\nthree = 3\n")
    app, _ = an_app(path)
    async with app.run_test(size=(120, 34), notifications=True) as pilot:
        await settle(pilot)
        assert "settings.toml:1: " in shown(app)[-1]
        assert shown(app)[-1].endswith("and 2 more in the log")


async def test_a_theme_that_is_taken_out_of_the_file_goes_and_one_chosen_by_a_key_stays(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('theme = "atombuild-light"\n')
    app, _ = an_app(path)
    async with app.run_test(size=(120, 34), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("t")
        chosen = app.theme
        assert chosen != "atombuild-light"
        path.write_text('theme = "atombuild-light"\nbell = false\n')
        app._follow_settings()
        assert app.theme == chosen, "the setting is what it was"
        path.write_text("bell = true\n")
        app._follow_settings()
        assert app.theme == themes.DARK.name


async def test_a_hostile_file_reaches_no_terminal_raw(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('"\\u001b]0;owned\\u0007[/]" = 1\ntheme = "\\u202e[red]"\n')
    app, _ = an_app(path)
    async with app.run_test(size=(120, 34), notifications=True) as pilot:
        await settle(pilot)
        rows = "\n".join(shown(app))
        assert "is no setting" in rows
        assert "\x1b" not in rows
        assert "\u202e" not in rows
