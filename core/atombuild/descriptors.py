"""What descriptors say of files, and when it matters.

What ``close`` may have to say is that something written was lost. Where nothing was written it says nothing of
interest, and the descriptor is closed all the same: an error of it must not make a failure of what succeeded.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final


def close_read(descriptor: int) -> None:
    """Close a descriptor through which nothing was written."""
    with contextlib.suppress(OSError):  # see above
        os.close(descriptor)


def regular(descriptor: int) -> int:
    """Return a descriptor that was just opened if it is of a regular file; otherwise close it and raise ``OSError``."""
    try:
        mode = os.fstat(descriptor).st_mode
    except OSError:
        close_read(descriptor)
        raise
    if stat.S_ISREG(mode):
        return descriptor
    close_read(descriptor)
    raise OSError(errno.EINVAL, "it is no regular file")


def read_regular(path: Path, most: int) -> bytes:
    """Read up to so many bytes of a file that must be a regular one. Never blocks. Raises ``OSError``."""
    # Looked at before it is opened, since opening a device can have effects; and looked at again once open, since
    # another file may have taken its place. O_NONBLOCK keeps that one from holding us if it is a FIFO.
    _require_regular(path.stat().st_mode)
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    with reading(os.open(path, flags)) as file:
        _require_regular(os.fstat(file.fileno()).st_mode)
        return file.read(most)


def _require_regular(mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise OSError(f"it is {_KINDS.get(stat.S_IFMT(mode), 'something else')}, not a regular file")


_KINDS: Final = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def check_size(descriptor: int, written: int) -> None:
    """Raise ``OSError`` if a file has another size than what was written to it: a write may say more than it did."""
    found = os.fstat(descriptor).st_size
    if found != written:
        raise OSError(errno.EIO, f"{found} bytes are on the disk, {written} were written")


@contextlib.contextmanager
def reading(descriptor: int) -> Iterator[BinaryIO]:
    """Read from a descriptor, and close it in the end. Raises ``OSError`` only where reading does."""
    try:
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            yield file
    finally:
        close_read(descriptor)
