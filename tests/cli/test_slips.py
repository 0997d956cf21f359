"""A slip in an option is said with exit status 2, before any artifact falls."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from atombuild import cli
from cli.test_command import command
from support.projects import sample_project, visible_files
from support.telling import telling_project

HOWS = [["--once"], ["--plain"], ["--list"], ["--compare"], ["--once", "--json"]]


@pytest.fixture(params=["native", "isolated"])
def built(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A project that was built, natively or by a backend in its own tree, which needs nothing installed."""
    project = sample_project(tmp_path) if request.param == "native" else telling_project(tmp_path)
    done = command("--once", project)
    assert done.returncode == 0, done.stderr
    assert len(visible_files(project / "dist")) == 2
    return project


def slips(folder: Path) -> dict[str, tuple[list[str], str]]:
    """Return options that can't be meant, and words that must be said of each. Lays what they name."""
    (folder / "a-file").write_text("")
    (folder / "broken.txt").write_text("flit-core\nhello world\n")
    (folder / "to-dist").symlink_to(folder)
    (folder / "to-nothing").symlink_to("nothing")
    silent = folder / "no-python"
    silent.write_text("#!/bin/sh\nexit 3\n")
    silent.chmod(0o755)
    return {
        "a python that is not there": (["--python", "/nope"], "no Python interpreter is found for --python /nope"),
        "a version that is not there": (["--python", "3.99"], "no Python interpreter is found for --python 3.99"),
        "a program that is no python": (["--python", str(silent)], "is no Python that can be asked"),
        "constraints that are not there": (["--build-constraint", "/nope.txt"], "can't be read: No such file"),
        "constraints that are a folder": (["--build-constraint", str(folder)], "can't be read: it is a folder"),
        "constraints with a slip": (["--build-constraint", str(folder / "broken.txt")], "broken.txt:2"),
        "a second file of constraints": (
            ["--build-constraint", os.devnull.replace("null", "nope"), "--build-constraint", str(folder / "a-file")],
            "can't be read",
        ),
        "a setting without a value": (["-C", "x"], "--config-setting x has no key and value"),
        "a setting without a key": (["-C", "=x"], "--config-setting =x has no key and value"),
        "a file to build into": (["-o", str(folder / "a-file")], "is a file, not a folder"),
        "a place below a file": (["-o", str(folder / "a-file" / "dist")], "leads through a file"),
        "a place below a link to nothing": (["-o", str(folder / "to-nothing" / "dist")], "a symbolic link to nothing"),
        "a link to build into": (["-o", str(folder / "to-dist")], "is a symbolic link"),
    }


@pytest.mark.skipif(os.name != "posix", reason="links and scripts")
@pytest.mark.parametrize(
    "how", [["--once"], ["--plain"], ["--list"], ["--compare"], ["--once", "--json"]], ids=" ".join
)
def test_it_is_said_and_nothing_is_touched(built: Path, tmp_path: Path, how: list[str]) -> None:
    before = {path: path.stat().st_mtime_ns for path in (built / "dist").iterdir()}
    for what, (options, words) in slips(tmp_path).items():
        done = command(*how, *options, built)
        assert done.returncode == 2, f"{what}: {done.stdout}{done.stderr}"
        assert words in done.stderr, what
        assert "next: " in done.stderr, what
        assert "Traceback" not in done.stderr, what
        assert {path: path.stat().st_mtime_ns for path in (built / "dist").iterdir()} == before, what


@pytest.mark.skipif(os.name != "posix", reason="links and scripts")
def test_it_is_said_before_there_is_a_screen(built: Path, tmp_path: Path) -> None:
    shown: list[cli.ScreenOrder] = []

    def screen(order: cli.ScreenOrder) -> int:
        shown.append(order)
        return 0

    for what, (options, _) in slips(tmp_path).items():
        assert cli.main([str(built), *options, "--serve", "0"], screen=screen) == 2, what
    assert shown == []
    assert len(visible_files(built / "dist")) == 2


@pytest.mark.parametrize("place", ["src", "src/orrery", "src/orrery/inner"])
def test_the_sources_are_no_place_to_build_into(tmp_path: Path, place: str) -> None:
    project = sample_project(tmp_path)
    done = command("--once", "-o", project / place, project)
    assert done.returncode == 2
    assert "holds sources of the project" in done.stderr
    assert not (project / "src/orrery/inner").exists()


@pytest.mark.parametrize("place", ["dist", "out/deep", "dist/0.1"])
def test_a_folder_that_holds_artifacts_and_unpacked_ones_is_a_place(tmp_path: Path, place: str) -> None:
    project = sample_project(tmp_path)
    (project / place / "orrery-0.1.0/src/orrery").mkdir(parents=True)
    (project / place / "orrery-0.1.0/src/orrery/__init__.py").write_text("")
    assert command("--once", "-o", project / place, project).returncode == 0


def test_the_variable_of_uv_names_constraints_too(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_BUILD_CONSTRAINT", "/nope.txt")
    done = command("--once", built)
    assert done.returncode == 2
    assert "/nope.txt" in done.stderr
    assert len(visible_files(built / "dist")) == 2


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_place_that_can_not_be_made_is_a_slip(built: Path, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o555)
    done = command("--once", "-o", locked / "deep" / "dist", built)
    assert done.returncode == 2
    assert f"can't be made: you may not write to {locked}" in done.stderr
    assert len(visible_files(built / "dist")) == 2


@pytest.mark.skipif(os.name != "posix", reason="links")
@pytest.mark.parametrize("how", ["--once", "--list"])
def test_an_sdist_that_can_not_be_looked_at_is_a_slip(tmp_path: Path, how: str) -> None:
    (tmp_path / "round-1.0.tar.gz").symlink_to("round-1.0.tar.gz")
    (tmp_path / "file").write_text("")
    for name, words in (
        ("round-1.0.tar.gz", "can't be looked at: "),
        (f"{'long' * 100}-1.0.tar.gz", "can't be looked at: "),
        ("file/x-1.0.tar.gz", "does not exist"),
        ("nothing-1.0.tar.gz", "does not exist"),
    ):
        done = command(how, "--wheel", tmp_path / name)
        assert done.returncode == 2, done.stderr
        assert words in done.stderr
        assert "Traceback" not in done.stderr
        assert "our defect" not in done.stderr
