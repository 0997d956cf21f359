"""One builder at a time in an output directory, and a word about who it is."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from atombuild.descriptors import close_read
from atombuild.errors import OutputUnusable
from atombuild.publish.names import LOCK
from atombuild.publish.system import DirectorySystem
from atombuild.units import END_OF_TIME

_LONGEST_NOTE = 4096


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the lock, as they wrote it into the lock file."""

    pid: int
    host: str
    project: str
    since: float
    """Seconds since the epoch."""

    def __str__(self) -> str:
        """Words for the one who waits."""
        clock = time.strftime("%H:%M:%S", time.localtime(self.since))
        elsewhere = f" on {self.host}" if self.host != socket.gethostname() else ""
        return f"process {self.pid}{elsewhere}, which builds {self.project} since {clock}"


def take_lock(
    system: DirectorySystem, directory: Path, project: str, busy: Callable[[Holder | None], None]
) -> tuple[int, bool]:
    """Wait for the lock; return its descriptor, which holds it until closed, and whether it really locks.

    ``busy`` is called with the holder each time the lock is found taken; it should pause a little, and may raise to
    give up. False in second place: this file system has no locks. Raises :class:`OutputUnusable`.
    """
    while True:
        try:
            descriptor = system.open_or_create(LOCK)
        except OSError as error:
            raise OutputUnusable(directory, error) from error
        try:
            taken = system.try_lock(descriptor)
            if taken is None:
                return descriptor, False
            if taken and has_its_name(system, descriptor):
                _write_note(descriptor, project)
                return descriptor, True
            holder = _read_note(descriptor) if not taken else None
        except OSError as error:
            close_read(descriptor)
            raise OutputUnusable(directory, error) from error
        except BaseException:
            close_read(descriptor)
            raise
        close_read(descriptor)
        if not taken:
            busy(holder)


def has_its_name(system: DirectorySystem, descriptor: int) -> bool:
    """Whether the file we locked still has the lock's name; somebody may have deleted it."""
    try:
        there = system.lstat(LOCK)
    except FileNotFoundError:
        return False
    here = os.fstat(descriptor)
    return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)


def _write_note(descriptor: int, project: str) -> None:
    note = json.dumps(asdict(Holder(os.getpid(), socket.gethostname(), project, time.time()))).encode()
    # The note is a courtesy to those who wait: a full disk must not keep us from building (or from saying so later).
    with contextlib.suppress(OSError):
        if os.fstat(descriptor).st_nlink > 1:
            return  # under its other name it is somebody else's file
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, note[:_LONGEST_NOTE])


def _read_note(descriptor: int) -> Holder | None:
    """Return who holds the lock; None while they are still writing it down, or if it is no note of ours."""
    try:
        os.lseek(descriptor, 0, os.SEEK_SET)
        note = json.loads(os.read(descriptor, _LONGEST_NOTE))
        since = float(note["since"])
        if not 0 <= since < END_OF_TIME:
            return None
        return Holder(int(note["pid"]), str(note["host"]), str(note["project"]), since)
    except (ValueError, TypeError, KeyError, OSError, RecursionError, OverflowError):
        return None
