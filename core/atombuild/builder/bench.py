"""What an attempt lends to the project that it builds; see :class:`atombuild.workbench.Workbench`."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from atombuild.builder.seams import AttemptListener
from atombuild.events import Event, Progress
from atombuild.publish import OutputDirectory
from atombuild.status import ArtifactKind

_PROGRESS_SECONDS: Final = 0.2


class AttemptBench:
    """The bench of one step, or of what comes before the first."""

    def __init__(
        self, listener: AttemptListener, directory: OutputDirectory, folders: ExitStack, kind: ArtifactKind | None
    ) -> None:
        """``folders`` is closed when the attempt is over; ``kind`` is None before the first step."""
        self._listener = listener
        self._directory = directory
        self._folders = folders
        self._kind = kind
        self._last = time.monotonic()

    @property
    def lock(self) -> int | None:
        """The descriptor of the lock."""
        return self._directory.lock

    def pulse(self, done: int, total: int) -> None:
        """Say how far the step is, a few times a second; raises :class:`Cancelled`."""
        self._listener.check_cancelled()
        now = time.monotonic()
        if self._kind is not None and now - self._last >= _PROGRESS_SECONDS:
            self._last = now
            self._listener.emit(Progress(self._kind, done, total))

    def emit(self, event: Event) -> None:
        """Pass an event on."""
        self._listener.emit(event)

    def check_cancelled(self) -> None:
        """Raise :class:`Cancelled` if somebody asked to stop."""
        self._listener.check_cancelled()

    def private_folder(self) -> Path:
        """Return a new, empty folder that goes with the attempt."""
        return self._folders.enter_context(self._directory.private_folder())
