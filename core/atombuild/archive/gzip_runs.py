"""One gzip member put together from runs that were compressed apart.

A run is deflated on its own and ended by a full flush, which leaves the stream at a byte boundary and forgets its
window: such pieces can be concatenated, kept and used again. Only the trailer depends on all of them, and its CRC
is combined from theirs. Sources: RFC 1951, RFC 1952.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from zlib_ng import zlib_ng

from atombuild.archive.pieces import Piece, blocks_of, temporary_shelf

HEADER: Final = bytes.fromhex("1f8b08000000000000ff")
"""No name, no time, no hint on the level, system unknown: as uv_build writes it."""

_LEVEL: Final = 6
_RAW: Final = -zlib_ng.MAX_WBITS
_PIECE: Final = 1 << 20
"""Bytes between two looks whether anybody wants the build to stop."""

_LAST_BLOCK: Final = b"\x03\x00"
"""An empty final block: whatever run comes last, the stream ends the same way."""


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of the payload, compressed; a value that can be kept for the next build."""

    compressed: Piece
    crc: int
    """CRC-32 of the uncompressed bytes."""

    size: int
    """Uncompressed, in bytes."""


def compress_run(data: bytes, breathe: Callable[[], object] = lambda: None) -> Run:
    """Deflate ``data`` as a run.

    ``breathe`` is called again and again while a large run is compressed; it may raise to give up.
    """
    deflate = zlib_ng.compressobj(_LEVEL, zlib_ng.DEFLATED, _RAW)
    view = memoryview(data)
    pieces = []
    # Always cut at the same places, since they can show in the compressed bytes.
    for start in range(0, len(view), _PIECE):
        if start:
            breathe()
        pieces.append(deflate.compress(view[start : start + _PIECE]))
    pieces.append(deflate.flush(zlib_ng.Z_FULL_FLUSH))
    return Run(b"".join(pieces), zlib_ng.crc32(data), len(data))


def compress_large_run(pieces: Iterable[bytes], breathe: Callable[[], object] = lambda: None) -> Run:
    """Deflate pieces, which memory shall not hold together, as a run that is spooled to a temporary file.

    ``breathe`` is called for each piece. Raises :class:`OSError` where there is no room for the temporary file, and
    whatever ``pieces`` raise.
    """
    deflate = zlib_ng.compressobj(_LEVEL, zlib_ng.DEFLATED, _RAW)
    shelf = temporary_shelf()
    crc = size = end = compressed_crc = 0

    def shelve(block: bytes) -> None:
        nonlocal end, compressed_crc
        shelf.write(end, block)
        compressed_crc = zlib_ng.crc32(block, compressed_crc)
        end += len(block)

    for piece in pieces:
        breathe()
        crc = zlib_ng.crc32(piece, crc)
        size += len(piece)
        shelve(deflate.compress(piece))
    shelve(deflate.flush(zlib_ng.Z_FULL_FLUSH))
    return Run(shelf.piece(0, end, compressed_crc), crc, size)


def decompress_run(run: Run) -> bytes:
    """Return the uncompressed bytes. Raises :class:`OSError` where the run can't be read back."""
    return b"".join(decompressed(run))


def decompressed(run: Run) -> Iterator[bytes]:
    """Yield the uncompressed bytes, in portions that fit into memory. Raises as :func:`decompress_run`."""
    inflate = zlib_ng.decompressobj(_RAW)
    for block in blocks_of(run.compressed):
        rest = block
        while rest:
            yield inflate.decompress(rest, _PIECE)
            rest = inflate.unconsumed_tail


class GzipFrame:
    """What stands around the runs of a gzip file."""

    def __init__(self) -> None:
        self.offset = len(HEADER)
        """Where the next run stands."""

        self._crc = self._size = 0

    def note(self, run: Run) -> int:
        """Note the run that is written next; return where it stands."""
        offset = self.offset
        self.offset += len(run.compressed)
        self._crc = zlib_ng.crc32_combine(self._crc, run.crc, run.size)
        self._size += run.size
        return offset

    def trailer(self) -> bytes:
        """Return what ends the file."""
        return _LAST_BLOCK + struct.pack("<II", self._crc, self._size & 0xFFFFFFFF)


def gzip_chunks(runs: Iterable[Run]) -> Iterator[bytes]:
    """Yield the gzip file that holds the concatenated runs."""
    frame = GzipFrame()
    yield HEADER
    for run in runs:
        frame.note(run)
        yield from blocks_of(run.compressed)
    yield frame.trailer()
