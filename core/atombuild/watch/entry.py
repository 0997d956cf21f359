"""What stands at one path: its signature from ``stat``, and its content's hash where it is known.

Signatures are cheap and may lie; hashes are dear and do not. :mod:`atombuild.youth` says when a signature lies: an
entry that young is read again at the next scan, however equal its signature.
"""

from __future__ import annotations

import enum
import errno
import hashlib
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

from atombuild.descriptors import close_read
from atombuild.youth import is_young

_BLOCK: Final = 1 << 20
_GONE: Final = frozenset({errno.ENOENT, errno.ENOTDIR})


class EntryKind(enum.Enum):
    """What kind of thing stands at a path."""

    FILE = "file"
    """A regular file, or a link to one."""

    LINK = "link"
    """A link to a folder (never followed), or to nothing."""

    SPECIAL = "special"
    """FIFO, socket, device, or a link to one: never opened."""

    SEALED = "sealed"
    """A folder that can't be listed, or a path that can't even be looked at."""


class Signature(NamedTuple):
    """What ``stat`` says. A tuple, because thousands are compared on every scan."""

    kind: EntryKind
    link: str | None
    """Where a symbolic link points, as written in it."""

    executable: bool
    """Any of the three x bits of the file, or of the file linked to."""

    size: int = 0
    mtime_ns: int = 0
    ctime_ns: int = 0
    inode: int = 0
    device: int = 0

    def is_racy(self, now_ns: int) -> bool:
        """Whether a write after a look at ``now_ns`` could leave this signature as it is."""
        return self.kind is EntryKind.FILE and is_young(self.mtime_ns, self.ctime_ns, now_ns)


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands at a path, as far as it was looked at."""

    signature: Signature
    racy: bool = False
    """Too young to be believed by its signature at the next look."""

    digest: bytes | None = None
    """sha256 of the content, where it was read."""

    fault: int | None = None
    """The system's error number, where it could not be read or looked at."""

    def same_content(self, later: Entry) -> bool:
        """Whether an artifact made from ``later`` would be the same; in doubt it would not."""
        old, new = self.signature, later.signature
        if old[:3] != new[:3] or self.fault != later.fault:
            return False
        if self.digest is not None and later.digest is not None:
            return self.digest == later.digest
        if old.kind is not EntryKind.FILE or self.fault is not None:
            return True
        return old == new and not self.racy


def look(path: str, *, link: bool) -> Signature | int | None:
    """Return the signature of what stands at ``path``; an error number when refused, None when gone."""
    try:
        target = os.readlink(path) if link else None  # noqa: PTH115 - a hot path
        found = os.stat(path)  # noqa: PTH116 - a hot path
    except OSError as error:
        if link and error.errno in {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}:
            return _dangling(path)
        return None if error.errno in _GONE else error.errno or errno.EIO
    return signature_of(found, target)


def _dangling(path: str) -> Signature | None:
    try:
        return Signature(EntryKind.LINK, os.readlink(path), executable=False)  # noqa: PTH115 - Path alters it
    except OSError:
        return None  # the link itself went meanwhile


def signature_of(found: os.stat_result, link: str | None) -> Signature:
    """Return the signature that ``found`` stands for; a folder here is one that a link leads to."""
    mode = found.st_mode
    if stat.S_ISREG(mode):
        return Signature(
            EntryKind.FILE,
            link,
            mode & 0o111 != 0,
            found.st_size,
            found.st_mtime_ns,
            found.st_ctime_ns,
            found.st_ino,
            found.st_dev,
        )
    return Signature(EntryKind.LINK if stat.S_ISDIR(mode) else EntryKind.SPECIAL, link, executable=False)


def read_digest(path: str, expected: Signature, breathe: Callable[[], object] = lambda: None) -> bytes | None:
    """Return the sha256 of the file at ``path``, or None when it was not ``expected`` before or after.

    Without the second look a hash could belong to later content than its signature, and that change would be
    lost. Raises OSError, and whatever ``breathe`` raises, which is called for each block.
    """
    # Not blocking: a FIFO that took the file's place meanwhile must not be a wait without end.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        if signature_of(os.fstat(descriptor), expected.link) != expected:
            return None
        digest = hashlib.sha256()
        left = expected.size
        while left and (block := os.read(descriptor, min(_BLOCK, left))):
            breathe()
            digest.update(block)
            left -= len(block)
        return digest.digest() if signature_of(os.fstat(descriptor), expected.link) == expected else None
    finally:
        close_read(descriptor)
