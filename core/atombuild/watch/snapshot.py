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
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from atombuild.changes import How
from atombuild.watch.entry import Entry, EntryKind, Signature, look, read_digest, signature_of
from atombuild.watch.filter import Ignored, WatchFilter

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
    """Folders that are not watched, and why."""


def scan(
    root: Path,
    watched: WatchFilter,
    previous: Snapshot | None = None,
    clock: Callable[[], int] = time.time_ns,
    *,
    hash_budget: int = HASH_BUDGET,
    breathe: Callable[[], object] = lambda: None,
) -> Snapshot:
    """Look at the tree. ``clock`` gives nanoseconds of the same clock that stamps the files.

    ``breathe`` is called for every folder and before each block that is read; what it raises ends the look.
    """
    watched.refresh()
    now = clock()  # before the first stat: whatever is written from here on is racy
    base = os.fspath(root)
    before = previous.entries if previous else {}
    entries: dict[str, Entry] = {}
    optional: list[str] = []
    for path, found in _walk(base, watched, breathe):
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
                    _read(base, path, entries, breathe)
                else:
                    optional.append(path)
    _read_within(base, optional, entries, hash_budget, breathe)
    return Snapshot(entries, watched.passed_over())


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


def _read(base: str, path: str, entries: dict[str, Entry], breathe: Callable[[], object]) -> None:
    """Add the content's hash to an entry, or why there is none; drop the entry when its file is gone."""
    entry = entries[path]
    try:
        digest = read_digest(f"{base}/{path}", entry.signature, breathe)
    except OSError as error:
        if error.errno in {errno.ENOENT, errno.ENOTDIR}:
            del entries[path]
        else:
            entries[path] = replace(entry, fault=error.errno or errno.EIO)
    else:
        entries[path] = replace(entry, digest=digest, racy=entry.racy or digest is None)


def _read_within(
    base: str, optional: list[str], entries: dict[str, Entry], budget: int, breathe: Callable[[], object]
) -> None:
    if not optional:
        return
    left = budget - sum(entry.signature.size for entry in entries.values() if entry.digest is not None)
    for path in sorted(optional, key=lambda path: entries[path].signature.size):
        left -= entries[path].signature.size
        if left < 0:
            break
        _read(base, path, entries, breathe)


def _walk(base: str, watched: WatchFilter, breathe: Callable[[], object]) -> Iterator[tuple[str, Signature | int]]:
    """Yield every watched path with its signature, or with the number of the error that hides it."""
    pending = [""]
    while pending:
        breathe()
        folder = pending.pop()
        prefix = f"{folder}/" if folder else ""
        try:
            with os.scandir(f"{base}/{folder}") as listing:
                children = list(listing)
        except OSError as error:
            if error.errno not in {errno.ENOENT, errno.ENOTDIR}:
                yield folder, error.errno or errno.EIO
            continue
        for child in children:
            path = prefix + child.name
            try:
                is_folder = child.is_dir(follow_symlinks=False)
                is_link = not is_folder and child.is_symlink()
            except OSError:
                is_folder = is_link = False  # no type from the listing and none from stat: look() will say why
            if is_folder:
                if watched.descends(path):
                    pending.append(path)
            elif watched.verdict(path, folder=False) is None:
                found = _look(child, link=is_link)
                if found is not None:
                    yield path, found


def _look(child: os.DirEntry[str], *, link: bool) -> Signature | int | None:
    if link or os.name == "nt":  # a listing on Windows knows no inode
        return look(child.path, link=link)
    try:
        return signature_of(child.stat(follow_symlinks=False), None)
    except OSError:
        return look(child.path, link=False)
