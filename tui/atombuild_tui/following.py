"""The user's settings, followed while the screen runs. Without a file, what holds is what we chose."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from atombuild_tui import themes
from atombuild_tui.actions import ACTIONS, Action, with_keys

if TYPE_CHECKING:
    from collections.abc import Collection

    from atombuild.errors import Report
    from atombuild_tui.taste import Follower, Taste


@dataclass(frozen=True, slots=True)
class News:
    """What is to be done because the file is another one."""

    theme: str | None
    """Show this one; None: the setting is what it was, and whoever chose another one by a key keeps it."""

    keymap: dict[str, str]
    """As Textual wants it."""

    reports: tuple[Report, ...]
    """What is wrong in the file."""


class Following:
    """Who knows what the user has set."""

    def __init__(self, path: Path | None) -> None:
        """``path`` is the user's file; None: there is none."""
        self._path = path
        self._follower: Follower | None = None

    @property
    def _taste(self) -> Taste | None:
        return self._follower.taste if self._follower is not None else None

    @property
    def bell(self) -> bool:
        """Whether it may ring."""
        return self._taste is None or self._taste.bell

    @property
    def editor(self) -> str | tuple[str, ...]:
        """The command of the editor; empty: none is set."""
        return self._taste.editor if self._taste is not None else ""

    @property
    def actions(self) -> tuple[Action, ...]:
        """The actions with the keys that they have."""
        return with_keys(self._taste.keys) if self._taste is not None else ACTIONS

    def look(self, available: Collection[str]) -> News | None:
        """Read the file where it is new. ``available``: the themes that there are. None: there is nothing new."""
        if self._path is None:
            return None
        from atombuild_tui.taste import Follower  # noqa: PLC0415 - not needed for the first paint

        if self._follower is None:
            self._follower = Follower(self._path)
        before = self._follower.taste.theme
        reports = self._follower.follow(available)
        if reports is None:
            return None
        taste = self._follower.taste
        theme = None if taste.theme == before else taste.theme or themes.DARK.name
        return News(theme, {name: ",".join(keys) for name, keys in taste.keys.items()}, reports)
