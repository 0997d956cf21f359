"""Everything a person can do, once: keys, footer, command palette, help and the README's table are made from this.

What an action does is found by its :class:`Where`: a command to the engine stands here, everything else is a method
``action_…`` of the app, the main screen, the log or the list.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, replace
from typing import TYPE_CHECKING, Final

from textual.binding import Binding, BindingType

from atombuild.checks.result import Check
from atombuild.status import ArtifactKind
from atombuild_tui.pages.names import Page

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

    PAGE = "page"
    """The main screen, by showing the page of this name."""

    LOG = "log"
    """The log that is read."""

    ROWS = "rows"
    """The list or text that has the cursor."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do, and how it is reached."""

    id: str
    keys: tuple[str, ...]
    """As Textual names them; the first is the one that is shown. Empty: only in the palette."""

    _: KW_ONLY
    words: str
    """For the footer: one word."""

    title: str
    """For the palette and the help."""

    help: str = ""
    """One sentence: what happens."""

    group: str
    where: Where = Where.SCREEN
    command: Callable[[Engine], None] | None = None
    """What is asked of the engine, for :attr:`Where.ENGINE`."""

    does: str = ""
    """What is asked of who answers it, where that has not the action's own name."""

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
        does = self.does or self.id
        return {
            Where.ENGINE: f"app.command('{self.id}')",
            Where.APP: f"app.{does}",
            Where.PAGE: f"page('{does}')",
            Where.LOG: f"log('{does}')",
        }.get(self.where, does)


def _asks_for(check: Check) -> Callable[[Engine], None]:
    return lambda engine: engine.check(check)


_LISTS: Final = frozenset({Page.INSIDE, Page.CHANGES, Page.HISTORY, Page.CHECKS, Page.WATCH})
_LOG: Final = frozenset({Page.LOG, Page.AFTER})

