"""Notice of changes on Linux: one watch for each folder that is looked into, and none for what is passed over.

    start ─► walk: watch a folder, then list it ─► events ─┬─ a folder appeared: watch it, and what is in it already
                                                           ├─ a look went through other folders: follow it
                                                           └─ a folder went: so do the watches below it

A folder is watched *before* it is listed, so that nothing which comes into it is missed by both. What was put into a
folder before its watch was up is not told by anybody: of each folder that is new to the watcher it is said that it is,
and then it is looked at.
"""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from atombuild.watch import inotify
from atombuild.watch.filter import WatchFilter
from atombuild.watch.ground import Ground, OuterInput
from atombuild.watch.inotify import Event, Inotify
from atombuild.watch.source import TIMEOUT, Batch

_TICK: Final = 0.1
"""Seconds between two looks whether to stop."""

_DEBOUNCE: Final = 0.01
"""Seconds in which more may follow."""

_LONGEST_DEBOUNCE: Final = 0.05

_RETRY: Final = 10.0
"""Seconds between two tries to watch what could not be watched."""

_NO_MORE: Final = frozenset({errno.ENOSPC, errno.ENOMEM})
_LEFT: Final = inotify.MOVED_FROM | inotify.DELETE
_CAME: Final = inotify.MOVED_TO | inotify.CREATE


def watch_per_folder(base: str, ground: Ground, stop: threading.Event) -> Generator[Batch, None, None]:
    """Watch what is looked into. See :class:`atombuild.watch.source.Source`."""
    queue = Inotify()
    try:
        watches = _Watches(queue, base, ground)
        watches.walk()
        yield watches.batch()
        quiet_since = time.monotonic()
        while not stop.is_set():
            events = list(_burst(queue))
            watches.take(events)
            watches.follow()
            if watches.has_news or time.monotonic() - quiet_since >= TIMEOUT:
                quiet_since = time.monotonic()
                yield watches.batch()
    finally:
        queue.close()


def _burst(queue: Inotify) -> Iterator[Event]:
    """Yield what comes in, and what follows at once."""
    began = time.monotonic()
    wait = _TICK
    while events := queue.read(wait):
        yield from events
        wait = _DEBOUNCE
        if time.monotonic() - began >= _TICK + _LONGEST_DEBOUNCE:
            return


@dataclass(slots=True)
class _News:
    """What the next batch says."""

    paths: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)
    unreadable: dict[str, str] = field(default_factory=dict)
    deleted: bool = False
    lost: bool = False
    root_gone: bool = False


