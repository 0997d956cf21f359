"""Which Python builds: what asks for one, what is found here, and what is said where none is right."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import metadata
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from atombuild.errors import Location, UsageMistake
from atombuild.isolated.choice import Wanted, wanted
from atombuild.isolated.found_pythons import found_pythons, search
from atombuild.isolated.interpreter import _QUESTION, Interpreter, find_interpreter, oldest_minor
from atombuild.isolated.python_request import find_version_file, parse_request
from atombuild.project.pyproject import parse_pyproject

OWN = f"{sys.version_info.major}.{sys.version_info.minor}"
HERE = Location(Path("/x/.python-version"), 1)

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the Pythons of these tests are scripts")


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No Python is on PATH, and none is kept, but those that a test lays."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / "uv"))
    monkeypatch.delenv("UV_PYTHON", raising=False)


def lay(path: Path, version: str, implementation: str = "cpython", abi: str | None = None) -> Path:
    """Lay a Python that says it is of this version: it is the one that runs us, whose answer is changed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    short = version.rpartition(".")[0].replace(".", "")
    tag = f"cp{short}-{abi or f'cp{short}'}-linux_x86_64"
    path.write_text(
        f"#!{sys.executable} -I\n"
        "import json, subprocess, sys\n"
        f"done = subprocess.run([{sys.executable!r}, *sys.argv[1:]], capture_output=True, check=True)\n"
        "facts = json.loads(done.stdout)\n"
        f"facts['version'] = {version!r}\n"
        f"facts['tags'] = [{tag!r}]\n"
        f"facts['markers'].update(python_full_version={version!r}, implementation_name={implementation!r})\n"
        "print(json.dumps(facts))\n"
    )
    path.chmod(0o755)
    return path


def project(folder: Path, requires: str | None = None) -> Path:
    root = folder / "project"
    root.mkdir(exist_ok=True)
    line = f'requires-python = "{requires}"\n' if requires is not None else ""
    (root / "pyproject.toml").write_text(f'[project]\nname = "x"\n{line}')
    return root


def want(root: Path, python: Path | None = None) -> Wanted:
    path = root / "pyproject.toml"
    return wanted(python, root, parse_pyproject(path, path.read_bytes()), isolated=True)


@pytest.mark.parametrize(
    ("text", "admitted", "refused"),
    [
        ("3.12", "3.12.4", "3.13.0"),
        ("3", "3.9.1", None),
        ("312", "3.12.0", "3.11.2"),
        ("3.12.4", "3.12.4", "3.12.5"),
        ("3.14.0rc1", "3.14.0rc1", "3.14.0"),
        ("cpython@3.12", "3.12.1", "3.11.1"),
        ("cpython-3.12", "3.12.1", "3.11.1"),
        ("CPython3.12", "3.12.1", "3.11.1"),
        ("cpython-3.12.1-linux-x86_64-gnu", "3.12.1", "3.12.2"),
        ("cp312", "3.12.1", "3.13.1"),
        ("python3.12", "3.12.1", "3.13.1"),
        (">=3.11,<3.13", "3.12.1", "3.13.0"),
        ("==3.12.*", "3.12.9", "3.13.0"),
        ("~=3.12", "3.13.0", "3.11.0"),
    ],
)
def test_a_request_admits_the_versions_that_it_names(text: str, admitted: str, refused: str | None) -> None:
    request = parse_request(text, HERE)
    assert request is not None

    def interpreter(version: str, implementation: str = "cpython") -> Interpreter:
        markers = {"python_full_version": version, "implementation_name": implementation}
        return Interpreter(Path("/python"), "", frozenset(), markers)

    assert request.admits(interpreter(admitted))
    assert refused is None or not request.admits(interpreter(refused))
    assert not request.admits(interpreter("2.7.18"))
    assert request.admits(interpreter(admitted, "pypy")) is not text.lower().startswith("cp")


def test_a_free_threaded_python_is_taken_only_where_it_is_asked_for(tmp_path: Path) -> None:
    lay(tmp_path / "bin/python3.31t", "3.31.0", abi="cp331t")
    root = project(tmp_path)
    (root / ".python-version").write_text("3.31\n")
    assert len(want(root).choose().notes) == 1
    (root / ".python-version").write_text("3.31t\n")
    assert want(root).choose().interpreter.executable == tmp_path / "bin/python3.31t"


