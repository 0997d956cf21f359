"""Generated files side by side: what uv writes for a project, and what we write for the same one."""

from __future__ import annotations

import os
import subprocess
import tarfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import uv

from atombuild.errors import AtombuildError, Report
from atombuild.native.disk_tree import DiskTree
from atombuild.native.entry_points import entry_points_text
from atombuild.native.licenses import matched_license_files
from atombuild.native.metadata import core_metadata
from atombuild.native.toml_rewrite import rewrite
from atombuild.project.load import load_project
from atombuild.project.pyproject import read_pyproject

BUILD_SYSTEM: Final = '\n[build-system]\nrequires = ["uv_build>=0.13.6,<0.14"]\nbuild-backend = "uv_build"\n'

Files = Mapping[str, str | bytes]


@dataclass(frozen=True)
class Generated:
    """The files that a builder makes up itself."""

    metadata: bytes
    pyproject: bytes
    entry_points: bytes | None


@dataclass(frozen=True)
class Refusal:
    """What a builder says instead; ``words`` is everything it says."""

    words: str
    reports: tuple[Report, ...] = ()


@dataclass(frozen=True)
class Bench:
    """A folder to write one project into and generate its files."""

    root: Path

    def write(self, document: str | bytes, files: Files | None = None) -> None:
        """Write the project; ``[build-system]`` is added to a document given as text."""
        data = document if isinstance(document, bytes) else (document + BUILD_SYSTEM).encode()
        for path, content in {"src/foo/__init__.py": "", "pyproject.toml": data, **(files or {})}.items():
            file = self.root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode() if isinstance(content, str) else content)

    def ours(self) -> Generated | Refusal:
        try:
            project = load_project(read_pyproject(self.root))
            tree = DiskTree(self.root)
            metadata = core_metadata(project, tree, matched_license_files(project, tree))
            entry_points = entry_points_text(project.metadata, project.pyproject)
        except AtombuildError as error:
            reports = error.reports()
            return Refusal("\n".join(line for report in reports for line in (report.what, *report.why)), reports)
        return Generated(
            metadata,
            rewrite(project.pyproject.table).encode(),
            None if entry_points is None else entry_points.encode(),
        )

    def uvs(self) -> Generated | Refusal:
        """Build the wheel, for its entry points, and the sdist, for the other two."""
        out = self.root / "dist"
        out.mkdir()
        for hook in ("build-wheel", "build-sdist"):
            done = subprocess.run(
                [uv.find_uv_bin(), "build-backend", hook, out],
                cwd=self.root,
                env={
                    **os.environ,
                    "UV_CACHE_DIR": str(self.root / "cache"),
                    "UV_OFFLINE": "1",
                    "NO_COLOR": "1",
                    "COLUMNS": "9999",
                },
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            if done.returncode:
                return Refusal(done.stderr)
        (wheel,), (sdist,) = out.glob("*.whl"), out.glob("*.tar.gz")
        stem = sdist.name.removesuffix(".tar.gz")
        with zipfile.ZipFile(wheel) as archive:
            name = f"{stem}.dist-info/entry_points.txt"
            entry_points = archive.read(name) if name in archive.namelist() else None
            in_wheel = archive.read(f"{stem}.dist-info/METADATA")
        with tarfile.open(sdist) as tar:
            metadata, pyproject = (_content(tar, f"{stem}/{name}") for name in ("PKG-INFO", "pyproject.toml"))
        assert in_wheel == metadata
        return Generated(metadata, pyproject, entry_points)


def _content(tar: tarfile.TarFile, name: str) -> bytes:
    file = tar.extractfile(name)
    assert file
    return file.read()
