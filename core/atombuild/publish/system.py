"""The seam to the operating system: what the protocol needs of a directory.

One object stands for one open directory; names are bare. Every method raises plain ``OSError``: which error of ours
it becomes depends on what the protocol was doing, so that is decided above.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Protocol


class DirectorySystem(Protocol):
    """An open directory and what can be done in it."""

    open_files_stay: bool
    """Whether a file that somebody has open can't be removed."""

    def close(self) -> None:
        """Let go of the directory."""

    def names(self) -> list[str]:
        """All entries."""

    def lstat(self, name: str) -> os.stat_result:
        """Look at an entry, links not followed."""

    def unlink(self, name: str) -> None:
        """Remove an entry that is no directory."""

    def open_for_reading(self, name: str) -> int:
        """Open a regular file that is no link; never blocks."""

    def open_or_create(self, name: str) -> int:
        """Open a regular file that is no link, for reading and writing; create it where it is not there."""

    def create(self, name: str) -> int:
        """Create a new file for writing, with mode 0666 so that the umask applies; never opens an old one."""

    def create_nameless(self) -> int | None:
        """Create a file without a name, which vanishes with the process; None where that does not work."""

    def sync_file(self, descriptor: int) -> None:
        """Bring a file's content to the disk."""

    def sync_directory(self) -> None:
        """Bring the directory's entries to the disk, where the system has a way."""

    def name_nameless(self, descriptor: int, name: str) -> None:
        """Give a nameless file its name; FileExistsError if the name is taken."""

    def rename_new(self, temporary: str, name: str) -> None:
        """Rename to a name that must be free; FileExistsError if it is taken."""

    def replace(self, temporary: str, name: str) -> None:
        """Rename, replacing what stands there."""

    def try_lock(self, descriptor: int) -> bool | None:
        """Take the lock without waiting: True taken, False held by another, None where locks are unsupported."""

    def is_still_at(self, path: Path) -> bool:
        """Whether ``path`` still names this very directory."""


def open_directory(path: Path) -> DirectorySystem:
    """Open an existing directory that is no symbolic link, the way this platform does it."""
    if sys.platform == "win32":
        from atombuild.publish.windows import WindowsDirectory  # noqa: PLC0415 (its imports exist there only)

        return WindowsDirectory(path)
    from atombuild.publish.posix import PosixDirectory  # noqa: PLC0415 (its imports exist there only)

    return PosixDirectory(path)
