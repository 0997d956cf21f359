"""Hints that something changed, from watchfiles, made to survive what ends its iteration or silences it.

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
import threading
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from atombuild.watch.ground import Ground
from atombuild.watch.hints import Directories, Hint, Look, Lost, Paths, Polling, RootBack, RootGone, Watching
from atombuild.watch.root import RootAnchor

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

TIMEOUT: Final = 400
"""Milliseconds between two looks at the root in quiet times, and until a new watcher is known to be up."""

LOOK_EVERY: Final = 10.0
"""Seconds between two looks without a cause."""

LOOK_EVERY_POLLING: Final = 0.5
"""The same when polling: then there is nothing but these looks."""

STORM: Final = 1000
"""A batch of this many changes may have lost some: look again once it is quiet."""

ROOT_POLL: Final = 0.1
"""Seconds between two looks for a root that is gone."""

_FIRST_DELAY: Final = 0.05
_LONGEST_DELAY: Final = 2.0


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


class Notifier:
    """Watches one folder and everything below it."""

    def __init__(
        self,
        root: Path,
        on_hint: Callable[[Hint], None],
        ground: Ground | None = None,
        *,
        events: RawEvents | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare; nothing is watched before :meth:`start`.

        ``on_hint`` is called from the notifier's thread and must return at once. ``ground`` tells what is watched
        beyond the root. ``events`` stands in for ``watchfiles.watch``; ``clock`` gives seconds.
        """
        self._root = root
        self._ground = ground or Ground(root, root / "dist")
        self._on_hint = on_hint
        self._events = events or _watchfiles
        self._clock = clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="atombuild-notify", daemon=True)
        self._polling = False
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
        beyond = self._beyond()
        with contextlib.closing(self._batches(base, beyond)) as batches:
            for batch in batches:
                if self._stop.is_set():
                    break
                if not anchor.holds():
                    return True
                if isinstance(batch, Exception):
                    self._recover(batch)
                    break
                if any(path == base and kind == DELETED for kind, path in batch):
                    return True
                if beyond != self._beyond():
                    self._pass_on(base, batch)
                    break  # another watcher takes over, and says so: what happens between the two is looked for
                if not up:
                    up = True
                    self._looked = self._clock()
                    self._on_hint(Watching(polling=self._polling))
                if self._clock() - started > _LONGEST_DELAY:
                    self._delay = _FIRST_DELAY
                self._pass_on(base, batch)
        return False

    def _beyond(self) -> tuple[str, ...]:
        """Return the outer inputs to watch: those that are there; the others are looked for now and then."""
        return tuple(each.path for each in self._ground.outer if os.path.exists(each.path))  # noqa: PTH110

    def _batches(self, base: str, beyond: tuple[str, ...]) -> Generator[set[FileChange] | Exception, None, None]:
        """Yield the watcher's batches, and what ended it last."""
        try:
            yield from self._open(base, beyond)
        except (OSError, RuntimeError, ValueError) as error:
            yield error
        else:
            yield RuntimeError("the watcher ended")

    def _open(self, base: str, beyond: tuple[str, ...]) -> Generator[set[FileChange], None, None]:
        if self._polling:
            return _nothing(self._stop)
        return self._events(
            base,
            *beyond,
            watch_filter=None,
            debounce=DEBOUNCE,
            step=STEP,
            stop_event=self._stop,
            rust_timeout=TIMEOUT,
            yield_on_timeout=True,
            raise_interrupt=False,
            # Its polling compares whole seconds and breaks off at folders that can't be read: ours is to look.
            force_polling=False,
            # It would ignore every error, limits too, and leave all folders after the first one unwatched.
            ignore_permission_denied=False,
        )

    def _pass_on(self, base: str, batch: set[FileChange]) -> None:
        inside = base if base.endswith(os.sep) else base + os.sep
        relative: dict[str, int] = {}
        folders: set[str] = set()
        for kind, path in batch:
            if path == base or path.startswith(inside):
                name = path[len(inside) :].replace(os.sep, "/")
            else:
                outer = self._ground.name_of(path)
                if outer is None:
                    continue
                name = outer
            relative[name] = kind
            if kind == ADDED and os.path.isdir(path):  # noqa: PTH112
                folders.add(name)
        if relative:
            self._on_hint(Paths(frozenset(relative), deleted=DELETED in relative.values()))
        if folders or len(relative) >= STORM:
            self._on_hint(Directories(frozenset(folders)))
            self._again = frozenset(folders) | (self._again or frozenset())
        elif not relative and self._again is not None:
            self._on_hint(Directories(self._again))
            self._again = None
        now = self._clock()
        if now - self._looked >= (LOOK_EVERY_POLLING if self._polling else LOOK_EVERY):
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


def _remedy(error: Exception) -> str | None:
    """Return what to do about an error that will come again, or None when starting again may help.

    watchfiles passes the number of the system's error in its text only.
    """
    words = str(error)
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.ENOSPC or "watch limit reached" in words or "No space left on device" in words:
        return (
            "raise the limit of watched folders (on Linux: sudo sysctl fs.inotify.max_user_watches=524288), "
            "then start again"
        )
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


def _nothing(stop: threading.Event) -> Generator[set[FileChange], None, None]:
    while not stop.wait(TIMEOUT / 1000):
        yield set()


def _watchfiles(*paths: str, **options: Any) -> Generator[set[FileChange], None, None]:
    from watchfiles import watch  # noqa: PLC0415 - brings anyio, 60 ms that a single build need not pay

    return watch(*paths, **options)
