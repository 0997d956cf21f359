"""What is ours and lies in the project: it is no input, whatever it is called and wherever it is."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from atombuild import own_files
from atombuild.folders import state_folder
from atombuild.isolated.cache import work_folder
from atombuild.native.project import source_tree
from atombuild.private import write_private
from atombuild.watch.ground import Ground
from atombuild.watch.looker import Looker


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "p"
    (root / "x").mkdir(parents=True)
    (root / "x/a.py").write_text("a")
    (root / "pyproject.toml").write_text("")
    return root


def everything(_path: str) -> bool:
    return True


@pytest.fixture
def ground(root: Path) -> Ground:
    return Ground(root, root / "dist")


def test_the_file_that_our_output_goes_to_is_no_input_and_the_page_says_why(root: Path, ground: Ground) -> None:
    look = Looker(root, root / "dist", ground)
    with (root / "build.log").open("w") as log:
        own_files.hold(log.fileno())
        try:
            views = [look(everything)]
            for line in range(3):
                log.write(f"{line}\n")
                log.flush()
                assert ground.filter(everything).verdict("build.log") is not None
                views.append(look(everything))
        finally:
            own_files.let_go(log.fileno())
    assert [set(view.snapshot.entries) for view in views] == [{"x/a.py", "pyproject.toml"}] * 4
    assert views[-1].passed_over == (("build.log", "atombuild's own output"),)
    assert views[-1].fingerprint(everything) == views[0].fingerprint(everything)


def test_it_is_told_by_what_it_is_not_by_its_name(root: Path, ground: Ground) -> None:
    look = Looker(root, root / "dist", ground)
    with (root / "build.log").open("w") as log:
        own_files.hold(log.fileno())
        try:
            before = look(everything)
            (root / "build.log").rename(root / "build.log.1")
            (root / "build.log").write_text("somebody else's")
            now = look(everything)
        finally:
            own_files.let_go(log.fileno())
    assert now.changed_since(before) == ("build.log",)
    assert look(everything).changed_since(now) == ("build.log.1",), "nobody writes to it for us any more"


def test_standard_output_and_error_are_ours(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (root / "log").open("w") as log:
        saved = os.dup(2)
        try:
            os.dup2(log.fileno(), 2)
            status = os.fstat(log.fileno())
            assert (status.st_dev, status.st_ino) in own_files.own_outputs()
        finally:
            os.dup2(saved, 2)
            os.close(saved)


@pytest.mark.parametrize(
    ("setting", "inside"),
    [
        ("ATOMBUILD_CACHE_DIR=ci/cache", "ci/cache/.nox/.svn/environments/venv/a.py"),
        ("XDG_CACHE_HOME=ci", "ci/atombuild/.nox/.svn/work/a.py"),
        ("ATOMBUILD_STATE_DIR=state", "state/.nox/.svn/allowed.json"),
        ("XDG_STATE_HOME=ci", "ci/atombuild/.nox/.svn/bugs/1.txt"),
        ("ATOMBUILD_CONFIG=my settings.toml", "my settings.toml"),
        ("TMPDIR=tmp", "tmp/atombuild-1234/file"),
    ],
)
def test_our_folders_are_no_inputs(
    root: Path, ground: Ground, monkeypatch: pytest.MonkeyPatch, setting: str, inside: str
) -> None:
    variable, _, value = setting.partition("=")
    for each in ("ATOMBUILD_CACHE_DIR", "XDG_CACHE_HOME", "ATOMBUILD_STATE_DIR", "XDG_STATE_HOME", "ATOMBUILD_CONFIG"):
        monkeypatch.delenv(each, raising=False)
    monkeypatch.setenv(variable, str(root / value))
    monkeypatch.setattr(tempfile, "tempdir", None)
    (root / inside).parent.mkdir(parents=True, exist_ok=True)
    look = Looker(root, root / "dist", ground)
    before = look(everything)
    (root / inside).write_text("written by a build")
    assert look(everything).changed_since(before) == ()
    assert ground.filter(everything).verdict(inside) is not None
    (root / "ci").mkdir(exist_ok=True)
    (root / "ci/script.sh").write_text("somebody else's")
    assert look(everything).changed_since(before) == ("ci/script.sh",)


def test_a_cache_that_is_the_project_itself_hides_nothing_else(
    root: Path, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATOMBUILD_CACHE_DIR", str(root))
    monkeypatch.setenv("TMPDIR", str(root))
    monkeypatch.setattr(tempfile, "tempdir", None)
    (work_folder(root, root / "dist") / "file").touch()
    assert set(Looker(root, root / "dist", ground)(everything).snapshot.entries) == {"x/a.py", "pyproject.toml"}


def test_our_folders_in_a_project_are_marked_for_the_tools_that_look(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATOMBUILD_CACHE_DIR", str(root / "cache"))
    monkeypatch.setenv("ATOMBUILD_STATE_DIR", str(root / "state"))
    work_folder(root, root / "dist")
    write_private(state_folder() / "bugs/report.txt", b"")
    for folder in ("cache", "state"):
        marked = root / folder / ".nox/.svn"
        assert (marked / ".gitignore").read_text() == "*\n"
        assert (marked / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")


def test_elsewhere_they_are_where_they_are_said_to_be_and_not_marked(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATOMBUILD_CACHE_DIR", str(tmp_path / "cache"))
    folder = work_folder(root, root / "dist")
    assert folder.is_relative_to(tmp_path / "cache/work")
    assert not (tmp_path / "cache/.gitignore").exists()


def test_a_native_build_does_not_see_them_either(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATOMBUILD_CACHE_DIR", str(root / "x/cache"))
    monkeypatch.setenv("TMPDIR", str(root / "x/tmp"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    (root / "x/tmp").mkdir()
    work_folder(root, root / "dist")
    with (root / "x/build.log").open("w") as log:
        own_files.hold(log.fileno())
        try:
            tree = source_tree(root, root / "dist")
            assert [entry.path for entry in tree.scan("x")] == ["x/a.py", "x/cache"]
            assert tree.scan("x/cache") == ()
        finally:
            own_files.let_go(log.fileno())
