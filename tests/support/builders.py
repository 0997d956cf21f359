"""One project, built by the real uv and by us: what each made of it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from atombuild.errors import AtombuildError
from atombuild.native.disk_tree import DiskTree
from atombuild.native.distribution import Distribution
from atombuild.native.sdist import build_sdist
from atombuild.native.tree import SourceTree
from atombuild.native.wheel import build_wheel
from atombuild.project.load import load_project
from atombuild.project.pyproject import read_pyproject
from support.uv import run_uv

PLANS: Final = {
    "sdist, then wheel from it": (),
    "sdist": ("--sdist",),
    "wheel": ("--wheel",),
}


@dataclass(frozen=True)
class Outcome:
    """What a builder made of a project."""

    artifacts: Mapping[str, bytes]
    """By file name; what was finished before an error is here too."""

    error: str | None
    """Its words, or None for success."""


def build_by_uv(root: Path, scratch: Path, arguments: tuple[str, ...]) -> Outcome:
    # Outside the project: uv would pack its own output directory, and we deliberately don't.
    out = scratch / f"uv-{'-'.join(arguments) or 'both'}"
    done = run_uv(root, scratch, *arguments, "--out-dir", out)
    artifacts = {path.name: path.read_bytes() for path in out.glob("*") if not path.name.startswith(".")}
    return Outcome(artifacts, done.stderr if done.returncode else None)


def build_by_us(root: Path, plan: str) -> Outcome:
    artifacts: dict[str, bytes] = {}
    try:
        project = load_project(read_pyproject(root))
        tree = DiskTree(root)
        source: SourceTree = tree
        if plan != "wheel":
            sdist = build_sdist(project, tree, _no_pulse)
            artifacts[sdist.filename] = published(sdist)
            source = sdist.tree
        if plan != "sdist":
            wheel = build_wheel(project, source, _no_pulse)
            artifacts[wheel.filename] = published(wheel)
    except AtombuildError as error:
        return Outcome(artifacts, str(error))
    return Outcome(artifacts, None)


def published(distribution: Distribution) -> bytes:
    """Write a distribution to a file, from which it may be read back, and return its bytes."""
    with tempfile.TemporaryFile(buffering=0) as file:
        for chunk in distribution.chunks():
            file.write(chunk)
        distribution.stands_in(os.dup(file.fileno()))
        file.seek(0)
        return file.readall()


def _no_pulse(done: int, total: int) -> None:
    """Nobody asked us to stop."""
