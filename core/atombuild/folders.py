"""Where this user's files are: what may be made anew, what is to last, and the settings."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from platformdirs import user_cache_path, user_config_path, user_state_path

CACHE_VARIABLE: Final = "ATOMBUILD_CACHE_DIR"
STATE_VARIABLE: Final = "ATOMBUILD_STATE_DIR"
SETTINGS_VARIABLE: Final = "ATOMBUILD_CONFIG"
"""The variables of the environment that name other places; the last one a file."""


def cache_folder() -> Path:
    """Return the folder for what can be made anew; it may not be there yet."""
    return _named(CACHE_VARIABLE) or user_cache_path("atombuild")


def state_folder() -> Path:
    """Return the folder for what is to last; it may not be there yet."""
    return _named(STATE_VARIABLE) or user_state_path("atombuild")


def settings_path() -> Path:
    """Return where the user's settings are, or would be."""
    return _named(SETTINGS_VARIABLE) or user_config_path("atombuild") / "settings.toml"


def name_for(root: Path, out_dir: Path) -> str:
    """Return the name of a folder for one project and one output directory: always the same for these two."""
    both = os.fsencode(root.resolve()) + b"\0" + os.fsencode(out_dir.resolve())
    return hashlib.sha256(both).hexdigest()[:16]


def size_of(folder: Path) -> int:
    """Return the bytes that a folder's files take, as far as they can be looked at."""
    total = 0
    for each in _walk(folder):
        with contextlib.suppress(OSError):
            total += each.stat(follow_symlinks=False).st_size
    return total


def _named(variable: str) -> Path | None:
    named = os.environ.get(variable)
    return Path(named).absolute() if named else None


def _walk(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield from _walk(Path(entry.path))
                else:
                    yield entry
    except OSError:
        return  # gone meanwhile, or not ours to see: it counts for nothing
