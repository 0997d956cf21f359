"""Everything a person can do, once: keys, footer, command palette, help and the README's table are made from this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from textual.binding import Binding, BindingType


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do, and how it is reached."""

    id: str
    """The app answers it with ``action_<id>``."""

    keys: tuple[str, ...]
    """As Textual names them; the first is the one that is shown. Empty: only in the palette."""

    words: str
    """For the footer: one word."""

    title: str
    """For the palette and the help."""

    help: str
    """One sentence: what happens."""

    group: str
    in_footer: bool = False
    in_palette: bool = True
    everywhere: tuple[str, ...] = ()
    """Further keys that work even where text is typed or another screen is open."""

    @property
    def key(self) -> str:
        """The main key as people write it."""
        return next(iter(self.all_keys), "")

    @property
    def all_keys(self) -> tuple[str, ...]:
        """Every key, as people write them."""
        return tuple(written(key) for key in (*self.keys, *self.everywhere))


ACTIONS: Final = (
    Action("build", ("b",), "build", "Build now", "build everything now, also while paused", "Build", in_footer=True),
    Action("build_sdist", ("s",), "sdist", "Build the sdist only", "the wheel stays as it is", "Build", in_footer=True),
    Action("build_wheel", ("w",), "wheel", "Build the wheel only", "the sdist stays as it is", "Build", in_footer=True),
    Action(
        "cancel",
        ("x",),
        "cancel",
        "Cancel the running build",
        "nothing half-written stays; its old artifacts are gone already",
        "Build",
        in_footer=True,
    ),
    Action(
        "pause_or_resume",
        ("p",),
        "pause",
        "Pause or resume watching",
        "while paused, changes are counted and wait; b still builds",
        "Watch",
        in_footer=True,
    ),
    Action(
        "larger_log",
        ("l",),
        "log",
        "Larger log, and back",
        "one line for each artifact, the rest for the log",
        "Read",
        in_footer=True,
    ),
    Action("log_up", ("pageup",), "page up", "Log: a page up", "reading up stops following", "Read", in_palette=False),
    Action(
        "log_down", ("pagedown",), "page down", "Log: a page down", "also the mouse wheel", "Read", in_palette=False
    ),
    Action("log_home", ("home",), "first", "Log: first line", "as far back as it is kept", "Read"),
    Action("log_end", ("end",), "last", "Log: last line, and follow", "new lines scroll in again", "Read"),
    Action("toggle_light", (), "light", "Light or dark", "switch between our two themes", "Screen"),
    Action("change_theme", (), "theme", "Choose a theme", "ours and all of Textual's", "Screen"),
    Action(
        "dismiss_hint",
        ("escape",),
        "hide",
        "Hide the hint",
        "the line that says what to try",
        "Screen",
        in_palette=False,
    ),
    Action("help", ("question_mark",), "help", "Help", "keys, and what each status means", "Screen", in_footer=True),
    Action(
        "command_palette",
        (),
        "palette",
        "Command palette",
        "find an action by typing",
        "Screen",
        in_palette=False,
        everywhere=("ctrl+p",),
    ),
    Action(
        "quit",
        ("q",),
        "quit",
        "Quit",
        "a running build is cancelled first",
        "Screen",
        in_footer=True,
        everywhere=("ctrl+q", "ctrl+c"),
    ),
)

_WRITTEN: Final = {"question_mark": "?", "escape": "Esc", "pageup": "PgUp", "pagedown": "PgDn"}


def written(key: str) -> str:
    """Return a key as people write it: ``?``, ``Esc``, ``Ctrl+P``, ``b``."""
    if key in _WRITTEN:
        return _WRITTEN[key]
    if "+" in key:
        return "+".join(part.upper() if len(part) == 1 else part.capitalize() for part in key.split("+"))
    return key if len(key) == 1 else key.capitalize()


def bindings() -> list[BindingType]:
    """Return what the app binds. Textual binds the palette's key itself."""
    bound: list[BindingType] = []
    for action in ACTIONS:
        if action.keys:
            bound.append(Binding(",".join(action.keys), action.id, action.title, show=action.in_footer))
        if action.everywhere and action.id != "command_palette":
            bound.append(Binding(",".join(action.everywhere), action.id, action.title, show=False, priority=True))
    return bound


def groups() -> dict[str, list[Action]]:
    """Return the actions by group, both in the order of the registry; those without a key are left out."""
    grouped: dict[str, list[Action]] = {}
    for action in ACTIONS:
        if action.all_keys:
            grouped.setdefault(action.group, []).append(action)
    return grouped


def markdown_table() -> str:
    """Return the keys as the README shows them."""
    rows = [
        f"| {' '.join(f'`{key}`' for key in action.all_keys)} | {action.title} | {action.help} |"
        for action in ACTIONS
        if action.all_keys
    ]
    return "\n".join(["| Key | Does | |", "|---|---|---|", *rows])
