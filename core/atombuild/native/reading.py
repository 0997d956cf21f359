"""Reading a source file so that it can neither block the build nor be half of one save and half of the next."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from atombuild.archive.deflate import PIECE
from atombuild.descriptors import close_read
from atombuild.errors import Location, SourceRejected, SourceUnreadable
from atombuild.native.large import Unsteady

_TRIES: Final = 3
_LEAST: Final = 4096
"""Bytes asked for at first, at least: a file may say that it is empty and not be."""

_MORE: Final = 1024 * 1024
"""Bytes asked for after that."""

_FLAGS: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
"""A FIFO that takes the file's place between the look and the open must not hold us."""

EXECUTABLE: Final = 0 if os.name == "nt" else 0o111
"""The bits of a mode that make a file executable."""


def read_regular(path: str, shown: str) -> tuple[bytes, os.stat_result]:
    """Return a regular file's bytes, and its stat, which is of just these bytes; a link to a file is followed.

    ``shown`` is the path that messages name. Raises :class:`SourceRejected` for what is no regular file and
    :class:`SourceUnreadable` when the system refuses or the file never holds still.
    """
    try:
        for _ in range(_TRIES):
            read = _read_still(path, shown)
            if read is not None:
                return read
    except OSError as error:
        raise _told(error, Path(path), shown) from error
    raise SourceUnreadable(Path(path), OSError("it kept changing while it was read"))


def look_at_regular(path: Path, shown: str) -> os.stat_result:
    """Return a regular file's stat. Raises as :func:`read_regular`."""
    with _errors_of(path, shown):
        found = path.stat()
        _check_regular(found, str(path), shown)
    return found


def read_pieces(path: Path, shown: str, expected: os.stat_result) -> Iterator[bytes]:
    """Yield the bytes of the file that ``expected`` is the stat of.

    Raises as :func:`read_regular`, and :class:`Unsteady` if the file is another one, or another than when it began.
    """
    with _errors_of(path, shown):
        descriptor = os.open(path, _FLAGS)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        _check_steady(os.fstat(descriptor), expected)
        left = expected.st_size
        while left:
            with _errors_of(path, shown):
                piece = file.read(min(PIECE, left))
            if not piece:
                raise Unsteady
            left -= len(piece)
            yield piece
        _check_steady(os.fstat(descriptor), expected)


def _check_steady(found: os.stat_result, expected: os.stat_result) -> None:
    if _identity(found) != _identity(expected):
        raise Unsteady


@contextmanager
def _errors_of(path: Path, shown: str) -> Iterator[None]:
    """Turn the system's refusal into an error that names the file."""
    try:
        yield
    except OSError as error:
        raise _told(error, path, shown) from error


def _told(error: OSError, path: Path, shown: str) -> SourceRejected | SourceUnreadable:
    if isinstance(error, FileNotFoundError) and path.is_symlink():
        return SourceRejected(
            f"failed to query metadata of file `{shown}`: it is a symbolic link to nothing",
            hint="remove the link, mend what it points to, or exclude it from the build",
            where=Location(path),
            why=(f"it points to {path.readlink()}",),
        )
    return SourceUnreadable(path, error)


def _read_still(path: str, shown: str) -> tuple[bytes, os.stat_result] | None:
    """Read to the end; None when the file changed between the first byte and the last."""
    _check_regular(os.stat(path), path, shown)  # noqa: PTH116 (a hot path); to open some devices is to use them
    descriptor = os.open(path, _FLAGS)
    try:
        before = os.fstat(descriptor)
        _check_regular(before, path, shown)
        data = os.read(descriptor, max(before.st_size + 1, _LEAST))
        # Nothing tells the end of a file that says it is empty, or longer than it said, but another read.
        while len(data) != before.st_size or not data:
            piece = os.read(descriptor, _MORE)
            if not piece:
                break
            data += piece
        after = os.fstat(descriptor)
    finally:
        close_read(descriptor)
    still = _identity(before) == _identity(after) and len(data) == after.st_size
    return (data, after) if still else None


def _identity(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _check_regular(status: os.stat_result, path: str, shown: str) -> None:
    if stat.S_ISREG(status.st_mode):
        return
    if stat.S_ISDIR(status.st_mode):
        raise SourceRejected(
            f"failed to read from file `{shown}`: it is a symbolic link to a folder",
            hint="put the folder itself in its place, link single files, or exclude it from the build",
            where=Location(Path(path)),
            why=("Is a directory (EISDIR)",),
        )
    raise SourceRejected(
        f"`{shown}` is {_OTHER_KINDS.get(stat.S_IFMT(status.st_mode), 'no regular file')}: "
        "it can't be part of a distribution",
        hint="move it out of the package or exclude it from the build",
        where=Location(Path(path)),
    )


_OTHER_KINDS: Final = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
