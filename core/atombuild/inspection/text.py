"""One member of an artifact, as text; or what it is, where it is none."""

from __future__ import annotations

import configparser
import csv
import io
import posixpath
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from atombuild.archive.bounds import open_regular
from atombuild.errors import ArtifactUnreadable
from atombuild.inspection.contents import below_top, reading, sdist_members
from atombuild.status import ArtifactKind

_MOST_LINKS: Final = 40
LARGEST: Final = 1 << 20
"""Bytes that are read of a member: more than anybody reads, and few enough for every key to be answered."""


@dataclass(frozen=True, slots=True)
class MemberText:
    """What a member holds. Not sanitised."""

    path: str
    text: str
    """Its beginning where it is larger than :data:`LARGEST`; empty where it is binary."""

    size: int
    """Bytes of the whole member."""

    binary: bool = False
    cut: bool = False
    """It goes on after ``text``."""


def read_member(artifact: Path, kind: ArtifactKind, path: str) -> MemberText:
    """Read one member. Raises :class:`atombuild.errors.ArtifactUnreadable`."""
    with reading(artifact):
        data, size = _from_wheel(artifact, path) if kind is ArtifactKind.WHEEL else _from_sdist(artifact, path)
    text = _as_text(data)
    if text is None:
        return MemberText(path, "", size, binary=True)
    return MemberText(path, text, size, cut=size > len(data))


def _from_wheel(artifact: Path, path: str) -> tuple[bytes, int]:
    with open_regular(artifact) as file, zipfile.ZipFile(file) as archive:
        try:
            info = archive.getinfo(path)
        except KeyError:
            raise ArtifactUnreadable(artifact, f"it holds no {path}") from None
        with archive.open(info) as stream:
            return stream.read(LARGEST), info.file_size


def _from_sdist(artifact: Path, path: str) -> tuple[bytes, int]:
    """Read a file; of a link, the file that it leads to."""
    wanted = path
    for _ in range(_MOST_LINKS):
        found = _found_in_sdist(artifact, wanted)
        if isinstance(found, tuple):
            return found
        if found is None and wanted != path:
            raise ArtifactUnreadable(artifact, f"{path} is a link to {wanted}, which is no file of it")
        if found is None:
            raise ArtifactUnreadable(artifact, f"it holds no {path}")
        wanted = found
    raise ArtifactUnreadable(artifact, f"{path} leads from link to link without end")


def _found_in_sdist(artifact: Path, path: str) -> tuple[bytes, int] | str | None:
    """Return a file's beginning and size, the path that a link leads to, or None: there is neither."""
    with open_regular(artifact) as file:
        for info, stream in sdist_members(file, artifact):
            if below_top(info.name) != path:
                continue
            if stream is not None:
                return stream.read(LARGEST), info.size
            if info.islnk():
                return below_top(info.linkname)
            if info.issym():
                return posixpath.normpath(posixpath.join(posixpath.dirname(path), info.linkname))
            return b"", 0
    return None


def _as_text(data: bytes) -> str | None:
    """Return the text; None for what no editor would show as text. A character that was cut at the end is left out."""
    if b"\0" in data[:8192]:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 3 and error.reason == "unexpected end of data":
            return data[: error.start].decode("utf-8")
        return data.decode("utf-8", "replace") if _mostly_text(data) else None


def _mostly_text(data: bytes) -> bool:
    sample = data[:8192].decode("utf-8", "replace")
    return sample.count("\ufffd") * 20 < len(sample)


def record_rows(text: str) -> tuple[tuple[str, str, str], ...]:
    """Return the rows of RECORD: path, hash, size ("Recording installed projects").

    Nothing where it is not to be read: the text itself can still be shown.
    """
    rows = csv.reader(io.StringIO(text, newline=""))
    try:
        return tuple((*row, "", "", "")[:3] for row in rows if row)  # type: ignore[misc]  # three of at least three
    except csv.Error:  # a lone carriage return, or a field of more than 131,072 characters
        return ()


def entry_points(text: str) -> tuple[tuple[str, str, str], ...]:
    """Return the entry points of ``entry_points.txt``: group, name, object ("Entry points specification").

    Nothing where it is not to be read: the text itself can still be shown.
    """
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their case
    try:
        parser.read_string(text)
    except configparser.Error:
        return ()
    return tuple((group, name, value) for group in parser.sections() for name, value in parser.items(group))
