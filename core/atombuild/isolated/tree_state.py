"""What stands in a folder that was installed from: told from what it was when it was installed.

Of an editable install a module is read where it stands, so the content of modules below the top does not count: an edit
of one shows by itself. What the install wrote down counts: ``pyproject.toml`` and whatever else is no module, which
modules there are, and, where the metadata is the backend's to find out, everything. Of any other install every file
counts. What backends leave in a tree (``build``, ``*.egg-info``, compiled modules) never does.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import tomli

from atombuild.watch.entry import Signature, look, read_digest
from atombuild.watch.filter import WatchFilter

_LEFT_BY_BUILDS: Final = frozenset({"build", "dist", ".pdm-build", ".eggs", "_skbuild", "target"})
"""Folders at the top of a tree."""

_COMPILED: Final = (".so", ".pyd", ".dylib", ".dll", ".o", ".obj", ".a", ".lib")
_LARGE: Final = 16 << 20
"""Bytes; beyond it the times of a file stand for its content."""


@dataclass(slots=True)
class TreeStates:
    """Looks at folders again and again; reads again what has changed."""

    _digests: dict[str, tuple[Signature, bytes]] = field(default_factory=dict)

    def state(self, root: Path, *, editable: bool) -> str:
        """Return a hash of all that counts; what can't be read counts as such, and never raises."""
        whole = not editable or _has_dynamic_metadata(root)
        total = hashlib.sha256()
        for path, signature in sorted(_files(root)):
            total.update(path.encode("utf-8", "surrogateescape") + b"\0")
            if isinstance(signature, int):
                total.update(b"%d" % signature)
            elif whole or "/" not in path or not path.endswith(".py"):
                total.update(b"%d" % signature.executable + self._content(root, path, signature))
            total.update(b"\n")
        return total.hexdigest()

    def _content(self, root: Path, path: str, signature: Signature) -> bytes:
        full = f"{root}/{path}"
        known = self._digests.get(full)
        if known is not None and known[0] == signature:
            return known[1]
        if signature.size > _LARGE:
            return b"%d %d %d" % (signature.size, signature.mtime_ns, signature.inode)
        now = time.time_ns()
        try:
            digest = read_digest(full, signature) if signature.size or signature.inode else b""
        except OSError as error:
            return b"fault %d" % (error.errno or 0)
        if digest is None:  # it is being written
            return b"now %d" % now
        if not signature.is_racy(now):
            self._digests[full] = signature, digest
        return digest


def _has_dynamic_metadata(root: Path) -> bool:
    """Whether the metadata is not all in ``pyproject.toml``, so that any file may say a part of it."""
    try:
        project = tomli.loads((root / "pyproject.toml").read_text(encoding="utf-8")).get("project")
    except (OSError, ValueError):  # not there, or not to be read: the build of it says so
        return True
    return not isinstance(project, dict) or bool(project.get("dynamic"))


def _files(root: Path) -> Iterator[tuple[str, Signature | int]]:
    watched = WatchFilter(root, root / "dist", lambda _path: False)
    pending = [""]
    while pending:
        above = pending.pop()
        try:
            with os.scandir(root / above) as listing:
                entries = list(listing)
        except OSError as error:
            yield above, error.errno or 0
            continue
        for entry in entries:
            path = f"{above}/{entry.name}" if above else entry.name
            if entry.is_dir(follow_symlinks=False):
                if watched.descends(path) and not entry.name.endswith(".egg-info") and path not in _LEFT_BY_BUILDS:
                    pending.append(path)
            elif watched.verdict(path, folder=False) is None and not entry.name.endswith(_COMPILED):
                found = look(entry.path, link=entry.is_symlink())
                if found is not None:
                    yield path, found
