"""The wheel writer: a zip archive concatenated from reusable members.

A member knows everything but its offset, so only the central directory is made anew for each archive. Members are
written as uv_build writes them: no time, no owner, no extra fields, no data descriptors.
Source: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 and 4.5.3 (ZIP64).
"""

from __future__ import annotations

import base64
import hashlib
import stat
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from zlib_ng import zlib_ng

from atombuild.archive.deflate import deflate, deflate_large
from atombuild.archive.pieces import Piece, blocks_of, temporary_shelf
from atombuild.archive.record import record_line

_STORED: Final = 0
_DEFLATED: Final = 8
_NEEDS: Final = 20
_NEEDS_STORED: Final = 10
"""Of a file that is not compressed; a folder needs what compressed files do."""

_NEEDS_ZIP64: Final = 45
_END_NEEDS: Final = 46
"""What uv_build writes into the ZIP64 end record; 45 would do."""

_MADE_BY: Final = 3 << 8 | 63
"""Unix, version 6.3."""

_UTF8_NAMES: Final = 0x800
_DATE: Final = 0x21
"""1980-01-01, the first day that a zip archive knows."""

_MAX16: Final = 0xFFFF
_MAX32: Final = 0xFFFFFFFF

_LOCAL: Final = struct.Struct("<4s5H3I2H")
_CENTRAL: Final = struct.Struct("<4sH6s2H3I5HI")
_EXTRA64: Final = struct.Struct("<2H2Q")
"""The ZIP64 field of a local header."""

_END: Final = struct.Struct("<4s4H2IH")
_END64: Final = struct.Struct("<4sQ2H2I4Q")
_LOCATOR64: Final = struct.Struct("<4sIQI")


@dataclass(frozen=True, slots=True)
class WheelMember:
    """One entry of a wheel: its local part, and what the central directory and RECORD say of it."""

    name: str
    """Path in the wheel; a folder's ends with a slash."""

    local: Piece
    """Local header and compressed data."""

    crc: int
    size: int
    """Uncompressed, in bytes."""

    compressed_size: int
    mode: int
    """As ``st_mode``: kind and permissions."""

    sha256: str
    """As RECORD writes it: urlsafe base64 without padding; empty for a folder."""

    central: tuple[bytes, bytes]
    """Its header in the central directory: what stands before the offset of its local part, and after it."""

    record: str
    """Its line in RECORD; empty for a folder."""

    @property
    def is_folder(self) -> bool:
        """Whether this entry is a folder."""
        return stat.S_ISDIR(self.mode)


def deflate_member(
    name: str, data: bytes, *, executable: bool, breathe: Callable[[], object] = lambda: None
) -> WheelMember:
    """Return a compressed file entry.

    ``breathe`` is called again and again while a large file is compressed; it may raise to give up.
    """
    return _file_member(name, data, deflate(data, breathe), _DEFLATED, executable=executable)


def deflate_large_member(
    name: str, pieces: Iterable[bytes], *, executable: bool, breathe: Callable[[], object] = lambda: None
) -> WheelMember:
    """Return a compressed file entry of a file that memory shall not hold: it is spooled to a temporary file.

    ``pieces`` and ``breathe``: see :func:`atombuild.archive.deflate.deflate_large`. Raises :class:`OSError` where there
    is no room for the temporary file, and whatever ``pieces`` raise.
    """
    digest, crc, size = hashlib.sha256(), 0, 0

    def counted() -> Iterator[bytes]:
        nonlocal crc, size
        for piece in pieces:
            digest.update(piece)
            crc = zlib_ng.crc32(piece, crc)
            size += len(piece)
            yield piece

    shelf = temporary_shelf()
    start = end = _LOCAL.size + len(name.encode()) + _EXTRA64.size
    content_crc = 0
    for block in deflate_large(counted(), breathe):
        shelf.write(end, block)
        content_crc = zlib_ng.crc32(block, content_crc)
        end += len(block)
    header = _local_header(name, _DEFLATED, crc, end - start, size)
    shelf.write(start - len(header), header)
    local_crc = zlib_ng.crc32_combine(zlib_ng.crc32(header), content_crc, end - start)
    local = shelf.piece(start - len(header), len(header) + end - start, local_crc)
    return _entry(
        name, header, local, digest.digest(), crc=crc, size=size, compressed_size=end - start, executable=executable
    )


def stored_member(name: str, data: bytes, *, executable: bool) -> WheelMember:
    """Return an uncompressed file entry, as editable wheels hold them."""
    return _file_member(name, data, data, _STORED, executable=executable)


def directory_member(name: str) -> WheelMember:
    """Return a folder entry; ``name`` comes without its closing slash."""
    name = f"{name}/"
    mode = stat.S_IFDIR | 0o755
    header = _local_header(name, _STORED, 0, 0, 0)
    central = _central_header(name, header[4:10], crc=0, compressed_size=0, size=0, mode=mode)
    return WheelMember(name, header, 0, 0, 0, mode, "", central, "")


