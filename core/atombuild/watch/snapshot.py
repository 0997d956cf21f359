"""What the watched tree looks like, and what differs between two looks: stat and content decide.

A scan walks every path that the filter lets through and reads as little as it can:

* a signature equal to the last scan's, and not racy: the old entry stands, nothing is read;
* a racy entry: read again, its signature proves nothing (see :mod:`atombuild.watch.entry`);
* a signature that differs though the size does not, and the old content's hash is known: read, so that
  ``touch`` and a save without a change are no change;
* anything else: read as long as the hashes known stay within a budget, smallest files first. Beyond it a
  later difference in signature counts as a change.

Folders as such don't count, only what is in them. Nothing found on disk raises: what can't be read is recorded
as such, and a change of readability is a change.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from atombuild.changes import How
from atombuild.watch.entry import Entry, EntryKind, Signature, read_digest
from atombuild.watch.filter import Ignored, Rule, WatchFilter
from atombuild.watch.ground import OuterInput, place_of
from atombuild.watch.walk import Walk

HASH_BUDGET: Final = 64 << 20
"""Bytes of content that are read only so that a later ``touch`` can be told from a change."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two snapshots."""

    path: str
    """Relative to the root, ``/`` between parts, surrogate escapes for undecodable bytes."""

    how: How


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The watched tree at one moment."""

    entries: Mapping[str, Entry]
    """By path, as in :class:`Change`; folders only where they can't be listed."""

    passed_over: tuple[Ignored, ...] = ()
    """Folders that are not watched, and files that our own output goes to, and why."""

    folders: frozenset[str] = frozenset()
    """The folders that were listed, by name; "" is the root."""


def scan(
    root: Path,
    watched: WatchFilter,
    previous: Snapshot | None = None,
    clock: Callable[[], int] = time.time_ns,
    *,
    outer: tuple[OuterInput, ...] = (),
    hash_budget: int = HASH_BUDGET,
    breathe: Callable[[], object] = lambda: None,
) -> Snapshot:
    """Look at the tree, and at the ``outer`` inputs. ``clock`` gives nanoseconds of the clock that stamps the files.

    ``breathe`` is called for every folder and before each block that is read; what it raises ends the look.
    """
    watched.refresh()
    now = clock()  # before the first stat: whatever is written from here on is racy
    before = previous.entries if previous else {}
    entries: dict[str, Entry] = {}
    optional: list[str] = []
    base = os.fspath(root)
    walk = Walk(base, watched, outer, breathe)
    for path, found in walk.entries():
        old = before.get(path)
        if isinstance(found, int):
            entries[path] = Entry(Signature(EntryKind.SEALED, None, executable=False), fault=found)
        elif old is not None and old.signature == found and not old.racy and old.fault is None:
            entries[path] = old
            if old.digest is None and found.kind is EntryKind.FILE:
                optional.append(path)
        else:
            entry = Entry(found, racy=found.is_racy(now))
            entries[path] = entry
            if found.kind is EntryKind.FILE:
                if entry.racy or _worth_reading(old, found):
                    _read(place_of(path, base, outer), path, entries, breathe)
                else:
                    optional.append(path)
    _read_within(lambda path: place_of(path, base, outer), optional, entries, hash_budget, breathe)
    passed_over = (*watched.passed_over(), *walk.left_out, *(Ignored(Rule.SAID, name) for name in sorted(walk.said)))
    return Snapshot(entries, passed_over, frozenset(walk.folders))


def diff(old: Snapshot, new: Snapshot) -> tuple[Change, ...]:
    """Return what differs, sorted by path."""
    changes = [Change(path, How.REMOVED) for path in old.entries.keys() - new.entries.keys()]
    for path, later in new.entries.items():
        earlier = old.entries.get(path)
        if earlier is None:
            changes.append(Change(path, How.ADDED))
        elif earlier is not later and not earlier.same_content(later):
            changes.append(Change(path, How.MODIFIED))
    return tuple(sorted(changes, key=lambda change: change.path))


def _worth_reading(old: Entry | None, found: Signature) -> bool:
    """Whether content can still prove that nothing changed."""
    if old is None:
        return False
    return old.racy or old.fault is not None or (old.digest is not None and old.signature.size == found.size)


def _read(place: str, path: str, entries: dict[str, Entry], breathe: Callable[[], object]) -> None:
    """Add the content's hash to an entry, or why there is none; drop the entry when its file is gone."""
    entry = entries[path]
    try:
        digest = read_digest(place, entry.signature, breathe)
    except OSError as error:
        if error.errno in {errno.ENOENT, errno.ENOTDIR}:
            del entries[path]
        else:
            entries[path] = replace(entry, fault=error.errno or errno.EIO)
    else:
        entries[path] = replace(entry, digest=digest, racy=entry.racy or digest is None)


def _read_within(
    places: Callable[[str], str],
    optional: list[str],
    entries: dict[str, Entry],
    budget: int,
    breathe: Callable[[], object],
) -> None:
    if not optional:
        return
    left = budget - sum(entry.signature.size for entry in entries.values() if entry.digest is not None)
    for path in sorted(optional, key=lambda path: entries[path].signature.size):
        left -= entries[path].signature.size
        if left < 0:
            break
        _read(places(path), path, entries, breathe)
