"""What a check says."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Check(enum.Enum):
    """What can be checked; the values are the words of the command line and of events."""

    PARITY = "parity"
    """The wheel made from the sdist holds what the wheel made from the tree holds."""

    REPRODUCIBLE = "reproducible"
    """Two builds of the same files hold the same."""

    INSTALL = "install"
    """The published wheel can be installed, its modules imported and its entry points loaded."""


class Verdict(enum.Enum):
    """How it went."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "can't tell"
    """Something else stood in the way; nothing is known about what was to be checked."""


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One thing that was looked at."""

    verdict: Verdict
    what: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """All that one check found."""

    check: Check
    verdict: Verdict
    words: str
    """One line."""

    rows: tuple[CheckRow, ...] = ()
    hint: str = ""
    """What to do next, where there is something to do."""

    attempt: int | None = None
    """The attempt whose artifact was looked at; None: the project's files were."""

    started: float = 0.0
    """Seconds since the epoch."""

    seconds: float = 0.0


def worst(rows: tuple[CheckRow, ...]) -> Verdict:
    """Return the verdict of several things together: one failure is a failure, one doubt a doubt."""
    verdicts = {row.verdict for row in rows}
    return next((each for each in (Verdict.FAILED, Verdict.UNKNOWN) if each in verdicts), Verdict.PASSED)
