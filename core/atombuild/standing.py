"""What stands at an artifact's final name at this moment, told by the disk and nothing else.

A stat is enough while it shows the very file that we published; as soon as it does not, the content decides: a file
that was touched or copied back is still "this attempt's whole output" if its hash says so.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from atombuild.descriptors import reading
from atombuild.ledger import Old, Record
from atombuild.publish.identity import Identity
from atombuild.status import Attempt, Standing

_YOUNG_NS: Final = 2_000_000_000
"""Two writes within one tick of a file system's clock can leave the same stat; the coarsest tick is two seconds."""


_NS: Final = 1_000_000_000

_NOTHING_THERE: Final = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})
"""Of a look at a path: where it leads there is nothing. Any other error says nothing about what is there."""

_UNNAMED: Final = {Old.NONE: Standing.NEVER, Old.REMOVED: Standing.OLD_REMOVED, Old.KEPT: Standing.OLD_KEPT}


@dataclass(frozen=True, slots=True)
class _Verdict:
    sha256: str
    identity: Identity
    is_this_build: bool
    checked_ns: int


class Observer:
    """Looks at final names, and remembers which files it has already hashed."""

    def __init__(self, clock_ns: Callable[[], int] = time.time_ns) -> None:
        self._clock_ns = clock_ns
        self._verdicts: dict[Path, _Verdict] = {}

    def standing(self, record: Record, path: Path | None) -> Standing:
        """Return what is at ``path`` now, seen from the attempt in ``record``."""
        if path is None:
            # The name is the backend's to choose, and it never did. What stood there is known all the same.
            return _UNNAMED.get(record.old, Standing.UNKNOWN)
        try:
            found = look(path)
            if found is None:
                return Standing.OLD_REMOVED if record.old is Old.REMOVED else Standing.NEVER
            identity = Identity.of(found)
            if record.outcome is Attempt.SUCCEEDED:
                holds = stat.S_ISREG(found.st_mode) and self._is_this_build(record, path, identity)
                return Standing.THIS_BUILD if holds else Standing.OTHER
        except OSError:
            return Standing.UNSEEN
        return Standing.OLD_KEPT if _is_the_old_one(record, identity) else Standing.OTHER

    def is_what_was_meant(self, record: Record, path: Path) -> bool:
        """Whether the file that an interrupted attempt was about to publish stands there, whole."""
        try:
            found = look(path)
            if found is None or record.sha256 is None or not stat.S_ISREG(found.st_mode):
                return False
            return found.st_size == record.size and _sha256(path) == record.sha256
        except OSError:
            return False  # nobody can say that it does

    def _is_this_build(self, record: Record, path: Path, identity: Identity) -> bool:
        """Whether the content is what was published. Raises ``OSError`` where that can't be told: it may be later."""
        if record.sha256 is None:
            return False
        known = self._verdicts.get(path)
        if (known is None or known.sha256 != record.sha256) and identity == record.identity:
            # Published by us and untouched since, as far as a stat can tell: checked when it was written.
            known = _Verdict(record.sha256, identity, is_this_build=True, checked_ns=identity.mtime_ns)
        now = self._clock_ns()
        if known is None or (known.sha256, known.identity) != (record.sha256, identity) or _must_look_again(known, now):
            same = identity.size == record.size and _sha256(path) == record.sha256
            known = _Verdict(record.sha256, identity, same, now)
        self._verdicts[path] = known
        return known.is_this_build


def _must_look_again(known: _Verdict, now: int) -> bool:
    """Say whether a verdict made while the file was young has to be checked once more, now that it has aged."""
    changed = max(known.identity.mtime_ns, known.identity.ctime_ns)
    return known.checked_ns - changed < _YOUNG_NS <= now - changed


def _is_the_old_one(record: Record, identity: Identity) -> bool:
    """Whether what stands there, after an attempt that did not put it there, stood there before it.

    An attempt that could not look, or not remove, may know nothing of it; and a file system that was away for a while
    may come back as another device. But what was not touched since before the attempt is no new file.
    """
    if record.outcome is Attempt.NOT_ATTEMPTED or identity == record.old_identity:
        return True
    may_stand = record.old in {Old.UNSEEN, Old.KEPT} or record.outcome is Attempt.INTERRUPTED
    return may_stand and max(identity.ctime_ns, identity.mtime_ns) < record.started * _NS


def look(path: Path) -> os.stat_result | None:
    """Look at a path; None: nothing is there. Raises ``OSError`` where that can't be told."""
    try:
        return path.lstat()
    except OSError as error:
        if error.errno in _NOTHING_THERE:
            return None
        raise


def _sha256(path: Path) -> str | None:
    """Hash a regular file; None: it is none, or gone. Raises ``OSError`` where it can't be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        if error.errno in _NOTHING_THERE:
            return None
        raise
    digest = hashlib.sha256()
    with reading(descriptor) as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
