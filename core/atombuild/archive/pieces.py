"""Finished bytes of an archive, wherever they are: in memory, or in a file that holds them already.

What a build leaves for the next is made of such pieces. Those that memory has no room for are read from the last
artifact, which stays readable through its open descriptor even when its name is gone; those of very large files are
spooled to a temporary file while they are made. A piece in a file carries its CRC, and is believed only if that fits.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from zlib_ng import zlib_ng

from atombuild.descriptors import close_read

_BLOCK: Final = 1024 * 1024


class Shelf:
    """A file that pieces stand in, by their offsets. It may be handed over only after they were written."""

    def __init__(self, descriptor: int | None = None) -> None:
        """Take over the descriptor."""
        self._descriptor = descriptor
        self._lock = threading.Lock()
        self._is_wanted = False

    def __del__(self) -> None:
        """Close the file: no piece stands in it any more."""
        self.close()

    def piece(self, offset: int, size: int, crc: int) -> Slice:
        """Return a piece that stands there, or will when the file is handed over. ``crc``: see :class:`Slice`."""
        self._is_wanted = True
        return Slice(self, offset, size, crc)

    def hand_over(self, descriptor: int) -> None:
        """Take over the descriptor of the file in which the pieces stand; without any it is closed at once."""
        if self._is_wanted:
            self._descriptor = descriptor
        else:
            close_read(descriptor)

    def close(self) -> None:
        """Give the file up; its pieces are lost."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            close_read(descriptor)

    def read(self, offset: int, size: int) -> bytes:
        """Return up to so many bytes. Raises :class:`OSError`."""
        if self._descriptor is None:
            raise OSError("the file is not open any more")
        if hasattr(os, "pread"):
            return os.pread(self._descriptor, size, offset)
        with self._lock:
            os.lseek(self._descriptor, offset, os.SEEK_SET)
            return os.read(self._descriptor, size)

    def write(self, offset: int, data: bytes) -> None:
        """Write all of it there. Raises :class:`OSError`."""
        if self._descriptor is None:
            raise OSError("the file is not open any more")
        rest = memoryview(data)
        with self._lock:
            os.lseek(self._descriptor, offset, os.SEEK_SET)
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]


def temporary_shelf() -> Shelf:
    """Return a file without a name in the system's temporary folder. Raises :class:`OSError`."""
    with tempfile.TemporaryFile(buffering=0) as file:
        return Shelf(os.dup(file.fileno()))


@dataclass(frozen=True, slots=True, eq=False)
class Slice:
    """A piece in a file."""

    shelf: Shelf
    offset: int
    size: int
    """In bytes."""

    crc: int
    """CRC-32 of the bytes, as they were written."""

    def __len__(self) -> int:
        return self.size

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes. Raises :class:`OSError`, also where they are not what was written."""
        at, end, crc = self.offset, self.offset + self.size, 0
        while at < end:
            block = self.shelf.read(at, min(_BLOCK, end - at))
            if not block:
                break
            crc = zlib_ng.crc32(block, crc)
            at += len(block)
            if at == end and crc != self.crc:
                break
            yield block
        else:
            return
        raise OSError("what was kept for the next build was changed on the disk")

    def is_whole(self) -> bool:
        """Whether the bytes are still there as they were written."""
        try:
            for _ in self:
                pass
        except OSError:
            return False
        return True


Piece = bytes | Slice
"""Bytes that are to be written as they are."""


def blocks_of(piece: Piece) -> Iterable[bytes]:
    """Return the bytes of a piece in portions that fit into memory. Iterating may raise :class:`OSError`."""
    return (piece,) if isinstance(piece, bytes) else piece


def is_whole(piece: Piece) -> bool:
    """Whether the piece can still be had, as it was made."""
    return isinstance(piece, bytes) or piece.is_whole()
