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


_APART: Final = Path(".nox", ".svn")
"""The first is a name that hatchling enters under no circumstances; of ignore files it reads the topmost alone. The
second is one that setuptools leaves out of each sdist, whatever MANIFEST.in takes in (``graft .``)."""

_PROJECT_FILES: Final = ("pyproject.toml", "setup.py", "setup.cfg")


def cache_folder() -> Path:
    """Return the folder for what can be made anew; it may not be there yet."""
    return _apart(_named(CACHE_VARIABLE) or user_cache_path("atombuild"))


def state_folder() -> Path:
    """Return the folder for what is to last; it may not be there yet."""
    return _apart(_named(STATE_VARIABLE) or user_state_path("atombuild"))


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


def whole(folder: Path) -> Path:
    """Return the topmost folder that is ours alone: :func:`cache_folder` and the like may lie two deep in a project."""
    return folder.parent if _is_apart(folder) else folder


def mark_as_ours(folder: Path) -> None:
    """Mark a folder of ours that stands, where it lies in a project: no tool is to pack it. Raises ``OSError``."""
    if not _is_apart(folder):
        return
    for name, text in _MARKS.items():
        if not (folder / name).exists():
            (folder / name).write_text(text, encoding="utf-8")


_MARKS: Final = {
    ".gitignore": "*\n",
    "CACHEDIR.TAG": "Signature: 8a477f597d28d172789f06886806bc55\n# Made by atombuild-tui, see https://bford.info/cachedir/\n",
}


def _is_apart(folder: Path) -> bool:
    return folder.parts[-2:] == _APART.parts


def _apart(folder: Path) -> Path:
    """Return the folder to use for one that may lie in a project, as CI systems want it: there, one that is not packed.

    What other tools look for is put into it by :func:`mark_as_ours`.
    """
    places = (above / name for above in (folder, *folder.parents) for name in _PROJECT_FILES)
    # Not by pathlib, which raises where a folder above may not be entered.
    return folder / _APART if any(map(os.path.isfile, places)) else folder


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