class CentralDirectory:
    """The end of an archive: where each of its members stands."""

    def __init__(self) -> None:
        self.offset = 0
        """Bytes of the members noted so far."""

        self._count = 0
        self._headers: list[bytes] = []

    def note(self, member: WheelMember) -> int:
        """Note the member that is written next; return where its local part stands."""
        offset = self.offset
        self._count += 1
        if offset < _MAX32:
            before, after = member.central
            self._headers += (before, offset.to_bytes(4, "little"), after)
        else:
            self._headers += _central_beyond(member, offset)
        self.offset = offset + len(member.local)
        return offset

    def chunks(self) -> Iterator[bytes]:
        """Yield the central directory and the end records."""
        directory = b"".join(self._headers)
        yield directory
        yield _end_records(self._count, len(directory), self.offset)


def wheel_chunks(members: Iterable[WheelMember]) -> Iterator[bytes]:
    """Yield the bytes of the archive: every member, the central directory, the end records."""
    directory = CentralDirectory()
    for member in members:
        directory.note(member)
        yield from blocks_of(member.local)
    yield from directory.chunks()


def _file_member(name: str, data: bytes, content: bytes, method: int, *, executable: bool) -> WheelMember:
    crc = zlib_ng.crc32(data)
    header = _local_header(name, method, crc, len(content), len(data))
    digest = hashlib.sha256(data).digest()
    return _entry(
        name,
        header,
        header + content,
        digest,
        crc=crc,
        size=len(data),
        compressed_size=len(content),
        executable=executable,
    )


def _entry(
    name: str,
    header: bytes,
    local: Piece,
    digest: bytes,
    *,
    crc: int,
    size: int,
    compressed_size: int,
    executable: bool,
) -> WheelMember:
    mode = stat.S_IFREG | (0o755 if executable else 0o644)
    sha256 = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    central = _central_header(name, header[4:10], crc=crc, compressed_size=compressed_size, size=size, mode=mode)
    record = record_line(name, sha256, size)
    return WheelMember(name, local, crc, size, compressed_size, mode, sha256, central, record)


def _local_header(name: str, method: int, crc: int, compressed_size: int, size: int) -> bytes:
    path = name.encode()
    extra = b""
    needs = _NEEDS_STORED if method == _STORED and not name.endswith("/") else _NEEDS
    if max(size, compressed_size) >= _MAX32:
        # A local header must give both sizes when it gives one in its ZIP64 field.
        extra = _EXTRA64.pack(1, 16, size, compressed_size)
        size = compressed_size = _MAX32
        needs = _NEEDS_ZIP64
    fields = (needs, _UTF8_NAMES, method, 0, _DATE, crc, compressed_size, size, len(path), len(extra))
    return _LOCAL.pack(b"PK\3\4", *fields) + path + extra


def _central_beyond(member: WheelMember, offset: int) -> tuple[bytes, bytes, bytes]:
    """Return the central header for an offset that has no room in its own field."""
    before, after = _central_header(
        member.name,
        member.central[0][6:12],
        crc=member.crc,
        compressed_size=member.compressed_size,
        size=member.size,
        mode=member.mode,
        offset=offset,
    )
    return before, _MAX32.to_bytes(4, "little"), after


def _central_header(
    name: str, how: bytes, *, crc: int, compressed_size: int, size: int, mode: int, offset: int | None = None
) -> tuple[bytes, bytes]:
    """Return a header but for its field of the offset. ``how``: version needed, flags and method, as in the local one.

    ``offset``: given if it goes into the ZIP64 field.
    """
    path = name.encode()
    large = [value for value in (size, compressed_size, offset) if value is not None and value >= _MAX32]
    extra = struct.pack(f"<2H{len(large)}Q", 1, 8 * len(large), *large) if large else b""
    needs = _NEEDS_ZIP64.to_bytes(2, "little") if large else how[:2]
    before = _CENTRAL.pack(
        b"PK\1\2",
        _MADE_BY,
        needs + how[2:],
        0,
        _DATE,
        crc,
        min(compressed_size, _MAX32),
        min(size, _MAX32),
        len(path),
        len(extra),
        0,
        0,
        0,
        mode << 16,
    )
    return before, path + extra


def _end_records(count: int, size: int, offset: int) -> bytes:
    records = b""
    if count > _MAX16 or size >= _MAX32 or offset >= _MAX32:
        rest = _END64.size - 12  # APPNOTE 4.3.14.1: the record's size leaves out its signature and this field
        records += _END64.pack(b"PK\6\6", rest, _MADE_BY, _END_NEEDS, 0, 0, count, count, size, offset)
        records += _LOCATOR64.pack(b"PK\6\7", 0, offset + size, 1)
    short = min(count, _MAX16)
    return records + _END.pack(b"PK\5\6", 0, 0, short, short, min(size, _MAX32), min(offset, _MAX32), 0)
