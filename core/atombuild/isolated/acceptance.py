"""What a backend made, before it is believed: every check that stands between its folder and the output directory.

"It opens" proves nothing: backends leave archives under the final name that open and lack half of their members, and
name files that they never wrote. So a file is accepted only if it is the only thing in a folder that was empty, a
regular file under a bare and valid name of its kind, and its content is what its name and its own lists say.
"""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import io
import os
import stat
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from pathlib import Path, PurePosixPath
from typing import IO, Final, cast

from packaging.tags import parse_tag
from packaging.version import Version

from atombuild.archive.bounds import USUAL, BoundedStream, Limits, is_a_possible_name, is_plain_file
from atombuild.archive.damage import TAR_DAMAGE, ZIP_DAMAGE, is_damage
from atombuild.archive.links import loose_links
from atombuild.errors import BackendFailure, SdistRejected, StagedUnreadable
from atombuild.isolated.expected import Expected
from atombuild.isolated.names import ArtifactName, Release, parse
from atombuild.publish import LOCK
from atombuild.status import ArtifactKind

_PIECE: Final = 1 << 20
_LARGEST_TEXT: Final = 64 << 20
_SIGNATURES: Final = ("RECORD.jws", "RECORD.p7s")
"""Members that RECORD does not list (binary distribution format, "Signed wheel files")."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """An artifact that is what it says."""

    kind: ArtifactKind
    path: Path
    name: ArtifactName
    size: int
    members: tuple[str, ...]
    """Its files, in the order of the archive; an sdist's without the top folder."""

    metadata: bytes
    """METADATA or PKG-INFO."""

    sha256: str
    modules: Mapping[str, bytes] = field(default_factory=dict)
    """The sha256 of each Python file of an sdist; a symbolic link has no text of its own."""

    loose_links: Mapping[str, str] = field(default_factory=dict)
    """Symbolic links to what an sdist does not hold, and where they lead."""


@dataclass(frozen=True, slots=True)
class _Contents:
    members: tuple[str, ...]
    metadata: bytes
    modules: Mapping[str, bytes] = field(default_factory=dict)
    loose_links: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Judge:
    backend: str
    kind: ArtifactKind
    name: str

    def refuse(self, words: str, *why: str, hint: str = "") -> BackendFailure:
        return BackendFailure(
            f"{self.backend} said that {self.name} is built, but {words}",
            hint=hint or "nothing of it was published: mend the build, or report it to the backend's maintainers",
            why=why,
        )


def accept(
    backend: str,
    kind: ArtifactKind,
    folder: Path,
    answer: object,
    expected: Expected | None,
    *,
    breathe: Callable[[], None] = lambda: None,
) -> Accepted:
    """Return what the backend wrote into ``folder``, which was empty, and called ``answer``.

    ``expected`` is what is known of it; None: nothing. ``breathe`` is called now and then, and may raise.
    Raises :class:`BackendFailure` with what is wrong, and :class:`StagedUnreadable`.
    """
    said = _check_name(backend, kind, answer, expected)
    name = str(answer)
    judge = _Judge(backend, kind, name)
    path = folder / name
    try:
        _check_folder(judge, folder)
        sha256, size = _hash(path, breathe)
        found = (_check_wheel if kind is ArtifactKind.WHEEL else _check_sdist)(judge, path, said, breathe)
    except OSError as error:
        raise StagedUnreadable(path, error) from error
    return Accepted(kind, path, said, size, found.members, found.metadata, sha256, found.modules, found.loose_links)


def _check_name(backend: str, kind: ArtifactKind, answer: object, expected: Expected | None) -> ArtifactName:
    hint = "report it to the backend's maintainers; nothing of it was published"
    if not isinstance(answer, str):
        raise BackendFailure(f"{backend} named no file, but answered {answer!r}", hint=hint)
    if answer != os.path.basename(answer) or "\\" in answer or answer in {"", ".", ".."} or "\0" in answer:  # noqa: PTH119
        raise BackendFailure(
            f"{backend} answered with a path instead of a bare file name: {answer!r}",
            hint=hint,
            why=("PEP 517: the basename, not the full path",),
        )
    said = parse(kind, answer)
    if said is None:
        raise BackendFailure(f"{backend} answered {answer!r}, which is no file name of {_a(kind)}", hint=hint)
    if expected is not None and not expected.admits(said.release):
        raise BackendFailure(
            f"{backend} answered {answer!r}, but {expected}",
            hint="check where the backend takes name and version from; "
            "to a written version it may add a pre-, post-, dev- or local part (tag_build = .dev1), and nothing else",
        )
    return said


