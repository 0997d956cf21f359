"""The app: it joins an engine and a screen, and leaves in time. What is shown is decided elsewhere.

engine's thread ── Feed ──► cleaned() ──► Dashboard.apply() ──► MainScreen.show()
                                     └──► journal.entries() ──► the log
keys, footer, palette ── actions ──► engine
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import App, SystemCommand
from textual.message import Message

from atombuild.status import ArtifactKind
from atombuild_tui import actions, signals, themes
from atombuild_tui.attention import Attention
from atombuild_tui.door import cleaned
from atombuild_tui.feed import Feed
from atombuild_tui.journal import entries
from atombuild_tui.leaving import part_from
from atombuild_tui.screens.main import MainScreen
from atombuild_tui.state import Dashboard
from atombuild_tui.terminal import TerminalTitle

if TYPE_CHECKING:
    from textual.binding import BindingType
    from textual.screen import Screen

    from atombuild_tui.engine import Engine

_STYLES: Final = Path(__file__).parent / "styles"

AT_ONCE: Final = 1000
"""Events and log lines that are shown between two looks at the keyboard."""

_WIDTHS: Final = [(0, "-tiny"), (52, "-narrow"), (76, "-usual"), (110, "-wide")]
_HEIGHTS: Final = [(0, "-flat"), (16, "-low"), (24, "-high")]
"""The sizes from which on the styles choose another layout."""

_BUSY_TICK: Final = 0.1
_IDLE_TICK: Final = 1.0


class EventsWait(Message):
    """The feed has something."""


class AtombuildApp(App[None]):
    """The terminal UI of one session."""

    CSS_PATH: ClassVar = [_STYLES / name for name in ("app.tcss", "main.tcss", "help.tcss")]
    BINDINGS: ClassVar[list[BindingType]] = actions.bindings()
    ALLOW_SELECT = False
    HORIZONTAL_BREAKPOINTS = _WIDTHS
    VERTICAL_BREAKPOINTS = _HEIGHTS

    def __init__(
        self,
        engine: Engine,
        *,
        hint: str | None = None,
        bell: bool = True,
        clock: Callable[[], float] = time.time,
        zone: tzinfo | None = None,
    ) -> None:
        """``clock`` gives seconds since the epoch, ``zone`` the zone of the times shown (None: the machine's)."""
        super().__init__()
        for theme in themes.THEMES:
            self.register_theme(theme)
        self.theme = themes.DARK.name
        self.dashboard = Dashboard()
        self.left_in_time = True
        """The engine had ended when the app left; otherwise what it was at will be found at the next start."""

        self._engine = engine
        self._calls = bell
        self._now = clock
        self._zone = zone
        self._main = MainScreen(hint=hint, zone=zone)
        self._attention = Attention()
        self._terminal_title = TerminalTitle(self.write_terminal)
        self._leaving = False
        self._listens = False
        self._ticked = 0.0

    # Life

    def get_default_screen(self) -> Screen[None]:
        """Return the main screen: it is there from the first paint on."""
        return self._main

    def on_mount(self) -> None:
        """Listen to signals, from the first moment on."""
        self._listens = signals.listen(asyncio.get_running_loop(), self._obey)

    def on_main_screen_ready(self) -> None:
        """Start the engine; from here on it drives the screen."""
        loop = asyncio.get_running_loop()

        def wake() -> None:
            # The loop may have ended before the engine did; nobody looks any more.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self.post_message, EventsWait())

        self._feed = Feed(wake)
        self._main.show(self.dashboard, self._now())
        self.set_interval(_BUSY_TICK, self._tick)
        self._engine.start(self._feed.put)

    def on_unmount(self) -> None:
        """Give back what was borrowed; after a crash, the engine is still to be told."""
        if not self._leaving:
            self._engine.stop()
        if self._listens:
            signals.forget(asyncio.get_running_loop())
        self._terminal_title.give_back()

    def _obey(self, number: int) -> None:
        """Leave because of a signal, with the status that tells so."""
        if signals.terminal_is_gone():
            # There is nothing to restore, and every write would block for ever.
            part_from(self._engine, lambda _: os._exit(128 + number))
        else:
            self.leave(128 + number)

    def leave(self, return_code: int = 0) -> None:
        """Ask the engine to stop, and exit when it has, or when patience ends. A second call exits at once."""
        if self._leaving:
            self.exit(return_code=return_code)
            return
        self._leaving = True
        self._change(replace(self.dashboard, stopping=True))
        loop = asyncio.get_running_loop()

        def ended(in_time: bool) -> None:
            self.left_in_time = in_time
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(lambda: self.exit(return_code=return_code))

        part_from(self._engine, ended)

    # Events

    def on_events_wait(self) -> None:
        """Show a part of what came, and let keys in before the next part."""
        if not self.is_running:
            return
        for event in self._feed.take(AT_ONCE):
            before, at = self.dashboard, self._now()
            safe = cleaned(event)
            self.dashboard = before.apply(safe, at)
            self._main.write(entries(safe, before, self.dashboard, at, self._zone))
        self._change(self.dashboard)
        if len(self._feed):
            # By way of the loop, so that keys come in between; a message to oneself would be taken first.
            asyncio.get_running_loop().call_soon(self.post_message, EventsWait())

    def _change(self, dashboard: Dashboard) -> None:
        self.dashboard = dashboard
        self._main.show(dashboard, self._now())
        self._attention, rings = self._attention.after(dashboard)
        if self._calls and self._attention.title:
            self._terminal_title.set(self._attention.title)
            if rings:
                self.bell()

    def show_time(self) -> None:
        """Render the cards for this moment."""
        self._main.show_time(self.dashboard, self._now())

    def _tick(self) -> None:
        """Let the time pass on the cards: fast while something runs, slowly otherwise."""
        if not self.is_running:
            return  # a timer may fire while the screen is being taken down
        now = self._now()
        if self.dashboard.building or now - self._ticked >= _IDLE_TICK:
            self._ticked = now
            self.show_time()

    def write_terminal(self, data: str) -> None:
        """Write our own control sequences, where there is a terminal."""
        if self._driver is not None and not self.is_headless:
            self._driver.write(data)

    # Actions

    def action_build(self) -> None:
        """Build now."""
        self._engine.build()

    def action_build_sdist(self) -> None:
        """Build the sdist only."""
        self._engine.build((ArtifactKind.SDIST,))

    def action_build_wheel(self) -> None:
        """Build the wheel only."""
        self._engine.build((ArtifactKind.WHEEL,))

    def action_cancel(self) -> None:
        """Give up the running build."""
        self._engine.cancel()

    def action_pause_or_resume(self) -> None:
        """Pause, or go on."""
        self._engine.toggle_pause()

    def action_larger_log(self) -> None:
        """Make the log larger, or small again."""
        self._main.toggle_larger_log()

    def action_log_up(self) -> None:
        """Read a page up."""
        self._main.log_view.action_page_up()

    def action_log_down(self) -> None:
        """Read a page down."""
        self._main.log_view.action_page_down()

    def action_log_home(self) -> None:
        """Read from the first line."""
        self._main.log_view.action_scroll_home()

    def action_log_end(self) -> None:
        """Follow."""
        self._main.log_view.follow()

    def action_toggle_light(self) -> None:
        """Switch between our two themes."""
        self.theme = (themes.LIGHT if self.current_theme.dark else themes.DARK).name

    def action_dismiss_hint(self) -> None:
        """Put the hint away."""
        self._main.dismiss_hint()

    def action_help(self) -> None:
        """Open the help."""
        from atombuild_tui.screens.help import HelpScreen  # noqa: PLC0415 - not needed for the first paint

        self.push_screen(HelpScreen())

    async def action_quit(self) -> None:
        """Leave."""
        self.leave()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Fill the palette from the registry."""
        del screen
        for action in actions.ACTIONS:
            if action.in_palette:
                yield SystemCommand(action.title, action.help, self._does(action.id))

    def _does(self, action: str) -> Callable[[], object]:
        return lambda: self.call_later(self.run_action, action)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Give our colours a meaning under other people's themes."""
        return themes.fallback_variables(self.current_theme)
