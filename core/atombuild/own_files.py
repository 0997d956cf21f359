"""What of ours may lie in a project's folder, and is no input of it: where we write, keep and remember.

CI systems want caches below the project, and people send our output into a file there. Watched, it would make every
build the cause of the next; packed, it would be published.
"""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from atombuild.folders import cache_folder, settings_path, state_folder, whole
from atombuild.places import places_below

_held: set[int] = {1, 2}


def hold(descriptor: int) -> None:
    """Note that we write to this descriptor for as long as it is open, as we do to standard output and error."""
    _held.add(descriptor)


def let_go(descriptor: int) -> None:
    """Note that the descriptor is about to be closed."""
    _held.discard(descriptor)


def own_outputs() -> frozenset[tuple[int, int]]:
    """Return device and inode of the regular files that what we say goes to."""
    found = set()
    for descriptor in tuple(_held):
        try:
            status = os.fstat(descriptor)
        except OSError:
            continue  # closed, as a daemon's are
        if stat.S_ISREG(status.st_mode):
            found.add((status.st_dev, status.st_ino))
    return frozenset(found)


def own_places(root: Path) -> frozenset[str]:
    """Return where below ``root`` our cache, our state and our settings are, or would be; ``/`` between parts."""
    folders = (whole(cache_folder()), whole(state_folder()), settings_path())
    return frozenset().union(*(places_below(root, folder) for folder in folders)) - {""}


def temporary_places(root: Path) -> frozenset[str]:
    """Return where below ``root`` temporary files go: ours, and those of the programs that build."""
    return places_below(root, Path(tempfile.gettempdir())) - {""}
