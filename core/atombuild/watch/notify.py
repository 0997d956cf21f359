"""Hints that something changed, made to survive what ends the notifications of a system or silences them.

    start ─► anchor the root ──► watcher up ─Watching─► batches ─Paths, Directories, Look─► … ─► stop
                 ▲   │ none there                         │
                 │   └─RootGone, wait─┐                   ├─ another root, or none: RootBack, RootGone
                 │                    │                   ├─ broke off: Lost, wait a little
                 └────────────────────┴───────────────────┴─ out of watches: Polling, then only Look

All of it runs in a thread of its own, which calls ``on_hint``. Until a watcher is up changes may be missed; that is
why ``Watching`` too means "look".
"""

from __future__ import annotations

import contextlib
import errno
import os
import platform
import sys
import threading
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Final

from atombuild.watch.ground import Ground
from atombuild.watch.hints import (
    Directories,
    Hint,
    Look,
    Lost,
    Paths,
    Polling,
    RootBack,
    RootGone,
    Unwatched,
    Watching,
)
from atombuild.watch.recursive import Recursive
from atombuild.watch.root import RootAnchor
from atombuild.watch.source import TIMEOUT, Batch, Source

LOOK_EVERY: Final = 10.0
"""Seconds between two looks without a cause."""

LOOK_EVERY_POLLING: Final = 0.5
"""The same when polling: then there is nothing but these looks."""

ROOT_POLL: Final = 0.1
"""Seconds between two looks for a root that is gone."""

_FIRST_DELAY: Final = 0.05
_LONGEST_DELAY: Final = 2.0


class Notifier:
    """Watches one folder and everything below it."""

    def __init__(
        self,
        root: Path,
        on_hint: Callable[[Hint], None],
        ground: Ground | None = None,
        *,
        source: Source | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare; nothing is watched before :meth:`start`.

        ``on_hint`` is called from the notifier's thread and must return at once. ``ground`` tells what is watched
        beyond the root. ``source`` stands in for this system's; ``clock`` gives seconds.
        """
        self._root = root
        self._ground = ground or Ground(root, root / "dist")
        self._on_hint = on_hint
        self._source = source or system_source()
        self._clock = clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="atombuild-notify", daemon=True)
        self._polling = False
        self._short = False
        """Some folders are not watched, so that polling goes on beside the notifications."""
        self._missing = False
        """There was no folder at the last look."""
        self._replaced = False
        """The watcher that ran last ended because another folder, or none, stood there."""
        self._delay = _FIRST_DELAY
        self._again: frozenset[str] | None = None
        self._looked = 0.0

    def start(self) -> None:
        """Start watching; may be called once."""
        self._thread.start()

    def stop(self) -> None:
        """Stop watching and wait for the thread's end; harmless when called again or before :meth:`start`."""
        self._stop.set()
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout=0.2)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._round()
            except Exception as error:  # noqa: BLE001 (the thread's boundary: nobody may stop watching unnoticed)
                self._recover(error)

    def _round(self) -> None:
        """Run one watcher to its end, or wait a little for a folder to watch."""
        try:
            anchor = RootAnchor(self._root)
        except OSError:
            if not self._missing:
                self._missing = True
                self._on_hint(RootGone())
            self._stop.wait(ROOT_POLL)
            return
        if self._missing or self._replaced:
            self._missing = self._replaced = False
            self._on_hint(RootBack())
        with contextlib.closing(anchor):
            self._replaced = self._watch(anchor)

    def _watch(self, anchor: RootAnchor) -> bool:
        """Run one watcher to its end; return whether that was because another root, or none, stands there."""
        base = os.path.realpath(self._root)
        if not self._polling and (reason := _no_events(base)):
            self._poll(*reason)
        started = self._clock()
        up = False
        with contextlib.closing(self._batches(base)) as batches:
            for batch in batches:
                if self._stop.is_set():
                    break
                if not anchor.holds():
                    return True
                if isinstance(batch, Exception):
                    self._recover(batch)
                    break
                if batch.root_gone:
                    return True
                self._tell_shortage(batch)
                if not up:
                    up = True
                    self._looked = self._clock()
                    self._on_hint(Watching(polling=self._polling or self._short))
                if self._clock() - started > _LONGEST_DELAY:
                    self._delay = _FIRST_DELAY
                self._pass_on(batch)
        return False

    def _batches(self, base: str) -> Generator[Batch | Exception, None, None]:
        """Yield the watcher's batches, and what ended it last."""
        try:
            if self._polling:
                yield from _nothing(self._stop)
            else:
                yield from self._source(base, self._ground, self._stop)
        except (OSError, RuntimeError, ValueError) as error:
            yield error
        else:
            yield RuntimeError("the watcher ended")

    def _tell_shortage(self, batch: Batch) -> None:
        """Say which folders are not watched, and when all are again."""
        for name, why in batch.unreadable:
            self._on_hint(
                Unwatched(
                    name or "the project folder",
                    why,
                    "make it readable for you (chmod, chown); then it is watched again",
                )
            )
        if batch.short is not None and not self._short:
            self._on_hint(Polling(f"some folders can't be watched: {batch.short.strerror}", _ENOUGH_WATCHES))
        elif batch.short is None and self._short:
            self._on_hint(Watching(polling=False))
        self._short = batch.short is not None

    def _pass_on(self, batch: Batch) -> None:
        if batch.paths:
            self._on_hint(Paths(batch.paths, deleted=batch.deleted))
        if batch.folders or batch.lost:
            self._on_hint(Directories(batch.folders))
            self._again = batch.folders | (self._again or frozenset())
        elif not batch.paths and self._again is not None:
            self._on_hint(Directories(self._again))
            self._again = None
        now = self._clock()
        if now - self._looked >= (LOOK_EVERY_POLLING if self._polling or self._short else LOOK_EVERY):
            self._looked = now
            self._on_hint(Look())

    def _recover(self, error: Exception) -> None:
        """Say what happened and choose how to go on, with longer and longer waits when nothing helps."""
        remedy = _remedy(error)
        if remedy is not None:
            self._poll(str(error), remedy)
            return
        self._on_hint(Lost(str(error) or type(error).__name__))
        self._stop.wait(self._delay)
        self._delay = min(self._delay * 2, _LONGEST_DELAY)

    def _poll(self, why: str, remedy: str) -> None:
        self._polling = True
        self._on_hint(Polling(why, remedy))


