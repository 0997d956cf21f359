"""Where an sdist is unpacked to make its wheel: outside of every tree, and always in the same place.

The same place, since compilers keep what did not change only where their paths, and the times of their sources, stay
the same. What the last build left there goes before the next one begins: a stale ``build/lib`` would ship modules that
are deleted by now. One thing stays: cargo's ``target`` folder, which checks by itself what of it still holds.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

from atombuild.archive.renew import renew_sdist
from atombuild.errors import WriteFailed

_TREE: Final = "tree"
_CARGO_MANIFEST: Final = "Cargo.toml"
_CARGO_OUTPUT: Final = "target"


def unpack_for_wheel(sdist: Path, work: Path) -> Path:
    """Unpack ``sdist`` below ``work``; return its top folder, in which nothing else is left.

    Raises :class:`atombuild.errors.SdistRejected`, :class:`atombuild.errors.SourceUnreadable` and :class:`WriteFailed`.
    """
    tree = work / _TREE
    try:
        if tree.is_symlink():
            tree.unlink()
        tree.mkdir(mode=0o700, exist_ok=True)
        _remove_links(tree)
    except OSError as error:
        raise WriteFailed(tree, error) from error
    top, paths = renew_sdist(sdist, tree)
    try:
        _remove_others(tree, "", paths)
    except OSError as error:
        raise WriteFailed(tree, error) from error
    return top


def _remove_links(folder: Path) -> None:
    """Remove what is neither folder nor regular file: no hook may lead our writing out of here.

    Links of the last sdist are among it; those of this one are made when all else is written.
    """
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name != _CARGO_OUTPUT:  # large; and what is written there asks for itself what stands there
                    _remove_links(Path(entry.path))
            elif not entry.is_file(follow_symlinks=False):
                os.unlink(entry.path)  # noqa: PTH108 (the entry's path is a text)


def _remove_others(tree: Path, above: str, paths: frozenset[str]) -> None:
    with os.scandir(tree / above) as entries:
        for entry in entries:
            path = f"{above}/{entry.name}" if above else entry.name
            if path in paths:
                if entry.is_dir(follow_symlinks=False):
                    _remove_others(tree, path, paths)
            elif _is_cargo_output(entry, above, paths):
                continue
            elif entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path)
            else:
                os.unlink(entry.path)  # noqa: PTH108 (the entry's path is a text)


def _is_cargo_output(entry: os.DirEntry[str], above: str, paths: frozenset[str]) -> bool:
    """Whether this is cargo's own folder, beside the manifest of a crate that is still there."""
    if entry.name != _CARGO_OUTPUT or f"{above}/{_CARGO_MANIFEST}" not in paths:
        return False
    return entry.is_dir(follow_symlinks=False) and (Path(entry.path) / "CACHEDIR.TAG").is_file()
