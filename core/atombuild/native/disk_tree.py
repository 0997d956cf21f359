"""The project on disk, as a native build reads it."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from atombuild.errors import SourceUnreadable
from atombuild.native.large import PiecewiseFile
from atombuild.native.reading import EXECUTABLE, look_at_regular, read_pieces, read_regular
from atombuild.native.tree import Entry, Kind, Seen, Signature, SourceFile, missing
from atombuild.own_files import own_outputs
from atombuild.publish.names import is_ours
from atombuild.youth import is_young

Look = Callable[[str], "Seen | None"]
"""Tells what is known of a file without asking the disk; None: nothing."""


class DiskTree:
    """The project on disk, without what is ours: lock, ledger, temporaries, our output, and what ``hidden`` names."""

    def __init__(self, root: Path, hidden: tuple[str, ...] = (), seen: Look = lambda _path: None) -> None:
        """``hidden``: paths relative to ``root`` that this tree pretends not to have, such as the output directory.

        ``seen``: what a look at the whole tree said of a file, so that it need not be asked again. Whoever built from
        that must look again afterwards.
        """
        self._root = root
        self._seen = seen
        self._base = os.fspath(root)
        self._own = own_outputs()
        self._hidden = frozenset(hidden)
        self._hidden_folders = tuple(f"{path}/" for path in hidden)

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
                own = self._own
                children = [
                    (os.fsencode(child.name), child.name, _kind_of(child))
                    for child in found
                    if not (own and _identity_of(child) in own)
                ]
        except OSError as error:
            raise SourceUnreadable(self._root / directory, error) from error
        except ValueError:  # a NUL byte
            raise missing(self._root / directory) from None
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
            raise missing(self._root / path)
        now = time.time_ns()  # before the first byte: whatever is written from here on may hide behind the same stat
        try:
            data, found = read_regular(f"{self._base}/{path}", path)
        except ValueError:  # a NUL byte
            raise missing(self._root / path) from None
        signature = None if is_young(found.st_mtime_ns, found.st_ctime_ns, now) else _signature_of(found)
        return SourceFile(path, data, bool(found.st_mode & EXECUTABLE), signature)

    @property
    def kind_of_signatures(self) -> str:
        """The stat of a file."""
        return "stat"

    def signature(self, path: str) -> Signature:
        """Return the facts of a stat that change with the content."""
        seen = self.see(path)
        return None if seen is None else seen.signature

    def see(self, path: str) -> Seen | None:
        """Return the facts of a stat."""
        if self._hides(path):
            return None
        seen = self._seen(path)
        if seen is not None:
            return seen
        try:
            found = os.stat(f"{self._base}/{path}")  # noqa: PTH116 (asked for every file of large trees)
        except (OSError, ValueError):
            return None  # reading it says why
        return Seen(_signature_of(found), found.st_size) if stat.S_ISREG(found.st_mode) else None

    def open_large(self, path: str) -> PiecewiseFile:
        """Return the file, to be read in pieces."""
        if self._hides(path):
            raise missing(self._root / path)
        now = time.time_ns()
        place = self._root / path
        found = look_at_regular(place, path)
        young = is_young(found.st_mtime_ns, found.st_ctime_ns, now)
        return PiecewiseFile(
            found.st_size,
            bool(found.st_mode & EXECUTABLE),
            None if young else _signature_of(found),
            lambda: read_pieces(place, path, found),
        )

    def hidden_by(self, path: str) -> str | None:
        """Return the place that hides ``path``, or what hides it."""
        if not self._hides(path):
            return None
        place = next((each for each in self._hidden if path == each or path.startswith(f"{each}/")), None)
        return "atombuild's own files" if place is None else f"{place}/, a folder that builds write to"

    @property
    def packed_from(self) -> None:
        """None: it is no archive."""
        return

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
        return path in self._hidden or path.startswith(self._hidden_folders)


def _signature_of(found: os.stat_result) -> Signature:
    executable = found.st_mode & EXECUTABLE != 0
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns, executable


def _identity_of(child: os.DirEntry[str]) -> tuple[int, int] | None:
    try:
        status = child.stat(follow_symlinks=False)
    except OSError:
        return None
    return status.st_dev, status.st_ino


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
