"""Everything a person can do, once: keys, footer, command palette, help and the README's table are made from this.

What an action does is found by its :class:`Where`: a command to the engine stands here, everything else is the method
``action_<id>`` of the app, the main screen or the list.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from textual.binding import Binding, BindingType

from atombuild.checks.result import Check
from atombuild.status import ArtifactKind

if TYPE_CHECKING:
    from atombuild_tui.engine import Engine


class Where(enum.Enum):
    """Who answers an action."""

    ENGINE = "engine"
    """It is passed on as a command; works on every screen."""

    APP = "app"
    """The app; works on every screen."""

    SCREEN = "screen"
    """The main screen, for the page that is shown."""

    ROWS = "rows"
    """The list or text that has the cursor."""


class Page(enum.Enum):
    """What the lower part of the main screen shows; the values are the words of the tabs."""

    LOG = "log"
    INSIDE = "inside"
    CHANGES = "changes"
    HISTORY = "history"
    CHECKS = "checks"
    WATCH = "watch"
    AFTER = "after"

    @property
    def help(self) -> str:
        """What it shows, in a sentence."""
        return _PAGE_HELP[self]


_PAGE_HELP: Final = {
    Page.LOG: "what was built, what broke and where, and advice",
    Page.INSIDE: "what the sdist and the wheel hold: Enter opens a folder, or reads a file",
    Page.CHANGES: "what changed from the success before to the last one, member by member",
    Page.HISTORY: "every build of this project, also of earlier days, and how long it took",
    Page.CHECKS: "do sdist and wheel agree, is a build the same again, does the wheel install: Enter checks",
    Page.AFTER: "what the project's own command printed that runs after a build (on-success, on-failure)",
    Page.WATCH: "why the last build was made, what was ignored, and whether the watcher is well",
}


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do, and how it is reached."""

    id: str
    keys: tuple[str, ...]
    """As Textual names them; the first is the one that is shown. Empty: only in the palette."""

    words: str
    """For the footer: one word."""

    title: str
    """For the palette and the help."""

    help: str
    """One sentence: what happens."""

    group: str
    where: Where = Where.SCREEN
    command: Callable[[Engine], None] | None = None
    """What is asked of the engine, for :attr:`Where.ENGINE`."""

    in_footer: bool = False
    in_palette: bool = True
    everywhere: tuple[str, ...] = ()
    """Further keys that work even where text is typed or another screen is open."""

    pages: frozenset[Page] = frozenset(Page)
    """Where it makes sense."""

    @property
    def key(self) -> str:
        """The main key as people write it."""
        return next(iter(self.all_keys), "")

    @property
    def all_keys(self) -> tuple[str, ...]:
        """Every key, as people write them."""
        return tuple(written(key) for key in (*self.keys, *self.everywhere))

    @property
    def call(self) -> str:
        """What Textual is to run."""
        if self.where is Where.ENGINE:
            return f"app.command('{self.id}')"
        return f"app.{self.id}" if self.where is Where.APP else self.id


def _asks_for(check: Check) -> Callable[[Engine], None]:
    return lambda engine: engine.check(check)


_LISTS: Final = frozenset({Page.INSIDE, Page.CHANGES, Page.HISTORY, Page.CHECKS, Page.WATCH})
_LOG: Final = frozenset({Page.LOG, Page.AFTER})

