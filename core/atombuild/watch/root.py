"""The identity of the project folder: whether the one we watch still stands at its path.

A watcher on a folder that was removed and made again stays silent for ever, without an error. Inode numbers
alone don't tell: file systems give the number of a removed folder to the next one. While a descriptor holds
the folder open its number is not given away, so an equal number then is the same folder.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from atombuild.descriptors import close_read


class RootAnchor:
    """Holds the folder that stands at a path now; :meth:`close` lets it go."""

    def __init__(self, path: Path) -> None:
        """Hold the folder at ``path``. Raises OSError when there is none."""
        self._path = path
        self._descriptor = _hold(path)
        self._identity = _identity(path)
        if self._identity is None:
            self.close()
            raise NotADirectoryError(f"no folder at {path}")

    def holds(self) -> bool:
        """Whether the folder held is still the one at the path."""
        return _identity(self._path) == self._identity

    def close(self) -> None:
        """Let the folder go."""
        if self._descriptor is not None:
            close_read(self._descriptor)
            self._descriptor = None


def _hold(path: Path) -> int | None:
    if os.name == "nt":
        return None  # folders can't be opened there, and are not removed while they are watched
    try:
        return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return None  # no right to list it, or no descriptor left: the number has to do


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if stat.S_ISDIR(found.st_mode) else None
