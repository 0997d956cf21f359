"""An attempt that is over, as the history tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from atombuild.status import ArtifactKind, Attempt

KEPT: Final = 200
"""Attempts of one project that are read back."""


@dataclass(frozen=True, slots=True)
class PastArtifact:
    """What became of one artifact in one attempt."""

    outcome: Attempt
    size: int | None = None
    """Bytes of the published file."""

    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class PastAttempt:
    """One attempt that is over."""

    attempt: int
    started: float
    """Seconds since the epoch."""

    seconds: float | None
    """None: it was interrupted, and nobody knows when."""

    cause: str
    """``start``, ``request`` or ``change``; empty for an interrupted one."""

    paths: tuple[str, ...]
    """What had changed; the first few."""

    total: int
    outcome: Attempt
    """How it went as a whole: succeeded, failed, cancelled or interrupted."""

    why: str = ""
    """What a failure said first."""

    artifacts: Mapping[ArtifactKind, PastArtifact] = field(default_factory=dict)
