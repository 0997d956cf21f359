"""The ``pyproject.toml`` of each folder, parsed once for each content that it had."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from atombuild.errors import ProjectInvalid, PyprojectUnreadable
from atombuild.project.pyproject import Pyproject, parse_pyproject, read_bytes
from atombuild.youth import is_young

Unread: TypeAlias = ProjectInvalid | PyprojectUnreadable
"""Why a document can't be had, though it is there."""

_Stamp: TypeAlias = tuple[int, int, int, int, int]


@dataclass(slots=True)
class Documents:
    """Reads the documents of a workspace again and again."""

    _known: dict[Path, tuple[_Stamp, Pyproject | Unread]] = field(default_factory=dict)

    def read(self, folder: Path) -> Pyproject | Unread:
        """Return the document in ``folder``, or what is wrong with it.

        Raises :class:`atombuild.errors.ProjectMissing` where there is none.
        """
        path = folder / "pyproject.toml"
        try:
            now = time.time_ns()
            found = path.stat()
        except OSError:
            return self._read(folder)
        stamp = (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino, found.st_dev)
        known = self._known.get(path)
        if known is not None and known[0] == stamp:
            return known[1]
        document = self._read(folder)
        if not is_young(found.st_mtime_ns, found.st_ctime_ns, now):
            self._known[path] = stamp, document
        return document

    def _read(self, folder: Path) -> Pyproject | Unread:
        try:
            data = read_bytes(folder)
        except PyprojectUnreadable as error:
            return error
        try:
            return parse_pyproject(folder.absolute() / "pyproject.toml", data)
        except ProjectInvalid as error:
            return error
