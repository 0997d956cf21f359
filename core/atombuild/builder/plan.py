"""What is asked for, and what comes of it: plan, order, result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from atombuild.builder.seams import Records
from atombuild.changes import How
from atombuild.errors import Report
from atombuild.events import Cause, Outcome
from atombuild.publish import Identity
from atombuild.status import ArtifactKind


@dataclass(frozen=True, slots=True)
class Plan:
    """What to build, in order."""

    kinds: tuple[ArtifactKind, ...] = (ArtifactKind.SDIST, ArtifactKind.WHEEL)
    wheel_from_sdist: bool = True
    """The wheel is made from the sdist of the same attempt; otherwise from the tree."""

    @classmethod
    def chosen(cls, *, sdist: bool, wheel: bool) -> Plan:
        """Return the plan for a choice, as ``uv build`` understands it: both named is both from the tree."""
        kinds = tuple(kind for kind, wanted in zip(ArtifactKind, (sdist, wheel), strict=True) if wanted)
        return cls(kinds, wheel_from_sdist=False) if kinds else cls()


@dataclass(frozen=True, slots=True)
class Order:
    """One attempt, as the session asks for it."""

    root: Path
    out_dir: Path
    plan: Plan
    cause: Cause
    paths: tuple[str, ...] = ()
    total: int = 0
    change: int = 0
    fingerprint: Callable[[], str | None] = lambda: None
    """Tells it of the inputs as they were just before; which those are, the project says that the attempt read."""

    how: tuple[How, ...] = ()
    """What became of each of ``paths``."""

    known: Records = field(default_factory=dict)
    """What the one who orders knows of the artifacts: old ones must fall even where the ledger was lost."""


@dataclass(frozen=True, slots=True)
class Result:
    """How an attempt went."""

    outcome: Outcome | None
    """None: there was no attempt, since there is nothing here that can be built, or no way; nothing was touched."""

    reports: tuple[Report, ...] = ()
    ledger: Identity | None = None
    """The ledger file that holds what the attempt's records say; None: they are in none."""

    sources: frozenset[str] = frozenset()
    """The files of the project that were to go into the artifacts, relative to it."""

    written: frozenset[str] = frozenset()
    """What the backend wrote into the project, relative to it: no change of its author's."""

    unread: str | None = None
    """The file or folder that could not be read, relative to the project; None: there was none, or it is elsewhere."""
