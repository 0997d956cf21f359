"""The user's settings, as far as the screen can follow them: theme, keys, bell, editor.

What the screen does not know (a theme, an action, a key that is taken) is told with its line, and the rest holds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from textual.keys import Keys

from atombuild.advice.spelling import nearest
from atombuild.errors import Blame, Report
from atombuild.settings.user import SettingsFile, UserSettings
from atombuild_tui.actions import ACTIONS, Action, with_keys

_NAMED = {key.value for key in Keys if not key.value.startswith("<")}
_SYMBOLS = {"/": "slash", "?": "question_mark", ".": "full_stop", ",": "comma", "+": "plus", "-": "minus"}
_FIRM = {"command_palette", "quit"}
"""Their keys work everywhere, and stay: nobody may lock himself in."""


@dataclass(frozen=True, slots=True)
class Taste:
    """What holds."""

    theme: str | None = None
    editor: str | tuple[str, ...] = ""
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
    keys = _understood(settings, refuse)
    while clash := _clash(keys):
        name, other = clash
        refuse(
            f"keys.{name}", f"the key of `{name}` is that of `{other}` already", f"give `{other}` another key as well"
        )
        del keys[name]
    return Taste(theme, settings.editor or "", settings.bell, keys), tuple(reports)


def _understood(settings: UserSettings, refuse: Callable[[str, str, str], None]) -> dict[str, tuple[str, ...]]:
    """Return the keys whose names mean something, whether or not they are free."""
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
        keys[name] = named
    return keys


def _is_key(key: str) -> bool:
    *modifiers, last = key.split("+")
    # What can't be seen could not be shown as a key either, and might act on the terminal.
    good = (len(last) == 1 and last.isprintable()) or last in _NAMED or last in set(_SYMBOLS.values())
    return good and all(modifier in {"ctrl", "shift", "alt", "super", "meta"} for modifier in modifiers)


def _clash(keys: Mapping[str, tuple[str, ...]]) -> tuple[str, str] | None:
    """Return the action that has to go without its new key, and the one that has it already; None: all can hold.

    Looked at together, so that two actions may change places. Who did not ask for a key keeps it; of two, the first.
    """
    actions = {action.id: action for action in with_keys(keys)}
    clashes = [(name, other.id) for name in keys for other in actions.values() if _share(actions[name], other)]
    return next((clash for clash in clashes if clash[1] not in keys), clashes[-1] if clashes else None)


def _share(mine: Action, other: Action) -> bool:
    """Tell whether both have a key in common, on a page where both mean something."""
    shared = set(mine.keys) & {*other.keys, *other.everywhere}
    return other.id != mine.id and bool(shared) and bool(mine.pages & other.pages)
