"""What both kinds of distribution have in common: an ordered plan of members, and what came of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_WORTH_A_CALL: Final = 1 << 18


@dataclass(frozen=True, slots=True)
class Listed:
    """A member as ``--list`` shows it."""

    path: str
    """In the archive."""

    source: str | None
    """In the project; None for a generated member."""


@dataclass(frozen=True, slots=True)
class Generated:
    """A planned member whose bytes are known before anything else is read."""

    path: str
    data: bytes
    source: str | None = None
    """Where the bytes come from, if from a file of the project."""

    executable: bool = False


@dataclass(frozen=True, slots=True)
class Copied:
    """A planned member that is read from the tree."""

    path: str
    source: str


@dataclass(frozen=True, slots=True)
class Folder:
    """A planned folder."""

    path: str


Planned = Generated | Copied | Folder
"""One step of a plan, in the order of the archive."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """A whole distribution in memory, not yet on disk."""

    filename: str
    """Its final name."""

    members: tuple[Listed, ...]
    """Its files in the order of the archive."""

    pieces: tuple[bytes, ...]
    """Its bytes."""

    @property
    def file_count(self) -> int:
        """How many files are in it."""
        return len(self.members)

    @property
    def sources(self) -> Iterator[str]:
        """The files of the project that it was made from."""
        return (member.source for member in self.members if member.source is not None)

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes of the archive in order, in pieces that are worth a system call."""
        batch: list[bytes] = []
        size = 0
        for piece in self.pieces:
            batch.append(piece)
            size += len(piece)
            if size >= _WORTH_A_CALL:
                yield b"".join(batch)
                batch, size = [], 0
        yield b"".join(batch)


def listed(plan: tuple[Planned, ...]) -> tuple[Listed, ...]:
    """Return the plan's files; folders are no members of their own to a reader."""
    return tuple(Listed(step.path, step.source) for step in plan if not isinstance(step, Folder))


def archive_name(path: str) -> str:
    """Return a source path as archives write it: they hold UTF-8, and bytes that are not become U+FFFD."""
    return os.fsencode(path).decode("utf-8", "replace")


def new_folders(path: str, base: str, known: set[str]) -> Iterator[str]:
    """Yield the folders above ``path`` and below ``base`` that are not in ``known`` yet, outermost first; note them."""
    at = path.find("/", len(base) + 1)
    while at >= 0:
        folder = path[:at]
        if folder not in known:
            known.add(folder)
            yield folder
        at = path.find("/", at + 1)
