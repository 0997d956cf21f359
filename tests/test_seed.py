"""The cases of uv's pull request 17276, from which this project grew; each under its name, natively and by command."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from atombuild.builder import Plan
from atombuild.errors import Location
from atombuild.events import Cause, Event, Failure, Outcome
from atombuild.wiring import ProjectSetup
from support.projects import sample_project, visible_files

ARTIFACTS = ["orrery-0.1.0-py3-none-any.whl", "orrery-0.1.0.tar.gz"]
PLANS = {"--sdist": Plan.chosen(sdist=True, wheel=False), "--wheel": Plan.chosen(sdist=False, wheel=True)}

Build = Callable[[Path, str], bool]
"""Builds one kind of artifact of the project at a path; returns whether that succeeded."""


def natively(root: Path, kind: str) -> bool:
    session = ProjectSetup(root, root / "dist", PLANS[kind]).session(lambda _event: None)
    return session.attempt(Cause.START).outcome is Outcome.SUCCEEDED


def by_command(root: Path, kind: str) -> bool:
    command = [sys.executable, "-m", "atombuild", "--once", kind, str(root)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.fixture(params=[natively, by_command])
def build(request: pytest.FixtureRequest) -> Build:
    chosen: Build = request.param
    return chosen


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return sample_project(tmp_path)


def test_no_partial_files_on_build_failure(project: Path, build: Build) -> None:
    (project / "src/orrery/__init__.py").unlink()
    assert not build(project, "--sdist")
    assert not build(project, "--wheel")
    assert visible_files(project / "dist") == []


def test_existing_files_deleted_on_build_failure(project: Path, build: Build) -> None:
    assert build(project, "--sdist")
    assert build(project, "--wheel")
    assert visible_files(project / "dist") == ARTIFACTS
    (project / "src/orrery/__init__.py").unlink()
    assert not build(project, "--sdist")
    assert visible_files(project / "dist") == ARTIFACTS[:1]
    assert not build(project, "--wheel")
    assert visible_files(project / "dist") == []


def test_existing_files_overwritten_on_success(project: Path, build: Build) -> None:
    dist = project / "dist"
    dist.mkdir()
    for name in ARTIFACTS:
        (dist / name).write_text("an old artifact")
    assert build(project, "--sdist")
    assert build(project, "--wheel")
    assert visible_files(dist) == ARTIFACTS
    assert (dist / ARTIFACTS[0]).read_bytes().startswith(b"PK")
    assert (dist / ARTIFACTS[1]).read_bytes().startswith(b"\x1f\x8b")


def test_a_failing_persist_is_its_own_error_that_names_the_target_and_keeps_only_the_systems_reason(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise OSError(errno.EIO, "Input/output error", "a name that must not leak")

    monkeypatch.setattr(os, "link", refuse)
    events: list[Event] = []
    session = ProjectSetup(project, project / "dist", PLANS["--wheel"]).session(events.append)
    assert session.attempt(Cause.START).outcome is Outcome.FAILED
    (failure,) = [event for event in events if isinstance(event, Failure)]
    (report,) = failure.reports
    assert report.what == f"the finished build could not be put in place as {ARTIFACTS[0]}"
    assert report.where == Location(project / "dist" / ARTIFACTS[0])
    assert report.why == ("Input/output error (EIO)",)
    assert visible_files(project / "dist") == []
