"""How the builds of a project went, across restarts: a line of JSON for each, in a hidden file beside the ledger.

The ledger remembers the latest attempt, since the promise needs it; this remembers some hundred for the reader, and
nothing depends on it. A line that can't be read is passed over, and where the file can't be written a build is as good
as ever. It is appended to while the output directory's lock is held.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from atombuild.figures import count_in, count_or_none_in, time_in, time_or_none_in
from atombuild.past import KEPT, PastArtifact, PastAttempt
from atombuild.places import key_of
from atombuild.publish import HISTORY, OutputDirectory
from atombuild.status import ArtifactKind, Attempt

_LARGEST: Final = 1 << 20
"""Bytes; beyond it the older half of the file is let go."""

_SHOWN_PATHS: Final = 3
_LONGEST_WHY: Final = 300


def append_history(directory: OutputDirectory, root: Path, past: PastAttempt) -> None:
    """Add one attempt. Needs the lock. Raises :class:`atombuild.errors.OutputUnusable`."""
    line = json.dumps({"project": key_of(root, directory.path), **_plain(past)}, ensure_ascii=True)
    directory.append(HISTORY, line.encode() + b"\n", most=_LARGEST)


def read_history(directory: OutputDirectory, root: Path) -> tuple[PastAttempt, ...]:
    """Return the latest attempts of the project in ``root``, oldest first. Nothing where it can't be read."""
    try:
        data = directory.read(HISTORY)
    except OSError:
        return ()  # it is for the reader only: what can't be read is not there to be read
    key = key_of(root, directory.path)
    found: list[PastAttempt] = []
    for line in reversed((data or b"").splitlines()):
        past = _past(line, key)
        if past is not None:
            found.append(past)
            if len(found) == KEPT:
                break
    return tuple(reversed(found))


def _plain(past: PastAttempt) -> dict[str, Any]:
    return {
        "attempt": past.attempt,
        "started": round(past.started, 3),
        "seconds": None if past.seconds is None else round(past.seconds, 4),
        "cause": past.cause,
        "paths": list(past.paths[:_SHOWN_PATHS]),
        "total": past.total,
        "outcome": past.outcome.value,
        "why": past.why[:_LONGEST_WHY],
        "artifacts": {
            kind.value: {"outcome": each.outcome.value, "size": each.size, "seconds": each.seconds}
            for kind, each in past.artifacts.items()
        },
    }


def _past(line: bytes, key: str) -> PastAttempt | None:
    try:
        plain = json.loads(line)
        if plain["project"] != key:
            return None
        return PastAttempt(
            attempt=count_in(plain["attempt"]),
            started=time_in(plain["started"]),
            seconds=time_or_none_in(plain["seconds"]),
            cause=str(plain["cause"]),
            paths=tuple(str(path) for path in plain["paths"]),
            total=count_in(plain["total"]),
            outcome=Attempt(plain["outcome"]),
            why=str(plain["why"]),
            artifacts={ArtifactKind(name): _artifact(each) for name, each in plain["artifacts"].items()},
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
        return None  # cut off by a crash, or written by somebody else


def _artifact(plain: Any) -> PastArtifact:
    size, seconds = plain["size"], plain["seconds"]
    return PastArtifact(
        Attempt(plain["outcome"]),
        count_or_none_in(size),
        time_or_none_in(seconds),
    )