ACTIONS: Final = (
    Action(
        "build",
        ("b",),
        "build",
        "Build now",
        "build everything now, also while paused",
        "Build",
        Where.ENGINE,
        lambda engine: engine.build(),
        in_footer=True,
    ),
    Action(
        "build_sdist",
        ("s",),
        "sdist",
        "Build the sdist only",
        "the wheel stays as it is",
        "Build",
        Where.ENGINE,
        lambda engine: engine.build((ArtifactKind.SDIST,)),
        in_footer=True,
    ),
    Action(
        "build_wheel",
        ("w",),
        "wheel",
        "Build the wheel only",
        "the sdist stays as it is",
        "Build",
        Where.ENGINE,
        lambda engine: engine.build((ArtifactKind.WHEEL,)),
        in_footer=True,
    ),
    Action(
        "cancel",
        ("x",),
        "cancel",
        "Cancel the running build",
        "nothing half-written stays; its old artifacts are gone already",
        "Build",
        Where.ENGINE,
        lambda engine: engine.cancel(),
        in_footer=True,
    ),
    Action(
        "pause_or_resume",
        ("p",),
        "pause",
        "Pause or resume watching",
        "while paused, changes are counted and wait; b still builds",
        "Build",
        Where.ENGINE,
        lambda engine: engine.toggle_pause(),
        in_footer=True,
    ),
    Action(
        "check_all",
        ("c",),
        "check",
        "Check everything",
        "parity, reproducibility, installation; beside the builds",
        "Build",
    ),
    *(
        Action(
            f"check_{check.value}",
            (),
            check.value,
            f"Check: {words}",
            "beside the builds; the page checks shows it",
            "Build",
            Where.ENGINE,
            _asks_for(check),
        )
        for check, words in (
            (Check.PARITY, "sdist and wheel agree"),
            (Check.REPRODUCIBLE, "the build is the same again"),
            (Check.INSTALL, "the wheel installs"),
        )
    ),
    Action(
        "cancel_checks",
        ("X",),
        "cancel",
        "Give up the checks",
        "those that run and wait",
        "Build",
        Where.ENGINE,
        lambda engine: engine.cancel_checks(),
    ),
    Action(
        "allow_commands",
        ("a",),
        "allow",
        "Allow the project's command",
        "the one that was not run, exactly as it is shown, in this folder; it is remembered",
        "Build",
        Where.ENGINE,
        lambda engine: engine.allow_commands(),
    ),
    *(
        Action(
            f"page_{page.value}",
            (str(number),),
            page.value,
            f"Page: {page.value}",
            page.help,
            "Pages",
        )
        for number, page in enumerate(Page, 1)
    ),
    Action("next_page", ("tab",), "next", "Next page", "and round again", "Pages", in_palette=False),
    Action("previous_page", ("shift+tab",), "previous", "Page before", "and round again", "Pages", in_palette=False),
    Action("larger", ("l",), "larger", "Larger page, and back", "one line for each artifact, the rest for it", "Pages"),
    Action(
        "next_problem",
        ("n",),
        "next",
        "Next problem, or next match",
        "the errors of the last build, then advice; while searching, the next place",
        "Read",
        in_footer=True,
    ),
    Action("previous_problem", ("N",), "before", "Problem or match before", "the other way round", "Read"),
    Action(
        "edit",
        ("e",),
        "edit",
        "Open in your editor",
        "the file and line of the problem, or of the row; $VISUAL or $EDITOR; builds go on meanwhile",
        "Read",
        in_footer=True,
    ),
    Action(
        "copy",
        ("y",),
        "copy",
        "Copy",
        "the problem, or the row, without frames; through the terminal (OSC 52) and into a file",
        "Read",
        in_footer=True,
    ),
    Action(
        "search", ("slash",), "search", "Search", "as you type; Enter keeps it, Esc ends it", "Read", in_footer=True
    ),
    Action("filter", ("f",), "filter", "Show only lines with a text", "Esc shows all again", "Read", pages=_LOG),
    Action("wrap", ("z",), "wrap", "Wrap long lines, or cut them", "cut ones move with ← →", "Read", pages=_LOG),
    Action(
        "log_up", ("pageup",), "up", "A page up", "reading up stops following", "Read", in_palette=False, pages=_LOG
    ),
    Action("log_down", ("pagedown",), "down", "A page down", "also the wheel", "Read", in_palette=False, pages=_LOG),
    Action(
        "log_left",
        ("left",),
        "left",
        "Cut lines: to the left",
        "after z",
        "Read",
        in_palette=False,
        pages=_LOG,
    ),
    Action(
        "log_right",
        ("right",),
        "right",
        "Cut lines: to the right",
        "after z",
        "Read",
        in_palette=False,
        pages=_LOG,
    ),
    Action("log_home", ("home",), "first", "First line", "as far back as it is kept", "Read", pages=_LOG),
    Action("log_end", ("end",), "last", "Last line, and follow", "new lines scroll in again", "Read", pages=_LOG),
    Action("row_up", ("up", "k"), "up", "A row up", "", "Lists", Where.ROWS, in_palette=False, pages=_LISTS),
    Action("row_down", ("down", "j"), "down", "A row down", "", "Lists", Where.ROWS, in_palette=False, pages=_LISTS),
    Action(
        "choose_row",
        ("enter", "space"),
        "open",
        "Open the row",
        "a folder unfolds, a file is read, a change shows its lines",
        "Lists",
        Where.ROWS,
        in_palette=False,
        pages=_LISTS,
    ),
    Action(
        "row_left",
        ("left", "h"),
        "close",
        "Close the folder, or move a long row",
        "in a folder, to its top",
        "Lists",
        Where.ROWS,
        in_palette=False,
        pages=_LISTS,
    ),
    Action(
        "row_right",
        ("right",),
        "open",
        "Open the folder, or move a long row",
        "what is cut comes into sight",
        "Lists",
        Where.ROWS,
        in_palette=False,
        pages=_LISTS,
    ),
    Action("rows_page_up", ("pageup",), "up", "A page up", "", "Lists", Where.ROWS, in_palette=False, pages=_LISTS),
    Action(
        "rows_page_down", ("pagedown",), "down", "A page down", "", "Lists", Where.ROWS, in_palette=False, pages=_LISTS
    ),
    Action("first_row", ("home", "g"), "first", "First row", "", "Lists", Where.ROWS, in_palette=False, pages=_LISTS),
    Action("last_row", ("end", "G"), "last", "Last row", "", "Lists", Where.ROWS, in_palette=False, pages=_LISTS),
    Action(
        "back",
        ("escape",),
        "back",
        "Back",
        "ends a search, closes a file, hides the hint",
        "Pages",
        in_palette=False,
    ),
    Action(
        "next_theme",
        ("t",),
        "theme",
        "Next theme",
        "dark, light, high contrast, the terminal's own",
        "Screen",
        Where.APP,
    ),
    Action("change_theme", (), "theme", "Choose a theme", "ours and all of Textual's", "Screen", Where.APP),
    Action(
        "help",
        ("question_mark",),
        "help",
        "Help",
        "the keys of where you are, then all",
        "Screen",
        Where.APP,
        in_footer=True,
    ),
    Action(
        "command_palette",
        (),
        "palette",
        "Command palette",
        "find an action by typing",
        "Screen",
        Where.APP,
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
        Where.APP,
        in_footer=True,
        everywhere=("ctrl+q", "ctrl+c"),
    ),
)

