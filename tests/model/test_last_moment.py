"""The narrowest gap: the file has its name, and its builder dies before it can write that down."""

from __future__ import annotations

from pathlib import Path

import pytest

from atombuild.builder import Plan
from atombuild.events import ArtifactStatus, AttemptStarted, Cause, Event
from atombuild.wiring import ProjectSetup
from support.mortal import Killed, Life
from support.projects import sample_project, visible_files

SDIST_ONLY = Plan.chosen(sdist=True, wheel=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose sdist stands there, but not in the ledger."""
    root = sample_project(tmp_path)
    calls = 0
    while not visible_files(root / "dist"):  # one call more each time, until the name was given: then no further
        calls += 1
        life = Life()
        life.calls_left = calls
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("atombuild.publish.directory.open_directory", life.open_directory)
            with pytest.raises(Killed):
                ProjectSetup(root, root / "dist", SDIST_ONLY).session(lambda _event: None).attempt(Cause.START)
    return root


def first_words(root: Path) -> str:
    """Return what a new session says right before its own attempt begins."""
    events: list[Event] = []
    session = ProjectSetup(root, root / "dist", SDIST_ONLY).session(events.append)
    session.begin()
    session.attempt(Cause.START)
    began = next(at for at, event in enumerate(events) if isinstance(event, AttemptStarted))
    return [event.status.words for event in events[:began] if isinstance(event, ArtifactStatus)][-1]


def test_it_did_succeed(project: Path) -> None:
    assert first_words(project) == "succeeded"


def test_it_is_out_of_date_once_the_sources_changed(project: Path) -> None:
    (project / "src/orrery/__init__.py").write_text("edited = True\n")
    assert first_words(project) == "out of date"


def test_it_is_nobodys_once_somebody_changed_it(project: Path) -> None:
    (project / "dist/orrery-0.1.0.tar.gz").write_bytes(b"tampered with")
    assert first_words(project) == "interrupted, another file there now"


def test_it_was_interrupted_once_somebody_removed_it(project: Path) -> None:
    (project / "dist/orrery-0.1.0.tar.gz").unlink()
    assert first_words(project) == "interrupted, no old artifact"
