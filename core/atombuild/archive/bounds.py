"""The stream of an archive that nobody vouches for: it can neither hold us nor fill the memory or the disk."""

from __future__ import annotations

import gzip
import os
import stat
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, NoReturn

from atombuild.errors import SdistRejected

MAX_MEMBERS: Final = 200_000
"""Files and folders. The largest sdists of the package index hold some tens of thousands."""

MAX_SIZE: Final = 4 * 1024**3
"""Bytes, unpacked, with the archive's own headers."""

_LARGEST_READ: Final = 1 << 20
"""Bytes. ``tarfile`` reads extended headers, and nothing else that we let it read, in one piece."""

_BLOCK: Final = 512

REPAIR: Final = "get the file again, or build the sdist again"
"""What to do about damage."""

DISTRUST: Final = "no build tool makes such an sdist: look at it with tar -tvzf before you trust it"
"""What to do about what does not come about by itself."""

LEADS_OUT: Final = (
    "installers may refuse such a link (PEP 721): have the file itself in its place, or leave it out of the sdist"
)
"""What to do about a link that backends pack as it stands."""


_SPARSE: Final = "GNU.sparse."
_LONGEST_NAME: Final = 4096
_LONGEST_PART: Final = 255
"""Bytes. No file system that Python runs on takes more of a path, and of one name in it."""


def is_a_possible_name(name: str) -> bool:
    """Whether a file of this name could ever be unpacked; its depth is bounded by its length."""
    encoded = name.encode("utf-8", "surrogatepass")
    return len(encoded) <= _LONGEST_NAME and all(len(part) <= _LONGEST_PART for part in encoded.split(b"/"))


def is_plain_file(member: tarfile.TarInfo) -> bool:
    """Whether it is a regular file that lies in the archive as it is unpacked: a sparse one does not.

    Readers do not agree about a member that says it is sparse and is not made so; Python takes its size, and no more.
    """
    return member.isreg() and not member.issparse() and not any(key.startswith(_SPARSE) for key in member.pax_headers)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an sdist may hold. Beyond it is an attack on the disk, or a mistake."""

    members: int = MAX_MEMBERS
    size: int = MAX_SIZE


USUAL: Final = Limits()


def open_regular(archive: Path) -> IO[bytes]:
    """Open the file for reading. Raises :class:`SdistRejected` for what is no regular file, and ``OSError``."""
    # O_NONBLOCK: a FIFO must not hold us.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    file = os.fdopen(os.open(archive, flags), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise SdistRejected(archive, "it is no regular file", hint="give the .tar.gz file itself")
    return file


class BoundedStream:
    """The unpacked stream as ``tarfile`` reads it: forward only, in small pieces, and not for ever."""

    def __init__(self, stream: gzip.GzipFile, archive: Path, limits: Limits) -> None:
        self._stream = stream
        self._archive = archive
        self._limits = limits
        self.last = b""
        """What was read last."""

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes."""
        if not 0 <= size <= _LARGEST_READ:
            raise SdistRejected(self._archive, f"one of its headers has an absurd size: {size} bytes", hint=DISTRUST)
        self.last = self._stream.read(size)
        self._check(self._stream.tell())
        return self.last

    def seek(self, position: int) -> int:
        """Skip to ``position``."""
        if position < self._stream.tell():
            # Only forged headers lead back; and every such step would unpack the whole archive again.
            raise SdistRejected(self._archive, "one of its headers leads back into the archive", hint=DISTRUST)
        self._check(position)
        return self._stream.seek(position)

    def tell(self) -> int:
        """Return how much was read or skipped."""
        return self._stream.tell()

    def require_end(self) -> None:
        """Make sure that the tar file ended where it says, and nowhere before: ``tarfile`` stops at any odd header."""
        if self.last != bytes(_BLOCK):
            raise SdistRejected(self._archive, "it is cut off, or damaged in the middle", hint=REPAIR)
        while piece := self.read(_LARGEST_READ):
            if piece.strip(b"\0"):
                raise SdistRejected(self._archive, "something follows after its end", hint=DISTRUST)

    def _check(self, position: int) -> None:
        if position > self._limits.size:
            refuse_size(self._archive, self._limits)


def refuse_size(archive: Path, limits: Limits) -> NoReturn:
    """Raise :class:`SdistRejected`, for more data than ``limits`` allow."""
    raise SdistRejected(archive, f"it holds more than {limits.size:,} bytes", hint=DISTRUST)
