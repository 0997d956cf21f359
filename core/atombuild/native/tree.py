"""Where a native build reads from: the project on disk, or the members of an sdist just made.

The wheel of the default plan is built *from the sdist*. Nothing is unpacked for that: the wheel builder sees a
:class:`SourceTree`, and :class:`MemberTree` is one whose files are the sdist's own members.
"""

from __future__ import annotations

import enum
import errno
import os
import stat
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final, Protocol

from atombuild.errors import Location, SourceRejected, SourceUnreadable
from atombuild.native.reading import EXECUTABLE, read_regular
from atombuild.publish.names import is_ours
from atombuild.youth import is_young

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

    def require_safe_names(self) -> None:
        """Raise :class:`atombuild.errors.SourceRejected` for a name that keeps the tree from being unpacked."""

    @property
    def kind_of_signatures(self) -> str:
        """What signatures here are made of; those of two kinds can't be compared."""

    def signature(self, path: str) -> Signature:
        """Return what tells this file's content, without reading it; None where that is not to be had."""

    def read(self, path: str) -> SourceFile:
        """Read a regular file, or the target of a link to one.

        Raises :class:`atombuild.errors.SourceUnreadable` when the system refuses or the file keeps changing, and
        :class:`atombuild.errors.SourceRejected` for anything that is no regular file.
        """


class DiskTree:
    """The project on disk, without what is ours: lock, ledger, temporaries and whatever ``hidden`` names."""

    def __init__(self, root: Path, hidden: tuple[str, ...] = ()) -> None:
        """``hidden``: paths relative to ``root`` that this tree pretends not to have, such as the output directory."""
        self._root = root
        self._base = os.fspath(root)
        self._hidden = frozenset(hidden)

    @property
    def root(self) -> Path:
        """The folder on disk."""
        return self._root

    @property
    def mount(self) -> str:
        """The same folder."""
        return self._root.as_posix()

    def scan(self, directory: str) -> tuple[Entry, ...]:
        """Return the children of ``directory``."""
        prefix = f"{directory}/" if directory else ""
        try:
            with os.scandir(self._root / directory) as found:
                children = [(os.fsencode(child.name), child.name, _kind_of(child)) for child in found]
        except OSError as error:
            raise SourceUnreadable(self._root / directory, error) from error
        except ValueError:  # a NUL byte
            raise _missing(self._root / directory) from None
        return tuple(
            Entry(prefix + name, kind)
            for _, name, kind in sorted(children, key=lambda child: child[0])
            if not (is_ours(name) or prefix + name in self._hidden)
        )

    def kind(self, path: str) -> Kind | None:
        """Return what stands at ``path``."""
        mode = self._mode(path, os.lstat)
        return None if mode is None else _KINDS.get(stat.S_IFMT(mode), Kind.OTHER)

    def is_file(self, path: str) -> bool:
        """Whether a regular file, or a link to one, stands there."""
        mode = self._mode(path, os.stat)
        return mode is not None and stat.S_ISREG(mode)

    def exists(self, path: str) -> bool:
        """Whether anything stands there, or where a link there leads to."""
        return self._mode(path, os.stat) is not None

    def size(self, path: str) -> int | None:
        """Return how many bytes the file holds."""
        try:
            return None if self._hides(path) else os.stat(f"{self._base}/{path}").st_size  # noqa: PTH116 (a hot path)
        except (OSError, ValueError):
            return None

    def leads_out(self, path: str) -> bool:
        """Whether links on the way to ``path`` lead out of the tree."""
        try:
            real = os.path.realpath(self._root / path)
        except ValueError:  # a NUL byte
            return False
        return not Path(real).is_relative_to(os.path.realpath(self._root))

    def folder_signature(self, path: str) -> Signature:
        """Return what tells the entries of a folder; None where only listing it can."""
        try:
            found = os.stat(f"{self._base}/{path}")  # noqa: PTH116 (asked for every folder of large trees)
        except (OSError, ValueError):
            return None
        if is_young(found.st_mtime_ns, found.st_ctime_ns, time.time_ns()):
            return None
        return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_ctime_ns

    def read(self, path: str) -> SourceFile:
        """Read the file, again if it changed meanwhile."""
        if self._hides(path):
            raise _missing(self._root / path)
        now = time.time_ns()  # before the first byte: whatever is written from here on may hide behind the same stat
        try:
            data, found = read_regular(self._root / path, path)
        except ValueError:  # a NUL byte
            raise _missing(self._root / path) from None
        signature = None if is_young(found.st_mtime_ns, found.st_ctime_ns, now) else _signature_of(found)
        return SourceFile(path, data, bool(found.st_mode & EXECUTABLE), signature)

    @property
    def kind_of_signatures(self) -> str:
        """The stat of a file."""
        return "stat"

    def signature(self, path: str) -> Signature:
        """Return the facts of a stat that change with the content."""
        if self._hides(path):
            return None
        try:
            found = os.stat(f"{self._base}/{path}")  # noqa: PTH116 (asked for every file of large trees)
        except (OSError, ValueError):
            return None  # reading it says why
        return _signature_of(found) if stat.S_ISREG(found.st_mode) else None

    def require_safe_names(self) -> None:
        """Nothing is unpacked: every name is as good as the system takes it."""

    def _mode(self, path: str, look: Callable[[str], os.stat_result]) -> int | None:
        """Return the mode of what stands at ``path``; None: nothing does, or nothing can under such a name.

        Raises :class:`SourceUnreadable` where the system won't tell.
        """
        if self._hides(path):
            return None
        try:
            return look(f"{self._base}/{path}").st_mode
        except ValueError:  # a NUL byte
            return None
        except OSError as error:
            if error.errno in _NOTHING_THERE:
                return None
            raise SourceUnreadable(self._root / path, error) from error

    def _hides(self, path: str) -> bool:
        if ".atombuild" in path and is_ours(path.rpartition("/")[2]):
            return True
        return any(path == hidden or path.startswith(f"{hidden}/") for hidden in self._hidden)