class _Watches:
    """Which folders are watched, each by the name under which it is looked at."""

    def __init__(self, queue: Inotify, base: str, ground: Ground) -> None:
        self._queue = queue
        self._base = base
        self._ground = ground
        self._names: dict[int, set[str]] = {}
        """By watch. One folder may be looked at under two names: below the root, and as an input beyond it."""
        self._numbers: dict[str, int] = {}
        """By name."""
        self._news = _News()
        self._told: set[str] = set()
        """The folders that were said to be unreadable."""
        self._short: OSError | None = None
        self._tried = 0.0
        self._followed: frozenset[str] | None = None
        self._outer: tuple[OuterInput, ...] = ()
        self._reach: frozenset[str] = frozenset()
        """The folders that outer inputs lie in: only there it is told that one was replaced, or made."""
        self._missing: set[str] = set()
        """Folders that should be watched, and are not: not there, or the system has no more watches."""

    @property
    def has_news(self) -> bool:
        """Whether there is something to tell."""
        return self._news != _News()

    def batch(self) -> Batch:
        """Return what is new since the last batch."""
        news, self._news = self._news, _News()
        told = tuple(sorted((name, why) for name, why in news.unreadable.items() if name not in self._told))
        self._told.update(news.unreadable)
        return Batch(
            frozenset(news.paths),
            news.deleted,
            frozenset(news.folders),
            news.lost,
            news.root_gone,
            told,
            self._short,
        )

    def walk(self) -> None:
        """Watch the root, with all that is looked into below it."""
        if self._watch("", follow=True):
            self._walk_below("", self._ground.judge())
        self.follow()
        self._news = _News(unreadable=self._news.unreadable)

    def take(self, events: list[Event]) -> None:
        """Understand what happened."""
        judge: WatchFilter | None = None
        for event in events:
            if event.mask & inotify.OVERFLOW:
                self._news.lost = True
                self._followed = None
            elif event.mask & inotify.IGNORED:
                self._news.root_gone |= "" in self._names.get(event.watch, ())
                self._forget(event.watch)
            elif not event.name:
                self._take_of_itself(event)
            else:
                for folder in tuple(self._names.get(event.watch, ())):
                    judge = judge or self._ground.judge()
                    self._take_inside(f"{folder}/{event.name}" if folder else event.name, event.mask, judge)

    def follow(self) -> None:
        """Watch what the latest look went through, and nothing else; try again what could not be watched."""
        looked, outer = self._ground.folders, self._ground.listened
        if looked is not self._followed or outer != self._outer:
            if outer != self._outer:
                self._outer = outer
                self._reach = frozenset(_folder_of(each.name) for each in outer)
                self._walk_outer()
            self._followed = looked
            wanted = self._reach | looked if looked is not None else self._reach
            if looked is not None:
                for name in self._numbers.keys() - wanted:
                    self._unwatch(name)
            self._missing = set(wanted - self._numbers.keys())
        elif not self._missing or time.monotonic() - self._tried < _RETRY:
            return
        self._add_missing()

    def _add_missing(self) -> None:
        self._tried = time.monotonic()
        self._short = None
        # Those at the top first: where watches are short, they are worth most.
        for name in sorted(self._missing, key=lambda name: (name.count("/"), name)):
            if self._watch(name, follow=name in self._reach or self._ground.is_outer(name)):
                self._missing.discard(name)
                # Looked at before it was watched: what came in between was not seen.
                self._news.folders.add(name)
            if self._is_short():
                return

    def _is_short(self) -> bool:
        return self._short is not None

    def _watch(self, name: str, *, follow: bool = False) -> bool:
        """Watch one folder; return whether it is watched now. ``follow``: also where a link leads to one."""
        try:
            number = self._queue.add(self._place_of(name), follow=follow)
        except OSError as error:
            if error.errno in _NO_MORE:
                self._short = self._short or error
                self._missing.add(name)
            elif error.errno in {errno.EACCES, errno.EPERM}:
                self._news.unreadable[name] = error.strerror or str(error)
            return False
        self._told.discard(name)
        old = self._numbers.get(name)
        if old is not None and old != number:
            self._unwatch(name)
        self._numbers[name] = number
        self._names.setdefault(number, set()).add(name)
        return True

    def _walk_outer(self) -> None:
        """Watch the outer inputs that are folders, before anybody has looked at them."""
        judge = self._ground.judge()
        for each in self._outer:
            if each.name not in self._numbers and self._watch(each.name, follow=True):
                self._news.folders.add(each.name)
                self._walk_below(each.name, judge)

    def _walk_below(self, start: str, judge: WatchFilter) -> None:
        """Watch what is looked into below a folder that is watched."""
        pending = [start]
        while pending:
            folder = pending.pop()
            try:
                with os.scandir(self._place_of(folder)) as listing:
                    below = [child.name for child in listing if _is_folder(child)]
            except OSError:
                continue  # gone again, or unreadable: then it was not watched, and that was said
            for child in below:
                name = f"{folder}/{child}" if folder else child
                if judge.descends(name) and self._watch(name):
                    pending.append(name)

    def _take_inside(self, name: str, mask: int, judge: WatchFilter) -> None:
        if (name.startswith("../") or Path(name).is_absolute()) and judge.inner(name) is None:
            return  # next to an input that is a single file
        self._news.paths.add(name)
        if mask & _LEFT:
            self._news.deleted = True
        if not mask & inotify.IS_FOLDER:
            return
        if mask & inotify.MOVED_FROM:
            for other in [other for other in self._numbers if other == name or other.startswith(f"{name}/")]:
                self._unwatch(other)
        if mask & _CAME and judge.descends(name) and self._watch(name):
            self._news.folders.add(name)
            self._walk_below(name, judge)

    def _take_of_itself(self, event: Event) -> None:
        """Take what happened to a watched folder itself; its parent tells the rest, where that is watched."""
        names = self._names.get(event.watch, set())
        if event.mask & (inotify.DELETE_SELF | inotify.MOVE_SELF):
            if "" in names:
                self._news.root_gone = True
            self._news.paths.update(names)
            self._news.deleted = True
            self._followed = None  # one of the same name may come back
            if event.mask & inotify.MOVE_SELF:
                for name in tuple(names):
                    self._unwatch(name)

    def _unwatch(self, name: str) -> None:
        number = self._numbers.pop(name, None)
        if number is None:
            return
        names = self._names.get(number, set())
        names.discard(name)
        if not names:
            self._names.pop(number, None)
            try:
                self._queue.remove(number)
            except OSError:
                return  # the folder is gone, and its watch with it

    def _forget(self, number: int) -> None:
        for name in self._names.pop(number, ()):
            if self._numbers.get(name) == number:
                del self._numbers[name]

    def _place_of(self, name: str) -> str:
        return self._ground.place_of(name, self._base)


def _folder_of(name: str) -> str:
    """Return the folder that an outer input lies in."""
    return name.rpartition("/")[0] or ("/" if name.startswith("/") else "")


def _is_folder(child: os.DirEntry[str]) -> bool:
    try:
        return child.is_dir(follow_symlinks=False)
    except OSError:
        return False
