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

    compressed: bytes
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


def decompress_run(run: Run) -> bytes:
    """Return the uncompressed bytes."""
    return bytes(zlib_ng.decompressobj(_RAW).decompress(run.compressed, run.size))


def gzip_chunks(runs: Iterable[Run]) -> Iterator[bytes]:
    """Yield the gzip file that holds the concatenated runs."""
    yield HEADER
    crc = size = 0
    for run in runs:
        yield run.compressed
        crc = zlib_ng.crc32_combine(crc, run.crc, run.size)
        size += run.size
    yield _LAST_BLOCK + struct.pack("<II", crc, size & 0xFFFFFFFF)
