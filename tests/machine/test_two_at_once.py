"""Several builders on one output directory take turns: none loses an artifact, none is ever seen half."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from support.processes import Running, told_words
from support.projects import big_project
from support.readers import Reader
from support.wholeness import check_whole, finals

BOTH = {"sdist": "succeeded", "wheel": "succeeded"}


@contextmanager
def reading(out_dir: Path) -> Iterator[Reader]:
    """Read all the time; in the end, everything that was ever read must have been whole."""
    reader = Reader(out_dir)
    thread = threading.Thread(target=reader.run)
    thread.start()
    try:
        yield reader
    finally:
        reader.stop()
        thread.join()
    assert reader.broken == []
    assert reader.read


@contextmanager
def holding(root: Path) -> Iterator[Running]:
    """Start a build and stop it in the middle, where it has the lock."""
    with Running("--once", root) as build:
        build.wait_for("building bulky-1.0.tar.gz")
        build.signal(signal.SIGSTOP)
        yield build


def check_tidy(out_dir: Path, artifacts: int) -> None:
    assert len(finals(out_dir)) == artifacts
    for path in finals(out_dir):
        check_whole(path)
    hidden = {path.name for path in out_dir.iterdir() if path.name.startswith(".")}
    assert hidden == {".atombuild.history", ".atombuild.json", ".atombuild.lock", ".gitignore"}


def test_the_second_waits_says_for_whom_and_builds_then(tmp_path: Path) -> None:
    root = big_project(tmp_path, 8)
    with holding(root) as first, Running("--once", root) as second, reading(root / "dist"):
        second.wait_for(f"waiting for process {first.process.pid}, which builds bulky since ")
        first.signal(signal.SIGCONT)
        assert (first.finish(), second.finish()) == (0, 0)
        assert told_words(first.stdout) == told_words(second.stdout) == BOTH
        assert first.stderr == second.stderr == ""
    check_tidy(root / "dist", artifacts=2)


@pytest.mark.parametrize("each", [1, 4])
def test_two_projects_share_a_directory_and_neither_loses_an_artifact(tmp_path: Path, each: int) -> None:
    out_dir = tmp_path / "out"
    roots = [big_project(tmp_path, 1, name=name) for name in ("apples", "pears")]
    with ExitStack() as stack:
        stack.enter_context(reading(out_dir))
        builds = [stack.enter_context(Running("--once", "-o", out_dir, root)) for _ in range(each) for root in roots]
        assert [build.finish() for build in builds] == [0] * len(builds)
        for build in builds:
            assert told_words(build.stdout) == BOTH
            assert build.stderr == ""
        assert any("waiting for process" in build.stdout for build in builds) or each == 1
    check_tidy(out_dir, artifacts=4)


def test_a_neighbour_that_fails_takes_nothing_along(tmp_path: Path) -> None:
    out_dir = tmp_path / "out"
    good, bad = (big_project(tmp_path, 1, name=name) for name in ("good", "bad"))
    for root in (good, bad):
        with Running("--once", "-o", out_dir, root) as build:
            assert build.finish() == 0
    (bad / "src/bad/__init__.py").unlink()
    with Running("--once", "-o", out_dir, bad) as failing, Running("--once", "-o", out_dir, good) as build:
        assert (failing.finish(), build.finish()) == (1, 0)
        assert told_words(failing.stdout) == dict.fromkeys(("sdist", "wheel"), "failed, old artifact removed")
    assert {path.name.split("-")[0] for path in finals(out_dir)} == {"good"}
    check_tidy(out_dir, artifacts=2)


def test_giving_up_the_wait_changes_nothing(tmp_path: Path) -> None:
    root = big_project(tmp_path, 4)
    with holding(root) as first, Running("--once", root) as second:
        second.wait_for("waiting for process")
        second.signal(signal.SIGINT)
        assert second.finish(1.0) == 130
        assert "cancelled before the build began" in second.stdout
        first.signal(signal.SIGCONT)
        assert first.finish() == 0
        assert told_words(first.stdout) == BOTH
    check_tidy(root / "dist", artifacts=2)


def test_who_waits_for_one_that_is_killed_finds_out_and_builds(tmp_path: Path) -> None:
    root = big_project(tmp_path, 4)
    with holding(root) as first, Running("--once", root) as second:
        second.wait_for("waiting for process")
        first.signal(signal.SIGKILL)
        assert second.finish() == 0
        assert "✗ sdist  interrupted, no old artifact" in second.stdout
        assert told_words(second.stdout) == BOTH
    check_tidy(root / "dist", artifacts=2)


def test_the_one_that_watches_shows_what_the_other_built(tmp_path: Path) -> None:
    root = big_project(tmp_path, 1)
    with Running("--plain", root) as watching:
        watching.wait_for("✓ wheel  succeeded")
        (root / "src/bulky/__init__.py").unlink()
        with Running("--once", root) as other:
            assert other.finish() == 1
        watching.wait_for("✗ wheel  failed, old artifact removed")
        watching.signal(signal.SIGINT)
        assert watching.finish(1.0) == 130
    check_tidy(root / "dist", artifacts=0)