ACTIONS: Final = (
    Action(
        "build",
        ("b",),
        words="build",
        title="Build now",
        help="build everything now, also while paused",
        group="Build",
        where=Where.ENGINE,
        command=lambda engine: engine.build(),
        in_footer=True,
    ),
    Action(
        "build_sdist",
        ("s",),
        words="sdist",
        title="Build the sdist only",
        help="the wheel stays as it is",
        group="Build",
        where=Where.ENGINE,
        command=lambda engine: engine.build((ArtifactKind.SDIST,)),
        in_footer=True,
    ),
    Action(
        "build_wheel",
        ("w",),
        words="wheel",
        title="Build the wheel only",
        help="the sdist stays as it is",
        group="Build",
        where=Where.ENGINE,
        command=lambda engine: engine.build((ArtifactKind.WHEEL,)),
        in_footer=True,
    ),
    Action(
        "cancel",
        ("x",),
        words="cancel",
        title="Cancel the running build",
        help="nothing half-written stays; its old artifacts are gone already",
        group="Build",
        where=Where.ENGINE,
        command=lambda engine: engine.cancel(),
        in_footer=True,
    ),
    Action(
        "pause_or_resume",
        ("p",),
        words="pause",
        title="Pause or resume watching",
        help="while paused, changes are counted and wait; b still builds",
        group="Build",
        where=Where.ENGINE,
        command=lambda engine: engine.toggle_pause(),
        in_footer=True,
    ),
    Action(
        "check_all",
        ("c",),
        words="check",
        title="Check everything",
        help="parity, reproducibility, installation; beside the builds",
        group="Build",
    ),
    *(
        Action(
            f"check_{check.value}",
            (),
            words=check.value,
            title=f"Check that {title}",
            help="beside the builds; the page checks shows it",
            group="Build",
            where=Where.ENGINE,
            command=_asks_for(check),
        )
        for check, title in (
            (Check.PARITY, "sdist and wheel agree"),
            (Check.REPRODUCIBLE, "the build is the same again"),
            (Check.INSTALL, "the wheel installs"),
        )
    ),
    Action(
        "cancel_checks",
        ("X",),
        words="cancel",
        title="Give up the checks",
        help="those that run and wait",
        group="Build",
        where=Where.ENGINE,
        command=lambda engine: engine.cancel_checks(),
    ),
    Action(
        "allow_commands",
        ("a",),
        words="allow",
        title="Allow the project's command",
        help="the one that was not run, exactly as it is shown, in this folder; it is remembered",
        group="Build",
        where=Where.ENGINE,
        command=lambda engine: engine.allow_commands(),
    ),
    *(
        Action(
            f"page_{page.value}",
            (str(number),),
            words=page.value,
            title=f"Show {page.value}",
            help=page.help,
            group="Pages",
            where=Where.PAGE,
            does=page.value,
        )
        for number, page in enumerate(Page, 1)
    ),
    Action(
        "next_page",
        ("tab",),
        words="next",
        title="Next page",
        help="and round again",
        group="Pages",
        in_palette=False,
    ),
    Action(
        "previous_page",
        ("shift+tab",),
        words="previous",
        title="Page before",
        help="and round again",
        group="Pages",
        in_palette=False,
    ),
    Action(
        "larger",
        ("l",),
        words="larger",
        title="Larger page, and back",
        help="one line for each artifact, the rest for it",
        group="Pages",
    ),
    Action(
        "next_problem",
        ("n",),
        words="next",
        title="Next problem, or next match",
        help="the errors of the last build, then advice; while searching, the next place",
        group="Read",
        in_footer=True,
    ),
    Action(
        "previous_problem",
        ("N",),
        words="before",
        title="Problem or match before",
        help="the other way round",
        group="Read",
    ),
    Action(
        "edit",
        ("e",),
        words="edit",
        title="Open in your editor",
        help="the file and line of the problem, or of the row; $VISUAL or $EDITOR; builds go on meanwhile",
        group="Read",
        in_footer=True,
    ),
    Action(
        "copy",
        ("y",),
        words="copy",
        title="Copy",
        help="the problem, or the row, without frames; through the terminal (OSC 52) and into a file",
        group="Read",
        in_footer=True,
    ),
    Action(
        "search",
        ("slash",),
        words="search",
        title="Search",
        help="as you type; Enter keeps it, Esc ends it",
        group="Read",
        in_footer=True,
    ),
    Action(
        "filter",
        ("f",),
        words="filter",
        title="Show only lines with a text",
        help="Esc shows all again",
        group="Read",
        pages=_LOG,
    ),
    Action(
        "wrap",
        ("z",),
        words="wrap",
        title="Wrap long lines, or cut them",
        help="cut ones move with ← →",
        group="Read",
        pages=_LOG,
    ),
    Action(
        "log_up",
        ("pageup",),
        words="up",
        title="A page up",
        help="reading up stops following",
        group="Read",
        where=Where.LOG,
        does="page_up",
        in_palette=False,
        pages=_LOG,
    ),
    Action(
        "log_down",
        ("pagedown",),
        words="down",
        title="A page down",
        help="also the wheel",
        group="Read",
        where=Where.LOG,
        does="page_down",
        in_palette=False,
        pages=_LOG,
    ),
    Action(
        "log_left",
        ("left",),
        words="left",
        title="Move cut lines to the left",
        help="after z",
        group="Read",
        where=Where.LOG,
        does="scroll_left",
        in_palette=False,
        pages=_LOG,
    ),
    Action(
        "log_right",
        ("right",),
        words="right",
        title="Move cut lines to the right",
        help="after z",
        group="Read",
        where=Where.LOG,
        does="scroll_right",
        in_palette=False,
        pages=_LOG,
    ),
    Action(
        "log_home",
        ("home",),
        words="first",
        title="First line",
        help="as far back as it is kept",
        group="Read",
        where=Where.LOG,
        does="scroll_home",
        pages=_LOG,
    ),
    Action(
        "log_end",
        ("end",),
        words="last",
        title="Last line, and follow",
        help="new lines scroll in again",
        group="Read",
        where=Where.LOG,
        does="scroll_end",
        pages=_LOG,
    ),
    Action(
        "row_up",
        ("up", "k"),
        words="up",
        title="A row up",
        group="Lists",
        where=Where.ROWS,
        in_palette=False,
        pages=_LISTS,
    ),
    Action(
        "row_down",
        ("down", "j"),
        words="down",
        title="A row down",
        group="Lists",
        where=Where.ROWS,
        in_palette=False,
        pages=_LISTS,
    ),
    Action(
        "choose_row",
        ("enter", "space"),
        words="open",
        title="Open the row",
        help="a folder unfolds, a file is read, a change shows its lines",
        group="Lists",
        where=Where.ROWS,
        in_palette=False,
        pages=_LISTS,
    ),
    Action(
        "row_left",
        ("left", "h"),
        words="close",
        title="Close the folder, or move a long row",
        help="in a folder, to its top",
        group="Lists",
        where=Where.ROWS,
        in_palette=False,
        pages=_LISTS,
    ),
    Action(
        "row_right",
        ("right",),
        words="open",
        title="Open the folder, or move a long row",
        help="what is cut comes into sight",
        group="Lists",
        where=Where.ROWS,
        in_palette=False,
        pages=_LISTS,
    ),
    Action(
        "rows_page_up",
        ("pageup",),
        words="up",
        title="A page up",
        group="Lists",
        where=Where.ROWS,
        in_palette=False,
        pages=_LISTS,
    ),
    Action(
        "rows_page_down",
        ("pagedown",),
        words="down",
        title="A page down",
        group="Lists",
        where=Where.ROWS,
        in_palette=False,
        pages=_LISTS,
    ),
    Action(
        "first_row",
        ("home", "g"),
        words="first",
        title="First row",
        group="Lists",
        where=Where.ROWS,
        in_palette=False,
        pages=_LISTS,
    ),
    Action(
        "last_row",
        ("end", "G"),
        words="last",
        title="Last row",
        group="Lists",
        where=Where.ROWS,
        in_palette=False,
        pages=_LISTS,
    ),
    Action(
        "back",
        ("escape",),
        words="back",
        title="Back",
        help="ends a search, closes a file, hides the hint",
        group="Pages",
        in_palette=False,
    ),
    Action(
        "next_theme",
        ("t",),
        words="theme",
        title="Next theme",
        help="dark, light, high contrast, the terminal's own",
        group="Screen",
        where=Where.APP,
    ),
    Action(
        "change_theme",
        (),
        words="theme",
        title="Choose a theme",
        help="ours and all of Textual's",
        group="Screen",
        where=Where.APP,
    ),
    Action(
        "help",
        ("question_mark",),
        words="help",
        title="Help",
        help="the keys of where you are, then all",
        group="Screen",
        where=Where.APP,
        in_footer=True,
    ),
    Action(
        "command_palette",
        (),
        words="palette",
        title="Command palette",
        help="find an action by typing",
        group="Screen",
        where=Where.APP,
        in_palette=False,
        everywhere=("ctrl+p",),
    ),
    Action(
        "suspend_process",
        (),
        words="shell",
        title="To the shell, and back with fg",
        help="what watches and starts builds stands still meanwhile",
        group="Screen",
        where=Where.APP,
        everywhere=("ctrl+z",),
    ),
    Action(
        "quit",
        ("q",),
        words="quit",
        title="Quit",
        help="a running build is cancelled first",
        group="Screen",
        where=Where.APP,
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
