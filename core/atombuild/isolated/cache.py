"""What is kept for this user between builds and between starts: environments, unpacked sdists, copies."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from atombuild.errors import WriteFailed
from atombuild.folders import cache_folder, mark_as_ours, name_for, size_of

PARTS: Final = ("environments", "work", "kept", "checks")
"""Environments, what was unpacked, copies of the last successes, and what a check left that was killed."""

LIMIT: Final = 4 * 1024**3
"""Bytes that all kept environments may take; beyond it those that were not used for longest go."""


def environments_folder() -> Path:
    """Return the folder of environments, created."""
    return _made(cache_folder() / "environments")


def work_folder(root: Path, out_dir: Path) -> Path:
    """Return a folder for what is unpacked in builds of ``root`` into ``out_dir``: always the same for these two.

    Compilers keep what did not change only where the paths of the sources stay the same. An empty ``.gitignore`` tells
    backends that look for one upwards (hatchling) that nothing here is ignored: a home may have one of ``*``.
    """
    folder = _made(cache_folder() / "work" / name_for(root, out_dir))
    ignore = folder / ".gitignore"
    try:
        if not ignore.exists():
            ignore.touch()
    except OSError as error:
        raise WriteFailed(ignore, error) from error
    return folder


def empty_cache() -> tuple[int, int]:
    """Remove everything that is kept; return how many environments that were, and how many bytes in all.

    Raises :class:`WriteFailed` for what can't be removed.
    """
    folder = cache_folder()
    environments = folder / "environments"
    count = sum(1 for _ in environments.iterdir()) if environments.is_dir() else 0
    freed = 0
    for part in PARTS:
        size = size_of(folder / part)
        try:
            shutil.rmtree(folder / part)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise WriteFailed(folder / part, error) from error
        freed += size
    return count, freed


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        mark_as_ours(cache_folder())
    except OSError as error:
        raise WriteFailed(folder, error) from error
    return folder
