"""A project in an sdist file: unpacked as if it were meant to do harm, and then built like any other."""

from __future__ import annotations

import os
import posixpath
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from packaging.utils import canonicalize_name
from packaging.version import Version

from atombuild.archive.unpack import unpack_sdist
from atombuild.errors import ProjectMissing, Report, SdistRejected, WriteFailed
from atombuild.isolated import Options
from atombuild.native.project import NativeProject
from atombuild.reading import AnyProject, Reader
from atombuild.status import ArtifactKind


class SdistFile:
    """An sdist, unpacked at most once, outside of every tree; :meth:`close` removes what was unpacked."""

    def __init__(self, archive: Path, options: Options | None = None) -> None:
        self.archive = archive
        self._reader = Reader(options or Options())
        self._work: Path | None = None
        self._top: Path | None = None

    def read_project(self, out_dir: Path) -> AnyProject:
        """Read the project that the sdist holds.

        Raises :class:`SdistRejected` for what is wrong with the archive, :class:`atombuild.errors.SourceUnreadable`,
        :class:`WriteFailed`, and any mistake in the project.
        """
        if not self.archive.name.endswith(ArtifactKind.SDIST.suffix):
            raise SdistRejected(
                self.archive,
                "its name does not end in .tar.gz, as that of every sdist today (PEP 625)",
                hint="build the sdist again with a current tool, or unpack it and give its folder",
            )
        if self._top is None:
            self._top = unpack_sdist(self.archive, self._work_folder())
        try:
            project = self._reader.read(self._top, out_dir, "the sdist")
        except ProjectMissing as error:
            raise SdistRejected(
                self.archive, "it holds no pyproject.toml", hint="give an sdist that a build tool made (PEP 517)"
            ) from error
        self._require_its_own_name(project, self._top.name)
        if isinstance(project, NativeProject):
            self._require_its_own_files(project)
        return project

    def told(self, report: Report) -> Report:
        """Return the report with places in the sdist, where it names the folder that it was unpacked in for now."""
        if self._work is None:
            return report
        work, here = f"{self._work}{os.sep}", f"{self.archive}{os.sep}"
        where = report.where
        if where is not None:
            where = replace(where, path=Path(str(where.path).replace(work, here)))
        what, hint, *why = (words.replace(work, here) for words in (report.what, report.hint, *report.why))
        return replace(report, what=what, hint=hint, where=where, why=tuple(why))

    def close(self) -> None:
        """Let the backend go, and remove what was unpacked."""
        self._reader.close()
        self._remove()

    def _remove(self) -> None:
        if self._work is not None:
            shutil.rmtree(self._work, ignore_errors=True)
            self._work = self._top = None

    def _work_folder(self) -> Path:
        """Return an empty folder: what a failed attempt at unpacking left is no part of the next."""
        self._remove()
        try:
            self._work = Path(tempfile.mkdtemp(prefix="atombuild-"))
        except OSError as error:
            raise WriteFailed(Path(tempfile.gettempdir()), error) from error
        return self._work

    def _require_its_own_files(self, project: NativeProject) -> None:
        """Refuse metadata made of a file outside: whoever made the sdist has no say over files of whoever builds it."""
        for key, path in project.named_files:
            if posixpath.isabs(path) or posixpath.normpath(path).startswith(".."):
                raise SdistRejected(
                    self.archive,
                    f"its `{key}` names a file outside of it: {path}",
                    hint="don't trust it: such a file is of this machine, and would become public with the wheel",
                )

    def _require_its_own_name(self, project: AnyProject, top: str) -> None:
        name, _, version = top.rpartition("-")
        if not project.version:
            return  # only the backend knows it, and what it makes is checked then
        if (canonicalize_name(name), Version(version)) != (canonicalize_name(project.name), Version(project.version)):
            raise SdistRejected(
                self.archive,
                f"its folder is {top}, and its pyproject.toml says {project.name} {project.version}",
                hint="build the sdist again; somebody put it together from two",
            )
