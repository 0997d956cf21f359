"""Backends and plugins that act when they are imported, by what they find in the project: each build finds it again."""

from __future__ import annotations

import os
import shutil
import subprocess
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uv

from atombuild.builder import Plan
from atombuild.events import Cause, Event, Failure, Outcome
from support.backends import members, need
from support.own_backend import session_of

PROJECT = '[project]\nname = "x"\ndynamic = ["version"]\ndescription = "d"\n'


@dataclass(frozen=True)
class Case:
    """A project whose version its backend finds out by itself."""

    requires: str
    backend: str
    settings: str = ""
    project: str = PROJECT
    more: Mapping[str, str] = field(default_factory=dict)
    in_file: bool = False
    """Whether the version stands in the package, instead of in a tag."""

    def write(self, root: Path) -> None:
        build_system = f'[build-system]\nrequires = [{self.requires}]\nbuild-backend = "{self.backend}"\n'
        files = {
            "pyproject.toml": build_system + self.project + textwrap.dedent(self.settings),
            "x/__init__.py": '"""The package."""\n\n__version__ = "0.0.0"\n',
            ".gitignore": "dist/\n__pycache__/\n_version.py\n",
            **self.more,
        }
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")

    def release(self, root: Path, version: str) -> None:
        """Go on to this version."""
        if self.in_file:
            (root / "x/__init__.py").write_text(f'"""The package."""\n\n__version__ = str("{version}")\n')
        (root / "x/news.txt").write_text(version)
        git(root, "add", "--all")
        git(root, "-c", "user.name=Test", "-c", "user.email=test@example.com", "commit", "--quiet", "-m", version)
        git(root, "tag", f"v{version}")


POETRY = """
[tool.poetry]
version = "0.0.0"
[tool.poetry-dynamic-versioning]
enable = true
[tool.poetry-dynamic-versioning.substitution]
files = ["x/__init__.py"]
"""
IN_TREE = """\
import pathlib, re, atexit
from flit_core import buildapi
made = pathlib.Path("x/__init__.py")
before = made.read_text()
tags = pathlib.Path(".git/refs/tags")
if tags.is_dir():  # as it is imported
    newest = max(path.name for path in tags.iterdir())
    made.write_text(before.replace("0.0.0", newest[1:]))
    atexit.register(made.write_text, before)
build_sdist, build_wheel = buildapi.build_sdist, buildapi.build_wheel
"""
FROM_GIT = """\
import pathlib, setuptools
tags = pathlib.Path(".git/refs/tags")
told = pathlib.Path("PKG-INFO")
version = max(path.name for path in tags.iterdir())[1:] if tags.is_dir() else None
version = version or [line for line in told.read_text().splitlines() if line.startswith("Version: ")][0][9:]
setuptools.setup(version=version)
"""
VERSIONINGIT = """
[tool.hatch.version]
source = "versioningit"
[tool.hatch.build.targets.wheel]
packages = ["x"]
"""

CASES = {
    "poetry-dynamic-versioning": Case(
        '"poetry-core>=1", "poetry-dynamic-versioning>=1,<2"', "poetry_dynamic_versioning.backend", POETRY
    ),
    "setuptools-scm": Case(
        '"setuptools", "setuptools-scm"',
        "setuptools.build_meta",
        '[tool.setuptools_scm]\nversion_file = "x/_version.py"\n',
    ),
    "setuptools-git-versioning": Case(
        '"setuptools", "setuptools-git-versioning"',
        "setuptools.build_meta",
        '[tool.setuptools-git-versioning]\nenabled = true\n[tool.setuptools]\npackages = ["x"]\n',
    ),
    "hatch-vcs": Case(
        '"hatchling", "hatch-vcs"',
        "hatchling.build",
        '[tool.hatch.version]\nsource = "vcs"\n[tool.hatch.build.hooks.vcs]\nversion-file = "x/_version.py"\n',
    ),
    "versioningit": Case('"hatchling", "versioningit"', "hatchling.build", VERSIONINGIT),
    "uv-dynamic-versioning": Case(
        '"hatchling", "uv-dynamic-versioning"',
        "hatchling.build",
        '[tool.hatch.version]\nsource = "uv-dynamic-versioning"\n',
    ),
    "pdm-backend by tag": Case(
        '"pdm-backend"', "pdm.backend", '[tool.pdm.version]\nsource = "scm"\nwrite_to = "x/_version.py"\n'
    ),
    "flit by import": Case('"flit_core>=3.11"', "flit_core.buildapi", in_file=True),
    "a backend of its own": Case(
        '"flit_core>=3.11"',
        'own"\nbackend-path = ["_build"]\n#"',
        '[tool.flit.sdist]\ninclude = ["_build/"]\n',
        more={"_build/own.py": IN_TREE},
    ),
    "setup.py": Case('"setuptools"', "setuptools.build_meta", more={"setup.py": FROM_GIT}),
}


def git(root: Path, *arguments: str) -> str:
    environ = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    return subprocess.run(
        ["git", *arguments], cwd=root, env=environ, check=True, timeout=60, capture_output=True, text=True
    ).stdout


def made(folder: Path) -> dict[str, list[str]]:
    found = [path for path in folder.iterdir() if path.name.endswith((".whl", ".tar.gz"))]
    return {path.name: members(path) for path in found}


@pytest.mark.parametrize("name", CASES)
def test_each_build_of_a_session_is_that_of_a_front_end_started_now(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need("setuptools")
    case = CASES[name]
    ours, theirs, elsewhere = (tmp_path / each for each in ("ours", "theirs", "elsewhere"))
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    case.write(ours)
    git(ours, "init", "--quiet")
    events: list[Event] = []
    session = session_of(ours, events, Plan())
    try:
        session.begin()
        for version in ("1.5.0", "1.6.0"):
            case.release(ours, version)
            shutil.rmtree(theirs, ignore_errors=True)
            shutil.copytree(ours, theirs, ignore=shutil.ignore_patterns("dist"))
            result = session.attempt(Cause.REQUEST)
            assert result.outcome is Outcome.SUCCEEDED, [
                each for event in events if isinstance(event, Failure) for each in event.reports
            ]
            assert len([key for key in made(ours / "dist") if key.startswith(f"x-{version}")]) == 2
    finally:
        session.end()
    done = subprocess.run(
        [uv.find_uv_bin(), "build", "--quiet", "--out-dir", theirs / "dist", theirs],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    newest = {key: value for key, value in made(ours / "dist").items() if "1.6.0" in key}
    assert newest == made(theirs / "dist")
    assert git(ours, "diff") == git(theirs, "diff"), "the tree is as that tool leaves it"
    assert list(elsewhere.iterdir()) == []
