"""What an artifact's status is, and the words for it.

A status is never stored. It is two independent facts, looked up anew each time, and their words:

* the :class:`Attempt`: how the latest try to build the artifact went, from the ledger;
* what is :class:`Standing` at its final name at this moment, from the disk.

    at the final name      succeeded                     failed (not built, cancelled, interrupted likewise)
    this build             succeeded, or: out of date
    nothing, old removed   deleted since built           failed, old artifact removed
    nothing                deleted since built           failed, no old artifact
    (name not known)       -                             failed, file name not known
    (can't be looked at)   built, can't be seen now      failed, can't be seen now
    the old one            changed on disk since built   failed, old artifact still there
    another file           changed on disk since built   failed, another file there now
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


class ArtifactKind(enum.Enum):
    """The two distributions a project can have; the values are the words of the packaging specifications."""

    SDIST = "sdist"
    WHEEL = "wheel"

    @property
    def suffix(self) -> str:
        """How the file name of such an artifact ends."""
        return ".tar.gz" if self is ArtifactKind.SDIST else ".whl"


class Attempt(enum.Enum):
    """How the latest try to build an artifact went. Closed: nothing else can happen to one."""

    NOT_ATTEMPTED = "not attempted"
    """Nobody has tried yet, as far as the ledger knows."""

    QUEUED = "queued"
    """Its turn comes later in the plan that is running; its old artifact is gone already."""

    BUILDING = "building"
    """Being built now, by us."""

    SUCCEEDED = "succeeded"
    """Built, synced, and put under its final name."""

    FAILED = "failed"
    """Its own step failed."""

    NOT_REACHED = "not reached"
    """An earlier step of the plan failed."""

    CANCELLED = "cancelled"
    """Somebody asked to stop."""

    INTERRUPTED = "interrupted"
    """The building process died; found at the next start."""


class Standing(enum.Enum):
    """What is at the artifact's final name at this moment."""

    THIS_BUILD = "this build"
    """The whole output of the latest attempt, to the byte."""

    OLD_REMOVED = "nothing, the old one was removed"

    NEVER = "nothing"
    """Nothing, and there was nothing when the latest attempt began."""

    UNKNOWN = "not known"
    """The project never said enough to know the file's name, so nobody can look."""

    OLD_KEPT = "the old one"
    """The file that stood there before; its removal was refused, or never tried."""

    UNSEEN = "can't be looked at"
    """The system refuses to say what is there: no right to look, or a disk that fails."""

    OTHER = "another file"
    """Something that the latest attempt did not put there."""


class Tone(enum.Enum):
    """What a status means for the person who reads it; views choose a symbol and a colour for each."""

    GOOD = "good"
    BUSY = "busy"
    BAD = "bad"
    DOUBT = "doubt"
    """Neither good nor failed: out of date, changed behind our back, cancelled, not built."""

    IDLE = "idle"

    @property
    def symbol(self) -> str:
        """One character that tells it from the others without colour."""
        return _SYMBOLS[self]


@dataclass(frozen=True, slots=True)
class Status:
    """The two facts, and whether the sources moved on since."""

    attempt: Attempt
    standing: Standing
    outdated: bool = False
    """Sources changed since the attempt. Only ever shown beside a success."""

    @property
    def words(self) -> str:
        """The words every view shows; the README explains each."""
        return _words(self)

    @property
    def holds_this_build(self) -> bool:
        """The file of the latest attempt stands, as it was built; whether it is out of date is another question."""
        return self.attempt is Attempt.SUCCEEDED and self.standing is Standing.THIS_BUILD

    @property
    def tone(self) -> Tone:
        """How bad it is."""
        if self.attempt is Attempt.SUCCEEDED:
            return Tone.GOOD if self.holds_this_build and not self.outdated else Tone.DOUBT
        return _TONES[self.attempt]

    @property
    def symbol(self) -> str:
        """One character that tells the tones apart without colour, even where two share a colour."""
        return self.tone.symbol if self.attempt is not Attempt.QUEUED else "○"


_TONES: Final = {
    Attempt.NOT_ATTEMPTED: Tone.IDLE,
    Attempt.QUEUED: Tone.BUSY,
    Attempt.BUILDING: Tone.BUSY,
    Attempt.FAILED: Tone.BAD,
    Attempt.NOT_REACHED: Tone.BAD,
    Attempt.CANCELLED: Tone.DOUBT,
    Attempt.INTERRUPTED: Tone.BAD,
}

_SYMBOLS: Final = {Tone.GOOD: "✓", Tone.BUSY: "●", Tone.BAD: "✗", Tone.DOUBT: "!", Tone.IDLE: "·"}

_ABSENT: Final = frozenset({Standing.OLD_REMOVED, Standing.NEVER, Standing.UNKNOWN})

_OPENINGS: Final[Mapping[Attempt, str]] = {
    Attempt.FAILED: "failed",
    Attempt.NOT_REACHED: "not built",
    Attempt.CANCELLED: "cancelled",
    Attempt.INTERRUPTED: "interrupted",
}

_BUILT: Final[Mapping[Standing, str]] = {
    **dict.fromkeys(_ABSENT, "deleted since built"),
    **dict.fromkeys((Standing.OLD_KEPT, Standing.OTHER), "changed on disk since built"),
    Standing.UNSEEN: "built, can't be seen now",
}
"""What became of a success."""

_ENDINGS: Final[Mapping[Standing, str]] = {
    Standing.OLD_REMOVED: ", old artifact removed",
    Standing.OLD_KEPT: ", old artifact still there",
    Standing.OTHER: ", another file there now",
    Standing.UNKNOWN: ", file name not known",
    Standing.UNSEEN: ", can't be seen now",
}


def _words(status: Status) -> str:
    if status.attempt is Attempt.NOT_ATTEMPTED:
        nothing = status.standing in _ABSENT or status.standing is Standing.UNSEEN
        return "not built yet" if nothing else "not built yet, an older file is there"
    if status.attempt in {Attempt.QUEUED, Attempt.BUILDING}:
        return str(status.attempt.value)
    if status.attempt is Attempt.SUCCEEDED:
        good = "out of date" if status.outdated else "succeeded"
        return good if status.standing is Standing.THIS_BUILD else _BUILT[status.standing]
    # A failure over nothing says so; the others say only what they did.
    ending = ", no old artifact" if status.attempt in _SAYS_NOTHING_WAS_THERE else ""
    return _OPENINGS[status.attempt] + _ENDINGS.get(status.standing, ending)


_SAYS_NOTHING_WAS_THERE: Final = frozenset({Attempt.FAILED, Attempt.INTERRUPTED})
