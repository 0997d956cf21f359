"""The session's view of the tree: a snapshot that remembers the one before it, so that each look costs little."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from atombuild.watch.entry import Entry, EntryKind, Signature
from atombuild.watch.filter import OF_THE_PROJECT, WatchFilter
from atombuild.watch.ground import Ground, OuterInput
from atombuild.watch.snapshot import Snapshot, diff, scan


@dataclass(frozen=True, slots=True)
class TreeView:
    """See :class:`atombuild.session.View`."""

    snapshot: Snapshot
    judge: WatchFilter | None = field(default=None, compare=False)
    """What decided which paths to look at."""

    shares: Shares = field(default_factory=dict, compare=False)
    """Worked out already, at this look or an earlier one."""

    def changed_since(self, earlier: TreeView, *, by_stat: bool = False) -> tuple[str, ...]:
        """Return the paths that differ, sorted; not those that only one of the two looks had to look at."""
        old, new = earlier.snapshot.entries, self.snapshot.entries
        if by_stat:
            paths = sorted(path for path in old.keys() | new.keys() if _rewritten(old.get(path), new.get(path)))
        else:
            paths = [change.path for change in diff(earlier.snapshot, self.snapshot)]
        return tuple(path for path in paths if not self._is_of_scope(path, earlier))

    def _is_of_scope(self, path: str, earlier: TreeView) -> bool:
        """Whether a path came or went only because the project's rules are others now."""
        if path not in self.snapshot.entries:
            return _passes_over(self.judge, path)
        return path not in earlier.snapshot.entries and _passes_over(earlier.judge, path)

    @property
    def files(self) -> int:
        """How many files are watched."""
        return len(self.snapshot.entries)

    @property
    def passed_over(self) -> tuple[tuple[str, str], ...]:
        """Return which folders are not watched, and by which rule, in words."""
        return tuple((ignored.culprit, ignored.why) for ignored in self.snapshot.passed_over)

    def newest(self, paths: Iterable[str]) -> float | None:
        """Return when the newest of these was saved, in seconds since the epoch; None: none of them is there.

        A file that was moved here, or copied with its times, keeps an old time of writing; the system's own time of
        change tells when it came. (On Windows that is the time of creation: then it is never the later of the two.)
        """
        entries = [entry for path in paths if (entry := self.snapshot.entries.get(path)) is not None]
        times = [max(entry.signature.mtime_ns, entry.signature.ctime_ns) for entry in entries]
        return max(times, default=0) / 1e9 or None

    def lacks(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Return those of these paths that were not seen, sorted."""
        return tuple(sorted(path for path in paths if path not in self.snapshot.entries))

    def fingerprint(self, admits: Callable[[str], bool]) -> str | None:
        """Return a hash over path, executable bit and content of every admitted file.

        It is the sum of a hash for each, so that only files that changed are hashed anew.
        """
        total = 0
        for path, entry in self.snapshot.entries.items():
            if not admits(path):
                continue
            known = self.shares.get(path)
            if known is None or known[0] is not entry:
                if entry.digest is None and entry.fault is None and entry.signature.kind is EntryKind.FILE:
                    return None
                known = self.shares[path] = entry, _share(path, entry)
            total += known[1]
        return f"{total % _MODULUS:064x}"


def _share(path: str, entry: Entry) -> int:
    """Return what one file adds to the fingerprint."""
    # What has no content to hash, or none that we may read, still differs from what has.
    content = entry.digest or f"{entry.signature.kind.value} {entry.fault}".encode()
    name = path.encode("utf-8", "surrogateescape")
    line = b"%d:%s%d" % (len(name), name, entry.signature.executable) + content
    return int.from_bytes(hashlib.sha256(line).digest(), "big")


_MODULUS: Final = 1 << 256

Shares = dict[str, tuple[Entry, int]]
"""By path: the entry, and what it adds to the fingerprint."""


def _passes_over(judge: WatchFilter | None, path: str) -> bool:
    ignored = None if judge is None else judge.passed_by(path) or judge.verdict(path, folder=False)
    return ignored is not None and ignored.rule in OF_THE_PROJECT


def with_history(snapshot: Snapshot, ground: Ground) -> Snapshot:
    """Return what was seen together with the commit, the branch and the tags."""
    history = ground.history
    if history is None:
        return snapshot
    entries = {ground.input_at(path).name: entry for path, entry in history.entries()}
    folders = frozenset(name for path in history.listened() for name in _folders_below(ground.input_at(path)))
    return Snapshot({**snapshot.entries, **entries}, snapshot.passed_over, snapshot.folders | folders)


def _folders_below(listened: OuterInput) -> Iterator[str]:
    for above, _, _ in os.walk(listened.path):
        yield listened.name + above[len(listened.path) :].replace(os.sep, "/")


class Looker:
    """Looks at one project's tree again and again."""

    def __init__(self, root: Path, out_dir: Path, ground: Ground | None = None) -> None:
        """``ground``: what is watched, where others share it."""
        self._ground = ground or Ground(root, out_dir)
        self._last: Snapshot | None = None
        self._shares: Shares = {}

    def __call__(self, keep: Callable[[str], bool], breathe: Callable[[], object] = lambda: None) -> TreeView:
        """Look now. See :class:`atombuild.session.Look`."""
        ground = self._ground
        ground.refresh()
        ground.keep = keep
        watched = ground.filter(keep, looking=True)
        self._last = with_history(scan(ground.root, watched, self._last, outer=ground.outer, breathe=breathe), ground)
        ground.take_look(self._last.folders, self._last.passed_over)
        self._shares = {path: share for path, share in self._shares.items() if path in self._last.entries}
        return TreeView(self._last, watched, self._shares)

    def seen(self, path: str) -> Signature | None:
        """Return what the last look said of a regular file; None: it said nothing of such a file."""
        entry = None if self._last is None else self._last.entries.get(path)
        return entry.signature if entry is not None and entry.signature.kind is EntryKind.FILE else None


def _rewritten(old: Entry | None, new: Entry | None) -> bool:
    if old is None or new is None:
        return True
    return old.signature != new.signature or not old.same_content(new)
