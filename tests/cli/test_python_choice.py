"""A project is built by the Python that it asks for, and what changes while it is watched is followed or told."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cli.test_command import command
from support.processes import Running
from support.projects import sample_project, visible_files
from support.telling import telling_project, told

OWN = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture(scope="module")
def other() -> str:
    """The version of another Python of this machine."""
    from atombuild.isolated.found_pythons import found_pythons  # noqa: PLC0415 (only this needs it)

    for path, seems in found_pythons():
        if seems.startswith("3.") and seems != OWN and int(seems[2:]) > 9:
            done = subprocess.run([path, "-c", "import venv, ensurepip"], check=False, capture_output=True, timeout=60)
            if done.returncode == 0:
                return seems
    pytest.skip("needs a second Python of 3.10 or newer on this machine")


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATOMBUILD_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("UV_PYTHON", raising=False)


@pytest.mark.parametrize("how", [".python-version", "requires-python", "--python", "above"])
def test_it_builds_by_the_python_that_is_asked_for(tmp_path: Path, other: str, how: str) -> None:
    requires = f'requires-python = "=={other}.*"' if how == "requires-python" else ""
    root = telling_project(tmp_path, project=requires)
    if how in {".python-version", "above"}:
        (root / ".python-version" if how != "above" else tmp_path / ".python-version").write_text(f"{other}\n")
    done = command("--once", *(["--python", other] if how == "--python" else []), root)
    assert done.returncode == 0, done.stderr
    assert told(root)["python"] == other
    assert "requires-python is" not in done.stderr


def test_where_none_is_right_it_says_so_and_builds(tmp_path: Path) -> None:
    root = telling_project(tmp_path, project='requires-python = ">=3.99"')
    done = command("--once", root)
    assert done.returncode == 0
    assert f"{root / 'pyproject.toml'}:9:19: requires-python is >=3.99 and this is {OWN}" in done.stderr
    assert told(root)["python"] == OWN


def test_a_native_build_runs_no_python_and_says_nothing(tmp_path: Path) -> None:
    root = sample_project(tmp_path)
    (root / ".python-version").write_text("3.99\n")
    done = command("--once", root)
    assert (done.returncode, done.stderr) == (0, "")


def ended(watching: Running) -> int:
    watching.signal(signal.SIGINT)
    return watching.finish()


def test_a_change_of_the_file_while_watching_takes_effect(tmp_path: Path, other: str) -> None:
    root = telling_project(tmp_path)
    with Running("--plain", "--json", root) as watching:
        watching.wait_for('"attempt": 1, "outcome": "succeeded"')
        assert told(root)["python"] == OWN
        (root / ".python-version").write_text(f"{other}\n")
        watching.wait_for('"attempt": 2, "outcome": "succeeded"')
        assert told(root)["python"] == other
        ended(watching)


@pytest.mark.skipif(os.name != "posix", reason="SIGINT")
@pytest.mark.parametrize("kind", ["native", "isolated"])
def test_constraints_that_break_while_watching_are_told_and_nothing_is_touched(tmp_path: Path, kind: str) -> None:
    root = sample_project(tmp_path) if kind == "native" else telling_project(tmp_path)
    constraints = tmp_path / "c.txt"
    constraints.write_text("idna\n")
    with Running("--plain", "--json", "--build-constraint", constraints, root) as watching:
        watching.wait_for('"attempt": 1, "outcome": "succeeded"')
        before = visible_files(root / "dist")
        constraints.write_text("hello world\n")
        watching.wait_for('"event": "project-unusable"')
        watching.wait_for("has a line that is no constraint: hello world")
        assert visible_files(root / "dist") == before
        assert len(before) == 2
        constraints.write_text("idna<9\n")
        watching.wait_for('"attempt": 2, "outcome": "succeeded"')
        assert visible_files(root / "dist") == before
        ended(watching)


@pytest.mark.skipif(os.name != "posix", reason="SIGINT")
def test_an_interpreter_that_goes_while_watching_is_told_and_nothing_is_touched(tmp_path: Path) -> None:
    root = telling_project(tmp_path)
    environment = tmp_path / "env"

    def make() -> None:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True, timeout=120)

    make()
    with Running("--plain", "--json", "--python", environment, root) as watching:
        watching.wait_for('"attempt": 1, "outcome": "succeeded"')
        before = visible_files(root / "dist")
        shutil.rmtree(environment)
        (root / "pyproject.toml").touch()
        with (root / "own.py").open("a") as file:
            file.write("# one\n")
        watching.wait_for(f"no Python interpreter is found for --python {environment}")
        assert visible_files(root / "dist") == before
        make()
        with (root / "own.py").open("a") as file:
            file.write("# two\n")
        watching.wait_for('"attempt": 2, "outcome": "succeeded"')
        assert visible_files(root / "dist") == before
        ended(watching)
