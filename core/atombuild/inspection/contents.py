"""The members of a wheel or an sdist, with their sizes, and what the artifact says of itself.

An artifact may come from any backend, or be somebody else's file by now. Its reading is bounded in members and bytes,
and nothing of it is unpacked to the disk.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from email.parser import HeaderParser
from pathlib import Path
from typing import IO, Final, cast

from atombuild.archive.bounds import USUAL, BoundedStream, Limits, is_a_possible_name, is_plain_file, open_regular
from atombuild.archive.damage import TAR_DAMAGE, ZIP_DAMAGE
from atombuild.errors import ArtifactUnreadable, SdistRejected
from atombuild.status import ArtifactKind

_PIECE: Final = 1 << 20
_LARGEST_METADATA: Final = 4 << 20
"""Bytes. Descriptions of hundreds of kilobytes exist."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file in an artifact."""

    path: str
    """With ``/`` between its parts; an sdist's without the top folder, which every member shares."""

    size: int
    """Bytes, unpacked."""

    digest: str
    """Of its content: equal digests of two artifacts of one kind are equal contents."""

    executable: bool = False
    link: str = ""
    """Where it leads, if it is a symbolic link. A hard link is a file like the one that it is another name of."""


@dataclass(frozen=True, slots=True)
class Contents:
    """All that one artifact holds."""

    kind: ArtifactKind
    name: str
    """The file's name."""

    size: int
    """Bytes of the file."""

    members: tuple[Member, ...]
    """In the order of the archive."""

    metadata: tuple[tuple[str, str], ...] = ()
    """The fields of METADATA or PKG-INFO, in order; a field may come several times."""

    @property
    def unpacked(self) -> int:
        """Bytes of all members."""
        return sum(member.size for member in self.members)


def read_contents(
    artifact: Path, kind: ArtifactKind, breathe: Callable[[], object] = lambda: None, limits: Limits = USUAL
) -> Contents:
    """Read what an artifact holds.

    ``breathe`` is called now and then; what it raises ends the reading. Raises
    :class:`atombuild.errors.ArtifactUnreadable`.
    """
    with reading(artifact):
        if kind is ArtifactKind.WHEEL:
            return _read_wheel(artifact, breathe, limits)
        return _read_sdist(artifact, breathe, limits)


@contextmanager
def reading(artifact: Path) -> Iterator[None]:
    """Turn what an archive can raise into :class:`ArtifactUnreadable`."""
    try:
        yield
    except OSError as error:
        raise ArtifactUnreadable(artifact, error.strerror or str(error)) from error
    except SdistRejected as error:
        raise ArtifactUnreadable(artifact, error.why) from error
    except (*TAR_DAMAGE, *ZIP_DAMAGE) as error:
        raise ArtifactUnreadable(artifact, f"it is no whole archive: {error}") from error


def _read_wheel(artifact: Path, breathe: Callable[[], object], limits: Limits) -> Contents:
    with open_regular(artifact) as file, zipfile.ZipFile(file) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        if len(infos) > limits.members:
            raise ValueError(f"it has more than {limits.members:,} members")
        breathe()
        for info in infos:
            _check_possible(info.filename)
        members = tuple(
            Member(
                info.filename,
                info.file_size,
                f"{info.CRC:08x}:{info.file_size}",
                executable=bool(info.external_attr >> 16 & 0o111),
            )
            for info in infos
        )
        metadata = next((info for info in infos if _is_metadata_of_wheel(info.filename)), None)
        fields: tuple[tuple[str, str], ...] = ()
        if metadata is not None:
            with archive.open(metadata) as stream:
                fields = metadata_fields(stream.read(_LARGEST_METADATA))
        return Contents(ArtifactKind.WHEEL, artifact.name, _size(file), members, fields)


def _check_possible(name: str) -> None:
    """Raise what makes a member one that nothing but an attack would hold."""
    if not is_a_possible_name(name):
        raise ValueError(f"no file can have the name of a member: {name[:60]!r}…, {len(name):,} characters")


def _is_metadata_of_wheel(path: str) -> bool:
    folder, _, name = path.partition("/")
    return name == "METADATA" and folder.endswith(".dist-info")


def _read_sdist(artifact: Path, breathe: Callable[[], object], limits: Limits) -> Contents:
    members: list[Member] = []
    files: dict[str, Member] = {}
    """By the whole name; of two with one name the later."""

    fields: tuple[tuple[str, str], ...] = ()
    with open_regular(artifact) as file:
        for info, stream in sdist_members(file, artifact, limits):
            breathe()
            _check_possible(info.name)
            path = below_top(info.name)
            if stream is None:
                first = files.get(info.linkname) if info.islnk() else None
                link = info.linkname if info.issym() or info.islnk() else ""
                members.append(
                    replace(first, path=path) if first else Member(path, 0, f"link:{link}", link=link or "?")
                )
                continue
            head = stream.read(_LARGEST_METADATA) if path == "PKG-INFO" else b""
            digest = hashlib.sha256(head)
            while piece := stream.read(_PIECE):
                digest.update(piece)
            if path == "PKG-INFO":
                fields = metadata_fields(head)
            files[info.name] = Member(path, info.size, digest.hexdigest(), executable=bool(info.mode & 0o111))
            members.append(files[info.name])
        return Contents(ArtifactKind.SDIST, artifact.name, _size(file), tuple(members), fields)


def sdist_members(
    file: IO[bytes], artifact: Path, limits: Limits = USUAL
) -> Iterator[tuple[tarfile.TarInfo, IO[bytes] | None]]:
    """Yield every member but folders, with its content to be read at once; None where it is no regular file."""
    with gzip.GzipFile(fileobj=file) as unpacked:
        stream = cast("IO[bytes]", BoundedStream(unpacked, artifact, limits))
        # No "r|": that skips a member of 10^30 bytes by reading to the end, again and again. The stream refuses it.
        with tarfile.open(fileobj=stream, mode="r:") as tar:
            for count, info in enumerate(tar):
                if count >= limits.members:
                    raise ValueError(f"it has more than {limits.members:,} members")
                if not info.isdir():
                    # The holes of a sparse file cost no byte of the archive: no bound would end the reading of 10^30.
                    yield info, tar.extractfile(info) if is_plain_file(info) else None


def below_top(name: str) -> str:
    """Return a member's path without the folder that all members of an sdist stand in."""
    return name.partition("/")[2] or name


def metadata_fields(data: bytes) -> tuple[tuple[str, str], ...]:
    """Return the fields of a METADATA or PKG-INFO; the body, if there is one, as ``Description`` (core metadata)."""
    message = HeaderParser().parsestr(data.decode("utf-8", "replace"))
    fields = [(name, str(value)) for name, value in message.items()]
    body = message.get_payload()
    if isinstance(body, str) and body.strip():
        fields.append(("Description", body))
    return tuple(fields)


def _size(file: IO[bytes]) -> int:
    return file.seek(0, os.SEEK_END)
