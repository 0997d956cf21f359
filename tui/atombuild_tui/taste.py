"""The user's settings, as far as the screen can follow them: theme, keys, bell, editor.

What the screen does not know (a theme, an action, a key that is taken) is told with its line, and the rest holds.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from textual.keys import Keys

from atombuild.advice.spelling import nearest
from atombuild.errors import Blame, Report
from atombuild.settings.user import SettingsFile, UserSettings
from atombuild_tui.actions import ACTIONS, Page, with_keys

_NAMED = {key.value for key in Keys if not key.value.startswith("<")}
_SYMBOLS = {"/": "slash", "?": "question_mark", ".": "full_stop", ",": "comma", "+": "plus", "-": "minus"}
_FIRM = {"command_palette", "quit"}
"""Their keys work everywhere, and stay: nobody may lock himself in."""


@dataclass(frozen=True, slots=True)
class Taste:
    """What holds."""

    theme: str | None = None
    editor: str = ""
    bell: bool = True
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By the id of an action, as Textual names keys."""


class Follower:
    """Follows the user's file."""

    def __init__(self, path: Path) -> None:
        self._file = SettingsFile(path)
        self.taste = Taste()

    def follow(self, themes: Collection[str]) -> tuple[Report, ...] | None:
        """Read the file where it is new, and return what is wrong in it; None: it is as it was."""
        if not self._file.changed():
            return None
        reports = self._file.read()
        self.taste, more = taste_of(self._file.settings, themes)
        return (*reports, *more)


def taste_of(settings: UserSettings, themes: Collection[str]) -> tuple[Taste, tuple[Report, ...]]:
    """Return what of the settings can be followed, and what is wrong with the rest."""
    reports: list[Report] = []

    def refuse(name: str, what: str, hint: str) -> None:
        reports.append(Report(Blame.MISTAKE, what, hint, settings.where.get(name)))

    theme = settings.theme
    if theme is not None and theme not in themes:
        guess = nearest(theme, sorted(themes))
        refuse("theme", f"there is no theme `{theme}`", f"did you mean `{guess}`?" if guess else "Ctrl+P lists them")
        theme = None
    keys: dict[str, tuple[str, ...]] = {}
    actions = {action.id: action for action in ACTIONS}
    for name, given in settings.keys.items():
        where = f"keys.{name}"
        if name not in actions or name in _FIRM:
            guess = nearest(name, sorted(actions.keys() - _FIRM))
            words = f"did you mean `{guess}`?" if guess else "atombuild-tui --settings-schema lists them"
            refuse(where, f"there is no action `{name}` whose key can be chosen", words)
            continue
        named = tuple(_SYMBOLS.get(key, key) for key in given)
        strange = next((key for key in named if not _is_key(key)), None)
        if strange is not None:
            refuse(where, f"`{strange}` is no key", "write f5, ctrl+r, enter, or the letter itself")
            continue
        clash = _clash({**keys, name: named}, name)
        if clash:
            refuse(where, f"the key of `{name}` is that of `{clash}` already", f"give `{clash}` another key as well")
            continue
        keys[name] = named
    editor = settings.editor if isinstance(settings.editor, str) else shlex.join(settings.editor or ())
    return Taste(theme, editor, settings.bell, keys), tuple(reports)


def _is_key(key: str) -> bool:
    *modifiers, last = key.split("+")
    good = len(last) == 1 or last in _NAMED or last in set(_SYMBOLS.values())
    return good and all(modifier in {"ctrl", "shift", "alt", "super", "meta"} for modifier in modifiers)


def _clash(keys: Mapping[str, tuple[str, ...]], name: str) -> str | None:
    """Return the action that has one of these keys already, on a page where both mean something."""
    actions = {action.id: action for action in with_keys(keys)}
    mine = actions[name]
    for other in actions.values():
        shared = set(mine.keys) & {*other.keys, *other.everywhere}
        if other.id != name and shared and any(page in mine.pages and page in other.pages for page in Page):
            return other.id
    return None
