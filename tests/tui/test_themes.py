"""Text keeps a contrast of 4.5 to 1 (WCAG AA) on everything that it stands on, in both themes."""

from __future__ import annotations

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from atombuild_tui import themes


def luminance(colour: Color) -> float:
    def channel(value: int) -> float:
        share = value / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    return 0.2126 * channel(colour.r) + 0.7152 * channel(colour.g) + 0.0722 * channel(colour.b)


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(Color.parse(one)), luminance(Color.parse(other))), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


OF_OURS = [theme for theme in themes.THEMES if theme is not themes.TERMINAL]
"""The terminal's own colours are not ours to choose."""


@pytest.mark.parametrize("theme", OF_OURS, ids=lambda theme: theme.name)
def test_every_text_colour_is_readable_on_every_ground(theme: Theme) -> None:
    colours = {**theme.to_color_system().generate(), **theme.variables}
    for ground in ("background", "surface", "panel", "tint-bad", "tint-doubt", "block-cursor-background"):
        for text in ("foreground", "quiet", "good", "busy", "bad", "doubt"):
            assert contrast(colours[text], colours[ground]) >= 4.5, f"{text} on {ground}"


def test_high_contrast_is_high() -> None:
    colours = {**themes.CONTRAST.to_color_system().generate(), **themes.CONTRAST.variables}
    for ground in ("background", "panel", "tint-bad", "tint-doubt", "block-cursor-background"):
        for text in ("foreground", "quiet", "good", "busy", "bad", "doubt"):
            assert contrast(colours[text], colours[ground]) >= 7, f"{text} on {ground}"


def test_the_terminals_theme_has_no_colour_of_its_own() -> None:
    theme = themes.TERMINAL
    given = [theme.primary, theme.secondary, theme.background, theme.foreground, theme.error, *theme.variables.values()]
    assert all(value in {"bold", None} or value.startswith("ansi_") for value in given)


@pytest.mark.parametrize("theme", OF_OURS, ids=lambda theme: theme.name)
def test_the_filled_pills_are_readable(theme: Theme) -> None:
    for tone in ("busy", "bad", "doubt"):
        assert theme.background is not None
        assert contrast(theme.background, theme.variables[tone]) >= 4.5


@pytest.mark.parametrize("name", sorted(BUILTIN_THEMES))
def test_other_peoples_themes_have_all_our_colours(name: str) -> None:
    ours = {key for key in themes.DARK.variables if key in themes.LIGHT.variables}
    given = themes.fallback_variables(BUILTIN_THEMES[name])
    assert set(given) == {key for key in ours if "-" not in key or key.startswith("tint")} - {"scrollbar"}
    for value in given.values():
        Color.parse(value)
