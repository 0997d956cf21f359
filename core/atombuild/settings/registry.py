"""Every setting, once."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any, Final


class Place(enum.Enum):
    """Where a setting stands."""

    PROJECT = "[tool.atombuild] in pyproject.toml"
    """What concerns the project; everybody who works on it shares it."""

    USER = "the user's settings.toml"
    """What concerns a person: no project may choose its reader's programs, keys or colours."""


class Kind(enum.Enum):
    """What a value must be; the values are the words for it."""

    STRING = "a string"
    STRINGS = "a list of strings"
    PATTERNS = "a list of patterns, as .gitignore files hold them"
    BOOLEAN = "true or false"
    WHOLE = "a whole number from 0 on"
    SECONDS = "a number of seconds above 0"
    COMMAND = "a command as a string, or as a list of its words"
    KEYS = "a table: the name of an action, and its key or list of keys"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting."""

    name: str
    kind: Kind
    place: Place
    default: Any
    """As TOML would hold it; None: there is none."""

    doc: str
    """A sentence."""

    example: str
    """A line of TOML."""


SETTINGS: Final = (
    Setting(
        "silence",
        Kind.STRINGS,
        Place.PROJECT,
        [],
        "codes of advice that you have read",
        'silence = ["large-file"]',
    ),
    Setting(
        "ignore",
        Kind.PATTERNS,
        Place.PROJECT,
        [],
        "patterns, as in .gitignore, of what leads to no build; `!` brings back what git "
        "ignores, and what an artifact holds counts all the same",
        'ignore = ["/logs/", "*.tmp"]',
    ),
    Setting(
        "keep-in-memory",
        Kind.WHOLE,
        Place.PROJECT,
        64,
        "MiB for each artifact; what a build leaves for the next beyond that stays in the artifact",
        "keep-in-memory = 64",
    ),
    Setting(
        "hook-timeout",
        Kind.SECONDS,
        Place.PROJECT,
        None,
        "seconds that one hook of another build backend may take; no limit without it",
        "hook-timeout = 600",
    ),
    Setting(
        "on-success",
        Kind.COMMAND,
        Place.PROJECT,
        None,
        "run when a build succeeded and its artifacts stand, once you allowed it; {wheel}, {sdist}, {root} and {out} "
        "are their paths",
        'on-success = "twine check {wheel} {sdist}"',
    ),
    Setting(
        "on-failure",
        Kind.COMMAND,
        Place.PROJECT,
        None,
        "run when a build failed, once you allowed it; {root} and {out} are the folders",
        'on-failure = ["notify-send", "build failed"]',
    ),
    Setting(
        "theme", Kind.STRING, Place.USER, "atombuild-dark", "how it looks; t shows ours", 'theme = "atombuild-light"'
    ),
    Setting(
        "editor",
        Kind.COMMAND,
        Place.USER,
        None,
        "what e opens, instead of $VISUAL and $EDITOR",
        'editor = "code"',
    ),
    Setting(
        "bell",
        Kind.BOOLEAN,
        Place.USER,
        default=True,
        doc="ring when good turns to bad or bad to good, and set the title",
        example="bell = false",
    ),
    Setting(
        "keys",
        Kind.KEYS,
        Place.USER,
        {},
        "other keys for actions, by the names that the JSON Schema lists",
        'keys = { build = "f5", larger = ["l", "f11"] }',
    ),
)


def settings_of(place: Place) -> tuple[Setting, ...]:
    """Return the settings that stand there."""
    return tuple(setting for setting in SETTINGS if setting.place is place)


def markdown_table() -> str:
    """Return the settings as the README shows them."""
    rows = [f"| `{each.example}` | {each.place.value.partition(' in ')[0]} | {each.doc} |" for each in SETTINGS]
    return "\n".join(["| Setting, by example | In | Means |", "|---|---|---|", *rows])
