"""Builds that lead to the next one: told from saves, slowed down, and stopped.

A build during which files changed is followed by another one, since a save may be among them. Where the build itself
writes them, and something else each time, that would go on for ever: a stamp, a log of ours behind a pipe, a build
folder in the project.

    what changed during the build      in a row     what follows
    nothing, or a save came since      any          what that asks for
    some files                         once         the next build, at once
    the same                           twice        the next one, once nothing was written for a while
    the same                           three times  none by itself: it is said, and the artifacts stay out of date
    the same, this time as it was      three times  the next one, once nothing was written for a while
    others each time                   …            none after the sixth

What came out of a build as it went in was written again, and settles: a program that a backend starts does that with a
file that somebody saved behind it. See :mod:`atombuild.backend_writes`.

What went round once is not tried again: after the next save there is one build, and not three. It is forgotten once a
build leaves it alone.

What is found after a build was told to be over is a save, however soon it came: the look that tells what changed during
the build is taken before that.

A person who saves a file during each of several builds looks just the same. So files that were saved between builds
too are given as much patience as those that differ each time; before the third build there is time to go on saving,
which tells a person; and the next save after that builds again, whatever it is of.
"""

from __future__ import annotations

import enum
import os
import re
import time
from collections.abc import Callable, Collection, Mapping
from typing import Final

from atombuild.changes import How
from atombuild.events import Cause, Warned

CALM_SECONDS: Final = 1.0
"""How long nothing is written before a build for what may go round."""

LONGEST_CALM: Final = 5.0
"""How long that is waited for, in seconds."""

_TRAILING_SECONDS: Final = 0.5
"""How long after a build, or after something was said, what it wrote may still come: the last line of a log."""

_ECHO_SECONDS: Final = 0.1
"""How long after something was said about a look a log may hold it; no longer, since a look often follows a save."""

_HINT_SECONDS: Final = 0.3
"""How long after that the hint of it may come."""

_FEW: Final = 3
_MANY: Final = 6

_NUMBERED: Final = re.compile(r"tmp[._-]?\w{6,12}|[0-9a-f]*[0-9][0-9a-f]*")
_COMES_AND_GOES: Final = "\0"
"""At the end of the form of such a name; no name has it."""


class Move(enum.Enum):
    """What may follow, if a change waits."""

    GO = "the next build, at once"
    CALM = "the next build, once it is calm"
    STOP = "none, until something else changes"


class Rounds:
    """Follows one session's builds. Not thread-safe but for :meth:`spoke` and :meth:`echoes`."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        """``clock``: seconds of the clock that stamps files."""
        self._clock = clock
        self._row: list[frozenset[str]] = []
        """What changed during each of the latest builds, of those that followed from nothing else."""

        self._circle: frozenset[str] = frozenset()
        """What changed during the latest build; empty once a save came."""

        self._known: frozenset[str] = frozenset()
        """What went round."""

        self._saved: frozenset[str] = frozenset()
        """What was saved between builds: somebody works on it."""

        self._touched: frozenset[str] = frozenset()
        """What changed since the latest build began, as far as it may be its work."""

        self._settles = False
        """Whether all of that came out of the latest build as it went in."""

        self._whole = False
        """Whether the latest build was of everything, and succeeded."""

        self._ended = self._spoke = self._looked = self._looked_before = float("-inf")
        self._shown: tuple[str, ...] = ()
        self._told = False

    @property
    def move(self) -> Move:
        """What may follow on what is known to have changed."""
        if not self._circle:
            return Move.GO
        if self._are_known(self._circle):
            return Move.STOP
        again = self._circle <= self._known.union(*self._row) and not self._circle & self._saved
        in_a_row = len(self._row) + 1
        if in_a_row >= (_FEW if again and not self._settles else _MANY):
            return Move.STOP
        return Move.CALM if in_a_row > 1 else Move.GO

    def begin(self, cause: Cause) -> None:
        """Note that a build begins."""
        if self._whole:
            self._known &= self._touched.union(map(_folder, self._touched))
        if cause is Cause.CHANGE and self._circle:
            self._row.append(self._circle)
        else:
            self._row.clear()
        self._circle = self._touched = frozenset()
        self._told = False

    def end(self, during: Mapping[str, How], *, whole: bool, settles: bool = False) -> None:
        """Note that it is over, and what changed meanwhile.

        ``whole``: it was of everything, and succeeded. ``settles``: what was written holds what it held before.
        """
        self._circle = _alike(during)
        self._touched |= self._circle
        self._shown = tuple(sorted(during))
        self._whole = whole
        self._settles = settles
        self._ended = self._clock()
        self._learn()

    def between(self, changed: Mapping[str, How], at: float | None) -> None:
        """Note what a look between builds found, and when the last of it was written; None: it is not known."""
        names = _alike(changed)
        at = self._clock() if at is None else at
        trails = any(-_ECHO_SECONDS <= at - then <= _TRAILING_SECONDS for then in (self._ended, self._spoke))
        echoes = abs(at - self._looked_before) <= _ECHO_SECONDS
        if self._are_known(names - self._circle) and (trails or echoes):
            self._circle |= names
            self._touched |= names
            self._shown = self._shown or tuple(sorted(changed))
            self._learn()
        else:
            self._saved |= names - self._known
            self._row.clear()
            self._circle = frozenset()

    def spoke(self) -> None:
        """Note that something was said that is not about a look: it may be written to a log in the project."""
        self._spoke = self._clock()

    def looked(self) -> None:
        """Note that something was said about a look."""
        self._looked_before, self._looked = self._looked, self._clock()

    def echoes(self, paths: Collection[str]) -> bool:
        """Whether a hint speaks of nothing but files that hold what we say, so that to look would never end.

        From any thread. Should it be a save after all, the look that comes every few seconds finds it.
        """
        just_said = self._clock() - max(self._spoke, self._looked) <= _HINT_SECONDS
        return just_said and bool(paths) and self._known.issuperset(paths)

    def stopped(self) -> Warned | None:
        """Return what to say, once for each build that none follows; None: nothing."""
        if self._told or self.move is not Move.STOP:
            return None
        self._told = True
        return Warned(
            f"{_named(self._shown)} changed during the build, as in those before: no build follows until something is"
            " saved",
            "let the build write it elsewhere; [tool.atombuild] ignore keeps out what no artifact holds",
        )

    def _are_known(self, names: frozenset[str]) -> bool:
        return all(name in self._known or _folder(name) in self._known for name in names)

    def _learn(self) -> None:
        if self.move is Move.STOP and not self._are_known(self._circle):
            strangers = self._circle.difference(*self._row)
            self._known |= self._circle.union(map(_folder, strangers))


def _alike(changed: Mapping[str, How]) -> frozenset[str]:
    """Return the names to go by: files that come and go are known by the form of their names."""
    return frozenset(
        path if how is How.MODIFIED else _NUMBERED.sub("#", path) + _COMES_AND_GOES for path, how in changed.items()
    )


def _folder(name: str) -> str:
    """Return what stands for all that come and go next to this one; of what stays, itself."""
    return f"{name.rpartition('/')[0]}/{_COMES_AND_GOES}" if name.endswith(_COMES_AND_GOES) else name


def _named(paths: Collection[str]) -> str:
    """Return a name for all of them: the only one, or the first of those in a folder."""
    first, *others = sorted(paths)
    if not others:
        return first
    folder = os.path.commonpath(paths)
    more = f"{first} and {len(others):,} more"
    return f"{more} in {folder}/" if folder else more
