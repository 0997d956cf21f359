"""An output directory whose owner can die: at a chosen call, and from then on nothing more reaches the disk.

A process that is killed runs no clean-up. Raising alone would let every ``finally`` tidy up behind the dead; here the
calls of the dead do nothing but raise again, so that what stands on the disk is what a SIGKILL leaves.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from atombuild.publish.names import LEDGER
from atombuild.publish.posix import PosixDirectory


class Killed(BaseException):
    """Not an Exception: nobody catches it."""


class Life:
    """How long the builder lives, and what it got done."""

    def __init__(self) -> None:
        self.calls_left: int | None = None
        """Calls into the directory before death; None: no end in sight."""

        self.dead = False
        self.nameless = True
        """Whether this file system has files without names."""

        self.ledgers_written = 0
        self.on_call: Callable[[], object] = lambda: None

    def spend(self) -> None:
        """Live through one more call, or not."""
        if not self.dead and self.calls_left is not None:
            self.calls_left -= 1
            self.dead = self.calls_left < 0
        if self.dead:
            raise Killed
        self.on_call()

    def open_directory(self, path: Path) -> PosixDirectory:
        """Open a directory as the real one is opened."""
        self.spend()
        return _MortalDirectory(path, self)


class _MortalDirectory(PosixDirectory):
    def __init__(self, path: Path, life: Life) -> None:
        super().__init__(path)
        self._life = life

    def names(self) -> list[str]:
        self._life.spend()
        return super().names()

    def lstat(self, name: str) -> os.stat_result:
        self._life.spend()
        return super().lstat(name)

    def unlink(self, name: str) -> None:
        self._life.spend()
        super().unlink(name)

    def open_for_reading(self, name: str) -> int:
        self._life.spend()
        return super().open_for_reading(name)

    def open_or_create(self, name: str) -> int:
        self._life.spend()
        return super().open_or_create(name)

    def create(self, name: str) -> int:
        self._life.spend()
        return super().create(name)

    def create_nameless(self) -> int | None:
        self._life.spend()
        return super().create_nameless() if self._life.nameless else None

    def sync_file(self, descriptor: int) -> None:
        self._life.spend()
        super().sync_file(descriptor)

    def sync_directory(self) -> None:
        self._life.spend()
        super().sync_directory()

    def name_nameless(self, descriptor: int, name: str) -> None:
        self._life.spend()
        super().name_nameless(descriptor, name)

    def rename_new(self, temporary: str, name: str) -> None:
        self._life.spend()
        super().rename_new(temporary, name)

    def replace(self, temporary: str, name: str) -> None:
        self._life.spend()
        super().replace(temporary, name)
        self._life.ledgers_written += name == LEDGER
