"""Where one folder lies as seen from another, whichever names lead to the two.

A project may be reached through a link, its output directory through another one, and either may lie in the other.
"""

from __future__ import annotations

import os
from pathlib import Path


def places_below(root: Path, folder: Path) -> frozenset[str]:
    """Return where below ``root`` ``folder`` lies, by its name and by where links lead; ``/`` between parts.

    The empty text means that the two are the same folder.
    """
    pairs = ((root.absolute(), folder.absolute()), (root.resolve(), folder.resolve()))
    places = (_relative(base, inner) for base, inner in pairs)
    return frozenset(place for place in places if place is not None)


def key_of(root: Path, out_dir: Path) -> str:
    """Return what a project is called in files of its output directory: moving both together loses nothing."""
    try:
        return Path(os.path.relpath(root, out_dir)).as_posix()
    except ValueError:  # Windows: another drive
        return root.as_posix()


def _relative(base: Path, inner: Path) -> str | None:
    try:
        relative = os.path.relpath(inner, base).replace(os.sep, "/")
    except ValueError:  # Windows: another drive
        return None
    if relative == ".." or relative.startswith("../"):
        return None
    return "" if relative == "." else relative
