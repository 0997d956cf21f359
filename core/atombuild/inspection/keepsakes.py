"""Copies of the last two successes of each artifact, outside of the output directory.

The promise removes an artifact before each build, so whoever wants to know what changed between two successes must have
kept the first. A copy is taken in an idle moment after a success, checked against the hash that was published, and
never more than :data:`LARGEST`. A success that is the file of the one before again takes its place: what is kept are
the last two that differ. Nothing depends on it: what can't be kept is not compared, and that is said.

    <cache>/kept/<project and output directory>/index.json
                                                wheel-14.whl     the latest success
                                                wheel-13.whl     the one before
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from atombuild.archive.bounds import open_regular
from atombuild.errors import SdistRejected, system_reason
from atombuild.folders import cache_folder, name_for, size_of
from atombuild.private import private_file, write_private
from atombuild.status import ArtifactKind
from atombuild.units import size_words

LARGEST: Final = 256 << 20
"""Bytes of one artifact."""

LIMIT: Final = 2 << 30
"""Bytes of all projects' copies; beyond it those go that were not touched for longest."""

_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Keepsake:
    """One kept success."""

    attempt: int
    """The latest that made this file."""

    sha256: str
    file: str
    """Its name in the folder."""


class NotKept(Exception):
    """A success could not be kept; the words say why."""


class Keepsakes:
    """The copies of one project's artifacts in one output directory."""

    def __init__(self, root: Path, out_dir: Path) -> None:
        self._folder = cache_folder() / "kept" / name_for(root, out_dir)

    def of(self, kind: ArtifactKind) -> tuple[Keepsake, ...]:
        """Return what is kept of an artifact, the latest first; at most two, and only what is really there."""
        try:
            plain = json.loads((self._folder / "index.json").read_bytes())
            kept = tuple(_keepsake(each) for each in plain[kind.value])
            return tuple(each for each in kept[:2] if self.path(each).is_file())
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
            return ()  # nothing was kept, or the cache was emptied or damaged: it is a cache

    def path(self, kept: Keepsake) -> Path:
        """Return where a copy stands."""
        return self._folder / kept.file

    def keep(
        self, kind: ArtifactKind, artifact: Path, attempt: int, sha256: str, breathe: Callable[[], object]
    ) -> tuple[Keepsake, ...]:
        """Keep a success, and return what is kept now, at least that. Raises :class:`NotKept`.

        ``breathe`` is called now and then; what it raises ends the copying. What was published with this hash is what
        is kept, or nothing: the file may have been replaced or removed since.
        """
        before = self.of(kind)
        try:
            if before and before[0].sha256 == sha256:
                now = (replace(before[0], attempt=attempt), *before[1:])
                if now != before:
                    self._write_index(kind, now)
                return now
            kept = Keepsake(attempt, sha256, f"{kind.value}-{attempt}-{sha256[:8]}{kind.suffix}")
            self._copy(artifact, kept, breathe)
            now = (kept, *before[:1])
            self._write_index(kind, now)
        except OSError as error:
            raise NotKept(f"no copy of it could be made: {system_reason(error)}") from error
        except SdistRejected as error:
            raise NotKept(f"no copy of it could be made: {error.why}") from error
        with contextlib.suppress(OSError):  # it is kept; what is left over goes another time
            self._remove_others()
        return now

    def _copy(self, artifact: Path, kept: Keepsake, breathe: Callable[[], object]) -> None:
        digest = hashlib.sha256()
        with open_regular(artifact) as source, private_file(self.path(kept)) as copy:
            if os.fstat(source.fileno()).st_size > LARGEST:
                raise NotKept(f"it is larger than {size_words(LARGEST)}, and no copy of such a file is kept")
            while piece := source.read(_PIECE):
                breathe()
                digest.update(piece)
                copy.write(piece)
            if digest.hexdigest() != kept.sha256:
                raise NotKept("it was replaced while a copy of it was made")

    def _write_index(self, kind: ArtifactKind, now: tuple[Keepsake, ...]) -> None:
        index = {
            each.value: [asdict(kept) for kept in (now if each is kind else self.of(each))] for each in ArtifactKind
        }
        write_private(self._folder / "index.json", json.dumps(index).encode())

    def _remove_others(self) -> None:
        """Remove the copies that no index names any more, and, where all takes too much, those of other projects."""
        named = {kept.file for kind in ArtifactKind for kept in self.of(kind)} | {"index.json"}
        for path in self._folder.iterdir():
            if path.name not in named and (not path.name.startswith(".") or _is_old(path)):
                path.unlink(missing_ok=True)
        prune(self._folder.parent, spare=self._folder)


def prune(folder: Path, *, spare: Path, limit: int = LIMIT) -> None:
    """Remove whole folders of copies, longest untouched first, until all of them take no more than ``limit`` bytes."""
    others = [(path.stat().st_mtime, size_of(path), path) for path in folder.iterdir() if path != spare]
    surplus = size_of(spare) + sum(size for _, size, _ in others) - limit
    for _, size, path in sorted(others):
        if surplus <= 0:
            return
        with contextlib.suppress(OSError):  # another session may be at it
            shutil.rmtree(path)
            surplus -= size


def _is_old(path: Path) -> bool:
    """Whether a temporary is one that nobody writes any more."""
    return time.time() - path.stat().st_mtime > 3600  # noqa: PLR2004 (an hour)


def _keepsake(plain: Any) -> Keepsake:
    file = str(plain["file"])
    if "/" in file or "\\" in file or file.startswith("."):
        raise ValueError(f"{file!r} is no name of a copy")
    return Keepsake(int(plain["attempt"]), str(plain["sha256"]), file)
