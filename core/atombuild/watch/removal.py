"""Whether the project is being removed right now: what is built in the middle of ``rm -rf`` stands in its way.

Files of the project are gone, and deletions go on, be it in folders that nobody watches: then a build can wait until
they have stopped. What is left then is what there is to build, or nothing, and nothing is made anew.

Nothing tells what happens in the folders that are passed over. So while files of the project are gone, the uppermost
of those folders are looked at from time to time: whatever is removed below them, their times of change move on.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Hashable, Iterable
from typing import Final

PAUSE: Final = 0.3
"""Seconds without a deletion after which a removal is over: a slow disk or a busy machine makes it falter."""

LONGEST: Final = 10.0
"""Seconds after which nobody waits any longer: something may delete files of its own for ever."""


MOST_FOLDERS: Final = 2000
"""Folders that are looked at to find out whether something vanishes in them."""


class Removal:
    """The deletions that were heard of. It never reads a clock: ``now`` is seconds of one that only goes forward."""

    def __init__(self, elsewhere: Callable[[], Hashable] = lambda: None) -> None:
        """``elsewhere``: returns another value whenever something vanished where nothing watches."""
        self._first = self._last = float("-inf")
        self._elsewhere = elsewhere
        self._seen: Hashable = None

    def note(self, now: float) -> None:
        """Something was deleted. From any thread."""
        if now - self._last >= PAUSE:
            self._first = now
            self._seen = None
        self._last = now

    def goes_on(self, now: float) -> bool:
        """Whether more may be deleted in a moment."""
        if now - self._first >= LONGEST:
            return False
        seen, self._seen = self._seen, self._elsewhere()
        if seen is not None and seen != self._seen:
            self._last = now
        return now - self._last < PAUSE


def times_of_change(folders: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Return when these folders, and the uppermost below them, last got or lost an entry. Gone ones are left out."""
    found: list[tuple[str, int]] = []
    pending = deque(folders)
    while pending and len(found) < MOST_FOLDERS:
        folder = pending.popleft()
        try:
            found.append((folder, os.stat(folder, follow_symlinks=False).st_mtime_ns))  # noqa: PTH116 (a hot path)
            with os.scandir(folder) as listing:
                pending.extend(child.path for child in listing if child.is_dir(follow_symlinks=False))
        except OSError:
            continue
    return tuple(found)
