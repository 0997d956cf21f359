"""Build environments: made once, kept, and what happens when none can be made."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from atombuild.builder import Plan
from atombuild.errors import WriteFailed
from atombuild.events import Cause, Event, Failure, Outcome, Preparing, Warned
from atombuild.folders import CACHE_VARIABLE, cache_folder
from atombuild.isolated import Options
from atombuild.isolated import environment as environments
from atombuild.isolated.cache import empty_cache
from atombuild.wiring import ProjectSetup
from support.backends import copy_of, need
from support.projects import visible_files


class Built:
    """A flit project, built in a new session each time."""

    def __init__(self, folder: Path, options: Options | None = None) -> None:
        need("flit-core")
        self.root = copy_of("flit-core", folder)
        self.options = options or Options()
        self.events: list[Event] = []

    def build(self) -> Outcome | None:
        self.events.clear()
        session = ProjectSetup(self.root, self.root / "dist", Plan(), self.options).session(self.events.append)
        try:
            session.begin()
            return session.attempt(Cause.START).outcome
        finally:
            session.end()

    def require(self, requirement: str) -> None:
        path = self.root / "pyproject.toml"
        path.write_text(path.read_text().replace(_required(path), f'requires = ["{requirement}"]'))

    @property
    def installs(self) -> list[str]:
        return [event.words for event in self.events if isinstance(event, Preparing) and event.words]

    @property
    def failure(self) -> Failure:
        (found,) = [event for event in self.events if isinstance(event, Failure)]
        return found


def _required(path: Path) -> str:
    return next(line for line in path.read_text().splitlines() if line.startswith("requires = "))


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Built:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    return Built(tmp_path)


def cut_the_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # Nobody listens there; and what the installer keeps is out of its reach.
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.setenv(name.lower(), "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "empty"))
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")


def test_a_second_start_installs_nothing_and_needs_no_network(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert built.build() is Outcome.SUCCEEDED
    assert len(built.installs) == 1
    assert built.installs[0].startswith("making a build environment with uv: flit_core")
    cut_the_network(monkeypatch, tmp_path)
    assert built.build() is Outcome.SUCCEEDED
    assert built.installs == []


def test_without_network_the_last_environment_serves_if_it_fits(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert built.build() is Outcome.SUCCEEDED
    cut_the_network(monkeypatch, tmp_path)
    built.require("flit_core>=3.5,<6")
    assert built.build() is Outcome.SUCCEEDED
    (warned,) = [event for event in built.events if isinstance(event, Warned)]
    assert warned.what.startswith(
        "what the backend requires could not be fetched: flit_core>=3.5,<6; an environment of"
    )
    assert "serves, which has what is required: flit-core" in warned.what


def test_without_network_and_without_one_that_fits_the_build_fails_with_words(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert built.build() is Outcome.SUCCEEDED
    cut_the_network(monkeypatch, tmp_path)
    built.require("flit_core<3")
    assert built.build() is Outcome.FAILED
    (report,) = built.failure.reports
    assert report.what == "what the backend requires could not be fetched: flit_core<3"
    assert "network" in report.hint
    assert visible_files(built.root / "dist") == []
    # What could not be made leaves nothing that could be taken for an environment.
    assert len(list((tmp_path / "cache/environments").iterdir())) == 1


@pytest.mark.parametrize(
    ("requirement", "constraint"), [("flit_core>=9000", None), ("flit_core>=3.9", "flit_core<3.5")]
)
def test_what_can_not_be_had_together_is_said(
    built: Built, tmp_path: Path, requirement: str, constraint: str | None
) -> None:
    if constraint is not None:
        (tmp_path / "constraints.txt").write_text(constraint + "\n")
        built.options = Options(constraints=(tmp_path / "constraints.txt",))
    built.require(requirement)
    assert built.build() is Outcome.FAILED
    assert built.failure.reports[0].what == f"what the backend requires can't be had together: {requirement}"


def test_constraints_make_another_environment(built: Built, tmp_path: Path) -> None:
    assert built.build() is Outcome.SUCCEEDED
    (tmp_path / "constraints.txt").write_text("flit_core<4\n")
    built.options = Options(constraints=(tmp_path / "constraints.txt",))
    assert built.build() is Outcome.SUCCEEDED
    assert len(built.installs) == 1
    assert built.build() is Outcome.SUCCEEDED
    assert built.installs == []


def test_without_isolation_what_is_missing_is_named(built: Built) -> None:
    built.options = Options(isolation=False, python=Path(sys.executable))
    built.require("no-such-distribution>=1")
    assert built.build() is Outcome.FAILED
    assert built.failure.reports[0].what.endswith("lacks what the build requires: no-such-distribution>=1")


def test_what_was_not_used_for_longest_goes_first(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    assert built.build() is Outcome.SUCCEEDED
    (first,) = (cache_folder() / "environments").iterdir()
    os.utime(first / "facts.json", (0, 0))
    monkeypatch.setattr(environments, "LIMIT", 1)
    built.require("flit_core>=3.5,<6")
    assert built.build() is Outcome.SUCCEEDED
    assert not first.exists()
    assert len(list((cache_folder() / "environments").iterdir())) == 1


def test_emptying_removes_all_and_the_next_build_makes_one_again(built: Built) -> None:
    assert built.build() is Outcome.SUCCEEDED
    count, freed = empty_cache()
    assert count == 1
    assert freed > 10_000
    assert empty_cache() == (0, 0)
    assert built.build() is Outcome.SUCCEEDED
    assert len(built.installs) == 1


def test_emptying_removes_what_a_killed_check_left_and_counts_what_it_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    for part in ("environments", "work", "kept", "checks", "somebody-elses"):
        (tmp_path / part / "inner").mkdir(parents=True)
        (tmp_path / part / "inner" / "file").write_bytes(b"12345")
    assert empty_cache() == (1, 20)
    assert [path.name for path in tmp_path.iterdir()] == ["somebody-elses"]


def test_a_damaged_environment_is_made_anew(built: Built) -> None:
    assert built.build() is Outcome.SUCCEEDED
    (kept,) = (cache_folder() / "environments").iterdir()
    (kept / "facts.json").write_text("{")
    assert built.build() is Outcome.SUCCEEDED
    assert len(built.installs) == 1


def test_a_cache_that_can_not_be_written_is_the_machines_refusal(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, "/dev/null/cache")
    assert built.build() is Outcome.FAILED
    assert built.failure.reports[0].blame is WriteFailed.blame