_WRITTEN: Final = {
    "question_mark": "?",
    "slash": "/",
    "escape": "Esc",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}


def written(key: str) -> str:
    """Return a key as people write it: ``?``, ``Esc``, ``Ctrl+P``, ``b``."""
    if key in _WRITTEN:
        return _WRITTEN[key]
    if "+" in key:
        return "+".join(part.upper() if len(part) == 1 else part.capitalize() for part in key.split("+"))
    return key if len(key) == 1 else key.capitalize()


def action(name: str) -> Action:
    """Return the action with this id."""
    return next(each for each in ACTIONS if each.id == name)


def with_keys(keys: Mapping[str, tuple[str, ...]]) -> tuple[Action, ...]:
    """Return the actions with a user's own keys in place of ours."""
    return tuple(replace(each, keys=keys[each.id]) if each.id in keys else each for each in ACTIONS)


def bindings(*where: Where) -> list[BindingType]:
    """Return what is bound there. Textual binds the palette's key itself."""
    bound: list[BindingType] = []
    for each in ACTIONS:
        if each.where not in where:
            continue
        if each.keys:
            bound.append(Binding(",".join(each.keys), each.call, each.title, show=each.in_footer, id=each.id))
        if each.everywhere and each.id != "command_palette":
            bound.append(Binding(",".join(each.everywhere), each.call, each.title, show=False, priority=True))
    return bound


def groups(actions: tuple[Action, ...] = ACTIONS) -> dict[str, list[Action]]:
    """Return the actions by group, both in the order of the registry; those without a key are left out."""
    grouped: dict[str, list[Action]] = {}
    for each in actions:
        if each.all_keys:
            grouped.setdefault(each.group, []).append(each)
    return grouped


def markdown_table() -> str:
    """Return the keys as the README shows them."""
    rows = [
        f"| {' '.join(f'`{key}`' for key in each.all_keys)} | {each.title} | {each.help} |"
        for each in ACTIONS
        if each.all_keys
    ]
    return "\n".join(["| Key | Does | |", "|---|---|---|", *rows])