@pytest.mark.parametrize("text", ["system", "my env", "3.12:3.13", ">=x", "pypy", "no/such/path", "a\0b", "x" * 5000])
def test_what_is_no_request_is_passed_over_with_a_word(tmp_path: Path, text: str) -> None:
    root = project(tmp_path)
    (root / ".python-version").write_text(f"{text}\n{OWN}\n")
    choice = want(root).choose()
    assert choice.interpreter == find_interpreter(None, isolation=True)
    (note,) = choice.notes
    assert f"{root / '.python-version'}:1 asks for `{text}`" in note.what


def test_the_nearest_file_counts_and_its_first_line_that_says_something(tmp_path: Path) -> None:
    root = project(tmp_path)
    (tmp_path / ".python-version").write_text("3.5\n")
    found = find_version_file(root)
    assert found is not None
    assert found.path == tmp_path / ".python-version"
    (root / ".python-versions").write_text("3.6\n")
    (root / ".python-version").mkdir()
    found = find_version_file(root)
    assert found is not None
    assert found.path == root / ".python-versions"
    (root / ".python-version").rmdir()
    (root / ".python-version").write_text("\ufeff# why\n\n  3.12  # because\n3.13\n")
    found = find_version_file(root)
    assert found is not None
    assert found.request is not None
    assert (found.request.text, str(found.request.where)) == ("3.12", f"{root / '.python-version'}:3")


@pytest.mark.parametrize("place", ["bin/python3.31", "bin/python3", "pyenv/versions/3.31.2/bin/python"])
@pytest.mark.parametrize("asks", [".python-version", "requires-python"])
def test_another_python_is_found_where_it_may_be(tmp_path: Path, place: str, asks: str) -> None:
    path = lay(tmp_path / place, "3.31.2")
    root = project(tmp_path, ">=3.31" if asks == "requires-python" else None)
    if asks == ".python-version":
        (root / ".python-version").write_text("3.31\n")
    choice = want(root).choose()
    assert choice.interpreter.executable == path
    assert choice.notes == ()
    assert asks in choice.why


def test_the_one_that_uv_installed_is_found(tmp_path: Path) -> None:
    path = lay(tmp_path / "uv/cpython-3.31.2-linux-x86_64-gnu/bin/python", "3.31.2")
    assert want(project(tmp_path, ">=3.31")).choose().interpreter.executable == path


def test_what_does_not_work_is_passed_over_and_so_are_the_commands_of_pyenv(tmp_path: Path) -> None:
    for name in ("bin/python3.31", "pyenv/shims/python3.31"):
        path = lay(tmp_path / name, "3.31.2")
        path.write_text("#!/bin/sh\nexit 127\n")
    right = lay(tmp_path / "pyenv/versions/3.31.2/bin/python", "3.31.2")
    os.environ["PATH"] += os.pathsep + str(tmp_path / "pyenv/shims")
    assert all("shims" not in str(path) for path, _ in found_pythons())
    choice = want(project(tmp_path, ">=3.31")).choose()
    assert choice.interpreter.executable == right


def test_a_version_that_pyenv_keeps_may_be_named(tmp_path: Path) -> None:
    lay(tmp_path / "pyenv/versions/3.31.2/bin/python", "3.31.2")
    newest = lay(tmp_path / "pyenv/versions/3.31.10/bin/python", "3.31.10")
    assert find_interpreter(Path("3.31"), isolation=True).executable == newest
    named = lay(tmp_path / "pyenv/versions/my-env/bin/python", "3.31.2")
    root = project(tmp_path)
    (root / ".python-version").write_text("my-env\n")
    assert want(root).choose().interpreter.executable == named


def test_the_one_that_runs_us_is_taken_where_it_is_admitted(tmp_path: Path) -> None:
    lay(tmp_path / "bin/python3.31", "3.31.0")
    own = find_interpreter(None, isolation=True)
    root = project(tmp_path, ">=3.8")
    assert want(root).choose().interpreter == own
    (root / ".python-version").write_text(f"{OWN}\n")
    choice = want(root).choose()
    assert (choice.interpreter, choice.why, choice.notes) == (own, "", ())


