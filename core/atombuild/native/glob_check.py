"""What a glob may say, in uv's words and with uv's positions, which count characters from 0.

There are two dialects: PEP 639's for licence files, and uv's, which adds escapes, for everything else.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import Final

from atombuild.native.characters import is_alphanumeric


class Dialect(enum.Enum):
    """Whose rules a glob follows."""

    PEP639 = "PEP 639"
    r"""Letters, digits, ``_ - .``, ``/``, ``*``, ``?``, ``**`` and ``[...]``."""

    UV = "uv"
    r"""The same, and ``\x`` for a literal x."""


@dataclass(frozen=True, slots=True)
class GlobFault:
    """What is wrong with a glob."""

    words: str
    """As uv says it."""

    hint: str
    """What to write instead."""


_PIECE: Final = re.compile(r"\*+|\[[^\]]*\]?|\\.?|.", re.DOTALL)
"""A run of stars, a class (closed or not), an escape (complete or not), or any character."""

_LITERALS: Final = "?/."


LONGEST: Final = 10_000
"""Characters. No path is half as long (PATH_MAX), and to take a glob of a million apart takes minutes; uv has none."""


def check_glob(glob: str, dialect: Dialect) -> GlobFault | None:
    """Return the first thing wrong with ``glob``, from the left, or None."""
    if len(glob) > LONGEST:
        return GlobFault(
            f"the glob `{glob[:20]}…` has {len(glob):,} characters",
            f"write several globs; one may have {LONGEST:,}",
        )
    opens_component = True
    for match in _PIECE.finditer(glob):
        piece, at = match.group(), match.start()
        if piece.startswith("*"):
            fault = _check_stars(glob, at, len(piece))
        elif piece.startswith("["):
            fault = _check_class(glob, at, piece)
        elif piece.startswith("\\"):
            fault = _check_escape(glob, at, piece, dialect)
        elif piece == "." and opens_component and glob.startswith("..", at):
            fault = GlobFault(
                f"The parent directory operator (`..`) at position {at} is not allowed in glob `{glob}`",
                "name files inside the project, from the folder that holds pyproject.toml",
            )
        elif not (_is_plain(piece) or piece in _LITERALS):
            fault = _refused(glob, at, piece, dialect)
        else:
            fault = None
        if fault is not None:
            return fault
        # uv passes over an escape without noting that the component has begun.
        opens_component = piece == "/" or (opens_component and piece.startswith("\\"))
    return None


def _check_stars(glob: str, at: int, count: int) -> GlobFault | None:
    follower = glob[at + count : at + count + 1]
    if count == 1 or (count == len("**") and follower in {"", "/"}):
        return None
    return GlobFault(
        f"Too many at stars at position {at} in glob `{glob}`",
        "`**` stands alone between slashes; within a name write a single `*`",
    )


def _check_class(glob: str, at: int, piece: str) -> GlobFault | None:
    for offset, char in enumerate(piece[1:].removesuffix("]"), start=at + 1):
        if not (_is_plain(char) or char == "."):
            return GlobFault(
                f"Invalid character `{char}` in range at position {offset} in glob `{glob}`",
                "between brackets stand letters, digits, `_`, `-` and `.` only; there is no negation",
            )
    return None


def _check_escape(glob: str, at: int, piece: str, dialect: Dialect) -> GlobFault | None:
    if dialect is Dialect.PEP639:
        return GlobFault(
            f"Only forward slashes are allowed as path separator, invalid character at position {at} in glob `{glob}`",
            "write `/` between folders; there is no escape in these globs",
        )
    if piece == "\\":
        return GlobFault(
            f"Trailing backslash at position {at} in glob `{glob}`",
            "a backslash makes the character after it literal: complete it or remove it",
        )
    if piece[1] in "/\\":
        return GlobFault(
            f"Path separators can't be escaped, invalid character at position {at + 1} in glob `{glob}`",
            "write `/` between folders, without a backslash",
        )
    return None


def _refused(glob: str, at: int, char: str, dialect: Dialect) -> GlobFault:
    return GlobFault(
        f"Invalid character `{char}` at position {at} in glob `{glob}`",
        "Characters can be escaped with a backslash"
        if dialect is Dialect.UV
        else "letters, digits and `_ - . / * ? [ ]` are allowed; `?` stands for a byte of any other character",
    )


def _is_plain(char: str) -> bool:
    """Whether the character may stand for itself: as Rust's ``char::is_alphanumeric``, or ``_`` or ``-``."""
    return char in "_-" or is_alphanumeric(char)
