"""The session's view of the tree: a snapshot that remembers the one before it, so that each look costs little."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from atombuild.watch.entry import Entry, EntryKind
from atombuild.watch.filter import WatchFilter
from atombuild.watch.snapshot import Snapshot, diff, scan


@dataclass(frozen=True, slots=True)
class TreeView:
    """See :class:`atombuild.session.View`."""

    snapshot: Snapshot

    def changed_since(self, earlier: TreeView, *, by_stat: bool = False) -> tuple[str, ...]:
        """Return the paths that differ, sorted."""
        if not by_stat:
            return tuple(change.path for change in diff(earlier.snapshot, self.snapshot))
        old, new = earlier.snapshot.entries, self.snapshot.entries
        return tuple(sorted(path for path in old.keys() | new.keys() if _rewritten(old.get(path), new.get(path))))

    def lacks(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Return those of these paths that were not seen, sorted."""
        return tuple(sorted(path for path in paths if path not in self.snapshot.entries))

    def fingerprint(self, admits: Callable[[str], bool]) -> str | None:
        """Return a hash over path, executable bit and content of every admitted file, in order."""
        digest = hashlib.sha256()
        for path, entry in sorted(self.snapshot.entries.items()):
            if admits(path):
                if entry.digest is None and entry.fault is None and entry.signature.kind is EntryKind.FILE:
                    return None
                # What has no content to hash, or none that we may read, still differs from what has.
                content = entry.digest or f"{entry.signature.kind.value} {entry.fault}".encode()
                name = path.encode("utf-8", "surrogateescape")
                digest.update(b"%d:%s%d" % (len(name), name, entry.signature.executable) + content)
        return digest.hexdigest()


class Looker:
    """Looks at one project's tree again and again."""

    def __init__(self, root: Path, out_dir: Path) -> None:
        self._root = root
        self._out_dir = out_dir
        self._last: Snapshot | None = None

    def __call__(self, keep: Callable[[str], bool], breathe: Callable[[], object] = lambda: None) -> TreeView:
        """Look now. See :class:`atombuild.session.Look`."""
        self._last = scan(self._root, WatchFilter(self._root, self._out_dir, keep), self._last, breathe=breathe)
        return TreeView(self._last)


def _rewritten(old: Entry | None, new: Entry | None) -> bool:
    if old is None or new is None:
        return True
    return old.signature != new.signature or not old.same_content(new)
