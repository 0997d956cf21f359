"""An error of the wheel step is about the sdist, and points at what stands in the project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from atombuild import cli, exit_status
from support.backends import need
from support.own_backend import set_before, write_project

READS = {
    "a file by its name": ('open("data.txt")', "data.txt"),
    "a file by its whole path": ('open(os.path.abspath("data/more.txt"))', "data/more.txt"),
    "a file in a sentence": ('raise SystemExit("Readme file does not exist: data.txt.")', "data.txt"),
    "a module": ('import sys; sys.path.insert(0, ""); import helper', "helper.py"),
    "a package": ('import sys; sys.path.insert(0, ""); import tools.deep', "tools"),
    "a header next to its source": (
        'print("src/sky/__init__.py:1:10: fatal error: a.h: No such file"); raise SystemExit(1)',
        "src/sky/a.h",
    ),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with files that its backend packs into no sdist."""
    root = write_project(tmp_path / "sky")
    (root / "data").mkdir()
    (root / "tools").mkdir()
    for path in ("data.txt", "data/more.txt", "helper.py", "tools/__init__.py", "tools/deep.py", "src/sky/a.h"):
        (root / path).touch()
    return root


def report_of(root: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Build, and return what is told of the wheel; the sdist is there."""
    assert cli.main(["--once", "--json", str(root)]) == exit_status.FAILED
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (failure,) = [event for event in events if event["event"] == "failure"]
    assert failure["kind"] == "wheel"
    (report,) = failure["reports"]
    assert isinstance(report, dict)
    return report


@pytest.mark.parametrize("case", READS)
def test_what_the_sdist_lacks_and_the_project_has_is_named(
    root: Path, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    does, lacking = READS[case]
    set_before(root, f'if hook == "build_wheel": {does}')
    backend = root / "_build/backend.py"
    packs = "if path.is_file() and"
    backend.write_text(backend.read_text().replace(packs, f'{packs} path.suffix != ".h" and'))
    report = report_of(root, capsys)
    assert report["why"][0] == (
        f"the wheel is built from the sdist night_sky-1.0.tar.gz, which lacks {lacking}; the project has it"
    )
    assert "have the backend pack it" in report["hint"]
    assert report["hint"].endswith("or build the wheel from the tree, which needs no sdist: --sdist --wheel")
    assert Path(report["where"]["path"]).is_relative_to(root)
    assert Path(report["where"]["path"]).exists()
    assert "/tree/" not in json.dumps(report), "where it was unpacked is nobody's business"


def test_what_is_nowhere_is_not_said_to_be_in_the_project(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    set_before(root, 'if hook == "build_wheel": open("nowhere.txt")')
    report = report_of(root, capsys)
    assert report["why"][0] == "the wheel is built from the sdist night_sky-1.0.tar.gz"
    assert "have the backend pack it" not in report["hint"]
    assert report["where"]["path"] == str(root / "_build/backend.py")


def test_what_is_wrong_in_the_tree_is_not_the_sdists(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    set_before(root, 'if hook == "build_wheel": open("nowhere.txt")')
    assert cli.main(["--once", "--wheel", str(root)]) == exit_status.FAILED
    assert "from the sdist" not in capsys.readouterr().err


def test_an_sdist_without_pyproject_is_told_so(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    backend = root / "_build/backend.py"
    backend.write_text(backend.read_text().replace('"pyproject.toml", ', ""))
    report = report_of(root, capsys)
    assert report["why"][0].endswith("which lacks pyproject.toml; the project has it")
    assert report["where"]["path"] == str(root / "pyproject.toml")


def test_an_sdist_without_its_own_backend_is_told_so(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    backend = root / "_build/backend.py"
    backend.write_text(backend.read_text().replace('"_build", ', ""))
    report = report_of(root, capsys)
    assert report["what"] == "the build backend backend can't be imported"
    assert report["where"]["path"] == str(root / "pyproject.toml")
    assert report["why"][0].startswith("the wheel is built from the sdist night_sky-1.0.tar.gz")


def test_a_pyproject_that_the_backend_wrote_is_not_given_the_projects_lines(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    set_before(
        root,
        'if hook == "build_wheel" and pathlib.Path("PKG-INFO").exists(): '
        'raise ValueError("Field `project.name` is wrong")',
    )
    backend = root / "_build/backend.py"
    backend.write_text(
        backend.read_text().replace(
            "    for path in files():\n",
            '    for path in files():\n            path.name == "pyproject.toml" and path.write_text('
            '"\\n\\n\\n" + path.read_text().lstrip())\n',
        )
    )
    report = report_of(root, capsys)
    assert report["where"]["path"] == str(root / "pyproject.toml")


@pytest.mark.parametrize("manifest", [False, True])
def test_setuptools_is_told_what_to_pack_where(
    tmp_path: Path, manifest: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    need("setuptools")
    root = tmp_path / "x"
    root.mkdir()
    (root / "requirements.txt").write_text("six\n")
    (root / "setup.py").write_text(
        'from setuptools import setup\nsetup(name="x", version="1", py_modules=[],\n'
        '      install_requires=open("requirements.txt").read().split())\n'
    )
    if manifest:
        (root / "MANIFEST.in").write_text("include other.txt\n")
    report = report_of(root, capsys)
    assert report["why"][0].endswith("which lacks requirements.txt; the project has it")
    assert report["hint"].startswith("have the backend pack it: name it in MANIFEST.in")
    assert report["where"]["path"] == str(root / ("MANIFEST.in" if manifest else "setup.py"))
