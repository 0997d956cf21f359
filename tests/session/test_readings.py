"""The project is read more than once a build: what the build read is what later changes are judged by."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from atombuild.builder import Plan
from atombuild.errors import Location, Problem, ProjectInvalid, ProjectMissing, SourceRejected
from atombuild.events import Advised, ArtifactStatus, AttemptStarted, Cause, ChangesIgnored, Event, LockAwaited, Outcome
from atombuild.finding import Finding, Severity
from atombuild.publish import OutputDirectory
from atombuild.session import Session
from atombuild.status import ArtifactKind
from support.fakes import FakeProject
from support.trees import Tree

SDIST, WHEEL = ArtifactKind
BROKEN = ProjectInvalid((Problem("not TOML", "mend it"),))


class Holds(FakeProject):
    """A project whose artifacts hold what lies in one folder."""

    folder = "src/"

    def admits(self, path: str) -> bool:
        return path.startswith(self.folder)


class HoldsLib(Holds):
    folder = "lib/"


Reading = FakeProject | Exception


class Bench:
    """A session whose readings of the project come from a list; the last one stays."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        self.root.mkdir(exist_ok=True)
        self.tree = Tree()
        self.tree.write("src/demo.py", "1")
        self.tree.write("lib/demo.py", "1")
        self.events: list[Event] = []
        self.on_event: Callable[[Event], None] = lambda _event: None
        self.readings: list[Reading] = []

    def session(self, *readings: Reading) -> Session:
        self.readings = list(readings)
        self.events.clear()
        return Session(
            self.root,
            self.root / "dist",
            Plan(),
            read_project=self.read,
            look=self.tree.look,
            emit=self.hear,
        )

    def read(self) -> FakeProject:
        reading = self.readings.pop(0) if len(self.readings) > 1 else self.readings[0]
        if isinstance(reading, Exception):
            raise reading
        return reading

    def hear(self, event: Event) -> None:
        self.events.append(event)
        self.on_event(event)

    def first_words(self) -> set[str]:
        """Return what was said of the artifacts last before the first attempt began."""
        began = next(at for at, event in enumerate(self.events) if isinstance(event, AttemptStarted))
        told = {event.kind: event.status.words for event in self.events[:began] if isinstance(event, ArtifactStatus)}
        return set(told.values())


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.mark.parametrize("flaw", [BROKEN, ProjectMissing(Path("pyproject.toml"), why="it went"), RuntimeError("a bug")])
def test_if_only_the_first_reading_fails_later_saves_count(bench: Bench, flaw: Exception) -> None:
    session = bench.session(flaw, Holds())
    assert session.attempt(Cause.START).outcome is Outcome.SUCCEEDED
    for content in ("2", "3"):
        bench.tree.write("src/demo.py", content)
        assert session.examine()
        assert session.pending
        assert session.attempt(Cause.CHANGE).outcome is Outcome.SUCCEEDED
    bench.tree.write("notes.txt", "x")
    assert not session.examine(), "it goes by the project that was built, not by none"
    assert ChangesIgnored(("notes.txt",), 1, "in no artifact") in bench.events


def test_what_is_recorded_then_is_of_the_inputs_of_the_project_that_was_built(bench: Bench) -> None:
    bench.session(BROKEN, Holds()).attempt(Cause.START)
    bench.tree.write("notes.txt", "x")
    bench.session(Holds()).attempt(Cause.START)
    assert bench.first_words() == {"succeeded"}
    bench.session(BROKEN, Holds()).attempt(Cause.START)
    bench.tree.write("src/demo.py", "2")
    bench.session(Holds()).attempt(Cause.START)
    assert bench.first_words() == {"out of date"}


def test_while_no_project_could_be_read_old_artifacts_are_not_called_current(bench: Bench) -> None:
    bench.session(Holds()).attempt(Cause.START)
    bench.session(BROKEN).attempt(Cause.START)
    assert bench.first_words() == {"out of date"}


def test_a_project_that_became_another_one_between_two_readings_is_the_one_that_counts(bench: Bench) -> None:
    session = bench.session(Holds(), HoldsLib())
    session.attempt(Cause.START)
    bench.tree.write("src/demo.py", "2")
    assert not session.examine()
    bench.tree.write("lib/demo.py", "2")
    assert session.examine()


def test_a_reading_that_succeeds_first_and_fails_in_the_build_makes_everything_count(bench: Bench) -> None:
    session = bench.session(Holds(), BROKEN)
    assert session.attempt(Cause.START).outcome is Outcome.FAILED
    bench.tree.write("notes.txt", "x")
    assert session.examine()
    bench.readings = [Holds()]
    assert session.attempt(Cause.CHANGE).outcome is Outcome.SUCCEEDED
    bench.tree.write("notes.txt", "y")
    assert not session.examine()


def test_what_is_read_once_more_after_the_wait_for_the_lock_is_what_counts(bench: Bench) -> None:
    session = bench.session(Holds())
    session.attempt(Cause.START)
    bench.readings = [Holds(), Holds(), HoldsLib()]
    with ExitStack() as stack:
        other = stack.enter_context(OutputDirectory.open(session.out_dir))
        stack.enter_context(other.locked("other", lambda _holder: None))
        bench.on_event = lambda event: stack.close() if isinstance(event, LockAwaited) else None
        session.attempt(Cause.REQUEST)
    assert not bench.readings[1:], "it was read a third time"
    bench.tree.write("lib/demo.py", "2")
    assert session.examine()


def test_an_artifact_that_failed_keeps_everything_counting_when_the_other_is_built_alone(bench: Bench) -> None:
    session = bench.session(Holds(wheel_pieces=[SourceRejected("no module", hint="write one")]))
    assert session.attempt(Cause.START).outcome is Outcome.FAILED
    assert session.attempt(Cause.REQUEST, (SDIST,)).outcome is Outcome.SUCCEEDED
    bench.tree.write("notes.txt", "x")
    assert session.examine(), "it may be what the wheel lacks"


def test_another_builder_could_read_what_we_could_not(bench: Bench) -> None:
    session = bench.session(BROKEN)
    assert session.attempt(Cause.START).outcome is Outcome.FAILED
    other = Session(
        bench.root,
        bench.root / "dist",
        Plan(),
        read_project=Holds,
        look=bench.tree.look,
        emit=lambda _event: None,
    )
    other.attempt(Cause.START)
    bench.readings = [Holds()]
    session.refresh()
    shown = {event.kind: event.status.words for event in bench.events if isinstance(event, ArtifactStatus)}
    assert set(shown.values()) == {"succeeded"}


def test_advice_is_of_the_project_that_was_built(bench: Bench) -> None:
    found = Finding("large-file", Severity.ADVICE, Location(Path("a")), "a is large", "look at it")
    session = bench.session(BROKEN, Holds(findings=(found,)))
    session.attempt(Cause.START)
    session.advise()
    assert bench.events[-1] == Advised((found,))
    bench.events.clear()
    bench.readings = [BROKEN]
    assert session.attempt(Cause.REQUEST).outcome is Outcome.FAILED
    session.advise()
    assert not [event for event in bench.events if isinstance(event, Advised)], "nothing is known of this one"
