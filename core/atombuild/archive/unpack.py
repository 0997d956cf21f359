"""Unpacking an sdist that somebody gave us, as if it were meant to do harm.

What may come out: one top folder called NAME-VERSION, and in it folders, regular files, each written once, with no
permission but the executable bit, and links that lead to nothing outside. A hard link becomes a file of its own.
Everything else is refused: other links, devices, names that lead elsewhere, more data than :class:`Limits` allow, and
archives that stop before their end, which Python's ``tarfile`` takes for whole.

Sources: packaging.python.org, "Source distribution format" (PEP 517, 625, 643, 721, "Source distribution archive
features").
"""

from __future__ import annotations

import contextlib
import gzip
import os
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Final, NoReturn, TypeVar, cast

from packaging.utils import InvalidName, canonicalize_name
from packaging.version import InvalidVersion, Version

from atombuild.archive.bounds import (
    DISTRUST,
    LEADS_OUT,
    REPAIR,
    USUAL,
    BoundedStream,
    Limits,
    is_plain_file,
    open_regular,
    refuse_size,
)
from atombuild.archive.damage import TAR_DAMAGE
from atombuild.archive.links import LinkRefused, check_alone, destination, make_link
from atombuild.errors import SdistRejected, SourceUnreadable, WriteFailed

_PIECE: Final = 1 << 18
_T = TypeVar("_T")
_NOT_IN_A_NAME: Final = frozenset("\\\0:" if os.name == "nt" else "\\\0")
"""A backslash is a separator for some tools, and on Windows a colon names a drive or a hidden stream."""


def unpack_sdist(archive: Path, folder: Path, limits: Limits = USUAL) -> Path:
    """Unpack ``archive``, a ``.tar.gz``, into ``folder``, which is there; return the path of its top folder.

    Raises :class:`SdistRejected` for what the file holds, :class:`SourceUnreadable` when it can't be read and
    :class:`WriteFailed` when ``folder`` can't be written. Then a part of it may stand in ``folder``: give a temporary
    one, and use nothing in it.
    """
    return unpack(Unpacking(archive, folder, limits), archive, limits)


def unpack(unpacking: Unpacking, archive: Path, limits: Limits) -> Path:
    """Have all members taken; return the path of the top folder. Raises as :func:`unpack_sdist`."""
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
                return unpacking.finish()
    except TAR_DAMAGE as error:
        raise SdistRejected(archive, f"it is damaged, or no .tar.gz: {error}", hint=REPAIR) from error
    except OSError as error:
        raise SourceUnreadable(archive, error) from error


