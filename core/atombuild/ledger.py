"""What happened to each artifact, across restarts: a small hidden JSON file in the output directory.

The ledger remembers attempts; it never says what stands on the disk, which is looked at anew each time. It is what
makes "interrupted", "out of date" and "old" true after a restart: an attempt is written down *before* it removes
anything, so an attempt that is still "building" while nobody holds the lock was cut off.

Several projects may share an output directory, so records are kept per project folder (relative to the output
directory: moving both together loses nothing). A ledger that is damaged, foreign or from a newer version is set
aside with a warning; it is never trusted and never fatal.
"""

from __future__ import annotations

import enum
import errno
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from atombuild.errors import OutputUnusable
from atombuild.figures import count_in, count_or_none_in, time_in, time_or_none_in
from atombuild.places import key_of
from atombuild.publish.directory import OutputDirectory
from atombuild.publish.identity import Identity
from atombuild.publish.names import DAMAGED_LEDGER, LEDGER, check_target
from atombuild.status import ArtifactKind, Attempt

FORMAT: Final = 1
REMEMBERED_DURATIONS: Final = 10


class Old(enum.Enum):
    """What became of the artifact that stood there when the attempt began."""

    NONE = "none"
    """There was none."""

    UNSEEN = "unseen"
    """It could not be looked at: its name is not known, or the system refused. Nothing was removed."""

    REMOVED = "removed"
    """It was removed, by this attempt or by a failed one before it."""

    KEPT = "kept"
    """Its removal was refused."""


@dataclass(frozen=True, slots=True)
class Record:
    """The latest attempt to build one artifact."""

    target: str | None
    """Final file name; None where it was not known yet when the attempt ended."""

    attempt: int
    outcome: Attempt
    started: float
    """Seconds since the epoch."""

    former: str | None = None
    """The name as of the attempt before, while this one has yet to learn its own: the two may be of two versions."""

    old: Old = Old.NONE
    old_identity: Identity | None = None
    """Which file was the old one, as long as it may still be there."""

    ended: float | None = None
    seconds: float | None = None
    """How long its own step took."""

    size: int | None = None
    sha256: str | None = None
    """Of the published file; while building: of the file that is about to be published."""

    identity: Identity | None = None
    """Which file it is: a shortcut past hashing, never the proof."""

    previous_size: int | None = None
    """Bytes, of the success before this attempt."""

    fingerprint: str | None = None
    """Of the inputs that went in; None: they were not known for sure."""

    durations: tuple[float, ...] = ()
    """Seconds of the last successes, newest last."""

    @property
    def last_name(self) -> str | None:
        """The newest name that is known of this artifact."""
        return self.target or self.former

    @property
    def usual_seconds(self) -> float | None:
        """The mean of the remembered durations."""
        return sum(self.durations) / len(self.durations) if self.durations else None

    def is_newer_than(self, other: Record | None) -> bool:
        """Whether this record tells of a later attempt than ``other``; both are of the same artifact."""
        if other is None:
            return True
        # Numbers begin again where a ledger was lost, clocks are set back: either of the two is enough.
        return self.attempt > other.attempt or self.started > other.started


@dataclass(frozen=True, slots=True)
class ProjectRecords:
    """Everything remembered about one project."""

    attempt: int = 0
    """Number of the latest attempt."""

    artifacts: Mapping[ArtifactKind, Record] = field(default_factory=dict)

    def with_records(self, records: Mapping[ArtifactKind, Record]) -> ProjectRecords:
        """Return a copy in which these artifacts have these records."""
        return replace(self, artifacts={**self.artifacts, **records})


@dataclass(frozen=True, slots=True)
class Ledger:
    """All records of one output directory."""

    projects: Mapping[str, ProjectRecords] = field(default_factory=dict)

    def of(self, root: Path, out_dir: Path) -> ProjectRecords:
        """Return what is remembered of the project in ``root``."""
        return self.projects.get(key_of(root, out_dir), ProjectRecords())

    def with_project(self, root: Path, out_dir: Path, records: ProjectRecords) -> Ledger:
        """Return a copy in which this project has these records."""
        return Ledger({**self.projects, key_of(root, out_dir): records})


_OUR_OWN_WANT: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ESTALE})
"""Says nothing about the file: a good ledger must not be set aside for it. The last is a network file system's."""


class LedgerDamaged(Exception):
    """The file under the ledger's name can't be trusted."""


