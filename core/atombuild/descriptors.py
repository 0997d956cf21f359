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
from typing import BinaryIO


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
