"""A project in an sdist file: unpacked as if it were meant to do harm, and then built like any other."""

from __future__ import annotations

import os
import posixpath
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from packaging.utils import canonicalize_name
from packaging.version import Version

from atombuild.archive.unpack import unpack_sdist
from atombuild.errors import ProjectMissing, Report, SdistRejected, SourceUnreadable, WriteFailed
from atombuild.isolated import Options
from atombuild.isolated.acceptance import release_of
from atombuild.isolated.description import describe
from atombuild.isolated.expected import adds_to
from atombuild.isolated.names import Release, parse
from atombuild.native.project import NativeProject
from atombuild.project.pyproject import parse_pyproject, read_bytes
from atombuild.reading import AnyProject, Reader
from atombuild.status import ArtifactKind


class SdistFile:
    """An sdist, unpacked at most once, outside of every tree; :meth:`close` removes what was unpacked."""

    def __init__(self, archive: Path, options: Options | None = None) -> None:
        self.archive = archive
        self._reader = Reader(options or Options(), around=archive.absolute().parent)
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
        release = self._release(self._top)
        try:
            project = self._reader.read(self._top, out_dir, "the sdist", release=release)
        except ProjectMissing as error:
            raise SdistRejected(
                self.archive,
                "it holds no pyproject.toml",
                hint="give an sdist that a build tool made (PEP 517)",
                doing="built",
            ) from error
        self._require_one_release(self._top, release, native=isinstance(project, NativeProject))
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

    def _release(self, top: Path) -> Release:
        """Return what the sdist is of: its folder, its PKG-INFO and its own name say the same (PEP 625, PEP 643).

        A name that says nothing is no lie: people call such a file ``download.tar.gz``.
        """
        name, _, version = top.name.rpartition("-")
        release = Release.of(name, version)
        said = parse(ArtifactKind.SDIST, self.archive.name)
        if said is not None and said.release != release:
            raise SdistRejected(
                self.archive,
                f"its name says {said.release}, and what it holds is {release}",
                hint=f"was it renamed? Call it {release.sdist_name}, or get the file that you meant",
                doing="built",
            )
        try:
            told = release_of((top / "PKG-INFO").read_bytes())
        except FileNotFoundError:
            told = None  # of an sdist that is older than its rules
        except OSError as error:
            raise SourceUnreadable(top / "PKG-INFO", error) from error
        if told not in {None, release}:
            self._refuse_as_two(f"its folder is {top.name}, and its PKG-INFO says {told}")
        return release

    def _require_one_release(self, top: Path, release: Release, *, native: bool) -> None:
        """Refuse another name or version in ``pyproject.toml`` than the sdist's.

        A backend that is not ours may have added to the version when it made the sdist; the wheel must then be of the
        longer one, which is asked of what the backend makes.
        """
        try:
            pyproject = parse_pyproject(top / "pyproject.toml", read_bytes(top))
        except ProjectMissing:
            return  # setup.py says it, and so does the backend
        says = describe(top, pyproject)
        version = Version(says.version) if says.version is not None else release.version
        same = version == release.version or (not native and adds_to(version, release.version))
        if not same or canonicalize_name(says.name or release.name) != release.name:
            self._refuse_as_two(f"its folder is {top.name}, and its pyproject.toml says {says.name} {version}")

    def _refuse_as_two(self, why: str) -> NoReturn:
        hint = "build the sdist again; somebody put it together from two"
        raise SdistRejected(self.archive, why, hint=hint, doing="built")
