"""What both kinds of distribution have in common: an ordered plan of members, and what came of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from atombuild.archive.pieces import Shelf
from atombuild.errors import KeptUnreadable

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


Make = Callable[[Shelf], Generator[bytes]]
"""Makes an archive, byte by byte; what is kept of it for the next build stands in the file that the shelf will be."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """A distribution that is made while it is written: it is never in memory as a whole."""

    filename: str
    """Its final name."""

    plan: tuple[Planned, ...]
    last: tuple[str, ...]
    """Generated members that come after those of the plan."""

    make: Make
    shelf: Shelf = field(default_factory=Shelf)

    @property
    def members(self) -> tuple[Listed, ...]:
        """Its files in the order of the archive."""
        return (*listed(self.plan), *(Listed(path, None) for path in self.last))

    @property
    def file_count(self) -> int:
        """How many files are in it."""
        return sum(not isinstance(step, Folder) for step in self.plan) + len(self.last)

    @property
    def sources(self) -> Iterator[str]:
        """The files of the project that it was made from."""
        return (step.source for step in self.plan if not isinstance(step, Folder) and step.source is not None)

    def chunks(self) -> Generator[bytes]:
        """Make the archive, and yield its bytes in order, in pieces that are worth a system call. Once.

        Raises :class:`atombuild.errors.SourceRejected` for what the author can mend,
        :class:`atombuild.errors.SourceUnreadable`, :class:`atombuild.errors.SpoolFailed`, :class:`KeptUnreadable`, and
        whatever the build's pulse raises.
        """
        batch: list[bytes] = []
        size = 0
        with closing(self.make(self.shelf)) as blocks:
            try:
                for block in blocks:
                    batch.append(block)
                    size += len(block)
                    if size >= _WORTH_A_CALL:
                        yield b"".join(batch)
                        batch, size = [], 0
            except OSError as error:
                # Sources and temporary files have errors of their own: this one is of a piece that was kept.
                raise KeptUnreadable(Path(self.filename), error) from error
        yield b"".join(batch)

    def stands_in(self, descriptor: int) -> None:
        """Take over a descriptor of the file that all chunks were written to: what is kept is read back from there."""
        self.shelf.hand_over(descriptor)


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
