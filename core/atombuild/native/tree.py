"""What a native build reads from, whatever that is: files and folders, seen through one protocol.

The project on disk is one such tree (:mod:`.disk_tree`); the members of an sdist that was just made are another
(:mod:`.member_tree`): the wheel of the default plan is built from those, and nothing is unpacked for it.
"""

from __future__ import annotations

import enum
import errno
import os
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

from atombuild.errors import SourceUnreadable

Signature = Hashable
"""Equal for two looks at a file between which its content can't have changed."""

Pulse = Callable[[int, int], None]
"""Called between members as ``pulse(done, total)``. It raises :class:`atombuild.errors.Cancelled` to stop a build."""


class Kind(enum.Enum):
    """What a directory entry is, links not followed."""

    FILE = "file"
    DIRECTORY = "directory"
    SYMLINK = "symlink"
    OTHER = "other"
    """FIFO, socket, device: never read."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a directory."""

    path: str
    """Relative to the tree's root, ``/`` between parts; undecodable bytes as surrogate escapes."""

    kind: Kind


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it was read: its bytes and the one permission that archives keep."""

    path: str
    """As in :class:`Entry`."""

    data: bytes
    executable: bool
    """Any of the three x bits."""

    signature: Signature = field(default=None, compare=False)
    """What :meth:`SourceTree.signature` says of this very content; None where only reading can tell."""


class Seen(NamedTuple):
    """What one look at a file tells, without reading it."""

    signature: Signature
    """See :meth:`SourceTree.signature`."""

    size: int
    """In bytes."""


class LargeFile(Protocol):
    """A file that is read in pieces."""

    @property
    def size(self) -> int:
        """In bytes."""

    @property
    def executable(self) -> bool:
        """Any of the three x bits."""

    @property
    def signature(self) -> Signature:
        """See :attr:`SourceFile.signature`."""

    def pieces(self) -> Iterator[bytes]:
        """Yield exactly ``size`` bytes, in pieces of the size that the compressor takes, but for the last.

        Raises :class:`atombuild.native.large.Unsteady` after them, or before, if the file changed meanwhile, and
        :class:`SourceUnreadable`.
        """


class SourceTree(Protocol):
    """A tree of files that a distribution is made from."""

    @property
    def root(self) -> Path:
        """The folder that paths in messages are relative to."""

    @property
    def mount(self) -> str:
        """The absolute path uv_build would see at the root: some of its excludes look at whole paths."""

    def scan(self, directory: str) -> tuple[Entry, ...]:
        """Return the children of ``directory`` ("" is the root) sorted by raw byte name.

        Raises :class:`atombuild.errors.SourceUnreadable`.
        """

    def kind(self, path: str) -> Kind | None:
        """Return what stands at ``path``, links not followed; None where nothing does."""

    def is_file(self, path: str) -> bool:
        """Whether a regular file, or a link to one, stands there."""

    def exists(self, path: str) -> bool:
        """Whether anything stands there, or where a link there leads to."""

    def size(self, path: str) -> int | None:
        """Return how many bytes the file at ``path``, or the target of a link there, holds; None where none is."""

    def leads_out(self, path: str) -> bool:
        """Whether links on the way to ``path`` lead out of the tree."""

    def hidden_by(self, path: str) -> str | None:
        """Return what hides ``path``, in words: the tree pretends not to have it, since builds write there."""

    @property
    def packed_from(self) -> SourceTree | None:
        """The tree that an sdist was packed from, where this is the content of one; None: this is that tree."""

    def require_safe_names(self) -> None:
        """Raise :class:`atombuild.errors.SourceRejected` for a name that keeps the tree from being unpacked."""

    @property
    def kind_of_signatures(self) -> str:
        """What signatures here are made of; those of two kinds can't be compared."""

    def signature(self, path: str) -> Signature:
        """Return what tells this file's content, without reading it; None where that is not to be had."""

    def see(self, path: str) -> Seen | None:
        """Return the signature and the size of a file by one look; None where only reading it says what is wrong."""

    def open_large(self, path: str) -> LargeFile:
        """Return a file to be read in pieces. Raises as :meth:`read`."""

    def read(self, path: str) -> SourceFile:
        """Read a regular file, or the target of a link to one.

        Raises :class:`atombuild.errors.SourceUnreadable` when the system refuses or the file keeps changing, and
        :class:`atombuild.errors.SourceRejected` for anything that is no regular file.
        """


class TreeOver:
    """A tree that answers as another one does; made to be told apart in a method or two."""

    def __init__(self, tree: SourceTree) -> None:
        self._tree = tree

    @property
    def root(self) -> Path:
        """As the tree's."""
        return self._tree.root

    @property
    def mount(self) -> str:
        """As the tree's."""
        return self._tree.mount

    @property
    def kind_of_signatures(self) -> str:
        """As the tree's."""
        return self._tree.kind_of_signatures

    def scan(self, directory: str) -> tuple[Entry, ...]:
        """As the tree does."""
        return self._tree.scan(directory)

    def kind(self, path: str) -> Kind | None:
        """As the tree does."""
        return self._tree.kind(path)

    def is_file(self, path: str) -> bool:
        """As the tree does."""
        return self._tree.is_file(path)

    def exists(self, path: str) -> bool:
        """As the tree does."""
        return self._tree.exists(path)

    def size(self, path: str) -> int | None:
        """As the tree does."""
        return self._tree.size(path)

    def leads_out(self, path: str) -> bool:
        """As the tree does."""
        return self._tree.leads_out(path)

    def signature(self, path: str) -> Signature:
        """As the tree does."""
        return self._tree.signature(path)

    def see(self, path: str) -> Seen | None:
        """As the tree does."""
        return self._tree.see(path)

    def open_large(self, path: str) -> LargeFile:
        """As the tree does."""
        return self._tree.open_large(path)

    def read(self, path: str) -> SourceFile:
        """As the tree does."""
        return self._tree.read(path)

    def hidden_by(self, path: str) -> str | None:
        """As the tree does."""
        return self._tree.hidden_by(path)

    @property
    def packed_from(self) -> SourceTree | None:
        """As the tree's."""
        return self._tree.packed_from

    def require_safe_names(self) -> None:
        """As the tree does."""
        self._tree.require_safe_names()


def missing(path: Path) -> SourceUnreadable:
    """Return the error for a file or folder that is not there."""
    return SourceUnreadable(path, FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)))
