"""Projects on disk."""

from __future__ import annotations

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
