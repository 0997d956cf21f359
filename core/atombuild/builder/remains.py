"""What earlier attempts left: the targets they knew, the ones that were cut off, the old artifact's fate."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeGuard

from atombuild.errors import OutputUnusable
from atombuild.ledger import LedgerDamaged, Old, Record, read_ledger
from atombuild.publish import Identity, OutputDirectory
from atombuild.standing import Observer, look
from atombuild.status import ArtifactKind, Attempt

UNFINISHED: Final = frozenset({Attempt.QUEUED, Attempt.BUILDING})
"""Attempts that somebody is carrying out, or that were cut off."""


_NO_DIRECTORY: Final = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})


def is_not_there(error: OutputUnusable) -> bool:
    """Whether no directory stands at the output directory's path, so that no artifact of ours can."""
    return error.reason.errno in _NO_DIRECTORY


def was_built_here(root: Path, out_dir: Path, kinds: tuple[ArtifactKind, ...]) -> bool:
    """Whether artifacts of this project may stand in the output directory: its ledger names some, or is damaged.

    Nothing is created to find out. Raises :class:`OutputUnusable` where the directory is there and can't be read.
    """
    try:
        with OutputDirectory.open(out_dir, create=False) as directory:
            records = read_ledger(directory).of(root, out_dir)
    except LedgerDamaged:
        return True
    except OutputUnusable as error:
        if is_not_there(error):
            return False
        raise
    return any(records.artifacts[kind].last_name for kind in kinds if kind in records.artifacts)


def unclaimed_artifacts(out_dir: Path, kinds: tuple[ArtifactKind, ...]) -> tuple[str, ...]:
    """Return the artifacts of these kinds in a directory, whosever they are, sorted; none where it can't be listed."""
    try:
        names = os.listdir(out_dir)  # noqa: PTH208 (names are all that is wanted)
    except OSError:
        return ()
    suffixes = tuple(kind.suffix for kind in kinds)
    return tuple(sorted(name for name in names if name.endswith(suffixes) and not name.startswith(".")))


def settle_interrupted(record: Record, out_dir: Path, observer: Observer) -> Record:
    """Return how an attempt ended that nobody is carrying out any more. Needs the lock, which proves just that."""
    if record.outcome not in UNFINISHED:
        return record
    if record.target is not None and observer.is_what_was_meant(record, out_dir / record.target):
        # Killed between the rename and the record of it: the file is whole, so the attempt did succeed.
        return replace(record, outcome=Attempt.SUCCEEDED, ended=record.started)
    record = named_as_before(record)
    return replace(record, outcome=Attempt.INTERRUPTED, ended=record.started, size=None, sha256=None, fingerprint=None)


def named_as_before(record: Record) -> Record:
    """Return the record of an attempt that is over: where it never learned its file's name, it goes by the one before.

    Such an attempt removed nothing.
    """
    return replace(record, target=record.target or record.former, former=None)


def identity_before(record: Record | None) -> Identity | None:
    """Return which file stood there as far as the attempt before this one knows; None: it knows of none."""
    if record is None:
        return None
    return record.identity if record.outcome is Attempt.SUCCEEDED else record.old_identity


def is_name_of(name: str | None, kind: ArtifactKind) -> TypeGuard[str]:
    """Whether this is a file name of this kind of artifact."""
    return name is not None and name.endswith(kind.suffix)


def look_at(out_dir: Path, target: str) -> Identity | None:
    """Return what stands under a target's name, for an attempt that never got the directory open; None: nothing.

    Raises ``OSError`` where that can't be told.
    """
    found = look(out_dir / target)
    return Identity.of(found) if found is not None else None


def fate_of_old(*, present: bool, looked: bool, before: Record | None, target: str | None) -> Old:
    """Return what the attempt will leave of the old artifact, if nothing is refused."""
    if not looked:
        return Old.UNSEEN
    if present:
        return Old.REMOVED
    removed_before = (
        before is not None
        and before.target == target
        and before.outcome is not Attempt.SUCCEEDED
        and before.old is Old.REMOVED
    )
    # A failure over a failure: the old artifact is still the one that was removed.
    return Old.REMOVED if removed_before else Old.NONE


def last_good_size(before: Record | None) -> int | None:
    """Return the size of the latest success, as a record of the attempt before tells it."""
    if before is None:
        return None
    return before.size if before.outcome is Attempt.SUCCEEDED else before.previous_size