class Member(Protocol):
    """A file that an archive holds."""

    @property
    def path(self) -> str:
        """Relative to the tree's root."""

    @property
    def size(self) -> int:
        """In bytes."""

    @property
    def executable(self) -> bool:
        """Whether it is."""

    @property
    def digest(self) -> bytes:
        """sha256 of its content."""

    def load(self) -> bytes:
        """Return its content."""


class MemberTree:
    """The members of an archive that was just made: folders are implied, links have become files."""

    def __init__(self, root: Path, files: Mapping[str, Member], origin: object = None) -> None:
        """``root`` only stands in messages: nothing is read from it.

        ``origin`` is the same object for two trees of which any plan would come out the same.
        """
        self._root = root
        self._files = files
        self.origin = origin

    @cached_property
    def _folders(self) -> dict[str, dict[str, Kind]]:
        return _folders_of(self._files)

    @property
    def root(self) -> Path:
        """The folder that messages name."""
        return self._root

    @property
    def mount(self) -> str:
        """A place without parents: where an sdist is unpacked must not decide what is in the wheel."""
        return "/"

    def scan(self, directory: str) -> tuple[Entry, ...]:
        """Return the children of ``directory``."""
        if directory not in self._folders:
            raise _missing(self._root / directory)
        children = self._folders[directory]
        return tuple(Entry(path, children[path]) for path in sorted(children, key=os.fsencode))

    def kind(self, path: str) -> Kind | None:
        """Return what stands at ``path``."""
        path = self._resolved(path)
        if path in self._files:
            return Kind.FILE
        return Kind.DIRECTORY if path in self._folders else None

    def is_file(self, path: str) -> bool:
        """Whether a file stands there."""
        return self._resolved(path) in self._files

    def exists(self, path: str) -> bool:
        """Whether anything stands there."""
        return self.kind(path) is not None

    def size(self, path: str) -> int | None:
        """Return how many bytes the file holds."""
        file = self._files.get(self._resolved(path))
        return None if file is None else file.size

    def leads_out(self, path: str) -> bool:  # noqa: ARG002 (part of the protocol)
        """No: there are no links."""
        return False

    def read(self, path: str) -> SourceFile:
        """Return the file."""
        file = self._files.get(self._resolved(path))
        if file is None:
            raise _missing(self._root / path)
        return SourceFile(file.path, file.load(), file.executable, (file.digest, file.executable))

    @property
    def kind_of_signatures(self) -> str:
        """The content itself."""
        return "content"

    def signature(self, path: str) -> Signature:
        """Return the content's hash."""
        file = self._files.get(self._resolved(path))
        return None if file is None else (file.digest, file.executable)

    def require_safe_names(self) -> None:
        """Raise :class:`SourceRejected` for a name that no tool would unpack, so that nobody could use the sdist."""
        for path in self._files:
            if "\\" in path:
                raise SourceRejected(
                    "Invalid tar file",
                    hint="rename the file: tools refuse to unpack an sdist with a backslash in a name",
                    where=Location(self._root / path),
                    why=(f'unsafe member path "{path}": contains a backslash separator',),
                )

    def _resolved(self, path: str) -> str:
        """Follow ``.``, ``..`` and doubled slashes as the system would: ``..`` only leaves a folder that is there."""
        if path in self._files:
            return path
        at = ""
        for part in path.split("/"):
            if part == "..":
                if not at or at not in self._folders:
                    return path
                at = at.rpartition("/")[0]
            elif part not in {"", "."}:
                at = f"{at}/{part}" if at else part
        return at


def _folders_of(files: Mapping[str, Member]) -> dict[str, dict[str, Kind]]:
    folders: dict[str, dict[str, Kind]] = {"": {}}
    for path in files:
        kind, child = Kind.FILE, path
        while child:
            parent = child.rpartition("/")[0]
            known = folders.setdefault(parent, {})
            if child in known:
                break
            known[child] = kind
            kind, child = Kind.DIRECTORY, parent
    return folders


def _signature_of(found: os.stat_result) -> Signature:
    executable = found.st_mode & EXECUTABLE != 0
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns, executable


def _missing(path: Path) -> SourceUnreadable:
    return SourceUnreadable(path, FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)))


def _kind_of(child: os.DirEntry[str]) -> Kind:
    if child.is_symlink():
        return Kind.SYMLINK
    if child.is_dir(follow_symlinks=False):
        return Kind.DIRECTORY
    return Kind.FILE if child.is_file(follow_symlinks=False) else Kind.OTHER


_NOTHING_THERE: Final = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.EINVAL})

_KINDS: Final = {
    stat.S_IFREG: Kind.FILE,
    stat.S_IFDIR: Kind.DIRECTORY,
    stat.S_IFLNK: Kind.SYMLINK,
}