class Unpacking:
    """Writes one member after another, and knows what it has written; links come last."""

    def __init__(self, archive: Path, folder: Path, limits: Limits) -> None:
        self._archive = archive
        self._folder = folder
        self._limits = limits
        self._top: str | None = None
        self._folders: set[str] = set()
        self._files: set[str] = set()
        self._links: dict[str, str] = {}
        """Where each leads, by its path."""

        self._count = 0
        self._size = 0

    def finish(self) -> Path:
        """Make the links; return where the one top folder stands."""
        if self._top is None:
            raise SdistRejected(self._archive, "it is empty", hint=REPAIR)
        ends = {path: self._judged(path, self._destination, path) for path in self._links}
        for path, end in ends.items():
            if not self._make_link(path, to_folder=end in self._folders):
                del self._links[path]
                self._copy_instead(path, end)
        return self._folder / self._top

    def take(self, member: tarfile.TarInfo, members: tarfile.TarFile) -> None:
        """Write one member, after every check."""
        if member.size < 0:
            self._refuse(member.name, "has a size below nothing")
        self._add_size(member.size)
        parts = self._parts(member.name)
        path = "/".join(parts)
        if member.issym() or member.islnk():
            self._check_characters(member.linkname, path, "leads to")
            if member.issym():
                self._judged(path, check_alone, path, member.linkname, target=member.linkname)
        else:
            self._check_kind(member)
            self._check_filter(member)
        self._require_real_folders(parts)
        if member.isdir():
            self._make_folders(parts)
            return
        if len(parts) < 2:  # noqa: PLR2004 (the top folder and something in it)
            self._refuse(member.name, "does not stand in the top folder")
        self._make_folders(parts[:-1])
        if member.issym():
            self._take_link(path, member.linkname)
        elif member.islnk():
            self._take_hard_link(path, member)
        else:
            source = members.extractfile(member)
            if source is None:
                self._refuse(path, "has no content")
            self._write(path, source, member.size, executable=bool(member.mode & 0o111))

    def _check_kind(self, member: tarfile.TarInfo) -> None:
        if not is_plain_file(member) and not member.isdir():
            what = "a sparse file" if member.isreg() else _KINDS.get(member.type, "no regular file")
            self._refuse(member.name, f"is {what}; only files, folders and links may be")

    def _require_real_folders(self, parts: list[str]) -> None:
        for depth in range(1, len(parts)):
            above = "/".join(parts[:depth])
            if above in self._links:
                self._refuse("/".join(parts), f"stands behind {above}, which is a link")

    def _take_link(self, path: str, target: str) -> None:
        self._count_one()
        with self._writing(path):
            self._take_place(path)
        self._links[path] = target

    def _take_hard_link(self, path: str, member: tarfile.TarInfo) -> None:
        """Write what an earlier member holds once more, as a file of its own, here and on any file system."""
        name = member.linkname
        parts = [part for part in name.split("/") if part not in {"", "."}]
        if name.startswith("/") or ".." in parts or parts[:1] != [self._top]:
            self._refuse(path, f"is a hard link to {name}, which leads out of it", LEADS_OUT)
        first = "/".join(parts)
        if first in self._links:
            self._take_link(path, self._links[first])
        elif first not in self._files:
            self._refuse(path, f"is a hard link to {name}, and no such file comes before it")
        elif first != path:
            self._copy(first, path)

    def _copy(self, first: str, path: str) -> None:
        place = self._folder / first
        try:
            source = os.fdopen(os.open(place, _OLD_FILE), "rb")
        except OSError as error:
            raise WriteFailed(place, error) from error
        with source:
            found = os.fstat(source.fileno())
            self._add_size(found.st_size)
            self._write(path, source, found.st_size, executable=bool(found.st_mode & 0o111))

    def _copy_instead(self, path: str, end: str) -> None:
        """Put what a link leads to in its place, where no link can be made. What leads nowhere is left out."""
        if end in self._files:
            self._copy(end, path)
        elif end in self._folders and not f"{path}/".startswith(f"{end}/"):
            self._make_folders(path.split("/"))
            for each in sorted(file for file in self._files if file.startswith(f"{end}/")):
                copied = path + each[len(end) :]
                self._make_folders(copied.split("/")[:-1])
                self._copy(each, copied)

    def _make_link(self, path: str, *, to_folder: bool) -> bool:
        with self._writing(path):
            return make_link(self._folder / path, self._links[path], to_folder=to_folder)

    def _destination(self, path: str) -> str:
        return destination(path, self._links, self._folders)

    def _judged(self, path: str, judge: Callable[..., _T], *arguments: str, target: str | None = None) -> _T:
        try:
            return judge(*arguments)
        except LinkRefused as error:
            to = self._links.get(path, "") if target is None else target
            self._refuse(path, f"is a symbolic link to {to!r}, {error}", LEADS_OUT)

    def _take_place(self, path: str) -> None:
        """Raise ``FileExistsError`` for a name that is in the archive already."""
        if path in self._folders or path in self._files or path in self._links:
            raise FileExistsError(path)

    def _add_size(self, size: int) -> None:
        self._size += size
        if self._size > self._limits.size:
            refuse_size(self._archive, self._limits)

    def _parts(self, name: str) -> list[str]:
        if name.startswith("/"):
            self._refuse(name, "has an absolute name")
        self._check_characters(name, name, "is called")
        parts = [part for part in name.split("/") if part not in {"", "."}]
        if ".." in parts:
            self._refuse(name, "leads out of its folder")
        if parts and parts[0] != self._top:
            self._begin(parts[0])
        return parts

    def _check_characters(self, text: str, name: str, verb: str) -> None:
        if _NOT_IN_A_NAME & set(text):
            what = "has a character in its name" if text == name else f"{verb} {text!r}, with a character"
            self._refuse(name, f"{what} that leads elsewhere on some systems")

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
                self._make_folder(path)
            self._folders.add(path)

    def _make_folder(self, path: str) -> None:
        if path in self._links:
            raise FileExistsError(path)
        (self._folder / path).mkdir()

    def _write(self, path: str, source: IO[bytes], size: int, *, executable: bool) -> None:
        self._count_one()
        with self._writing(path):
            self._take_place(path)
            descriptor = os.open(self._folder / path, NEW_FILE, 0o777 if executable else 0o666)
        self._files.add(path)
        written = 0
        with os.fdopen(descriptor, "wb") as file:
            while piece := source.read(_PIECE):
                with self._writing(path):
                    file.write(piece)
                written += len(piece)
            with self._writing(path):
                file.flush()
        if written != size:
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

    def _refuse(self, name: str, why: str, hint: str = DISTRUST) -> NoReturn:
        member = name.partition("/")[2] or None
        raise SdistRejected(self._archive, f"its member {name!r} {why}", hint=hint, member=member)


_HARDENED: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_OLD_FILE: Final = os.O_RDONLY | _HARDENED
NEW_FILE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _HARDENED
"""Flags: a file that was not there, and no link in its place."""

_KINDS: Final = {
    tarfile.FIFOTYPE: "a named pipe",
    tarfile.CHRTYPE: "a device",
    tarfile.BLKTYPE: "a device",
    tarfile.GNUTYPE_SPARSE: "a sparse file",
}
