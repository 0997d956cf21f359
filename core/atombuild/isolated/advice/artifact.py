"""One artifact as advice looks at it: its members, and where the project has what they were made from."""

from __future__ import annotations

import gzip
import os
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, cast

from packaging.metadata import Metadata

from atombuild.archive.bounds import USUAL, BoundedStream, is_plain_file
from atombuild.archive.damage import TAR_DAMAGE, ZIP_DAMAGE
from atombuild.errors import Location, SdistRejected
from atombuild.isolated.acceptance import Accepted
from atombuild.status import ArtifactKind

_LARGEST_TEXT: Final = 1 << 20
"""Bytes."""

_SOURCES: Final = ("", "src", "lib", "python")
"""Folders of a project that may hold what stands at the top of its wheel."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """An artifact that was accepted, at its final name."""

    accepted: Accepted
    where: Location
    """The file in the output directory."""

    root: Path
    """The project's folder."""

    @property
    def is_wheel(self) -> bool:
        """Whether it is one."""
        return self.accepted.kind is ArtifactKind.WHEEL

    @property
    def metadata(self) -> Metadata:
        """Its metadata, not validated."""
        return Metadata.from_email(self.accepted.metadata, validate=False)

    def at(self, member: str) -> Location:
        """Return the file of the project that a member was made from, where it stands there; else the artifact."""
        for folder in _SOURCES:
            path = self.root / folder / member
            if os.path.lexists(path):
                return Location(path)
        return self.where

    @property
    def packed(self) -> tuple[str, ...]:
        """Its files, but for those of the metadata."""
        return tuple(path for path in self.accepted.members if ".dist-info/" not in path)

    @property
    def dist_info(self) -> tuple[str, ...]:
        """The files of a wheel's metadata."""
        return tuple(path for path in self.accepted.members if ".dist-info/" in path) if self.is_wheel else ()

    def contents(self, most: int, breathe: Callable[[], object]) -> Iterator[tuple[str, int, bytes]]:
        """Yield each regular file's path, size in bytes, and first ``most`` bytes, as far as it can be read.

        The file may have been replaced or removed since: then there is nothing, or less.
        """
        try:
            yield from (self._of_wheel if self.is_wheel else self._of_sdist)(most, breathe)
        except (OSError, SdistRejected, *TAR_DAMAGE, *ZIP_DAMAGE):
            return

    def text(self, name: str) -> str | None:
        """Return a text file of a wheel's metadata; None: there is none, or it can't be read."""
        member = next((path for path in self.dist_info if path.endswith(f".dist-info/{name}")), None)
        if member is None:
            return None
        try:
            with zipfile.ZipFile(self.where.path) as archive, archive.open(member) as file:
                return file.read(_LARGEST_TEXT).decode("utf-8", "replace")
        except (OSError, KeyError, *ZIP_DAMAGE):
            return None

    def _of_wheel(self, most: int, breathe: Callable[[], object]) -> Iterator[tuple[str, int, bytes]]:
        with zipfile.ZipFile(self.where.path) as archive:
            for info in archive.infolist():
                if not info.is_dir():
                    breathe()
                    with archive.open(info) as member:
                        yield info.filename, info.file_size, member.read(most)

    def _of_sdist(self, most: int, breathe: Callable[[], object]) -> Iterator[tuple[str, int, bytes]]:
        with self.where.path.open("rb") as packed, gzip.GzipFile(fileobj=packed) as stream:
            bounded = cast("IO[bytes]", BoundedStream(stream, self.where.path, USUAL))
            with tarfile.open(fileobj=bounded, mode="r:", encoding="utf-8", errors="surrogateescape") as archive:
                for member in archive:
                    breathe()
                    content = archive.extractfile(member) if is_plain_file(member) else None
                    if content is not None:
                        yield member.name.partition("/")[2], member.size, content.read(min(most, member.size))
