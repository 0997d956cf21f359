"""The projects that are measured: some made up here, and real ones from the package index."""

from __future__ import annotations

import random
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

BUILD_SYSTEM: Final = '[build-system]\nrequires = ["uv_build>=0.13,<0.14"]\nbuild-backend = "uv_build"\n'


@dataclass(frozen=True)
class Subject:
    """A project on disk."""

    name: str
    root: Path
    edited: Path
    """The file that is saved again and again."""

    files: int


def made_up(folder: Path, name: str, count: int) -> Subject:
    """Make a package of ``count`` modules, a hundred a folder, of about 2 kB each."""
    root = folder / name
    package = root / "src" / "subject"
    package.mkdir(parents=True)
    (root / "pyproject.toml").write_text(f'[project]\nname = "subject"\nversion = "1.0"\n{BUILD_SYSTEM}')
    (package / "__init__.py").write_text("")
    for number in range(count - 1):
        part = package / f"part{number // 100:04}"
        part.mkdir(exist_ok=True)
        lines = (f"def function_{number}_{line}(value):\n    return value * {number * line}\n\n" for line in range(40))
        (part / f"module{number:05}.py").write_text("".join(lines))
    edited = next(package.glob("part*/module*.py"), package / "__init__.py")
    return Subject(name, root, edited, count + 1)


def heavy(folder: Path) -> Subject:
    """Make a package of 500 MB: three files of 60 MB, and 8,000 of 40 kB; about half of it compresses."""
    root = folder / "heavy"
    package = root / "src" / "subject"
    package.mkdir(parents=True)
    (root / "pyproject.toml").write_text(f'[project]\nname = "subject"\nversion = "1.0"\n{BUILD_SYSTEM}')
    edited = package / "__init__.py"
    edited.write_text("")
    draw = random.Random(0)  # noqa: S311 (any bytes will do)
    for number in range(3):
        with (package / f"large{number}.bin").open("wb") as file:
            for _ in range(60):
                file.write(draw.randbytes(500_000) + b"some text " * 50_000)
    for number in range(8_000):
        part = package / f"part{number // 100:04}"
        part.mkdir(exist_ok=True)
        (part / f"data{number:05}.bin").write_bytes(draw.randbytes(20_000) + b"x = 1\n" * 3_500)
    return Subject("500 MB", root, edited, 8_005)


def from_index(folder: Path, cache: Path, name: str, version: str, extra: str) -> Subject:
    """Unpack a release from the package index, and give it uv_build as its backend."""
    archive = _downloaded(cache, name, version)
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    root = next(path for path in folder.iterdir() if path.name.lower().startswith(name))
    settings = f'[tool.uv.build-backend]\nmodule-root = ""\nmodule-name = "{name}"\nsource-include = [{extra}]\n'
    (root / "pyproject.toml").write_text(f'[project]\nname = "{name}"\nversion = "{version}"\n{BUILD_SYSTEM}{settings}')
    edited = root / name / "__init__.py"
    return Subject(f"{name} {version}", root, edited, sum(path.is_file() for path in root.rglob("*")))


def as_released(folder: Path, cache: Path, release: tuple[str, str], edited: str) -> Subject:
    """Unpack a release from the package index as it is, with the backend that it has."""
    name, version = release
    with tarfile.open(_downloaded(cache, name, version)) as packed:
        packed.extractall(folder, filter="data")
    root = next(path for path in folder.iterdir() if path.name.lower().startswith(name))
    files = sum(path.is_file() for path in root.rglob("*"))
    return Subject(f"{name} {version}", root, root / edited, files)


def _downloaded(cache: Path, name: str, version: str) -> Path:
    cache.mkdir(parents=True, exist_ok=True)
    found = list(cache.glob(f"{name}-{version}.tar.gz"))
    if not found:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "-q",
            "--no-deps",
            "--no-binary",
            name,
            f"{name}=={version}",
        ]
        subprocess.run(command, cwd=cache, check=True, stdin=subprocess.DEVNULL)
        found = list(cache.glob(f"{name}-{version}.tar.gz"))
    return found[0]