def test_where_none_is_right_that_is_said_with_its_place(tmp_path: Path) -> None:
    root = project(tmp_path, ">=3.99")
    own = find_interpreter(None, isolation=True)
    choice = want(root).choose()
    assert choice.interpreter == own
    (note,) = choice.notes
    assert note.what == (
        f"{root / 'pyproject.toml'}:3:19: requires-python is >=3.99 and this is {own.version}: "
        f"building with {own.version}"
    )
    (root / ".python-version").write_text("3.98\n")
    first, second = want(root).choose().notes
    assert first.what == (
        f"{root / '.python-version'}:1 asks for Python 3.98, which is not found here: building with {own.version}"
    )
    assert second == note


def test_a_file_that_asks_for_what_the_project_does_not_admit_is_followed_and_told(tmp_path: Path) -> None:
    older = lay(tmp_path / "bin/python3.30", "3.30.0")
    lay(tmp_path / "bin/python3.31", "3.31.0")
    root = project(tmp_path, ">=3.31")
    (root / ".python-version").write_text("3.30\n")
    choice = want(root).choose()
    assert choice.interpreter.executable == older
    assert "requires-python is >=3.31 and this is 3.30.0" in choice.notes[0].what


def test_the_command_beats_all_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = lay(tmp_path / "bin/python3.30", "3.30.0")
    lay(tmp_path / "bin/python3.31", "3.31.0")
    root = project(tmp_path, ">=3.31")
    (root / ".python-version").write_text("3.31\n")
    choice = want(root, Path("3.30")).choose()
    assert choice.interpreter.executable == named
    assert len(choice.notes) == 1
    monkeypatch.setenv("UV_PYTHON", "3.30")
    assert want(root).choose().interpreter.executable == named
    with pytest.raises(UsageMistake, match=r"--python 3\.29"):
        want(root, Path("3.29")).choose()


def test_a_specifier_that_is_none_is_the_backends_to_tell(tmp_path: Path) -> None:
    choice = want(project(tmp_path, "three")).choose()
    assert (choice.interpreter, choice.notes) == (find_interpreter(None, isolation=True), ())


def test_a_python_that_is_too_old_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "bin/python3.6"
    path.write_text("#!/bin/sh\necho 'Python 3.6 is too old, 3.9 is the oldest that can build here' >&2\nexit 1\n")
    path.chmod(0o755)
    with pytest.raises(UsageMistake, match=r"Python 3\.6 is too old"):
        find_interpreter(path, isolation=True)


def test_one_that_is_here_and_can_not_build_is_not_said_to_be_missing(tmp_path: Path) -> None:
    own = find_interpreter(None, isolation=True)
    path = tmp_path / "bin/python3.30"
    path.write_text("#!/bin/sh\necho 'Python 3.30 is too old' >&2\nexit 1\n")
    path.chmod(0o755)
    root = project(tmp_path, None)
    (root / ".python-version").write_text("3.30\n")
    choice = want(root).choose()
    assert choice.interpreter == own
    (note,) = choice.notes
    assert note.what == (
        f"{root / '.python-version'}:1 asks for Python 3.30, and {path} is no Python that can be asked what it is: "
        f"Python 3.30 is too old: building with {own.version}"
    )


def test_the_oldest_python_is_one_that_all_we_run_there_admits() -> None:
    oldest = oldest_minor()
    assert 9 <= oldest <= sys.version_info.minor
    for library in ("build", "packaging", "pyproject-hooks"):
        asked = SpecifierSet(metadata(library)["Requires-Python"] or "")
        assert asked.contains(f"3.{oldest}.99"), library
    too_old = subprocess.run(
        [sys.executable, "-I", "-c", _QUESTION, "", str(sys.version_info.minor + 1)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert too_old.returncode == 1
    assert f"3.{sys.version_info.minor} is too old, 3.{sys.version_info.minor + 1} is the oldest" in too_old.stderr


def test_nothing_is_asked_that_can_not_be_right(tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    for version in ("3.29", "3.30", "3.31"):
        path = lay(tmp_path / f"bin/python{version}", f"{version}.0")
        path.write_text(path.read_text() + f"open({str(asked)!r}, 'a').write('{version} ')\n")
    request = parse_request("3.30", HERE)
    assert request is not None
    found = search(request.versions, request.admits)
    assert found is not None
    assert found.version == "3.30.0"
    assert asked.read_text() == "3.30 "
