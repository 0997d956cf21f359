"""What a project may use while it is built: how it tells what it does, hears that it shall stop, and gets room.

An attempt lends it (:mod:`atombuild.builder.bench`); both kinds of projects work at it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from atombuild.events import Event


class Workbench(Protocol):
    """What an attempt lends to the project that it builds."""

    @property
    def lock(self) -> int | None:
        """The descriptor that holds the output directory's lock, for processes to inherit; None: there is no lock."""

    def pulse(self, done: int, total: int) -> None:
        """Say how far the step is; raises :class:`atombuild.errors.Cancelled` if somebody asked to stop."""

    def emit(self, event: Event) -> None:
        """Pass an event on."""

    def check_cancelled(self) -> None:
        """Raise :class:`atombuild.errors.Cancelled` if somebody asked to stop."""

    def private_folder(self) -> Path:
        """Return a new, empty folder on the file system of the output directory; it goes when the attempt is over.

        Raises :class:`atombuild.errors.OutputUnusable`.
        """
