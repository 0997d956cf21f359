"""The hooks keep the promise in a folder that is not ours, and tell a front-end what went wrong in plain words."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest

import atombuild.backend
from atombuild.errors import system_reason
from atombuild.publish import LOCK, OutputDirectory
from support.hooks import call_ours, working_in
from support.projects import visible_files
from support.variants import INIT, write_files

DOCUMENT = """\
[build-system]
requires = ["atombuild-tui"]
build-backend = "atombuild.backend"

[project]
name = "foo"
version = "1.0"
"""
WHEEL = "foo-1.0-py3-none-any.whl"
SDIST = "foo-1.0.tar.gz"
BUILDING = [("build_sdist", SDIST), ("build_wheel", WHEEL), ("build_editable", WHEEL)]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    path = tmp_path / "project"
    write_files(path, {"pyproject.toml": DOCUMENT, **INIT})
    return path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    path = tmp_path / "out"
    path.mkdir()
    return path


@pytest.mark.parametrize(("hook", "target"), BUILDING)
def test_a_build_leaves_its_file_and_a_hidden_lock(root: Path, out: Path, hook: str, target: str) -> None:
    assert call_ours(root, hook, out).result == target
    assert sorted(path.name for path in out.iterdir()) == sorted([LOCK, target])


@pytest.mark.parametrize(("hook", "target"), BUILDING)
def test_an_old_file_is_replaced_and_others_are_left_alone(root: Path, out: Path, hook: str, target: str) -> None:
    write_files(out, {target: "old", "foo-0.9.tar.gz": "other", "bar-1.0-py3-none-any.whl": "other"})
    assert call_ours(root, hook, out).result == target
    assert (out / target).read_bytes() != b"old"
    assert (out / "foo-0.9.tar.gz").read_text() == (out / "bar-1.0-py3-none-any.whl").read_text() == "other"


@pytest.mark.parametrize(("hook", "target"), BUILDING)
def test_no_old_file_outlives_a_failed_build(root: Path, out: Path, hook: str, target: str) -> None:
    write_files(out, {target: "old"})
    (root / "src/foo/__init__.py").unlink()
    called = call_ours(root, hook, out)
    assert called.result is None
    assert visible_files(out) == []
    assert called.err.startswith("error: Expected a Python module at: src/foo/__init__.py\n")
    assert "\n  next: create src/foo/__init__.py; it may be empty\n" in called.err


@pytest.mark.parametrize("hook", ["build_wheel", "build_editable"])
def test_no_old_file_outlives_metadata_that_disagrees(root: Path, out: Path, tmp_path: Path, hook: str) -> None:
    write_files(out, {WHEEL: "old"})
    write_files(tmp_path / "prepared", {"METADATA": "Metadata-Version: 2.3\nName: foo\nVersion: 2.0\n"})
    called = call_ours(root, hook, out, tmp_path / "prepared")
    assert called.result is None
    assert visible_files(out) == []
    assert "Inconsistent metadata between prepare and build step: METADATA" in called.err


def test_a_document_that_names_no_target_touches_nothing(root: Path, out: Path) -> None:
    write_files(out, {WHEEL: "old"})
    write_files(root, {"pyproject.toml": DOCUMENT.replace('"1.0"', '"one"')})
    called = call_ours(root, "build_wheel", out)
    assert called.result is None
    assert (out / WHEEL).read_text() == "old"
    assert f"  where: {root / 'pyproject.toml'}:7:11\n" in called.err


def test_an_old_file_that_cant_be_removed_stops_the_build_and_is_told(root: Path, out: Path) -> None:
    (out / WHEEL).mkdir()
    called = call_ours(root, "build_wheel", out)
    assert called.result is None
    assert f"the old artifact {WHEEL} could not be removed" in called.err


def test_every_problem_of_a_document_is_told_at_once(root: Path, out: Path) -> None:
    write_files(root, {"pyproject.toml": DOCUMENT.replace('"1.0"', "1").replace('"foo"', '"-"')})
    assert call_ours(root, "build_wheel", out).err.count("error: ") == 2


def test_an_error_ends_the_process_without_a_traceback(root: Path, out: Path) -> None:
    (root / "src/foo/__init__.py").unlink()
    program = f"import atombuild.backend; atombuild.backend.build_wheel({str(out)!r})"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_what_a_project_says_cant_act_on_the_terminal(root: Path, out: Path) -> None:
    write_files(root, {"pyproject.toml": DOCUMENT + 'license-files = ["\\u001b]52;c;x\\u0007"]\n'})
    called = call_ours(root, "build_wheel", out)
    assert called.result is None
    assert "\x1b" not in called.err


@pytest.mark.parametrize("hook", [name for name in atombuild.backend.__all__ if name.startswith("get_requires")])
def test_nothing_else_is_required(hook: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert getattr(atombuild.backend, hook)() == []
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("hook", atombuild.backend.__all__)
def test_settings_of_the_front_end_are_warned_of(
    root: Path, out: Path, hook: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = () if hook.startswith("get_requires") else (str(out),)
    with working_in(root):
        getattr(atombuild.backend, hook)(*arguments, config_settings={})
        assert capsys.readouterr().err == ""
        for path in out.glob("*.dist-info/*"):
            path.unlink()
        for path in out.glob("*.dist-info"):
            path.rmdir()
        getattr(atombuild.backend, hook)(*arguments, config_settings={"editable_mode": "strict"})
    assert capsys.readouterr().err == "Warning: Config settings are not supported\n"


def test_a_folder_that_is_not_there_is_not_made(root: Path, out: Path) -> None:
    called = call_ours(root, "build_wheel", out / "deeper")
    assert called.result is None
    assert "the output directory deeper can't be used" in called.err
    assert not (out / "deeper").exists()


def test_a_link_to_a_folder_is_the_front_ends_own_choice(root: Path, out: Path, tmp_path: Path) -> None:
    (tmp_path / "way").symlink_to("out")
    assert call_ours(root, "build_wheel", tmp_path / "way").result == WHEEL
    assert visible_files(out) == [WHEEL]


def test_a_folder_named_from_the_project_lies_in_the_project_and_never_in_its_sdist(root: Path) -> None:
    (root / "dist").mkdir()
    write_files(root, {"pyproject.toml": f'{DOCUMENT}[tool.uv.build-backend]\nsource-include = ["**"]\n'})
    assert call_ours(root, "build_sdist", Path("dist")).result == SDIST
    first = (root / "dist" / SDIST).read_bytes()
    assert call_ours(root, "build_sdist", Path("dist")).result == SDIST
    assert (root / "dist" / SDIST).read_bytes() == first


def test_leftovers_of_a_killed_build_are_swept(root: Path, out: Path) -> None:
    write_files(out, {f".atombuild-{'0' * 16}.tmp": "half"})
    assert call_ours(root, "build_wheel", out).result == WHEEL
    assert sorted(path.name for path in out.iterdir()) == [LOCK, WHEEL]


def test_a_hook_waits_for_whoever_builds_into_the_folder_and_says_for_whom(root: Path, out: Path) -> None:
    def refuse(holder: object) -> None:
        raise AssertionError(holder)

    with OutputDirectory.open(out) as directory, directory.locked("orrery", refuse):
        program = f"import atombuild.backend; print(atombuild.backend.build_wheel({str(out)!r}))"
        hook = subprocess.Popen(
            [sys.executable, "-c", program], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert hook.stderr is not None
        watch = threading.Timer(30, hook.kill)
        watch.start()
        told = hook.stderr.readline()
        assert told.startswith(f"waiting for process {os.getpid()}, which builds orrery since")
        assert visible_files(out) == []
    printed, _ = hook.communicate()
    watch.cancel()
    assert (hook.returncode, printed) == (0, f"{WHEEL}\n")
    assert visible_files(out) == [WHEEL]


def test_where_there_are_no_locks_it_builds_with_a_warning(
    root: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsupported(descriptor: int, operation: int) -> None:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", unsupported)
    called = call_ours(root, "build_wheel", out)
    assert called.result == WHEEL
    assert "is on a file system without locks" in called.err


def test_a_disk_that_does_not_confirm_is_a_warning(root: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fsync
    error = OSError(5, "Input/output error")

    def sync(descriptor: int) -> None:
        if os.path.isdir(f"/proc/self/fd/{descriptor}"):  # noqa: PTH112 (a kernel path)
            raise error
        real(descriptor)

    monkeypatch.setattr(os, "fsync", sync)
    called = call_ours(root, "build_wheel", out)
    assert called.result == WHEEL
    assert f"the disk did not confirm it: {system_reason(error)}" in called.err


def test_the_umask_rules(root: Path, out: Path) -> None:
    before = os.umask(0o027)
    try:
        call_ours(root, "build_wheel", out)
    finally:
        os.umask(before)
    assert (out / WHEEL).stat().st_mode & 0o777 == 0o640


def test_the_editable_wheel_leads_into_the_project(root: Path, out: Path) -> None:
    call_ours(root, "build_editable", out)
    with zipfile.ZipFile(out / WHEEL) as wheel:
        assert wheel.read("foo.pth").decode() == f"{root}/src"
