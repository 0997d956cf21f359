"""How editors save, step by step as they were seen to do it: a watcher meets these, not a plain write.

Each saves ``data`` as ``path``. Between the steps nothing is waited for, as editors don't.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

Save = Callable[[Path, bytes], None]


def in_place(path: Path, data: bytes) -> None:
    """Truncate and write: VS Code, nano, and most scripts."""
    path.write_bytes(data)


def in_pieces(path: Path, data: bytes) -> None:
    """Write in several calls, as a formatter or a slow disk does."""
    with path.open("wb", buffering=0) as file:
        for start in range(0, len(data), 16):
            file.write(data[start : start + 16])


def vim(path: Path, data: bytes) -> None:
    """Try whether files can be made here (``4913``), move the old one to a backup, write anew, drop the backup."""
    probe = path.with_name("4913")
    probe.touch()
    probe.unlink()
    backup = path.with_name(f"{path.name}~")
    if path.exists():
        path.rename(backup)
    path.write_bytes(data)
    os.chmod(path, 0o644)  # noqa: PTH101 - as it does
    backup.unlink(missing_ok=True)


def vim_with_a_copy(path: Path, data: bytes) -> None:
    """The same with ``backupcopy=yes``, and a swap file beside."""
    swap = path.with_name(f".{path.name}.swp")
    swap.write_bytes(b"b0VIM 9.0")
    if path.exists():
        path.with_name(f"{path.name}~").write_bytes(path.read_bytes())
    path.write_bytes(data)
    path.with_name(f"{path.name}~").unlink(missing_ok=True)
    swap.unlink()


def emacs(path: Path, data: bytes) -> None:
    """Lock by a link to nowhere, save what is typed in ``#…#``, keep a backup, write."""
    lock = path.with_name(f".#{path.name}")
    lock.symlink_to("author@machine.4711:1700000000")
    typed = path.with_name(f"#{path.name}#")
    typed.write_bytes(data)
    if path.exists():
        path.with_name(f"{path.name}~").write_bytes(path.read_bytes())
    path.write_bytes(data)
    typed.unlink()
    lock.unlink()
    path.with_name(f"{path.name}~").unlink(missing_ok=True)


def by_rename(path: Path, data: bytes) -> None:
    """Write beside, sync, rename over: what careful editors and tools do."""
    beside = path.with_name(f".{path.name}.{random.randrange(1 << 30):x}.tmp")  # noqa: S311 - a name
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def pycharm(path: Path, data: bytes) -> None:
    """Its safe write: a new file beside, the old one out of the way, the new one in, the old one gone."""
    new, old = path.with_name(f"{path.name}___jb_tmp___"), path.with_name(f"{path.name}___jb_old___")
    new.write_bytes(data)
    if path.exists():
        path.rename(old)
    new.rename(path)
    old.unlink(missing_ok=True)


SAVES: tuple[Save, ...] = (in_place, in_pieces, vim, vim_with_a_copy, emacs, by_rename, pycharm)