def _check_folder(judge: _Judge, folder: Path) -> None:
    """Make sure that the file is there, is one, and is alone. Our own hooks leave the lock of the folder."""
    if folder.is_symlink() or not folder.is_dir():
        raise judge.refuse("the folder that it was to be written into is not there any more")
    found = sorted(entry.name for entry in folder.iterdir() if entry.name != LOCK)
    extra = [name for name in found if name != judge.name]
    if judge.name not in found:
        raise judge.refuse(
            f"it wrote {', '.join(extra)} instead" if extra else "it wrote no file",
        )
    if extra:
        raise judge.refuse(f"it wrote more than that: {', '.join(extra[:5])}" + (" and more" if extra[5:] else ""))
    mode = (folder / judge.name).lstat().st_mode
    if stat.S_ISLNK(mode):
        raise judge.refuse(f"it is a link to {(folder / judge.name).readlink()}, not a file")
    if not stat.S_ISREG(mode):
        raise judge.refuse("it is no regular file")


def _hash(path: Path, breathe: Callable[[], None]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
            size += len(piece)
            breathe()
    return digest.hexdigest(), size


# Wheels.


def _check_wheel(judge: _Judge, path: Path, said: ArtifactName, breathe: Callable[[], None]) -> _Contents:
    try:
        with zipfile.ZipFile(path) as archive:
            names = tuple(info.filename for info in archive.infolist() if not info.is_dir())
            if len(set(names)) != len(names):
                twice = next(name for name in names if names.count(name) > 1)
                raise judge.refuse(f"{twice} is in it twice")
            for name in names:
                _check_possible(judge, name)
                if name.startswith("/") or ".." in PurePosixPath(name).parts or "\\" in name:
                    raise judge.refuse(f"the name of a member leads out of it: {name!r}")
            info = _dist_info(judge, names, said.release)
            record = _read(judge, archive, f"{info}/RECORD")
            _check_record(judge, archive, names, record, f"{info}/", breathe=breathe)
            metadata = _read(judge, archive, f"{info}/METADATA")
            _check_metadata(judge, metadata, said.release, "METADATA")
            _check_tags(judge, _read(judge, archive, f"{info}/WHEEL"), said)
    except ZIP_DAMAGE as error:
        raise judge.refuse("it is damaged or cut off", f"{type(error).__name__}: {error}") from error
    except OSError as error:
        if not is_damage(error):
            raise
        raise judge.refuse("it is damaged or cut off", f"{type(error).__name__}: {error}") from error
    return _Contents(names, metadata)


def _check_possible(judge: _Judge, name: str) -> None:
    if not is_a_possible_name(name):
        raise judge.refuse(f"no file can have the name of a member: {name[:60]!r}…, {len(name):,} characters")


def _dist_info(judge: _Judge, names: tuple[str, ...], release: Release) -> str:
    folders = {name.partition("/")[0] for name in names if name.partition("/")[0].endswith(".dist-info")}
    if len(folders) != 1:
        raise judge.refuse(f"it has {len(folders) or 'no'} .dist-info folders" if folders else "it has no .dist-info")
    (folder,) = folders
    name, _, version = folder.removesuffix(".dist-info").partition("-")
    try:
        agrees = Release.of(name, version) == release
    except ValueError:  # InvalidVersion is one; so is a number of more digits than Python reads
        agrees = False
    if not agrees:
        raise judge.refuse(f"the folder of its metadata is {folder}")
    return folder


def _read(judge: _Judge, archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        info = archive.getinfo(name)
    except KeyError:
        raise judge.refuse(f"it lacks {name}") from None
    if info.file_size > _LARGEST_TEXT:
        raise judge.refuse(f"{name} is absurdly large")
    return archive.read(info)


def _check_record(
    judge: _Judge,
    archive: zipfile.ZipFile,
    names: tuple[str, ...],
    record: bytes,
    dist_info: str,
    *,
    breathe: Callable[[], None],
) -> None:
    """Check every member against RECORD, and RECORD against the members."""
    try:
        rows = [row for row in csv.reader(io.StringIO(record.decode("utf-8"))) if row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise judge.refuse("its RECORD can't be read", str(error)) from error
    lines = {row[0]: row for row in rows if len(row) == 3}  # noqa: PLR2004 (path, hash, size)
    if len(lines) != len(rows):
        raise judge.refuse("its RECORD has lines that are not of three fields, or one file twice")
    unlisted = {dist_info + name for name in _SIGNATURES}
    for name in names:
        breathe()
        row = lines.pop(name, None)
        if row is None:
            if name in unlisted:
                continue
            raise judge.refuse(f"its RECORD does not list {name}")
        if name == f"{dist_info}RECORD":
            continue
        _check_line(judge, archive, row)
    lost = [name for name in lines if not name.endswith("/")]
    if lost:
        raise judge.refuse(f"its RECORD lists {lost[0]}, which is not in it")


def _check_line(judge: _Judge, archive: zipfile.ZipFile, row: list[str]) -> None:
    name, hashed, size = row
    algorithm, _, wanted = hashed.partition("=")
    if algorithm not in hashlib.algorithms_guaranteed or algorithm in {"md5", "sha1"} or "shake" in algorithm:
        raise judge.refuse(f"its RECORD has no usable hash of {name}: {hashed!r}")
    digest, total = hashlib.new(algorithm), 0
    with archive.open(name) as member:
        while piece := member.read(_PIECE):
            digest.update(piece)
            total += len(piece)
    found = base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode("ascii")
    if found != wanted.rstrip("="):
        raise judge.refuse(f"{name} is not what its RECORD says", f"{algorithm}={found} instead of {hashed}")
    if size and size != str(total):
        raise judge.refuse(f"{name} has {total} bytes, and its RECORD says {size}")


def _check_tags(judge: _Judge, wheel: bytes, said: ArtifactName) -> None:
    try:
        tags = frozenset(tag for text in _headers(wheel).get_all("Tag", []) for tag in parse_tag(str(text)))
    except ValueError as error:
        raise judge.refuse("its file WHEEL gives a tag that is none", str(error)) from error
    if tags != said.tags:
        shown = ", ".join(sorted(map(str, tags))) or "nothing"
        raise judge.refuse("its file WHEEL gives other tags than its name", f"WHEEL: {shown}")


# Sdists.


def _check_sdist(
    judge: _Judge, path: Path, said: ArtifactName, breathe: Callable[[], None], limits: Limits = USUAL
) -> _Contents:
    top = judge.name.removesuffix(".tar.gz")
    members: list[str] = []
    metadata: bytes | None = None
    modules: dict[str, bytes] = {}
    links: dict[str, str] = {}
    try:
        with path.open("rb") as packed, gzip.GzipFile(fileobj=packed) as stream:
            bounded = BoundedStream(stream, path, limits)
            with tarfile.open(
                fileobj=cast("IO[bytes]", bounded), mode="r:", encoding="utf-8", errors="surrogateescape"
            ) as archive:
                for member in archive:
                    breathe()
                    parts = PurePosixPath(member.name).parts
                    if not parts or parts[0] != top or ".." in parts:
                        raise judge.refuse(f"{member.name!r} is not in its one folder, {top}")
                    if len(members) >= limits.members:
                        raise judge.refuse(f"it holds more than {limits.members:,} files")
                    if member.isdir():
                        continue
                    _require_file_or_link(judge, member)
                    members.append("/".join(parts[1:]))
                    _note_link(links, parts, member)
                    if parts == (top, "PKG-INFO") and member.isreg() and member.size <= _LARGEST_TEXT:
                        metadata = _read_member(archive, member)
                    elif (digest := _digest_of_module(archive, member, modules)) is not None:
                        modules[members[-1]] = digest
                bounded.require_end()
    except SdistRejected as error:
        raise judge.refuse(error.why) from error
    except TAR_DAMAGE as error:
        raise judge.refuse("it is damaged or cut off", f"{type(error).__name__}: {error}") from error
    if metadata is None:
        raise judge.refuse("it has no PKG-INFO at its root")
    _check_metadata(judge, metadata, said.release, "PKG-INFO")
    loose = loose_links([f"{top}/{path}" for path in members], links)
    found = {path.partition("/")[2]: links[path] for path in loose}
    return _Contents(tuple(dict.fromkeys(members)), metadata, modules, found)


def _note_link(links: dict[str, str], parts: tuple[str, ...], member: tarfile.TarInfo) -> None:
    """Of a name that is in it twice, the later member counts."""
    path = "/".join(parts)
    links.pop(path, None)
    if member.issym():
        links[path] = member.linkname


def _digest_of_module(archive: tarfile.TarFile, member: tarfile.TarInfo, modules: Mapping[str, bytes]) -> bytes | None:
    if not member.name.endswith(".py") or member.size > _LARGEST_TEXT:
        return None
    if member.islnk():
        return modules.get(member.linkname.partition("/")[2])
    return hashlib.sha256(_read_member(archive, member)).digest() if member.isreg() else None


def _require_file_or_link(judge: _Judge, member: tarfile.TarInfo) -> None:
    if not (is_plain_file(member) or member.issym() or member.islnk()):
        raise judge.refuse(f"{member.name!r} is no file that an sdist may hold")
    _check_possible(judge, member.name)


def _read_member(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    content = archive.extractfile(member)
    return b"".join(iter(lambda: content.read(_PIECE), b"")) if content is not None else b""


def _check_metadata(judge: _Judge, data: bytes, release: Release, file: str) -> None:
    headers = _headers(data)
    name, version = str(headers.get("Name", "")), str(headers.get("Version", ""))
    try:
        agrees = Release.of(name, version) == release
    except ValueError:
        agrees = False
    if not agrees:
        raise judge.refuse(f"its {file} is of {name or 'nothing'} {version}".rstrip())


def _headers(data: bytes) -> Message:
    return BytesParser().parsebytes(data, headersonly=True)


def release_of(metadata: bytes) -> Release | None:
    """Return the name and version that METADATA gives; None: it gives none that are valid."""
    headers: Mapping[str, str] = dict(_headers(metadata).items())
    try:
        return Release.of(headers.get("Name", ""), str(Version(headers.get("Version", ""))))
    except ValueError:
        return None


def _a(kind: ArtifactKind) -> str:
    return "an sdist" if kind is ArtifactKind.SDIST else "a wheel"
