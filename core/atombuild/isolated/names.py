"""File names of artifacts: what they say, and which old ones a build outdates.

Sources: "Source distribution format" (PEP 625), "Binary distribution format" (PEP 427).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.utils import (
    NormalizedName,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import Version

from atombuild.status import ArtifactKind

if TYPE_CHECKING:
    from packaging.tags import Tag


@dataclass(frozen=True, slots=True)
class Release:
    """A name and a version that belong together."""

    name: NormalizedName
    version: Version

    @classmethod
    def of(cls, name: str, version: str) -> Release:
        """Return the release with these two; raises ValueError for what is neither."""
        return cls(canonicalize_name(name), Version(version))

    @property
    def sdist_name(self) -> str:
        """The exact file name of its sdist (PEP 625)."""
        return f"{self.name.replace('-', '_')}-{self.version}.tar.gz"

    def __str__(self) -> str:
        """``name version``."""
        return f"{self.name} {self.version}"


@dataclass(frozen=True, slots=True)
class ArtifactName:
    """What a file name says."""

    release: Release
    tags: frozenset[Tag] = frozenset()
    """Of a wheel."""


def parse(kind: ArtifactKind, name: str) -> ArtifactName | None:
    """Return what a file name of this kind says; None: it is none."""
    try:
        os.fsencode(name)  # half of a surrogate pair is in no file's name
        if kind is ArtifactKind.WHEEL:
            project, version, _build, tags = parse_wheel_filename(name)
            return ArtifactName(Release(project, version), frozenset(tags))
        if not name.endswith(kind.suffix):
            return None
        project, version = parse_sdist_filename(name)
    except ValueError:  # both errors of packaging are; and so is a version of more digits than Python reads
        return None
    return ArtifactName(Release(project, version))


def release_in(name: str) -> Release | None:
    """Return the release that an artifact's file name tells, whichever kind it is of; None: it is no such name."""
    found = next(filter(None, (parse(kind, name) for kind in ArtifactKind)), None)
    return found.release if found is not None else None


def outdated_names(
    kind: ArtifactKind, release: Release, names: tuple[str, ...], tags: frozenset[Tag]
) -> tuple[str, ...]:
    """Return those of ``names`` that a build of this release puts out of date, in their order.

    Of wheels only those that the interpreter with these ``tags`` could install: others were built elsewhere, and this
    build makes none in their place.
    """
    found = []
    for name in names:
        said = parse(kind, name)
        if said is not None and said.release == release and (kind is ArtifactKind.SDIST or said.tags & tags):
            found.append(name)
    return tuple(found)
