"""The folder of this user where environments and unpacked sdists are kept between builds and between starts."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from platformdirs import user_cache_path

from atombuild.errors import WriteFailed

OVERRIDE: Final = "ATOMBUILD_CACHE_DIR"
"""The variable that names another folder."""

LIMIT: Final = 4 * 1024**3
"""Bytes that all kept environments may take; beyond it those that were not used for longest go."""


def cache_folder() -> Path:
    """Return the folder; it may not be there yet."""
    named = os.environ.get(OVERRIDE)
    return Path(named).absolute() if named else user_cache_path("atombuild")


def environments_folder() -> Path:
    """Return the folder of environments, created."""
    return _made(cache_folder() / "environments")


def work_folder(root: Path, out_dir: Path) -> Path:
    """Return a folder for what is unpacked in builds of ``root`` into ``out_dir``: always the same for these two.

    Compilers keep what did not change only where the paths of the sources stay the same. An empty ``.gitignore`` tells
    backends that look for one upwards (hatchling) that nothing here is ignored: a home may have one of ``*``.
    """
    both = os.fsencode(root.resolve()) + b"\0" + os.fsencode(out_dir.resolve())
    name = hashlib.sha256(both).hexdigest()[:16]
    folder = _made(cache_folder() / "work" / name)
    ignore = folder / ".gitignore"
    try:
        if not ignore.exists():
            ignore.touch()
    except OSError as error:
        raise WriteFailed(ignore, error) from error
    return folder


def size_of(folder: Path) -> int:
    """Return the bytes that a folder's files take, as far as they can be looked at."""
    total = 0
    for each in _walk(folder):
        with contextlib.suppress(OSError):
            total += each.stat(follow_symlinks=False).st_size
    return total


def empty_cache() -> tuple[int, int]:
    """Remove everything that is kept; return how many environments that were, and how many bytes in all.

    Raises :class:`WriteFailed` for what can't be removed.
    """
    folder = cache_folder()
    environments = folder / "environments"
    count = sum(1 for _ in environments.iterdir()) if environments.is_dir() else 0
    freed = size_of(folder)
    for part in ("environments", "work", "kept"):
        try:
            shutil.rmtree(folder / part)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise WriteFailed(folder / part, error) from error
    return count, freed


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


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise WriteFailed(folder, error) from error
    return folder
