"""A wheel's metadata ahead of the wheel: written for a front-end, and held against the build later (PEP 517)."""

from __future__ import annotations

import shutil
from pathlib import Path

from atombuild.archive.record import record_text
from atombuild.archive.wheel import stored_member
from atombuild.errors import Location, SourceRejected, WriteFailed, system_reason
from atombuild.native.dist_info import dist_info_files, dist_info_name
from atombuild.native.distribution import Generated
from atombuild.native.licenses import matched_license_files
from atombuild.native.tree import SourceTree
from atombuild.project.model import Project

_COMPARED = ("METADATA", "entry_points.txt")
"""What a front-end may have acted upon. WHEEL and RECORD may differ: they tell of the build."""


def prepare_metadata(project: Project, tree: SourceTree, directory: Path) -> str:
    """Write the dist-info folder into ``directory``, which is there; return its name. No licence files, as in uv_build.

    The wheel is the same for both kinds, and so are these files. Raises :class:`SourceRejected`,
    :class:`atombuild.errors.SourceUnreadable` and :class:`WriteFailed`; then no folder is left.
    """
    files = dist_info_files(project, tree, matched_license_files(project, tree))
    name = dist_info_name(project)
    record = f"{name}/RECORD"
    members = [stored_member(file.path, file.data, executable=False) for file in files]
    _write(
        directory,
        name,
        (*files, Generated(record, record_text((member.record for member in members), record).encode())),
    )
    return name


def check_prepared(project: Project, tree: SourceTree, folder: Path) -> None:
    """Make sure that a dist-info folder written earlier says what the wheel will say.

    Raises :class:`SourceRejected` if it does not, and what :func:`prepare_metadata` raises for the project's own files.
    """
    files = dist_info_files(project, tree, matched_license_files(project, tree))
    expected = {file.path.rpartition("/")[2]: file.data for file in files}
    for name in _COMPARED:
        _compare(folder / name, expected.get(name))


def _write(directory: Path, name: str, files: tuple[Generated, ...]) -> None:
    path = directory / name
    try:
        path.mkdir()
    except OSError as error:
        raise WriteFailed(path, error) from error
    try:
        for file in files:
            path = directory / file.path
            path.write_bytes(file.data)
    except BaseException as error:
        shutil.rmtree(directory / name, ignore_errors=True)
        if isinstance(error, OSError):
            raise WriteFailed(path, error) from error
        raise


def _compare(path: Path, expected: bytes | None) -> None:
    try:
        found = path.read_bytes()
    except OSError as error:
        if expected is None and isinstance(error, FileNotFoundError):
            return
        raise SourceRejected(
            f"failed to open file `{path}`: {system_reason(error)}",
            hint="let the front-end prepare the metadata again; pyproject.toml may have changed since it did",
            where=Location(path),
        ) from error
    if found != expected:
        raise SourceRejected(
            f"Inconsistent metadata between prepare and build step: {path.name}",
            hint="run the front-end again, and save nothing meanwhile",
            where=Location(path),
            why=("pyproject.toml, or a file that it names, has changed since the metadata was prepared",),
        )
