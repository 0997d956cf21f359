"""The seam between the screen and what builds: events come in, commands go out, nothing else is shared.

The engine runs in threads of its own. The screen never waits for it: every command returns at once, and what became of
it is told by events.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from atombuild.checks.result import Check
from atombuild.events import Event
from atombuild.status import ArtifactKind


class Engine(Protocol):
    """What the screen can ask of a session."""

    def start(self, emit: Callable[[Event], None]) -> None:
        """Begin to watch and build; ``emit`` is called in order, by one thread of the engine's at a time."""
        ...

    def build(self, kinds: tuple[ArtifactKind, ...] | None = None) -> None:
        """Build now, also while paused. None: what the session builds."""
        ...

    def toggle_pause(self) -> None:
        """Go on watching and counting, but start no build by yourself; or build what waited, and go on."""
        ...

    def cancel(self) -> None:
        """Give up the running build, if there is one, and those that were asked for."""
        ...

    def check(self, check: Check) -> None:
        """Run a check beside the builds."""
        ...

    def cancel_checks(self) -> None:
        """Give up the checks that run and wait."""
        ...

    def allow_commands(self) -> None:
        """Allow the command of the project that was refused last, as it was told."""
        ...

    def stop(self) -> None:
        """End everything, the running build too. Asks, and returns at once."""
        ...

    def join(self, seconds: float) -> bool:
        """Wait for the end; False if it did not come in time."""
        ...
