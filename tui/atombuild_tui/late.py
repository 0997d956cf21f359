"""An engine that is put together after the screen is there: importing all that builds takes longer than a first paint.

Commands that come before are kept, and given to it in their order.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from atombuild.checks.result import Check
from atombuild.errors import AtombuildError, OurBug
from atombuild.events import Event, Failure, SessionStopped
from atombuild.status import ArtifactKind
from atombuild_tui.engine import Engine

_Command = Callable[[Engine], None]


class LateEngine:
    """Stands in for an engine that is still to be made."""

    def __init__(self, make: Callable[[], Engine]) -> None:
        self._make = make
        self._engine: Engine | None = None
        self._lock = threading.Lock()
        self._kept: list[_Command] = []
        self._stopped = False
        self._thread: threading.Thread | None = None
        self._failed = False

    @property
    def failed(self) -> bool:
        """It could not be made, or a bug of ours ended it; either was told as a :class:`Failure`."""
        return self._failed or bool(getattr(self._engine, "failed", False))

    def start(self, emit: Callable[[Event], None]) -> None:
        """Make it, and start it, in a thread."""
        self._thread = threading.Thread(target=self._begin, args=(emit,), name="atombuild-begin", daemon=True)
        self._thread.start()

    def _begin(self, emit: Callable[[Event], None]) -> None:
        try:
            engine = self._make()
        except AtombuildError as error:
            self._give_up(error, emit)
            return
        except Exception as error:  # noqa: BLE001 (the thread's boundary: a bug of ours must be seen)
            self._give_up(OurBug(error, doing="starting"), emit)
            return
        with self._lock:
            if self._stopped:
                return
            self._engine = engine
            engine.start(emit)
            for command in self._kept:
                command(engine)

    def _give_up(self, error: AtombuildError, emit: Callable[[Event], None]) -> None:
        """Say why there is none, and that there will be none."""
        self._failed = True
        emit(Failure(error.reports()))
        emit(SessionStopped())

    def _give(self, command: _Command) -> None:
        with self._lock:
            if self._engine is None:
                self._kept.append(command)
                return
        command(self._engine)

    def build(self, kinds: tuple[ArtifactKind, ...] | None = None) -> None:
        """Build now."""
        self._give(lambda engine: engine.build(kinds))

    def toggle_pause(self) -> None:
        """Pause, or go on."""
        self._give(lambda engine: engine.toggle_pause())

    def cancel(self) -> None:
        """Give up the running build."""
        self._give(lambda engine: engine.cancel())

    def check(self, check: Check) -> None:
        """Run a check beside the builds."""
        self._give(lambda engine: engine.check(check))

    def cancel_checks(self) -> None:
        """Give up the checks."""
        self._give(lambda engine: engine.cancel_checks())

    def allow_commands(self) -> None:
        """Allow the command of the project that was refused last."""
        self._give(lambda engine: engine.allow_commands())

    def stop(self) -> None:
        """End it, or never begin."""
        with self._lock:
            self._stopped = True
        if self._engine is not None:
            self._engine.stop()

    def join(self, seconds: float) -> bool:
        """Wait for the end."""
        if self._engine is not None:
            return self._engine.join(seconds)
        return True
