"""The seam below the notifier: what gives notice of changes, on this system or another."""

from __future__ import annotations

import threading
from collections.abc import Generator
from dataclasses import dataclass
from typing import Final, Protocol

from atombuild.watch.ground import Ground

TIMEOUT: Final = 0.4
"""Seconds after which a source yields an empty batch, so that the root is looked at in quiet times too."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What came in at once; empty: nothing did. Everything in it is called as :mod:`atombuild.watch.ground` says."""

    paths: frozenset[str] = frozenset()
    """Something happened there."""

    deleted: bool = False
    """Some of them were said to be deleted."""

    folders: frozenset[str] = frozenset()
    """Those of them that are folders and are new, or watched only from now on."""

    lost: bool = False
    """Some changes may be missing."""

    root_gone: bool = False
    """The root itself was deleted or moved away."""

    unreadable: tuple[tuple[str, str], ...] = ()
    """Folders that can't be watched, each with the words of the system. They are told once."""

    short: OSError | None = None
    """Why some folders are not watched at all, for as long as that is so."""


class Source(Protocol):
    """Opens a watcher."""

    def __call__(self, base: str, ground: Ground, stop: threading.Event) -> Generator[Batch, None, None]:
        """Yield batches; the first one when it watches, and an empty one every :data:`TIMEOUT`. Ends with ``stop``.

        ``base`` is the root's real path. Raises ``OSError``, ``RuntimeError`` and ``ValueError`` when it breaks off.
        """
