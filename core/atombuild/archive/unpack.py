"""Unpacking an sdist that somebody gave us, as if it were meant to do harm.

What may come out: one top folder called NAME-VERSION, and in it folders and regular files, each written once, with no
permission but the executable bit. Everything else is refused: links, devices, names that lead elsewhere, more data than
:class:`Limits` allow, and archives that stop before their end, which Python's ``tarfile`` takes for whole.

Sources: packaging.python.org, "Source distribution format" (PEP 517, 625, 643, 721, "Source distribution archive
features").
"""

from __future__ import annotations

import contextlib
import gzip
import os
import shutil
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final, NoReturn, cast

from packaging.utils import InvalidName, canonicalize_name
from packaging.version import InvalidVersion, Version

from atombuild.archive.bounds import (
    DISTRUST,
    REPAIR,
    USUAL,
    BoundedStream,
    Limits,
    is_plain_file,
    open_regular,
    refuse_size,
)
from atombuild.archive.damage import TAR_DAMAGE
from atombuild.errors import SdistRejected, SourceUnreadable, WriteFailed

_PIECE: Final = 1 << 18
_NOT_IN_A_NAME: Final = frozenset("\\\0:" if os.name == "nt" else "\\\0")
"""A backslash is a separator for some tools, and on Windows a colon names a drive or a hidden stream."""


def unpack_sdist(archive: Path, folder: Path, limits: Limits = USUAL) -> Path:
    """Unpack ``archive``, a ``.tar.gz``, into ``folder``, which is there; return the path of its top folder.

    Raises :class:`SdistRejected` for what the file holds, :class:`SourceUnreadable` when it can't be read and
    :class:`WriteFailed` when ``folder`` can't be written. Then a part of it may stand in ``folder``: give a temporary
    one, and use nothing in it.
    """
    return _unpack(_Unpacking(archive, folder, limits), archive, limits)


def renew_sdist(archive: Path, folder: Path, limits: Limits = USUAL) -> tuple[Path, frozenset[str]]:
    """Unpack ``archive`` over what an earlier one left in ``folder``; return the top folder, and all paths unpacked.

    Files that are the same stay as they are, with their times. ``folder`` must hold nothing but folders and regular
    files. Unlike a stranger's archive, one that a backend has just made may hold a file twice under the very same name;
    then the later one counts, as for tar: an unpacked sdist's PKG-INFO is packed as it is and then written anew.

    Raises as :func:`unpack_sdist`.
    """
    renewing = _Renewing(archive, folder, limits)
    top = _unpack(renewing, archive, limits)
    return top, renewing.paths


def _unpack(unpacking: _Unpacking, archive: Path, limits: Limits) -> Path:
    try:
        with open_regular(archive) as packed, gzip.GzipFile(fileobj=packed) as stream:
            bounded = BoundedStream(stream, archive, limits)
            with tarfile.open(
                fileobj=cast("IO[bytes]", bounded),  # reading needs no more of a file than it has
                mode="r:",
                encoding="utf-8",
                errors="surrogateescape",
            ) as members:
                for member in members:
                    unpacking.take(member, members)
                bounded.require_end()
                return unpacking.top_folder()
    except TAR_DAMAGE as error:
        raise SdistRejected(archive, f"it is damaged, or no .tar.gz: {error}", hint=REPAIR) from error
    except OSError as error:
        raise SourceUnreadable(archive, error) from error