def read_ledger(directory: OutputDirectory) -> Ledger:
    """Read the ledger.

    Raises :class:`LedgerDamaged`, with the reason, if it can't be trusted, and
    :class:`atombuild.errors.OutputUnusable` if this process lacks what it takes to read any file at all.
    """
    try:
        data = directory.read(LEDGER)
        if data is None:
            return Ledger()
        return _ledger(json.loads(data))
    except OSError as error:
        if error.errno in _OUR_OWN_WANT:
            raise OutputUnusable(directory.path, error) from error
        raise LedgerDamaged(f"{type(error).__name__}: {error}") from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError) as error:
        raise LedgerDamaged(f"{type(error).__name__}: {error}") from error


def write_ledger(directory: OutputDirectory, ledger: Ledger) -> None:
    """Replace the ledger in one step. Needs the lock. Raises :class:`atombuild.errors.OutputUnusable`."""
    plain = {"format": FORMAT, "projects": {key: _plain_project(value) for key, value in ledger.projects.items()}}
    directory.replace(LEDGER, json.dumps(plain, indent=1, ensure_ascii=True).encode() + b"\n")


def set_ledger_aside(directory: OutputDirectory) -> str:
    """Move a damaged ledger out of the way; return its new name. Needs the lock. Raises :class:`OutputUnusable`."""
    return directory.set_aside(LEDGER, DAMAGED_LEDGER)


def _plain_project(records: ProjectRecords) -> dict[str, Any]:
    return {
        "attempt": records.attempt,
        "artifacts": {kind.value: _plain_record(record) for kind, record in records.artifacts.items()},
    }


def _plain_record(record: Record) -> dict[str, Any]:
    return {
        "target": record.target,
        "former": record.former,
        "attempt": record.attempt,
        "outcome": record.outcome.value,
        "started": record.started,
        "old": record.old.value,
        "old_identity": _plain_identity(record.old_identity),
        "ended": record.ended,
        "seconds": record.seconds,
        "size": record.size,
        "sha256": record.sha256,
        "identity": _plain_identity(record.identity),
        "previous_size": record.previous_size,
        "fingerprint": record.fingerprint,
        "durations": [round(seconds, 4) for seconds in record.durations],
    }


def _plain_identity(identity: Identity | None) -> list[int] | None:
    if identity is None:
        return None
    return [identity.device, identity.inode, identity.size, identity.mtime_ns, identity.ctime_ns]


def _ledger(plain: Any) -> Ledger:
    if plain["format"] != FORMAT:
        raise ValueError(f"format {plain['format']!r}, this version reads {FORMAT}")
    return Ledger({_typed(str, key): _project(value) for key, value in plain["projects"].items()})


def _project(plain: Any) -> ProjectRecords:
    artifacts = {}
    for name, value in plain["artifacts"].items():
        kind = ArtifactKind(name)
        artifacts[kind] = _record(kind, value)
    return ProjectRecords(count_in(plain["attempt"]), artifacts)


def _record(kind: ArtifactKind, plain: Any) -> Record:
    return Record(
        target=_target(kind, plain["target"]),
        former=_target(kind, plain.get("former")),
        attempt=count_in(plain["attempt"]),
        outcome=Attempt(plain["outcome"]),
        started=time_in(plain["started"]),
        old=Old(plain["old"]),
        old_identity=_identity(plain["old_identity"]),
        ended=time_or_none_in(plain["ended"]),
        seconds=time_or_none_in(plain["seconds"]),
        size=count_or_none_in(plain["size"]),
        sha256=_optional(str, plain["sha256"]),
        identity=_identity(plain["identity"]),
        previous_size=count_or_none_in(plain["previous_size"]),
        fingerprint=_optional(str, plain["fingerprint"]),
        durations=tuple(time_in(seconds) for seconds in plain["durations"])[-REMEMBERED_DURATIONS:],
    )


def _target(kind: ArtifactKind, plain: Any) -> str | None:
    """Accept nothing but an artifact's name: what a ledger names is removed when a build fails."""
    if plain is None:
        return None
    name = check_target(_typed(str, plain))
    os.fsencode(name)  # half of a surrogate pair is in no file's name
    if not name.endswith(kind.suffix):
        raise ValueError(f"{name!r} is no name of {kind.value}")
    return name


def _identity(plain: Any) -> Identity | None:
    if plain is None:
        return None
    device, inode, size, mtime_ns, ctime_ns = (_typed(int, part) for part in plain)
    return Identity(device, inode, size, mtime_ns, ctime_ns)


def _typed(kind: type[Any], value: Any) -> Any:
    if type(value) is not kind:
        raise TypeError(f"{value!r} where {kind.__name__} belongs")
    return value


def _optional(kind: type[Any], value: Any) -> Any:
    return None if value is None else _typed(kind, value)
