"""pip, build and uv with a project whose backend is ours, each as its user would call it.

Nothing is isolated, since the distribution under test is on no index: the front-end's Python finds it, and what it
needs, where this process found it.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
import uv

import atombuild
from atombuild.publish import LOCK
from support.projects import visible_files
from support.variants import files, write_files

DOCUMENT = """\
[build-system]
requires = ["atombuild-tui"]
build-backend = "atombuild.backend"

[project]
name = "star-log"
version = "1.0"
scripts = { star-log = "star_log:main" }

[tool.uv.build-backend]
data = { data = "share" }
"""
SDIST = "star_log-1.0.tar.gz"
WHEEL = "star_log-1.0-py3-none-any.whl"
PACKAGE = "def main() -> None:\n    print('three stars')\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    path = tmp_path / "project"
    write_files(
        path, {"pyproject.toml": DOCUMENT, "src/star_log/__init__.py": PACKAGE, **files("share/star-log/notes")}
    )
    return path


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    """Make an environment of its own to install into."""
    path = tmp_path / "venv"
    run(tmp_path, sys.executable, "-m", "venv", "--without-pip", path)
    return path


def run(cwd: Path, *command: str | Path) -> str:
    # For the environment's Python: the sources under test first, then what is installed beside this process.
    paths = [str(Path(atombuild.__file__).parent.parent), *(path for path in sys.path if path.endswith("-packages"))]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INDEX": "1",
        "UV_OFFLINE": "1",
        "UV_CACHE_DIR": str(cwd.parent / "cache"),
    }
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=100
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def needs(module: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(importlib.util.find_spec(module) is None, reason=f"the front-end {module} is not here")


def installed_script_says(venv: Path) -> str:
    return run(venv, venv / "bin/star-log")


def edit(root: Path) -> None:
    (root / "src/star_log/__init__.py").write_text(PACKAGE.replace("three", "four"))


@needs("pip")
def test_pip_installs_an_editable_project(root: Path, venv: Path) -> None:
    run(root, venv / "bin/python", "-m", "pip", "install", "--no-build-isolation", "-e", ".")
    assert installed_script_says(venv) == "three stars\n"
    edit(root)
    assert installed_script_says(venv) == "four stars\n"
    assert (venv / "star-log/notes").is_file()


@needs("pip")
def test_pip_makes_a_wheel_and_leaves_nothing_else(root: Path, venv: Path, tmp_path: Path) -> None:
    run(root, venv / "bin/python", "-m", "pip", "wheel", "--no-build-isolation", "-w", tmp_path / "wheels", ".")
    assert [path.name for path in (tmp_path / "wheels").iterdir()] == [WHEEL]
    assert sorted(path.name for path in root.iterdir()) == ["pyproject.toml", "share", "src"]


@needs("pip")
def test_pip_passes_on_what_is_wrong(root: Path, venv: Path) -> None:
    (root / "src/star_log/__init__.py").unlink()
    with pytest.raises(AssertionError) as caught:
        run(root, venv / "bin/python", "-m", "pip", "wheel", "--no-build-isolation", ".")
    words = str(caught.value)
    assert "error: Expected a Python module at: src/star_log/__init__.py" in words
    assert "next: create src/star_log/__init__.py; it may be empty" in words
    assert "Traceback" not in words


@needs("build")
def test_build_makes_the_sdist_and_the_wheel_from_it(root: Path, venv: Path) -> None:
    for _ in range(2):  # over what the first run left, too
        told = run(root, venv / "bin/python", "-m", "build", "--no-isolation", "--skip-dependency-check")
        assert f"Successfully built {SDIST} and {WHEEL}" in told
        assert sorted(path.name for path in (root / "dist").iterdir()) == [LOCK, WHEEL, SDIST]


def test_uv_builds_the_sdist_and_the_wheel_from_it(root: Path, venv: Path) -> None:
    uv_bin = uv.find_uv_bin()
    for _ in range(2):
        run(root, uv_bin, "build", "--no-build-isolation", "--python", venv / "bin/python")
        assert visible_files(root / "dist") == [WHEEL, SDIST]
        assert LOCK in {path.name for path in (root / "dist").iterdir()}


@pytest.mark.parametrize("form", [[], ["-e"]], ids=["proper", "editable"])
def test_uv_installs_the_project(root: Path, venv: Path, form: list[str]) -> None:
    python = venv / "bin/python"
    run(root, uv.find_uv_bin(), "pip", "install", "--no-build-isolation", "--python", python, *form, ".")
    assert installed_script_says(venv) == "three stars\n"
    edit(root)
    assert installed_script_says(venv) == ("four stars\n" if form else "three stars\n")


@needs("pip")
def test_pip_and_uv_build_the_sdist_again(root: Path, venv: Path, tmp_path: Path) -> None:
    python = venv / "bin/python"
    run(root, uv.find_uv_bin(), "build", "--sdist", "--no-build-isolation", "--python", python)
    sdist = root / "dist" / SDIST
    run(root, python, "-m", "pip", "wheel", "--no-build-isolation", "-w", tmp_path / "pip", sdist)
    run(
        root,
        uv.find_uv_bin(),
        "build",
        "--wheel",
        "--no-build-isolation",
        "--python",
        python,
        "-o",
        tmp_path / "uv",
        sdist,
    )
    wheels = [(tmp_path / name / WHEEL).read_bytes() for name in ("pip", "uv")]
    assert wheels[0] == wheels[1]
