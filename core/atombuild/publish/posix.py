"""POSIX: everything is relative to one directory descriptor, so that a swapped directory diverts nothing."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
import sys
from pathlib import Path
from typing import Final

from atombuild.descriptors import close_read, regular

_NO_LOCKS_HERE: Final = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL})
_NO_NAMELESS_HERE: Final = frozenset(
    # ext4 says EPERM where the directory was removed: a file with a name is refused for the true reason.
    {errno.EOPNOTSUPP, errno.ENOTSUP, errno.EISDIR, errno.EINVAL, errno.ENOENT, errno.EPERM}
)
_NO_HARD_LINKS_HERE: Final = frozenset(
    {errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EXDEV}
)
_OWN_DESCRIPTORS: Final = "/proc/self/fd"


class PosixDirectory:
    """See :class:`atombuild.publish.system.DirectorySystem`."""

    open_files_stay = False

    def __init__(self, path: Path) -> None:
        if stat.S_ISLNK(path.lstat().st_mode):
            # The kernel would say ENOTDIR; "a symbolic link" is what the user needs to hear.
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        self._fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            here = os.fstat(self._fd)
        except OSError:
            close_read(self._fd)
            raise
        self._place = here.st_dev, here.st_ino

    def close(self) -> None:
        close_read(self._fd)

    def names(self) -> list[str]:
        return os.listdir(self._fd)  # noqa: PTH208 (of a descriptor)

    def lstat(self, name: str) -> os.stat_result:
        return os.stat(name, dir_fd=self._fd, follow_symlinks=False)

    def unlink(self, name: str) -> None:
        os.unlink(name, dir_fd=self._fd)

    def open_for_reading(self, name: str) -> int:
        return self._open_regular(name, os.O_RDONLY)

    def open_or_create(self, name: str) -> int:
        return self._open_regular(name, os.O_RDWR | os.O_CREAT)

    def _open_regular(self, name: str, flags: int) -> int:
        # O_NONBLOCK: a FIFO planted under the name must not hold us.
        flags |= os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        descriptor = os.open(name, flags, 0o666, dir_fd=self._fd)
        return regular(descriptor)

    def create(self, name: str) -> int:
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.open(name, flags, 0o666, dir_fd=self._fd)

    def create_nameless(self) -> int | None:
        if not hasattr(os, "O_TMPFILE") or not os.path.isdir(_OWN_DESCRIPTORS):  # noqa: PTH112 (a kernel path)
            return None
        try:
            return os.open(".", os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o666, dir_fd=self._fd)
        except OSError as error:
            if error.errno in _NO_NAMELESS_HERE:
                return None
            raise

    def sync_file(self, descriptor: int) -> None:
        if sys.platform == "darwin":
            # fsync there stops at the drive's cache. Some file systems have no F_FULLFSYNC: then fsync it is.
            with contextlib.suppress(OSError):
                fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
                return
        os.fsync(descriptor)

    def sync_directory(self) -> None:
        os.fsync(self._fd)

    def name_nameless(self, descriptor: int, name: str) -> None:
        # With a src_dir_fd Python calls linkat with AT_SYMLINK_FOLLOW, which this needs; it is otherwise unused.
        os.link(
            f"{_OWN_DESCRIPTORS}/{descriptor}",
            name,
            src_dir_fd=self._fd,
            dst_dir_fd=self._fd,
            follow_symlinks=True,
        )

    def rename_new(self, temporary: str, name: str) -> None:
        # link refuses a taken name in one step, which rename does not.
        try:
            os.link(temporary, name, src_dir_fd=self._fd, dst_dir_fd=self._fd, follow_symlinks=False)
        except OSError as error:
            if error.errno not in _NO_HARD_LINKS_HERE:
                raise
        else:
            # The file has its name: that its old one stays is for the next sweep, not a failure.
            with contextlib.suppress(OSError):
                os.unlink(temporary, dir_fd=self._fd)
            return
        # No hard links here (FAT, some network file systems): the lock keeps other builders out between the two.
        try:
            self.lstat(name)
        except FileNotFoundError:
            os.rename(temporary, name, src_dir_fd=self._fd, dst_dir_fd=self._fd)
        else:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))

    def replace(self, temporary: str, name: str) -> None:
        os.replace(temporary, name, src_dir_fd=self._fd, dst_dir_fd=self._fd)

    def try_lock(self, descriptor: int) -> bool | None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            if error.errno in _NO_LOCKS_HERE:
                return None
            raise
        return True

    def is_still_at(self, path: Path) -> bool:
        try:
            there = path.lstat()
        except OSError:
            return False
        return (there.st_dev, there.st_ino) == self._place