_ENOUGH_WATCHES: Final = "raise the limit of watched folders (on Linux: sudo sysctl fs.inotify.max_user_watches=524288)"


_READABLE: Final = "make it readable for you (chmod, chown): then it is watched, without a new start"


def _remedy(error: Exception) -> str | None:
    """Return what to do about an error that will come again, or None when starting again may help.

    watchfiles passes the number of the system's error in its text only.
    """
    words = str(error)
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.ENOSPC or "watch limit reached" in words or "No space left on device" in words:
        return f"{_ENOUGH_WATCHES}, then start again"
    if number in {errno.EMFILE, errno.ENFILE} or "Too many open files" in words:
        return (
            "raise the limit of watchers (on Linux: sudo sysctl fs.inotify.max_user_instances=1024) "
            "and of open files (ulimit -n 4096), then start again"
        )
    if isinstance(error, PermissionError):
        return "make that folder readable for you (chmod, chown) or move it out of the project, then start again"
    if isinstance(error, UnicodeError):
        return "rename the folder so that its path is UTF-8, then start again"
    return None


def _no_events(base: str) -> tuple[str, str] | None:
    """Return why no notifications can be hoped for below ``base`` and what to do about it, if that is known."""
    if os.environ.get("WATCHFILES_FORCE_POLLING", "").lower() not in {"", "false", "disable", "disabled"}:
        return "WATCHFILES_FORCE_POLLING is set", "unset it, then start again"
    if "microsoft" in platform.release().lower() and base.startswith("/mnt/"):
        return "Windows drives send no notifications to Linux", "keep the project on the Linux side, such as in ~"
    return None


def _nothing(stop: threading.Event) -> Generator[Batch, None, None]:
    while not stop.wait(TIMEOUT):
        yield Batch()


_SYSTEM: str = sys.platform
"""A name of its own, since a type checker takes what it knows of one system for all."""


def system_source() -> Source:
    """Return what gives notice of changes on this system."""
    if _SYSTEM == "linux":
        from atombuild.watch.per_folder import watch_per_folder  # noqa: PLC0415 (there is no inotify elsewhere)

        return watch_per_folder
    return Recursive()
