"""Projects on disk."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import atombuild.demo

SAMPLE = Path(atombuild.demo.__file__).parent / "sample"


def sample_project(folder: Path) -> Path:
    """Copy the bundled sample project; return its folder."""
    root = folder / "orrery"
    shutil.copytree(SAMPLE, root, ignore=shutil.ignore_patterns("__pycache__"))
    return root


def visible_files(out_dir: Path) -> list[str]:
    """Return what a user sees in an output directory."""
    if not out_dir.is_dir():
        return []
    return sorted(path.name for path in out_dir.iterdir() if not path.name.startswith("."))


def big_project(folder: Path, megabytes: int, name: str = "bulky") -> Path:
    """Make a project whose build takes a while, by size: data that no compressor gets smaller."""
    root = folder / name
    package = root / "src" / name
    package.mkdir(parents=True)
    (root / "pyproject.toml").write_text(
        f'[project]\nname = "{name}"\nversion = "1.0"\n\n'
        '[build-system]\nrequires = ["uv_build>=0.13.6,<0.14"]\nbuild-backend = "uv_build"\n'
    )
    (package / "__init__.py").write_text("")
    for number in range(megabytes):
        (package / f"data{number:03}.bin").write_bytes(os.urandom(1 << 20))
    return root
