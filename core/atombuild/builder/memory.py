"""What an attempt leaves to its reader's memory: a line of the history, and the event that tells of it.

Nothing depends on it. Where it can't be written a build is as good as ever, and that is said.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from atombuild.builder.plan import Order
from atombuild.errors import OutputUnusable, system_reason
from atombuild.events import Event, Level, Log, Outcome, Remembered
from atombuild.history import append_history
from atombuild.past import PastArtifact, PastAttempt
from atombuild.publish import OutputDirectory
from atombuild.status import ArtifactKind, Attempt

_OVER: Final = {
    Outcome.SUCCEEDED: Attempt.SUCCEEDED,
    Outcome.FAILED: Attempt.FAILED,
    Outcome.CANCELLED: Attempt.CANCELLED,
}


def past_of(
    order: Order,
    number: int,
    outcome: Outcome,
    *,
    seconds: float,
    why: str,
    artifacts: Mapping[ArtifactKind, PastArtifact],
) -> PastAttempt:
    """Return an attempt that is over just now, and took so long, as the history tells it."""
    began = time.time() - seconds
    cause, paths, total = order.cause.value, order.paths, order.total
    return PastAttempt(number, began, seconds, cause, paths, total, _OVER[outcome], why, artifacts)


def remember(past: PastAttempt, directory: OutputDirectory | None, root: Path, emit: Callable[[Event], None]) -> None:
    """Tell of an attempt, and write it down, where there is a directory that is not being emptied."""
    emit(Remembered((past,)))
    if directory is None or directory.is_emptied():
        return
    try:
        append_history(directory, root, past)
    except OutputUnusable as error:
        reason = system_reason(error.reason)
        emit(Log((f"the history of builds could not be written: {reason}",), Level.WARNING))
