"""Files that memory shall not hold: they are read, compressed and written in pieces."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from atombuild.archive.deflate import LARGE, PIECE
from atombuild.errors import SourceUnreadable, SpoolFailed
from atombuild.native.tree import LargeFile, SourceTree

_TRIES: Final = 3
_Made = TypeVar("_Made")


class Unsteady(Exception):
    """The file changed between the first piece and the last: what was made of it is of no use."""


@dataclass(frozen=True, slots=True)
class PiecewiseFile:
    """A file of known size whose content is read when it is asked for. See :class:`LargeFile`."""

    size: int
    executable: bool
    signature: object
    read: Callable[[], Iterator[bytes]]

    def pieces(self) -> Iterator[bytes]:
        """Yield the content."""
        return self.read()


def is_large(size: int) -> bool:
    """Whether a file of so many bytes is handled in pieces."""
    return size > LARGE


def in_pieces(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in pieces of the size that the compressor takes, but for the last."""
    rest = bytearray()
    for block in blocks:
        rest += block
        while len(rest) >= PIECE:
            yield bytes(rest[:PIECE])
            del rest[:PIECE]
    if rest:
        yield bytes(rest)


def made_steadily(path: str, tree: SourceTree, make: Callable[[LargeFile], _Made]) -> _Made:
    """Return what ``make`` makes of the file, made again if it changed meanwhile.

    Raises :class:`SourceUnreadable` where it can't be read or never holds still, and :class:`SpoolFailed` where there
    is no room for what is made of it.
    """
    for _ in range(_TRIES):
        try:
            return make(tree.open_large(path))
        except Unsteady:
            continue
        except OSError as error:
            raise SpoolFailed(Path(tempfile.gettempdir()), error) from error
    raise SourceUnreadable(tree.root / path, OSError("it kept changing while it was read"))
