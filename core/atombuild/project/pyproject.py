"""``pyproject.toml`` as a document: its bytes, its table, and where in the text each value stands."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from atombuild.descriptors import read_regular
from atombuild.errors import Location, Problem, ProjectInvalid, ProjectMissing, PyprojectUnreadable
from atombuild.project.document import parse_document
from atombuild.project.positions import Positions

MAX_SIZE: Final = 2 * 1024 * 1024
"""Bytes. Beyond it the file is no description of a project: a million brackets take seconds and half a gigabyte."""


@dataclass(frozen=True, slots=True)
class BuildSystem:
    """``[build-system]`` (PEP 518, PEP 517)."""

    requires: tuple[str, ...]
    """Requirement strings, verbatim."""

    backend: str | None
    """``build-backend``; None where the key is absent (then PEP 517 says setuptools)."""

    backend_path: tuple[str, ...] = ()
    """``backend-path``."""


@dataclass(frozen=True, slots=True)
class Pyproject:
    """A parsed ``pyproject.toml``."""

    path: Path
    """The file, absolute."""

    data: bytes
    """What was read, to the byte; the sdist carries it as ``pyproject.toml.orig``."""

    table: Mapping[str, Any]
    """The parsed document."""

    positions: Positions
    """Where each key and value stands."""

    def at(self, *keys: str | int) -> Location:
        """Return where the value under ``keys`` stands, or the innermost enclosing table that is there."""
        line, column = self.positions.of(keys)
        return Location(self.path, line, column)

    def at_key(self, *keys: str | int) -> Location:
        """Return where the last of ``keys`` itself stands, or the innermost enclosing table that is there."""
        line, column = self.positions.of_key(keys)
        return Location(self.path, line, column)


def read_pyproject(root: Path) -> Pyproject:
    """Read and parse ``root/pyproject.toml``.

    Raises :class:`ProjectMissing`, :class:`PyprojectUnreadable` or :class:`ProjectInvalid`.
    """
    return parse_pyproject(root.absolute() / "pyproject.toml", read_bytes(root))


def read_bytes(root: Path) -> bytes:
    """Return the content of ``root/pyproject.toml``; never waits on a FIFO, a socket or a device.

    Raises :class:`ProjectMissing` or :class:`PyprojectUnreadable`.
    """
    path = root.absolute() / "pyproject.toml"
    _require_folder(root)
    try:
        return read_regular(path, MAX_SIZE + 1)
    except FileNotFoundError:
        if path.is_symlink():
            raise PyprojectUnreadable(path, OSError("it is a link to a file that is not there")) from None
        raise ProjectMissing(root, why="the folder holds no pyproject.toml") from None
    except OSError as error:
        raise PyprojectUnreadable(path, error) from None


def parse_pyproject(path: Path, data: bytes) -> Pyproject:
    """Return the document that ``data`` holds; ``path`` is only named in messages. Raises :class:`ProjectInvalid`."""
    if len(data) > MAX_SIZE:
        raise ProjectInvalid(
            (
                Problem(
                    f"pyproject.toml is larger than {MAX_SIZE // 1024**2} MiB",
                    "move what is not the description of the project into files of its own",
                    Location(path),
                ),
            )
        )
    table, positions = parse_document(path, data)
    return Pyproject(path, data, table, positions)


def _require_folder(root: Path) -> None:
    try:
        mode = root.stat().st_mode
    except FileNotFoundError:
        why = "it is a link to a folder that is not there" if root.is_symlink() else "there is no such folder"
        raise ProjectMissing(root, why=why) from None
    except NotADirectoryError:
        raise ProjectMissing(root, why="a part of the path is a file, not a folder") from None
    except ValueError:  # a NUL byte in the path
        raise ProjectMissing(root, why="no folder can have such a name") from None
    except OSError as error:
        raise ProjectMissing(root, why=error.strerror or str(error)) from None
    if not stat.S_ISDIR(mode):
        raise ProjectMissing(root, why="it is a file, not a folder")