class _Unpacking:
    """Writes one member after another, and knows what it has written."""

    def __init__(self, archive: Path, folder: Path, limits: Limits) -> None:
        self._archive = archive
        self._folder = folder
        self._limits = limits
        self._top: str | None = None
        self._folders: set[str] = set()
        self._count = 0
        self._size = 0

    def top_folder(self) -> Path:
        """Return where the one top folder stands."""
        if self._top is None:
            raise SdistRejected(self._archive, "it is empty", hint=REPAIR)
        return self._folder / self._top

    def take(self, member: tarfile.TarInfo, members: tarfile.TarFile) -> None:
        """Write one member, after every check."""
        if member.size < 0:
            self._refuse(member.name, "has a size below nothing")
        self._size += member.size
        if self._size > self._limits.size:
            refuse_size(self._archive, self._limits)
        parts = self._parts(member.name)
        is_file = is_plain_file(member)
        if not is_file and not member.isdir():
            what = "a sparse file" if member.isreg() else _KINDS.get(member.type, "no regular file")
            self._refuse(member.name, f"is {what}; only files and folders may be")
        self._check_filter(member)
        if not is_file:
            self._make_folders(parts)
            return
        if len(parts) < 2:  # noqa: PLR2004 (the top folder and something in it)
            self._refuse(member.name, "does not stand in the top folder")
        self._make_folders(parts[:-1])
        self._write(parts, member, members)

    def _parts(self, name: str) -> list[str]:
        if name.startswith("/"):
            self._refuse(name, "has an absolute name")
        if _NOT_IN_A_NAME & set(name):
            self._refuse(name, "has a character in its name that leads elsewhere on some systems")
        parts = [part for part in name.split("/") if part not in {"", "."}]
        if ".." in parts:
            self._refuse(name, "leads out of its folder")
        if parts and parts[0] != self._top:
            self._begin(parts[0])
        return parts

    def _begin(self, top: str) -> None:
        """Take note of the top folder. Its name is checked, but not against the file's: people rename files."""
        if self._top is not None:
            raise SdistRejected(
                self._archive,
                f"it has more than one top folder: {self._top!r} and {top!r}",
                hint="an sdist holds one folder NAME-VERSION and nothing beside it: build it again",
            )
        name, _, version = top.rpartition("-")
        try:
            canonicalize_name(name, validate=True)
            Version(version)
        except (InvalidName, InvalidVersion) as error:
            raise SdistRejected(
                self._archive,
                f"its top folder {top!r} is not called NAME-VERSION",
                hint="give a file that a build tool made; for any other archive unpack it and build its folder",
            ) from error
        self._top = top

    def _check_filter(self, member: tarfile.TarInfo) -> None:
        """Ask Python's own filter too; the first releases of 3.10 and 3.11 had none."""
        data_filter = getattr(tarfile, "data_filter", None)
        if data_filter is None:
            return
        try:
            data_filter(member, str(self._folder))
        except tarfile.TarError as error:
            raise SdistRejected(self._archive, f"Python refuses one of its members: {error}", hint=DISTRUST) from error

    def _make_folders(self, parts: list[str]) -> None:
        for depth in range(1, len(parts) + 1):
            path = "/".join(parts[:depth])
            if path in self._folders:
                continue
            self._count_one()
            with self._writing(path):
                (self._folder / path).mkdir()
            self._folders.add(path)

    def _write(self, parts: list[str], member: tarfile.TarInfo, members: tarfile.TarFile) -> None:
        self._count_one()
        path = "/".join(parts)
        source = members.extractfile(member)
        if source is None:
            self._refuse(path, "has no content")
        with self._writing(path):
            descriptor = os.open(self._folder / path, _NEW_FILE, 0o777 if member.mode & 0o111 else 0o666)
        written = 0
        with os.fdopen(descriptor, "wb") as file:
            while piece := source.read(_PIECE):
                with self._writing(path):
                    file.write(piece)
                written += len(piece)
            with self._writing(path):
                file.flush()
        if written != member.size:
            raise SdistRejected(self._archive, f"it ends in the middle of {path!r}", hint=REPAIR)

    @contextlib.contextmanager
    def _writing(self, path: str) -> Iterator[None]:
        try:
            yield
        except FileExistsError as error:
            # The file system decides which names are one: it may know no case, or compose letters.
            raise SdistRejected(
                self._archive,
                f"{path!r} is in it twice, or another name there differs only by case",
                hint="rename one of the two in the project, and build the sdist again",
            ) from error
        except OSError as error:
            raise WriteFailed(self._folder / path, error) from error

    def _count_one(self) -> None:
        """Count what is created, folders that the archive only implies included."""
        self._count += 1
        if self._count > self._limits.members:
            raise SdistRejected(
                self._archive, f"it holds more than {self._limits.members:,} files and folders", hint=DISTRUST
            )

    def _refuse(self, name: str, why: str) -> NoReturn:
        raise SdistRejected(self._archive, f"its member {name!r} {why}", hint=DISTRUST)


class _Renewing(_Unpacking):
    """Writes over what an earlier archive left, but only what is different."""

    def __init__(self, archive: Path, folder: Path, limits: Limits) -> None:
        super().__init__(archive, folder, limits)
        self._files: set[str] = set()

    @property
    def paths(self) -> frozenset[str]:
        """Files and folders, below the folder that was unpacked into."""
        return frozenset(self._files | self._folders)

    def _check_filter(self, member: tarfile.TarInfo) -> None:
        """Leave it at our own checks: the archive is no stranger's, and Python's filter asks the disk for each."""

    def _make_folders(self, parts: list[str]) -> None:
        path = ""
        for part in parts:
            path = f"{path}/{part}" if path else part
            if path in self._folders:
                continue
            self._count_one()
            place = self._folder / path
            with self._writing(path):
                if path in self._files:
                    raise FileExistsError(path)
                try:
                    place.mkdir()
                except FileExistsError:
                    if not place.is_dir():
                        place.unlink()
                        place.mkdir()
            self._folders.add(path)

    def _write(self, parts: list[str], member: tarfile.TarInfo, members: tarfile.TarFile) -> None:
        path = "/".join(parts)
        place = self._folder / path
        with self._writing(path):
            if path in self._folders:
                raise FileExistsError(path)
            found = _stat(place)
        self._files.add(path)
        if found is not None and stat.S_ISDIR(found.st_mode):
            with self._writing(path):
                shutil.rmtree(place)
            found = None
        if found is None or member.size > _COMPARED:
            if found is not None:
                place.unlink()
            super()._write(parts, member, members)
            return
        self._count_one()
        source = members.extractfile(member)
        data = b"".join(iter(lambda: source.read(_PIECE), b"")) if source is not None else b""
        executable = bool(member.mode & 0o111)
        with self._writing(path):
            same = bool(found.st_mode & 0o111) == executable and found.st_size == member.size
            if same and place.read_bytes() == data:
                return
            place.unlink()
            with os.fdopen(os.open(place, _NEW_FILE, 0o777 if executable else 0o666), "wb") as file:
                file.write(data)
        if len(data) != member.size:
            raise SdistRejected(self._archive, f"it ends in the middle of {path!r}", hint=REPAIR)


_COMPARED: Final = 8 << 20
"""Bytes up to which a file is held in memory to be compared; larger ones are written anew."""


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except FileNotFoundError:
        return None


_NEW_FILE: Final = (
    os.O_WRONLY
    | os.O_CREAT
    | os.O_EXCL
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)

_KINDS: Final = {
    tarfile.SYMTYPE: "a symbolic link",
    tarfile.LNKTYPE: "a hard link",
    tarfile.FIFOTYPE: "a named pipe",
    tarfile.CHRTYPE: "a device",
    tarfile.BLKTYPE: "a device",
    tarfile.GNUTYPE_SPARSE: "a sparse file",
}
