"""POSIX pax tar members as uv_build writes them: no owner, no time, a pax record before each member.

Sources: POSIX.1-2017 ``pax``, "pax Interchange Format" and "ustar Interchange Format".
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

END: Final = bytes(1024)
"""Two zero blocks close a tar file."""

BLOCK: Final = 512
"""Bytes; headers are one of them, and data is filled up to whole ones."""

_HEADER: Final = struct.Struct("100s8s8s8s12s12s8sc100s6s2s32s32s8s8s155s12x")
_NAME_LIMIT: Final = 100
_PREFIX_LIMIT: Final = 155


@dataclass(frozen=True, slots=True)
class TarMember:
    """One member, ready to be concatenated."""

    name: str
    """Full path in the archive."""

    blocks: bytes
    """Pax record, header and padded data."""


@dataclass(frozen=True, slots=True)
class LargeMember:
    """What stands around the content of a file that memory shall not hold."""

    head: bytes
    """Pax record and header."""

    padding: bytes
    """After the content."""


def file_member(index: int, name: str, data: bytes, *, executable: bool) -> TarMember:
    """Return a regular file. ``index`` is the member's place in the archive, from 0: its pax record is named by it."""
    around = large_file_member(index, name, len(data), executable=executable)
    return TarMember(name, b"".join((around.head, data, around.padding)))


def large_file_member(index: int, name: str, size: int, *, executable: bool) -> LargeMember:
    """Return what stands around a regular file's content of ``size`` bytes. ``index``: see :func:`file_member`."""
    mode = b"0000755" if executable else b"0000644"
    return LargeMember(_headers(index, name, mode, b"0", size), _padding(size))


def folder_member(index: int, name: str) -> TarMember:
    """Return a folder; ``name`` is kept as it is, with or without a closing slash."""
    return TarMember(name, _headers(index, name, b"0000755", b"5", 0))


def _headers(index: int, name: str, mode: bytes, kind: bytes, size: int) -> bytes:
    path = name.encode()
    records = _pax_record(b"path", path) + _pax_record(b"size", b"%d" % size)
    short_name, prefix = _ustar_name(index, path)
    return b"".join(
        (
            _ustar_header(b"PaxHeaders/%d" % index, b"", b"0000644", b"x", len(records)),
            records,
            _padding(len(records)),
            _ustar_header(short_name, prefix, mode, kind, size),
        )
    )


def _pax_record(key: bytes, value: bytes) -> bytes:
    """``LENGTH KEY=VALUE`` and a line feed, where LENGTH counts its own digits too."""
    rest = b" %b=%b\n" % (key, value)
    length = len(rest) + len(b"%d" % len(rest))
    if len(b"%d" % length) > len(b"%d" % len(rest)):
        length += 1
    return b"%d%b" % (length, rest)


def _ustar_name(index: int, path: bytes) -> tuple[bytes, bytes]:
    """Name and prefix for readers that know no pax; a path that fits neither gets a stand-in name."""
    if len(path) <= _NAME_LIMIT:
        return path, b""
    cut = path.rfind(b"/", 0, _PREFIX_LIMIT + 1)
    if cut > 0 and len(path) - cut - 1 <= _NAME_LIMIT:
        return path[cut + 1 :], path[:cut]
    return b"PaxEntries/%d" % index, b""


def _ustar_header(name: bytes, prefix: bytes, mode: bytes, kind: bytes, size: int) -> bytes:
    def pack(checksum: bytes) -> bytes:
        return _HEADER.pack(
            name, mode, b"0000000", b"0000000", b"%011o" % size, b"00000000000", checksum, kind,
            b"", b"ustar", b"00", b"", b"", b"0000000", b"0000000", prefix,
        )  # fmt: skip

    # The sum is taken over the header with blanks in place of the sum itself.
    return pack(b"%06o\0 " % sum(pack(b" " * 8)))


def _padding(size: int) -> bytes:
    return bytes(-size % BLOCK)
