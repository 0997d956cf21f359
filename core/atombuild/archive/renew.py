"""Unpacking the sdist that a backend has just made over the one before it: what is the same stays as it is.

Compilers keep what they made of a file only where that file's time stays. The archive is no stranger's, but what
earlier hooks did to the folder is unknown: whatever stands in a member's way and is not the same regular file goes,
and no link is followed.
"""

from __future__ import annotations

import os
import shutil
import stat
import tarfile
from pathlib import Path
from typing import IO, Final

from atombuild.archive.bounds import REPAIR, USUAL, Limits
from atombuild.archive.unpack import NEW_FILE, Unpacking, unpack
from atombuild.errors import SdistRejected

_COMPARED: Final = 8 << 20
"""Bytes up to which a file is held in memory to be compared; larger ones are written again."""


def renew_sdist(archive: Path, folder: Path, limits: Limits = USUAL) -> tuple[Path, frozenset[str]]:
    """Unpack ``archive`` over what an earlier one left in ``folder``; return the top folder, and all paths unpacked.

    Unlike a stranger's archive, one that a backend has just made may hold a file twice under the very same name; then
    the later one counts, as for tar: an unpacked sdist's PKG-INFO is packed as it is and then written again.

    Raises as :func:`atombuild.archive.unpack.unpack_sdist`.
    """
    renewing = _Renewing(archive, folder, limits)
    top = unpack(renewing, archive, limits)
    return top, renewing.paths


class _Renewing(Unpacking):
    """Writes over what an earlier archive left, but only what is different."""

    @property
    def paths(self) -> frozenset[str]:
        """Files, folders and links, below the folder that was unpacked into."""
        return frozenset(self._files | self._folders | self._links.keys())

    def _check_filter(self, member: tarfile.TarInfo) -> None:
        """Leave it at our own checks: the archive is no stranger's, and Python's filter asks the disk for each."""

    def _take_place(self, path: str) -> None:
        if path in self._folders:
            raise FileExistsError(path)
        self._files.discard(path)
        self._links.pop(path, None)

    def _make_folder(self, path: str) -> None:
        if path in self._files:
            raise FileExistsError(path)
        self._links.pop(path, None)
        place = self._folder / path
        found = _stat(place)
        if found is not None and not stat.S_ISDIR(found.st_mode):
            _remove(place, found)
            found = None
        if found is None:
            place.mkdir()

    def _write(self, path: str, source: IO[bytes], size: int, *, executable: bool) -> None:
        place = self._folder / path
        with self._writing(path):
            self._take_place(path)
            found = _stat(place)
            if found is not None and not (stat.S_ISREG(found.st_mode) and size <= _COMPARED):
                _remove(place, found)
                found = None
        if found is None:
            super()._write(path, source, size, executable=executable)
            return
        self._count_one()
        self._files.add(path)
        data = b"".join(iter(lambda: source.read(_COMPARED), b""))
        with self._writing(path):
            same = bool(found.st_mode & 0o111) == executable and found.st_size == size
            if same and place.read_bytes() == data:
                return
            _remove(place, found)
            with os.fdopen(os.open(place, NEW_FILE, 0o777 if executable else 0o666), "wb") as file:
                file.write(data)
        if len(data) != size:
            raise SdistRejected(self._archive, f"it ends in the middle of {path!r}", hint=REPAIR)

    def _make_link(self, path: str, *, to_folder: bool) -> bool:
        place = self._folder / path
        with self._writing(path):
            found = _stat(place)
            if found is not None:
                _remove(place, found)
        return super()._make_link(path, to_folder=to_folder)


def _stat(place: Path) -> os.stat_result | None:
    try:
        return place.lstat()
    except FileNotFoundError:
        return None


def _remove(place: Path, found: os.stat_result) -> None:
    """Make room. Where case does not count, what is found may have another name: it is of this archive, and stays."""
    if place.name not in os.listdir(place.parent):  # noqa: PTH208 (names alone)
        raise FileExistsError(place)
    if stat.S_ISDIR(found.st_mode):
        shutil.rmtree(place)
    else:
        place.unlink()
