"""A native build reads the project, and runs nothing of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from support.processes import once
from support.projects import sample_project

PLACES = (
    "setup.py",
    "conftest.py",
    "sitecustomize.py",
    "usercustomize.py",
    "uv_build.py",
    "zlib_ng.py",
    "tomli.py",
    "src/orrery/__init__.py",
    "src/orrery/__main__.py",
    "src/sitecustomize.py",
)
"""Where code lies that something might run: hooks of setuptools and Python, and modules that we import ourselves."""


@pytest.mark.parametrize("here", [True, False], ids=["started in the project", "started elsewhere"])
@pytest.mark.parametrize("order", [(), ("--list",)], ids=["build", "list"])
def test_no_line_of_the_project_runs(tmp_path: Path, here: bool, order: tuple[str, ...]) -> None:
    root = sample_project(tmp_path)
    canary = tmp_path / "somebody ran it"
    for place in PLACES:
        (root / place).write_text(f"open({str(canary)!r}, 'w').write('yes')\n")
    (root / "src/orrery/_virtual.pth").write_text(f"import os; os.mkdir({str(canary)!r})\n")
    done = once(root, *order, cwd=root if here else tmp_path)
    assert done.returncode == 0, done.stderr
    assert not canary.exists()


def test_nor_where_the_screens_own_module_is_started(tmp_path: Path) -> None:
    root = sample_project(tmp_path)
    canary = tmp_path / "somebody ran it"
    for place in ("rich.py", "textual.py", "regex.py"):
        (root / place).write_text(f"open({str(canary)!r}, 'w').write('yes')\n")
    command = [sys.executable, "-m", "atombuild_tui", "--once"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert not canary.exists()


def test_the_canary_sings_where_the_code_is_run(tmp_path: Path) -> None:
    root = sample_project(tmp_path)
    canary = tmp_path / "somebody ran it"
    (root / "sitecustomize.py").write_text(f"open({str(canary)!r}, 'w').write('yes')\n")
    once(root, before=["env", f"PYTHONPATH={root}"])
    assert canary.exists(), f"{sys.executable} looks for it where it is told to"
