"""Raw deflate to the byte as uv_build's: zlib-ng at level 6, which hands its output over in windows of 8 KiB.

The room that the compressor is given for its output shows in what it writes: a block that fills the room makes it
forget the match that it looked up ahead. uv gives it a whole file (above 16 MiB, pieces of 128 KiB) and takes 8 KiB at
a time. zlib_ng's Python objects choose the room themselves, so the C functions are called that the same library exports
on Linux and macOS. On Windows it exports none: there the content is the same, and of some files a few bytes are not.
Sources: RFC 1951; zlib-ng.h 2.x; uv 0.13's wheel writer, which uses async_zip and async-compression 0.4.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Final, Protocol

from zlib_ng import zlib_ng

_LEVEL: Final = 6
_RAW: Final = -zlib_ng.MAX_WBITS
_WINDOW: Final = 8 * 1024
"""Bytes of output that uv takes at a time."""

LARGE: Final = 16 * 1024 * 1024
"""Up to here, in bytes, uv hands over a file as one piece."""

PIECE: Final = 128 * 1024
"""What it hands over at a time of a larger one."""

_OWN_PIECE: Final = 64 * 1024
"""Where we can't choose the room: the pieces that come nearest."""

_BREATH: Final = 1024 * 1024
"""Bytes of input, at most, between two looks whether anybody wants the build to stop."""

_STREAM_END: Final = 1

Breathe = Callable[[], object]


class Deflate(Protocol):
    """Compresses one file after another; each on its own, and always to the same bytes."""

    def __call__(self, pieces: Iterable[bytes], breathe: Breathe) -> Iterator[bytes]:
        """Yield the pieces compressed. ``breathe`` is called again and again; it may raise to give up."""


class _Stream(ctypes.Structure):
    """``zng_stream`` of zlib-ng.h."""

    next_in: bytes | None
    avail_in: int
    next_out: int
    avail_out: int
    _fields_ = (
        ("next_in", ctypes.c_char_p),
        ("avail_in", ctypes.c_uint32),
        ("total_in", ctypes.c_size_t),
        ("next_out", ctypes.c_void_p),
        ("avail_out", ctypes.c_uint32),
        ("total_out", ctypes.c_size_t),
        ("msg", ctypes.c_char_p),
        ("state", ctypes.c_void_p),
        ("zalloc", ctypes.c_void_p),
        ("zfree", ctypes.c_void_p),
        ("opaque", ctypes.c_void_p),
        ("data_type", ctypes.c_int),
        ("adler", ctypes.c_uint32),
        ("reserved", ctypes.c_ulong),
    )


class InWindows:
    """Deflate through zlib-ng's C functions, which let us say how much room there is. Not thread-safe."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        self._window = ctypes.create_string_buffer(_WINDOW)
        self._room = ctypes.addressof(self._window)
        self._stream = _Stream()
        self._at = ctypes.c_void_p(ctypes.addressof(self._stream))
        if library.zng_deflateInit2(self._at, _LEVEL, zlib_ng.DEFLATED, _RAW, zlib_ng.DEF_MEM_LEVEL, 0) != 0:
            raise MemoryError("zlib-ng has no memory for its state")

    def __del__(self) -> None:
        self._library.zng_deflateEnd(self._at)

    def __call__(self, pieces: Iterable[bytes], breathe: Breathe) -> Iterator[bytes]:
        """Yield the pieces compressed. Whatever was given up before, this starts anew."""
        self._library.zng_deflateReset(self._at)
        stream, breath = self._stream, 0
        for piece in pieces:
            stream.next_in = piece
            stream.avail_in = len(piece)
            while stream.avail_in:
                if breath >= _BREATH:
                    breath = 0
                    breathe()
                before = stream.avail_in
                yield self._window_of(zlib_ng.Z_NO_FLUSH)[1]
                breath += before - stream.avail_in
        status = None
        while status != _STREAM_END:
            status, window = self._window_of(zlib_ng.Z_FINISH)
            yield window
        stream.next_in = None  # or the last piece would stay in memory until the next file

    def _window_of(self, flush: int) -> tuple[int, bytes]:
        """Let it write into an empty window; return what it says, and what it wrote."""
        self._stream.next_out = self._room
        self._stream.avail_out = _WINDOW
        status = self._library.zng_deflate(self._at, flush)
        if status < 0:
            raise RuntimeError(f"zng_deflate returned {status}")
        return status, ctypes.string_at(self._room, _WINDOW - self._stream.avail_out)


def in_pieces(pieces: Iterable[bytes], breathe: Breathe) -> Iterator[bytes]:
    """Deflate through zlib_ng's Python object, which comes near."""
    compressor = zlib_ng.compressobj(_LEVEL, zlib_ng.DEFLATED, _RAW)
    breath = 0
    for piece in pieces:
        view = memoryview(piece)
        for start in range(0, len(view), _OWN_PIECE):
            if breath >= _BREATH:
                breath = 0
                breathe()
            yield compressor.compress(view[start : start + _OWN_PIECE])
            breath += _OWN_PIECE
    yield compressor.flush()


def exported() -> ctypes.CDLL | None:
    """Return zlib-ng's C functions, if its extension module exports them, and in the form that we know."""
    try:
        library = ctypes.CDLL(zlib_ng.__file__)
        for name in ("zng_deflateInit2", "zng_deflateReset", "zng_deflate", "zng_deflateEnd"):
            getattr(library, name).restype = ctypes.c_int32
        library.zlibng_version.restype = ctypes.c_char_p
        version: bytes = library.zlibng_version()
    except (OSError, AttributeError):
        return None
    return library if version.startswith(b"2.") else None


_LIBRARY: Final = exported()
_OF_THREAD: Final = threading.local()


def deflate(data: bytes, breathe: Breathe = lambda: None) -> bytes:
    """Return a file's content compressed.

    ``breathe`` is called again and again while a large file is compressed; it may raise to give up.
    """
    if len(data) <= LARGE:
        return b"".join(_compressor()((data,), breathe))
    return b"".join(deflate_large((data[at : at + PIECE] for at in range(0, len(data), PIECE)), breathe))


def deflate_large(pieces: Iterable[bytes], breathe: Breathe = lambda: None) -> Iterator[bytes]:
    """Yield a file's content compressed: one larger than :data:`LARGE`, in pieces of :data:`PIECE` bytes but the last.

    To be taken to the end before this thread compresses anything else. ``breathe``: as for :func:`deflate`.
    """
    return _compressor()(pieces, breathe)


def _compressor() -> Deflate:
    if _LIBRARY is None:
        return in_pieces
    compressor: Deflate | None = getattr(_OF_THREAD, "compressor", None)
    if compressor is None:
        compressor = _OF_THREAD.compressor = InWindows(_LIBRARY)
    return compressor
