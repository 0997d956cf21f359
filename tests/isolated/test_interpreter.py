"""Which interpreter is meant, and what is said of one that is none."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from atombuild.errors import UsageMistake
from atombuild.isolated.interpreter import find_interpreter

ITSELF = Path(sys.executable)


def environment_in(folder: Path) -> Path:
    """Lay what looks like a virtual environment of the interpreter that runs us."""
    inside = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    inside.parent.mkdir(parents=True)
    inside.symlink_to(ITSELF)
    (folder / "pyvenv.cfg").write_text("")
    return inside


@pytest.fixture(autouse=True)
def _nowhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)


def test_the_folder_of_an_environment_means_its_interpreter(tmp_path: Path) -> None:
    inside = environment_in(tmp_path / "env")
    assert find_interpreter(Path("env"), isolation=True).executable == inside


def test_a_file_is_meant_as_it_is() -> None:
    assert find_interpreter(ITSELF, isolation=True).executable == ITSELF


def test_a_command_and_a_version_are_looked_for_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = tmp_path / "bin" / "python9.9"
    named.parent.mkdir()
    named.symlink_to(ITSELF)
    monkeypatch.setenv("PATH", str(named.parent))
    assert find_interpreter(Path("python9.9"), isolation=True).executable == named
    assert find_interpreter(Path("9.9"), isolation=True).executable == named
    with pytest.raises(UsageMistake, match=r"no Python interpreter is found for --python 9\.8"):
        find_interpreter(Path("9.8"), isolation=True)


def test_without_isolation_the_environment_nearby_is_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_interpreter(None, isolation=False).executable == ITSELF
    beside = environment_in(tmp_path / ".venv")
    assert find_interpreter(None, isolation=False).executable == beside
    active = environment_in(tmp_path / "active")
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "active"))
    assert find_interpreter(None, isolation=False).executable == active
    assert find_interpreter(None, isolation=True).executable == ITSELF


@pytest.mark.skipif(os.name != "posix", reason="a script is no program elsewhere")
@pytest.mark.parametrize(
    ("script", "words"),
    [
        (
            "#!/bin/sh\necho first >&2\necho no such thing >&2\nexit 3\n",
            "no Python that can be asked what it is: no such",
        ),
        ("#!/bin/sh\necho hello\n", "no Python that can be asked what it is"),
        ("no program", "no Python that can be asked what it is"),
    ],
    ids=["fails", "says something else", "can't be run"],
)
def test_what_is_no_python_is_said_with_its_last_words(tmp_path: Path, script: str, words: str) -> None:
    path = tmp_path / "python"
    path.write_text(script)
    path.chmod(0o755)
    with pytest.raises(UsageMistake, match=words):
        find_interpreter(path, isolation=True)


@pytest.mark.parametrize("name", ["/no/such", "*", "3.*", "..", "x" * 5000, "[", "python"])
def test_what_names_no_python_is_said_whatever_it_looks_like(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / "pyenv/versions/3.31.2/bin").mkdir(parents=True)
    (tmp_path / "pyenv/versions/3.31.2/bin/python").symlink_to(ITSELF)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UsageMistake, match="no Python interpreter is found for --python"):
        find_interpreter(Path(name), isolation=True)
