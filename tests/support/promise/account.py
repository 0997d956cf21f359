"""What is true about one artifact, in a bookkeeping of the test's own, and the words that say it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from atombuild.status import Attempt
from support.promise.project import Tree

Stamp = tuple[int, ...]

_OPENINGS: Final = {
    Attempt.FAILED: "failed",
    Attempt.NOT_REACHED: "not built",
    Attempt.CANCELLED: "cancelled",
    Attempt.INTERRUPTED: "interrupted",
}


@dataclass(frozen=True)
class Account:
    """The latest attempt to build one artifact."""

    attempt: Attempt
    target: str | None
    old_removed: bool = False
    kept: Stamp | None = None
    """Which old file was left standing."""

    holds: bytes = b""
    """What a success put there."""

    tree: Tree | None = None
    """What a success was made of."""

    unrecorded: bool = False
    """Its builder died between giving the file its name and writing that down."""

    stirred: bool = False
    """Something was saved between the session's look and the end of the build: it can't know what went in."""

    generation: int = 0
    """How old the project was when the attempt looked at it."""


def stamp(path: Path) -> Stamp | None:
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def rewrite(path: Path, data: bytes) -> None:
    """Overwrite in place, until even a stat can tell: two writes within one tick of the clock look alike."""
    before = stamp(path)
    while True:
        with path.open("r+b") as file:
            file.truncate()
            file.write(data)
            os.fsync(file.fileno())
        if stamp(path) != before:
            return


def words(account: Account | None, out_dir: Path, *, outdated: bool) -> str:
    """Say what a user must be told: the account for the attempt, the disk for what stands there."""
    if account is None:
        return "not built yet"
    if account.target is None:
        return f"{_OPENINGS[account.attempt]}, file name not known"
    path = out_dir / account.target
    if account.attempt is Attempt.SUCCEEDED:
        return _words_of_success(account, path, outdated=outdated)
    opening, there = _OPENINGS[account.attempt], stamp(path)
    if there is not None:
        return f"{opening}, old artifact still there" if there == account.kept else f"{opening}, another file there now"
    if account.old_removed:
        return f"{opening}, old artifact removed"
    return f"{opening}, no old artifact" if opening in {"failed", "interrupted"} else opening


def _words_of_success(account: Account, path: Path, *, outdated: bool) -> str:
    if stamp(path) is None:
        return "deleted since built"
    if not path.is_file() or path.read_bytes() != account.holds:
        return "changed on disk since built"
    return "out of date" if outdated else "succeeded"
