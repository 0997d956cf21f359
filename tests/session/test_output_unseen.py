"""An output directory that can't be looked at for a while: what stands there afterwards is what stood there before."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from atombuild import standing
from atombuild.builder import Plan
from atombuild.errors import SourceRejected
from atombuild.events import ArtifactStatus, Cause, Event, Outcome
from atombuild.publish import LEDGER
from atombuild.session import Session
from atombuild.status import ArtifactKind
from support.fakes import FakeProject
from support.rights import permissions_hold
from support.trees import Tree

SDIST, WHEEL = ArtifactKind
REJECTED = SourceRejected("no module", hint="write one")


@contextmanager
def forbidden(path: Path) -> Iterator[None]:
    """Take all rights on it away, and give them back."""
    mode = path.stat().st_mode & 0o777
    path.chmod(0)
    try:
        yield
    finally:
        path.chmod(mode)


class Desk:
    """One output directory below a folder of its own, and sessions on it."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        self.out = folder / "out"
        self.dist = self.out / "dist"
        self.root.mkdir()
        self.events: list[Event] = []
        self.tree = Tree()
        self.tree.write("src/demo.py", "1")

    def session(self, project: Callable[[], FakeProject] = FakeProject) -> Session:
        self.events.clear()
        session = Session(
            self.root,
            self.dist,
            Plan(),
            read_project=project,
            look=self.tree.look,
            emit=self.events.append,
        )
        session.begin()
        return session

    @property
    def words(self) -> tuple[str, str]:
        last = {event.kind: event.status.words for event in self.events if isinstance(event, ArtifactStatus)}
        return last[SDIST], last[WHEEL]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with permissions_hold():
        yield Desk(tmp_path)


PLACES = pytest.mark.parametrize("place", ["dist", "out"], ids=["the directory", "its parent"])


@PLACES
def test_a_success_that_could_not_be_seen_is_seen_again(desk: Desk, place: str) -> None:
    session = desk.session()
    assert session.attempt(Cause.START).outcome is Outcome.SUCCEEDED
    with forbidden(getattr(desk, place)):
        session.refresh()
        assert desk.words == ("built, can't be seen now",) * 2
    session.refresh()
    assert desk.words == ("succeeded",) * 2


@PLACES
def test_a_build_meanwhile_fails_and_leaves_the_old_artifacts(desk: Desk, place: str) -> None:
    session = desk.session()
    session.attempt(Cause.START)
    with forbidden(getattr(desk, place)):
        assert session.attempt(Cause.REQUEST).outcome is Outcome.FAILED
        assert desk.words == ("failed, can't be seen now",) * 2
    session.refresh()
    assert desk.words == ("failed, old artifact still there",) * 2
    assert session.attempt(Cause.REQUEST).outcome is Outcome.SUCCEEDED
    assert desk.words == ("succeeded",) * 2


@PLACES
def test_a_session_that_never_saw_it_does_not_take_an_older_success_for_its_own_attempt(desk: Desk, place: str) -> None:
    earlier = desk.session()
    for _ in range(3):
        earlier.attempt(Cause.REQUEST)
    with forbidden(getattr(desk, place)):
        session = desk.session()
        assert session.attempt(Cause.START).outcome is Outcome.FAILED
        assert desk.words == ("failed, can't be seen now",) * 2
    session.refresh()
    assert desk.words == ("failed, old artifact still there",) * 2, "the ledger counts further, and tells of before"
    assert session.attempt(Cause.REQUEST).outcome is Outcome.SUCCEEDED
    assert session._records[SDIST].attempt == 4, "counted on from the ledger"


def test_files_of_another_tool_that_could_not_be_seen_are_old_as_well(desk: Desk) -> None:
    desk.dist.mkdir(parents=True)
    for kind in ArtifactKind:
        (desk.dist / FakeProject().target(kind)).write_bytes(b"of another tool")
    with forbidden(desk.dist):
        session = desk.session()
        assert session.attempt(Cause.START).outcome is Outcome.FAILED
    session.refresh()
    assert desk.words == ("failed, old artifact still there",) * 2


def test_what_somebody_wrote_there_after_that_is_another_file(desk: Desk) -> None:
    session = desk.session()
    session.attempt(Cause.START)
    with forbidden(desk.dist):
        session.attempt(Cause.REQUEST)
    (desk.dist / FakeProject().target(SDIST)).write_bytes(b"somebody's")
    (desk.dist / FakeProject().target(WHEEL)).unlink()
    session.refresh()
    assert desk.words == ("failed, another file there now", "failed, no old artifact")


def test_a_failure_before_leaves_nothing_to_be_taken_for_old(desk: Desk) -> None:
    project = FakeProject()
    session = desk.session(lambda: project)
    session.attempt(Cause.START)
    project = FakeProject(sdist_pieces=[REJECTED])
    assert session.attempt(Cause.REQUEST).outcome is Outcome.FAILED
    with forbidden(desk.dist):
        session.attempt(Cause.REQUEST)
        assert desk.words == ("failed, can't be seen now",) * 2
    session.refresh()
    assert desk.words == ("failed, no old artifact",) * 2


def test_a_record_of_another_builder_since_then_is_taken_over(desk: Desk) -> None:
    session = desk.session()
    session.attempt(Cause.START)
    with forbidden(desk.dist):
        session.attempt(Cause.REQUEST)
    events = desk.events
    desk.events = []
    assert desk.session().attempt(Cause.START).outcome is Outcome.SUCCEEDED
    desk.events = events
    session.refresh()
    assert desk.words == ("succeeded",) * 2


def test_an_artifact_whose_rights_are_lost_is_not_said_to_be_changed(desk: Desk) -> None:
    session = desk.session()
    session.attempt(Cause.START)
    with forbidden(desk.dist / FakeProject().target(SDIST)):
        session.refresh()
        assert desk.words == ("built, can't be seen now", "succeeded")
    session.refresh()
    assert desk.words == ("succeeded",) * 2


@pytest.mark.parametrize("error", [errno.EIO, errno.ESTALE])
def test_a_disk_that_fails_for_a_moment_settles_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    session = desk.session()
    session.attempt(Cause.START)

    def fails(*_: object) -> None:
        raise OSError(error, os.strerror(error))

    with monkeypatch.context() as broken:
        broken.setattr(standing, "look", fails)
        session.refresh()
        assert desk.words == ("built, can't be seen now",) * 2
    session.refresh()
    assert desk.words == ("succeeded",) * 2
    for kind in ArtifactKind:
        os.utime(desk.dist / FakeProject().target(kind), (1, 1))  # so that only the content can tell
    with monkeypatch.context() as broken:
        broken.setattr(standing, "_sha256", fails)
        session.refresh()
        assert desk.words == ("built, can't be seen now",) * 2
    session.refresh()
    assert desk.words == ("succeeded",) * 2


def test_a_stale_handle_is_no_reason_to_distrust_the_ledger(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    session = desk.session()
    session.attempt(Cause.START)

    def fails(*_: object) -> bytes:
        raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))

    with monkeypatch.context() as broken:
        broken.setattr("atombuild.publish.OutputDirectory.read", fails)
        assert session.attempt(Cause.REQUEST).outcome is Outcome.FAILED
        assert desk.words == ("failed, old artifact still there",) * 2
    assert not list(desk.dist.glob("*.damaged"))
    assert (desk.dist / LEDGER).is_file()
    assert session.attempt(Cause.REQUEST).outcome is Outcome.SUCCEEDED
