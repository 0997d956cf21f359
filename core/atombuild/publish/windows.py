"""Windows: paths instead of descriptors, and patience with programs that hold a file for a moment.

A virus scanner or an indexer opens a new file for some milliseconds; deleting or renaming it then is a sharing
violation. Both are retried with growing pauses for about ten seconds. There is no directory to sync. The parts that
exist on Windows only (``msvcrt``, the clock) are passed in, so that this branch is tested on every system.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from atombuild.descriptors import regular

PATIENCE_SECONDS: Final = 10.0
_FIRST_PAUSE: Final = 0.01
_LONGEST_PAUSE: Final = 0.5
_HELD_BY_ANOTHER: Final = frozenset({5, 32, 33})
"""ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION."""


class Locking(Protocol):
    """The part of ``msvcrt`` that we use."""

    LK_NBLCK: int

    def locking(self, fd: int, mode: int, nbytes: int, /) -> None:
        """Lock bytes from the current position on."""


class WindowsDirectory:
    """See :class:`atombuild.publish.system.DirectorySystem`."""

    open_files_stay = True

    def __init__(
        self,
        path: Path,
        *,
        locking: Locking | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if path.is_symlink():
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        if not path.is_dir():
            code = errno.ENOTDIR if path.exists() else errno.ENOENT
            raise OSError(code, os.strerror(code))
        self._path = path
        found = path.lstat()
        self._identity = (found.st_dev, found.st_ino)
        self._locking = locking
        self._sleep = sleep
        self._clock = clock

    def close(self) -> None:
        """Nothing is held: there is no descriptor."""

    def names(self) -> list[str]:
        return [entry.name for entry in self._path.iterdir()]

    def lstat(self, name: str) -> os.stat_result:
        return (self._path / name).lstat()

    def unlink(self, name: str) -> None:
        self._patiently((self._path / name).unlink)

    def open_for_reading(self, name: str) -> int:
        return self._open_regular(name, os.O_RDONLY)

    def open_or_create(self, name: str) -> int:
        return self._open_regular(name, os.O_RDWR | os.O_CREAT)

    def _open_regular(self, name: str, flags: int) -> int:
        path = self._path / name
        if path.is_symlink():
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        descriptor = os.open(path, flags | _BINARY, 0o666)
        return regular(descriptor)

    def create(self, name: str) -> int:
        return os.open(self._path / name, os.O_RDWR | os.O_CREAT | os.O_EXCL | _BINARY, 0o666)

    def create_nameless(self) -> int | None:
        return None

    def sync_file(self, descriptor: int) -> None:
        os.fsync(descriptor)

    def sync_directory(self) -> None:
        """Windows has no call for it; NTFS journals its names."""

    def name_nameless(self, descriptor: int, name: str) -> None:
        raise OSError(errno.ENOTSUP, f"nameless file {descriptor} can't become {name}")

    def rename_new(self, temporary: str, name: str) -> None:
        # os.rename refuses a taken name there by itself; looking first makes the reason plain everywhere.
        target = self._path / name
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        self._patiently(lambda: (self._path / temporary).rename(target))

    def replace(self, temporary: str, name: str) -> None:
        self._patiently(lambda: (self._path / temporary).replace(self._path / name))

    def try_lock(self, descriptor: int) -> bool | None:
        locking = self._locking or _msvcrt()
        # Far behind the end: a locked byte can't be read by others, and they read who holds the lock.
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        try:
            locking.locking(descriptor, locking.LK_NBLCK, 1)
        except OSError as error:
            if error.errno in {errno.EACCES, errno.EDEADLK, errno.EAGAIN}:
                return False
            raise
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)
        return True

    def is_still_at(self, path: Path) -> bool:
        try:
            there = path.lstat()
        except OSError:
            return False
        return (there.st_dev, there.st_ino) == self._identity

    def _patiently(self, act: Callable[[], object]) -> None:
        give_up = self._clock() + PATIENCE_SECONDS
        pause = _FIRST_PAUSE
        while True:
            try:
                act()
            except PermissionError as error:
                if getattr(error, "winerror", None) not in _HELD_BY_ANOTHER or self._clock() + pause > give_up:
                    raise
            else:
                return
            self._sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)


_BINARY: Final[int] = getattr(os, "O_BINARY", 0)
_LOCKED_BYTE: Final = 1 << 30


def _msvcrt() -> Locking:
    import msvcrt  # noqa: PLC0415 (exists on Windows only)

    return msvcrt  # type: ignore[return-value]  # its stub is empty on other systems
