"""What a notifier may say. Every hint means "look again"; none says what you will see.

Notifications of file systems are incomplete, late and wrong about kinds, so the snapshot decides what changed;
the hints' names serve the line that tells a person what is going on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Watching:
    """A watcher is up. What changed before is unseen, what changes from now on will be hinted at."""

    polling: bool
    """There are no notifications: only :class:`Look`, again and again."""


@dataclass(frozen=True, slots=True)
class Paths:
    """Something happened at these paths."""

    paths: frozenset[str]
    """Relative to the root, ``/`` between parts; "" is the root itself."""

    deleted: bool = False
    """Some of them were said to be deleted."""


@dataclass(frozen=True, slots=True)
class Directories:
    """Folders appeared; what was put into them right away may never be named. Said at once and again when quiet.

    Without paths it is said of a batch so large that some changes may have been lost.
    """

    paths: frozenset[str]
    """As in :class:`Paths`."""


@dataclass(frozen=True, slots=True)
class Look:
    """Nothing is known to have happened, but overflows are silent: time to look all the same."""


@dataclass(frozen=True, slots=True)
class RootGone:
    """The project folder is not there any more; it is looked for until it is back."""


@dataclass(frozen=True, slots=True)
class RootBack:
    """A folder stands at the root again: made anew, or another one in its place."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The notifications broke off and are being started again; anything may have been missed."""

    why: str
    """The cause, in the words of the system. Not sanitised."""


@dataclass(frozen=True, slots=True)
class Polling:
    """The notifications can't be had, so from now on it is :class:`Look` twice a second."""

    why: str
    """The cause, in the words of the system. Not sanitised."""

    remedy: str
    """What to do to get them back."""


@dataclass(frozen=True, slots=True)
class Unwatched:
    """One folder can't be watched; everything else is."""

    path: str
    """As in :class:`Paths`."""

    why: str
    """The cause, in the words of the system. Not sanitised."""

    remedy: str
    """What to do to have it watched."""


Hint: TypeAlias = Watching | Paths | Directories | Look | RootGone | RootBack | Lost | Polling | Unwatched
