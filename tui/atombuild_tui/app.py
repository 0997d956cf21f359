"""The app: it joins an engine and a screen, and leaves in time. What is shown is decided elsewhere.

engine's thread ── Feed ──► cleaned() ──► Dashboard.apply() ──► MainScreen.show()
                                     └──► journal.entries() ──► the log
keys, footer, palette ── actions ──► engine
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import App, SystemCommand
from textual.filter import Monochrome, NoColor
from textual.message import Message

from atombuild.events import Failure, Looked
from atombuild_tui import actions, themes
from atombuild_tui.actions import Where
from atombuild_tui.attention import Attention
from atombuild_tui.door import cleaned
from atombuild_tui.errands import Errands
from atombuild_tui.feed import Feed
from atombuild_tui.following import Following
from atombuild_tui.journal import after_entries, entries
from atombuild_tui.leaving import UNSEEN, part_from
from atombuild_tui.pages.page import View
from atombuild_tui.places import Places
from atombuild_tui.screens.main import MainScreen
from atombuild_tui.signals import Ear, terminal_is_gone
from atombuild_tui.state import Dashboard
from atombuild_tui.terminal import TerminalTitle

if TYPE_CHECKING:
    from textual.binding import BindingType
    from textual.notifications import SeverityLevel
    from textual.screen import Screen
    from textual.timer import Timer

    from atombuild.errors import Report
    from atombuild_tui.engine import Engine

_STYLES: Final = Path(__file__).parent / "styles"

AT_ONCE: Final = 1000
"""Events and log lines that are shown between two looks at the keyboard."""

_WIDTHS: Final = [(0, "-tiny"), (52, "-narrow"), (76, "-usual"), (110, "-wide")]
_HEIGHTS: Final = [(0, "-flat"), (16, "-low"), (24, "-high"), (40, "-tall")]
"""The sizes from which on the styles choose another layout."""

_BUSY_TICK: Final = 0.1
_IDLE_TICK: Final = 1.0
_YOUNG: Final = 70.0
_SELDOM: Final = 5


class EventsWait(Message):
    """The feed has something."""


class AtombuildApp(App[None]):
    """The terminal UI of one session."""

    CSS_PATH: ClassVar = [_STYLES / name for name in ("app.tcss", "main.tcss", "pages.tcss", "help.tcss")]
    BINDINGS: ClassVar[list[BindingType]] = actions.bindings(Where.APP, Where.ENGINE)
    NOTIFICATION_TIMEOUT = 3
    ALLOW_SELECT = False
    HORIZONTAL_BREAKPOINTS = _WIDTHS
    VERTICAL_BREAKPOINTS = _HEIGHTS

    def __init__(
        self,
        engine: Engine,
        *,
        hint: str | None = None,
        bell: bool = True,
        settings: Path | None = None,
        clock: Callable[[], float] = time.time,
        zone: tzinfo | None = None,
    ) -> None:
        """``clock`` gives seconds since the epoch, ``zone`` the zone of the times shown (None: the machine's).

        ``settings`` is the user's file; None: there is none.
        """
        super().__init__()
        if self.no_color:
            # Textual's own way makes colours grey, which are colours to a terminal still.
            kept = [each for each in self._filters if not isinstance(each, Monochrome)]
            self._filters = [*kept, NoColor()]
        for theme in themes.THEMES:
            self.register_theme(theme)
        self.theme = themes.DARK.name
        self.dashboard = Dashboard()
        self.left_in_time = True
        """The engine had ended when the app left; otherwise what it was at will be found at the next start."""

        self._engine = engine
        self._may_call = bell
        self._settings = Following(settings)
        self._now = clock
        self._zone = zone
        self._places = Places()
        self._errands: Errands | None = None
        self._feed = Feed(self._wake)
        self._main = MainScreen(hint=hint, zone=zone, errands=self.errands)
        self._attention = Attention()
        self._terminal_title = TerminalTitle(self.write_terminal)
        self._own_loop: asyncio.AbstractEventLoop | None = None
        """The loop that all of this lives on, once it runs."""

        self._leaving = False
        self._exit_with: int | None = None
        """The status to exit with, once the engine has ended."""

        self._ear = Ear(self._obey)
        self._ticks = 0
        self._heard = 0.0
        """When the engine last said something, seconds since the epoch."""

        self._fast: Timer | None = None
        """Lets the time pass fast, while something runs."""

    def errands(self) -> Errands:
        """Return who does what takes long."""
        if self._errands is None:
            self._errands = Errands(asyncio.get_running_loop(), self._tell_bug)
        return self._errands

    def _tell_bug(self, reports: tuple[Report, ...]) -> None:
        if self.is_running and self._main.made:
            self._main.tell(reports, self.dashboard.root)

    @property
    def _view(self) -> View:
        return View(self.dashboard, self._places, self._now(), self._zone)

    # Life

    def get_default_screen(self) -> Screen[None]:
        """Return the main screen: it is there from the first paint on."""
        return self._main

    def on_mount(self) -> None:
        """Listen to those who want us to leave, from the first moment on."""
        self._own_loop = asyncio.get_running_loop()
        self._ear.listen()

    def on_main_screen_ready(self) -> None:
        """Start the engine; from here on it drives the screen."""
        if self._leaving:
            self._exit_when_made()
            return
        self._main.show(self._view)
        self._follow_settings()
        self.set_interval(_IDLE_TICK, self._tick)
        self._fast = self.set_interval(_BUSY_TICK, self.show_time, pause=True)
        self._engine.start(self._feed.put)

    def on_unmount(self) -> None:
        """Give back what was borrowed; after a crash, the engine is still to be told."""
        if not self._leaving:
            self._engine.stop()
        self._ear.close()
        self._terminal_title.give_back()

    def _obey(self, number: int) -> None:
        """Leave because of a signal, with the status that tells so."""
        if terminal_is_gone():
            # There is nothing to restore, and every write would block for ever.
            part_from(self._engine, lambda _: os._exit(128 + number), patience=UNSEEN)
        else:
            self.leave(128 + number)

    def leave_from_outside(self) -> None:
        """Leave, asked for by another thread."""
        self._call(self.leave)

    def _call(self, callback: Callable[..., object], *arguments: object) -> None:
        """Call this on our loop, from any thread."""
        if self._own_loop is not None:
            # It may have ended meanwhile: nobody looks any more.
            with contextlib.suppress(RuntimeError):
                self._own_loop.call_soon_threadsafe(callback, *arguments)

    def leave(self, return_code: int = 0) -> None:
        """Ask the engine to stop, and exit when it has, or when patience ends. A second call exits at once."""

        def leave_now() -> None:
            self._exit_with = return_code
            self._exit_when_made()

        if self._leaving:
            leave_now()
            return
        self._leaving = True

        def ended(in_time: bool) -> None:
            self.left_in_time = in_time
            self._call(leave_now)

        # The engine first: a signal may come before there is anything to show it on.
        part_from(self._engine, ended)
        self._change(replace(self.dashboard, stopping=True))

    def _exit_when_made(self) -> None:
        """Exit with what is due, but not in the middle of putting the screen together: that would crash."""
        if self._main.made and self._exit_with is not None:
            self.exit(return_code=self._exit_with)

    # Events

    def _wake(self) -> None:
        self._call(self.post_message, EventsWait())

    def on_events_wait(self) -> None:
        """Show a part of what came, and let keys in before the next part."""
        if not self.is_running:
            return
        for event in self._feed.take(AT_ONCE):
            if not isinstance(event, Looked):
                self._heard = self._now()
            before, at = self.dashboard, self._now()
            safe = cleaned(event)
            self._places = self._places.after(event)
            self.dashboard = before.apply(safe, at)
            self._main.write(entries(safe, before, self.dashboard, at, self._zone))
            self._main.write_after(after_entries(safe))
        self._change(self.dashboard)
        if len(self._feed):
            # By way of the loop, so that keys come in between; a message to oneself would be taken first.
            asyncio.get_running_loop().call_soon(self.post_message, EventsWait())

    def _change(self, dashboard: Dashboard) -> None:
        self.dashboard = dashboard
        if not self._main.made:
            return  # the screen is still being put together
        self._main.show(self._view)
        if self._fast is not None:
            (self._fast.resume if dashboard.building or dashboard.preparing else self._fast.pause)()
        self._attention, rings = self._attention.after(dashboard)
        if self._may_call and self._settings.bell and self._attention.title:
            self._terminal_title.set(self._attention.title)
            if rings:
                self.bell()

    def show_time(self) -> None:
        """Render the cards for this moment."""
        if self.is_running:  # a timer may fire while the screen is being taken down
            self._main.show_time(self._view)

    def show_ages(self) -> None:
        """Render everything for this moment that tells how long ago something was."""
        if self.is_running:
            self._main.show_ages(self._view)

    def _tick(self) -> None:
        """Let the time pass, slowly: who waits in a terminal for hours must not cost a battery."""
        if not self.is_running:
            return
        self._ticks += 1
        # After a minute, what is told is minutes: nobody sees a second pass.
        young = self._now() - self._heard < _YOUNG
        seldom = self._ticks % _SELDOM == 0
        if young or seldom:
            (self.show_ages if seldom else self.show_time)()
            self._follow_settings()

    def _follow_settings(self) -> None:
        """Do as the user's settings say, where they are new."""
        news = self._settings.look(self.available_themes)
        if news is None:
            return
        if news.theme is not None:
            self.theme = news.theme
        self.set_keymap(news.keymap)
        self._main.name_keys(self._settings.actions)
        self._places = self._places.after(Failure(news.reports))
        self._main.tell(news.reports, self.dashboard.root, heading="to mend in your settings")

    def write_terminal(self, data: str) -> None:
        """Write our own control sequences, where there is a terminal."""
        if self._driver is not None and not self.is_headless:
            self._driver.write(data)

    # Actions

    def action_command(self, name: str) -> None:
        """Pass a command on to the engine."""
        command = actions.action(name).command
        if command is not None:
            # Also where it seems to be in vain: what is shown may be a moment behind.
            command(self._engine)
        board = self.dashboard
        if name == "cancel" and not (board.building or board.preparing or board.lock_holder):
            self.notify("no build is running", markup=False)
        elif name == "cancel_checks" and board.checking is None and not board.checks_waiting:
            self.notify("no check is running", markup=False)

    def action_suspend_process(self) -> None:
        """Give the terminal back to the shell, where there is one that can bring us back."""
        if sys.platform == "win32" or self._driver is None or not self._driver.can_suspend:
            self.notify("there is no shell here to go to", markup=False)
        elif os.getpgrp() == os.getsid(0):
            # Who started us has no jobs: stopped, we would stay so for ever.
            self.notify("there is no shell here to go to", markup=False)
        else:
            super().action_suspend_process()

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Say something in passing. One thing at a time: what was said before has been read, or was not wanted."""
        self.clear_notifications()
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    def action_next_theme(self) -> None:
        """Show the next of our themes."""
        self.theme = themes.after(self.theme)

    def action_help(self) -> None:
        """Open the help."""
        from atombuild_tui.screens.help import HelpScreen  # noqa: PLC0415 - not needed for the first paint

        self.push_screen(HelpScreen(self._main.current, self._settings.actions))

    async def action_quit(self) -> None:
        """Leave."""
        self.leave()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Fill the palette from the registry."""
        del screen
        for action in actions.ACTIONS:
            if action.in_palette:
                yield SystemCommand(action.title, action.help, self._does(action.call))

    def _does(self, call: str) -> Callable[[], object]:
        return lambda: self.call_later(self.run_action, call, self._main)

    # What the screen asks for

    def on_main_screen_check_asked(self, event: MainScreen.CheckAsked) -> None:
        """Pass it on to the engine."""
        self._engine.check(event.check)

    def on_main_screen_edit_asked(self, event: MainScreen.EditAsked) -> None:
        """Open the editor; the engine goes on."""
        from atombuild_tui.editing import open_in_editor  # noqa: PLC0415 - only where it is asked for

        place = self._places.file_of(event.place) if event.place is not None else None
        # What is typed into the editor is no signal for us, not even an interrupt.
        with self._ear.closed():
            number = open_in_editor(self, place, self._places.root, self._settings.editor)
        if number is not None:
            self._obey(number)

    def on_main_screen_copy_asked(self, event: MainScreen.CopyAsked) -> None:
        """Copy through the terminal, and into a file."""
        from atombuild_tui.clipboard import copy  # noqa: PLC0415 - only where it is asked for

        copy(self, event.text)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Give our colours a meaning under other people's themes."""
        return themes.fallback_variables(self.current_theme)
