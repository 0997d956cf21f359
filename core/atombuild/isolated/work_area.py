"""Where an sdist is unpacked to make its wheel: outside of every tree, and always in the same place.

The same place, since compilers keep what did not change only where their paths stay the same. What the last build left
there goes before the next one begins: a stale ``build/lib`` would ship modules that are deleted by now. One thing
stays: cargo's ``target`` folder, which checks by itself what of it still holds.
"""

from __future__ import annotations

import filecmp
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from atombuild.archive.unpack import unpack_sdist
from atombuild.errors import WriteFailed

_FRESH: Final = "fresh"
_TREE: Final = "tree"
_CARGO_OUTPUT: Final = "target"


def unpack_for_wheel(sdist: Path, work: Path) -> Path:
    """Unpack ``sdist`` below ``work``; return its top folder.

    Raises :class:`atombuild.errors.SdistRejected`, :class:`atombuild.errors.SourceUnreadable` and :class:`WriteFailed`.
    """
    fresh, tree = work / _FRESH, work / _TREE
    try:
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
    except OSError as error:
        raise WriteFailed(fresh, error) from error
    top = unpack_sdist(sdist, fresh)
    try:
        old = tree / top.name
        for output in list(_cargo_outputs(old)):
            _keep(old, top, output)
        if tree.exists():
            shutil.rmtree(tree)
        fresh.rename(tree)
    except OSError as error:
        raise WriteFailed(tree, error) from error
    return tree / top.name


def _cargo_outputs(folder: Path) -> Iterator[Path]:
    """Yield cargo's output folders, relative to ``folder``: at its top, or beside the manifest of a crate in it."""
    for manifest in (*folder.glob("Cargo.toml"), *folder.glob("*/Cargo.toml"), *folder.glob("*/*/Cargo.toml")):
        output = manifest.parent / _CARGO_OUTPUT
        if (output / "CACHEDIR.TAG").is_file() and not output.is_symlink():
            yield output.relative_to(folder)


def _keep(old: Path, new: Path, output: Path) -> None:
    """Move cargo's output over, and leave files that are the same as old as they were: cargo goes by that."""
    if (new / output).exists() or not (new / output.parent).is_dir():
        return
    for folder, _, names in os.walk(new):
        for name in names:
            file = Path(folder) / name
            before = old / file.relative_to(new)
            if before.is_file() and not before.is_symlink() and filecmp.cmp(before, file, shallow=False):
                found = before.stat()
                os.utime(file, ns=(found.st_atime_ns, found.st_mtime_ns))
    (old / output).rename(new / output)
