"""One piece of advice on a project: what is odd or dangerous, where, and what to do. No error: it builds."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from atombuild.errors import Location


class Severity(enum.Enum):
    """How much a finding matters; in the order in which findings are shown."""

    PROBLEM = "problem"
    """What is written has not the effect that was meant, or others will refuse what is built."""

    ADVICE = "advice"
    """It works today, and can go wrong or be better."""

    NOTE = "note"
    """Odd, often on purpose; good to know."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One piece of advice. Not sanitised: it may quote a project's own text."""

    code: str
    """The word of its kind; stable, for ``tool.atombuild.silence`` and for programs."""

    severity: Severity
    """How much it matters."""

    where: Location
    """The value in ``pyproject.toml`` or the file that it is about."""

    words: str
    """What was found, one sentence without a full stop."""

    remedy: str
    """What to do about it."""
