"""Our themes, and the colours of the tones in every theme.

A tone's colour is for text: on the background, the surface and the tint behind an error it keeps a contrast of 4.5 to 1
(WCAG AA), which a test computes. Under somebody else's theme the tones are that theme's own text colours.
"""

from __future__ import annotations

from typing import Final

from textual.color import Color
from textual.theme import Theme

from atombuild.status import Tone

DARK: Final = Theme(
    name="atombuild-dark",
    dark=True,
    primary="#7fb4f5",
    secondary="#9aa7bd",
    accent="#7fb4f5",
    foreground="#d8dde6",
    background="#14171d",
    surface="#1b1f27",
    panel="#232833",
    success="#83d398",
    warning="#eac06b",
    error="#ff8089",
    variables={
        "good": "#83d398",
        "busy": "#7fb4f5",
        "bad": "#ff8089",
        "doubt": "#eac06b",
        "quiet": "#97a1b3",
        "line": "#343b48",
        "tint-bad": "#271b22",
        "tint-doubt": "#25221c",
        "footer-background": "#14171d",
        "footer-key-foreground": "#7fb4f5",
        "block-cursor-background": "#2a3649",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-text-style": "none",
        "scrollbar": "#343b48",
        "scrollbar-hover": "#465062",
        "scrollbar-active": "#7fb4f5",
        "scrollbar-background": "#14171d",
        "scrollbar-background-hover": "#14171d",
        "scrollbar-background-active": "#14171d",
        "scrollbar-corner-color": "#14171d",
    },
)

LIGHT: Final = Theme(
    name="atombuild-light",
    dark=False,
    primary="#1259b5",
    secondary="#56606f",
    accent="#1259b5",
    foreground="#22262e",
    background="#fbfaf8",
    surface="#f2f1ed",
    panel="#e8e6e1",
    success="#1a6b35",
    warning="#835200",
    error="#b3202c",
    variables={
        "good": "#1a6b35",
        "busy": "#1259b5",
        "bad": "#b3202c",
        "doubt": "#835200",
        "quiet": "#565e6b",
        "line": "#d3d0c9",
        "tint-bad": "#fbecec",
        "tint-doubt": "#f9f1df",
        "footer-background": "#fbfaf8",
        "footer-key-foreground": "#1259b5",
        "block-cursor-background": "#d5e3f7",
        "block-cursor-foreground": "#14171d",
        "block-cursor-text-style": "none",
        "scrollbar": "#d3d0c9",
        "scrollbar-hover": "#b9b5ac",
        "scrollbar-active": "#1259b5",
        "scrollbar-background": "#fbfaf8",
        "scrollbar-background-hover": "#fbfaf8",
        "scrollbar-background-active": "#fbfaf8",
        "scrollbar-corner-color": "#fbfaf8",
    },
)

CONTRAST: Final = Theme(
    name="atombuild-contrast",
    dark=True,
    primary="#9fd0ff",
    secondary="#ffffff",
    accent="#9fd0ff",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1c1c1c",
    success="#7dffa0",
    warning="#ffe066",
    error="#ffa3a8",
    variables={
        "good": "#7dffa0",
        "busy": "#9fd0ff",
        "bad": "#ffa3a8",
        "doubt": "#ffe066",
        "quiet": "#e4e4e4",
        "line": "#8a8a8a",
        "tint-bad": "#2b0004",
        "tint-doubt": "#292000",
        "footer-background": "#000000",
        "footer-key-foreground": "#9fd0ff",
        "block-cursor-background": "#00264d",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-text-style": "bold",
        "scrollbar": "#8a8a8a",
        "scrollbar-hover": "#c0c0c0",
        "scrollbar-active": "#ffffff",
        "scrollbar-background": "#000000",
        "scrollbar-background-hover": "#000000",
        "scrollbar-background-active": "#000000",
        "scrollbar-corner-color": "#000000",
    },
)
"""For eyes, projectors and sunlight: 7 to 1 and more everywhere (WCAG AAA)."""

TERMINAL: Final = Theme(
    name="atombuild-terminal",
    ansi=True,
    dark=True,
    primary="ansi_blue",
    secondary="ansi_cyan",
    accent="ansi_blue",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_red",
    variables={
        "good": "ansi_green",
        "busy": "ansi_blue",
        "bad": "ansi_red",
        "doubt": "ansi_yellow",
        "quiet": "ansi_default",
        "line": "ansi_bright_black",
        "tint-bad": "ansi_default",
        "tint-doubt": "ansi_default",
        "block-cursor-background": "ansi_blue",
        "block-cursor-foreground": "ansi_bright_white",
        "block-cursor-text-style": "bold",
        "ansi-background": "ansi_black",
        "ansi-foreground": "ansi_white",
    },
)
"""The terminal's own sixteen colours, and its own background."""

THEMES: Final = (DARK, LIGHT, CONTRAST, TERMINAL)


def after(name: str) -> str:
    """Return the name of the theme after one of ours, and round again; the first after somebody else's."""
    names = [theme.name for theme in THEMES]
    return names[(names.index(name) + 1) % len(names)] if name in names else names[0]


_TONES_ELSEWHERE: Final = {
    "good": "text-success",
    "busy": "text-primary",
    "bad": "text-error",
    "doubt": "text-warning",
}

_ANSI: Final = {"good": "ansi_green", "busy": "ansi_blue", "bad": "ansi_red", "doubt": "ansi_yellow"}
_ANSI_TINTS: Final = {"tint-bad": "ansi_default", "tint-doubt": "ansi_default"}

TONE_STYLES: Final = {
    Tone.GOOD: "$good",
    Tone.BUSY: "$busy",
    Tone.BAD: "$bad",
    Tone.DOUBT: "$doubt",
    Tone.IDLE: "$quiet",
}
"""The colour of a tone, for text."""

TONE_CLASSES: Final = {tone: f"-{tone.value}" for tone in Tone}
"""The style class of a widget that has a tone."""


def fallback_variables(theme: Theme) -> dict[str, str]:
    """Return our variables for a theme that is not ours, from the colours that it has."""
    colours = theme.to_color_system().generate()
    background, foreground = Color.parse(colours["background"]), Color.parse(colours["foreground"])
    if background.ansi is not None or foreground.ansi is not None:
        # The terminal's own sixteen colours can't be mixed.
        return {**_ANSI, "quiet": colours["foreground"], "line": colours["foreground"], **_ANSI_TINTS}
    mixed = {
        "quiet": foreground.blend(background, 0.15),
        "line": background.blend(foreground, 0.2),
        "tint-bad": background.blend(Color.parse(colours["error"]), 0.1),
        "tint-doubt": background.blend(Color.parse(colours["warning"]), 0.1),
    }
    toned = {name: colours[source] for name, source in _TONES_ELSEWHERE.items()}
    return {**toned, **{name: colour.hex for name, colour in mixed.items()}}
