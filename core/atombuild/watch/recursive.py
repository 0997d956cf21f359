"""Notice of changes where systems watch whole trees (FSEvents, ReadDirectoryChangesW): by watchfiles."""

from __future__ import annotations

import os
import threading
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Final, Protocol

from atombuild.watch.ground import Ground
from atombuild.watch.source import TIMEOUT, Batch

if TYPE_CHECKING:
    from watchfiles.main import FileChange

ADDED: Final = 1
DELETED: Final = 3
"""Of ``watchfiles.Change``. Kinds mean little, as editors produce them in any order; these two hint that a
folder may have appeared and that the root may be another one."""

STEP: Final = 20
"""Milliseconds between two looks at what has come in."""

DEBOUNCE: Final = 20
"""Milliseconds after which a batch is passed on: our own quiet timer does the waiting."""

STORM: Final = 1000
"""A batch of this many changes may have lost some."""


class RawEvents(Protocol):
    """The shape of ``watchfiles.watch``, as far as it is used here."""

    def __call__(
        self,
        *paths: str,
        watch_filter: None,
        debounce: int,
        step: int,
        stop_event: threading.Event,
        rust_timeout: int,
        yield_on_timeout: bool,
        raise_interrupt: bool,
        force_polling: bool,
        ignore_permission_denied: bool,
    ) -> Generator[set[FileChange], None, None]:
        """Yield sets of changes below these paths, and an empty set on every timeout."""


class Recursive:
    """See :class:`atombuild.watch.source.Source`."""

    def __init__(self, events: RawEvents | None = None) -> None:
        """``events`` stands in for ``watchfiles.watch``."""
        self._events = events or _watchfiles

    def __call__(self, base: str, ground: Ground, stop: threading.Event) -> Generator[Batch, None, None]:
        """Watch the root and the outer inputs; a change of these begins another watcher, and says that it did."""
        again = False
        while not stop.is_set():
            beyond = _beyond(ground)
            for changes in self._open((base, *beyond), stop):
                batch = _batch(base, ground, changes, lost=again)
                again = False
                yield batch
                if beyond != _beyond(ground):
                    again = True
                    break
            if not again:
                return

    def _open(self, paths: tuple[str, ...], stop: threading.Event) -> Generator[set[FileChange], None, None]:
        return self._events(
            *paths,
            watch_filter=None,
            debounce=DEBOUNCE,
            step=STEP,
            stop_event=stop,
            rust_timeout=int(TIMEOUT * 1000),
            yield_on_timeout=True,
            raise_interrupt=False,
            # Its polling compares whole seconds and breaks off at folders that can't be read: ours is to look.
            force_polling=False,
            # It would ignore every error, limits too, and leave all folders after the first one unwatched.
            ignore_permission_denied=False,
        )


def _beyond(ground: Ground) -> tuple[str, ...]:
    """Return the outer inputs that are there; the others are looked for now and then."""
    return tuple(each.path for each in ground.listened if os.path.exists(each.path))  # noqa: PTH110


def _batch(base: str, ground: Ground, changes: set[FileChange], *, lost: bool) -> Batch:
    inside = base if base.endswith(os.sep) else base + os.sep
    paths: dict[str, int] = {}
    folders = set()
    for kind, path in changes:
        if path == base or path.startswith(inside):
            name: str | None = path[len(inside) :].replace(os.sep, "/")
        else:
            name = ground.name_of(path)
        if name is not None:
            paths[name] = kind
            if kind == ADDED and os.path.isdir(path):  # noqa: PTH112
                folders.add(name)
    return Batch(
        frozenset(paths),
        deleted=DELETED in paths.values(),
        folders=frozenset(folders),
        lost=lost or len(paths) >= STORM,
        root_gone=any(path == base and kind == DELETED for kind, path in changes),
    )


def _watchfiles(*paths: str, **options: Any) -> Generator[set[FileChange], None, None]:
    from watchfiles import watch  # noqa: PLC0415 - brings anyio, 60 ms that a single build need not pay

    return watch(*paths, **options)
