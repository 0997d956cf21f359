"""What goes round is stopped and said; what a person saves is built, however often and however soon."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from atombuild.builder import Plan
from atombuild.changes import How
from atombuild.events import ArtifactStatus, AttemptFinished, Cause, Event, Outcome, StepStarted, Warned
from atombuild.rounds import Move, Rounds
from atombuild.session import Session
from atombuild.status import ArtifactKind
from support.fakes import FakeProject
from support.own_backend import session_of, write_project
from support.trees import Tree

STAMP = "x/stamp.txt"
TREE = "x/__init__.py"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class History:
    """Builds of ten seconds, one after another."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.rounds = Rounds(self.clock)

    def build(
        self,
        *during: str,
        cause: Cause = Cause.CHANGE,
        how: How = How.MODIFIED,
        whole: bool = True,
        settles: bool = False,
    ) -> Move:
        """Build while these are written; return what may follow."""
        self.rounds.begin(cause)
        self.clock.now += 10
        self.rounds.end(dict.fromkeys(during, how), whole=whole, settles=settles)
        return self.rounds.move

    def save(self, *paths: str, after: float = 3.0) -> Move:
        """Let these be written so many seconds after the last thing that happened."""
        self.clock.now += after
        self.rounds.between(dict.fromkeys(paths, How.MODIFIED), self.clock.now)
        return self.rounds.move

    def words(self) -> str:
        warning = self.rounds.stopped()
        return warning.what if warning is not None else ""


@pytest.fixture
def history() -> History:
    return History()


def go_round(history: History) -> None:
    assert [history.build(STAMP) for _ in range(3)] == [Move.GO, Move.CALM, Move.STOP]


def test_what_changes_with_each_build_stops_after_the_third(history: History) -> None:
    go_round(history)
    said = "changed during the build, as in those before: no build follows until something is saved"
    assert history.words() == f"{STAMP} {said}"
    assert history.words() == "", "it is said once"


def test_the_next_save_is_built_once_and_not_three_times(history: History) -> None:
    go_round(history)
    assert history.save(TREE) is Move.GO
    assert history.build(STAMP) is Move.STOP
    assert history.words() != ""


def test_a_save_of_the_very_file_that_goes_round_is_built_too(history: History) -> None:
    go_round(history)
    assert history.save(STAMP) is Move.GO
    assert history.build(STAMP) is Move.STOP


def test_a_save_of_another_file_in_mid_build_is_built(history: History) -> None:
    go_round(history)
    history.save(TREE)
    assert history.build(STAMP, TREE) is Move.GO
    assert history.build(STAMP) is Move.STOP


def test_a_build_on_request_begins_a_new_row_and_forgets_nothing(history: History) -> None:
    assert history.build(STAMP, cause=Cause.START) is Move.GO
    assert history.build(STAMP) is Move.CALM
    assert history.build(STAMP, cause=Cause.REQUEST) is Move.GO
    assert history.build(STAMP) is Move.CALM
    assert history.build(STAMP) is Move.STOP
    assert history.build(STAMP, cause=Cause.REQUEST) is Move.STOP


def test_what_a_whole_build_leaves_alone_is_forgotten(history: History) -> None:
    go_round(history)
    history.save(TREE)
    history.build(whole=False)  # it failed before it came so far
    history.save(TREE)
    assert history.build(STAMP) is Move.STOP
    history.save(TREE)
    history.build()
    history.save(TREE)
    assert history.build(STAMP) is Move.GO


def test_files_with_a_number_in_their_names_are_one_and_the_same(history: History) -> None:
    moves = [history.build(f"log/build-{number}.txt", how=How.ADDED) for number in (17, 181, 9)]
    assert moves == [Move.GO, Move.CALM, Move.STOP]


@pytest.mark.parametrize("form", ["log/tmp{}", "log/tmp.{}"])
def test_so_are_temporary_files(history: History, form: str) -> None:
    moves = [history.build(form.format(name), how=How.ADDED) for name in ("k3_abcde", "zz9plzza", "QbCdEfGh")]
    assert moves == [Move.GO, Move.CALM, Move.STOP]


def test_files_that_come_with_names_of_any_form_are_known_by_their_folder_in_the_end(history: History) -> None:
    names = iter(("oak", "elm", "ash", "fir", "yew", "box", "bay", "fig"))
    moves = [history.build(f"log/{next(names)}", how=How.ADDED) for _ in range(6)]
    assert moves[-1] is Move.STOP
    history.save(TREE)
    assert history.build(f"log/{next(names)}", how=How.ADDED) is Move.STOP
    history.save(TREE)
    assert history.build("log/fig") is Move.GO, "one that stays is not meant"


def test_other_files_each_time_are_given_more_patience_and_stopped_too(history: History) -> None:
    moves = [history.build(f"src/{name}.py") for name in "uvwxyz"]
    assert moves == [Move.GO, *[Move.CALM] * 4, Move.STOP]


def test_a_person_who_saves_the_same_file_during_each_build_is_given_more_patience(history: History) -> None:
    history.build(cause=Cause.START)
    history.save(TREE)  # between two builds: no build did that
    assert [history.build(TREE) for _ in range(6)] == [Move.GO, *[Move.CALM] * 4, Move.STOP]
    assert history.save(TREE) is Move.GO
    assert history.build() is Move.GO
    history.save(TREE)
    assert history.build(TREE) is Move.GO, "it is not known as one that goes round any more"


def test_a_save_while_the_next_build_waits_is_no_round(history: History) -> None:
    assert history.build(TREE) is Move.GO
    assert history.build(TREE) is Move.CALM
    assert history.save(TREE, after=0.6) is Move.GO
    assert history.build() is Move.GO


@pytest.mark.parametrize("after", [0.0, 0.001, 0.3, 1.0, 3.0])
def test_who_waits_for_each_build_and_saves_then_is_never_stopped(history: History, after: float) -> None:
    history.build(cause=Cause.START)
    for _ in range(20):
        assert history.save(TREE, after=after) is Move.GO
        assert history.build() is Move.GO


def test_the_last_lines_of_a_log_are_no_saves(history: History) -> None:
    log = "build.log"
    assert [history.build(log) for _ in range(2)] == [Move.GO, Move.CALM]
    assert history.save(log, after=0.2) is Move.CALM
    assert history.build(log) is Move.STOP
    assert history.save(log, after=0.2) is Move.STOP
    history.clock.now += 5
    history.rounds.spoke()
    assert history.save(log, after=0.1) is Move.STOP
    assert history.save(log, after=0.6) is Move.GO


def test_a_log_of_what_is_said_about_looks_is_no_save(history: History) -> None:
    log = "build.json"
    assert [history.build(log) for _ in range(2)] == [Move.GO, Move.CALM]
    history.rounds.looked()
    for _ in range(3):
        at = history.clock.now + 0.005
        history.clock.now += 0.5
        history.rounds.looked()
        history.rounds.between({log: How.MODIFIED}, at)
        assert history.rounds.move is Move.CALM
    assert not history.rounds.echoes([log])
    assert history.build(log) is Move.STOP
    history.rounds.looked()
    assert history.rounds.echoes([log])
    assert not history.rounds.echoes([log, TREE])
    history.clock.now += 0.4
    assert not history.rounds.echoes([log])


def test_saves_in_a_row_between_looks_are_told_from_it(history: History) -> None:
    assert [history.build(TREE) for _ in range(2)] == [Move.GO, Move.CALM]
    history.clock.now += 1
    history.rounds.looked()
    at = history.clock.now + 0.4  # the last of several
    history.clock.now += 0.5
    history.rounds.looked()
    history.rounds.between({TREE: How.MODIFIED}, at)
    assert history.rounds.move is Move.GO


def test_of_many_files_the_first_is_named_and_their_folder(history: History) -> None:
    files = ("build/a/x.o", "build/a/y.o", "build/b/z.o")
    for _ in range(3):
        history.build(*files)
    assert history.words().startswith("build/a/x.o and 2 more in build/ changed")
    for _ in range(3):
        history.build("a", "b/c", cause=Cause.CHANGE)
    assert history.words().startswith("a and 1 more changed")


# --- with backends that do it


class Watched:
    """A project, its session, and what was heard; builds follow as the engine lets them."""

    def __init__(self, root: Path, before: str, plan: Plan) -> None:
        self.root = write_project(root, before)
        self.events: list[Event] = []
        self.on_step: Callable[[ArtifactKind], None] = lambda _: None
        self.session: Session = session_of(self.root, self.events, plan, hear=self._hear)
        self.session.begin()

    def _hear(self, event: Event) -> None:
        if isinstance(event, StepStarted):
            self.on_step(event.kind)

    def follow(self, cause: Cause) -> int:
        """Build, and whatever follows from that; return how many builds it was."""
        builds = 1
        outcome = self.session.attempt(cause).outcome
        while self.session.pending:
            builds += 1
            assert builds < 10
            outcome = self.session.attempt(Cause.CHANGE).outcome
        assert outcome is Outcome.SUCCEEDED
        return builds

    def pending(self) -> bool:
        return self.session.pending

    def words(self) -> set[str]:
        shown = {event.kind: event.status.words for event in self.events if isinstance(event, ArtifactStatus)}
        return set(shown.values())

    def warnings(self) -> list[str]:
        return [event.what for event in self.events if isinstance(event, Warned)]


BY_A_PROGRAM = """
import subprocess, sys
code = "import time, pathlib; pathlib.Path('src/sky/stamp.txt').write_text(str(time.time_ns()))"
subprocess.run([sys.executable, "-c", code], check=True)
"""
BY_ITSELF = "import time, pathlib; pathlib.Path('src/sky/stamp.txt').write_text(str(time.time_ns()))"
PLANS = {
    "both": Plan(),
    "sdist": Plan.chosen(sdist=True, wheel=False),
    "wheel": Plan.chosen(sdist=False, wheel=True),
}


@pytest.fixture(params=PLANS)
def plan(request: pytest.FixtureRequest) -> Plan:
    return PLANS[request.param]


@pytest.fixture(params=[BY_A_PROGRAM, BY_ITSELF], ids=["by a program", "by itself"])
def watched(request: pytest.FixtureRequest, tmp_path: Path, plan: Plan) -> Iterator[Watched]:
    found = Watched(tmp_path / "sky", request.param, plan)
    yield found
    found.session.end()


def test_a_backend_that_writes_something_else_each_time_is_built_three_times_and_stays_out_of_date(
    watched: Watched,
) -> None:
    assert watched.follow(Cause.START) == 3
    assert watched.words() == {"out of date"}
    (warning,) = watched.warnings()
    assert warning.startswith("src/sky/stamp.txt changed during the build")
    (watched.root / "src/sky/stars.py").write_text("VEGA = 1")
    assert watched.session.examine()
    assert watched.pending()
    assert watched.follow(Cause.CHANGE) == 1
    assert watched.words() == {"out of date"}
    assert len(watched.warnings()) == 2
    assert not watched.session.examine()
    assert not watched.pending()
    assert len(watched.warnings()) == 2
    assert watched.follow(Cause.REQUEST) == 1


def test_who_saves_the_moment_a_build_is_over_is_always_built(tmp_path: Path) -> None:
    tree = Tree()
    tree.write("src/demo.py", "0")
    left = iter(range(1, 20))

    def hear(event: Event) -> None:
        if isinstance(event, AttemptFinished) and (number := next(left, None)) is not None:
            tree.write("src/demo.py", str(number))

    (tmp_path / "p").mkdir()
    session = Session(tmp_path / "p", tmp_path / "p/dist", Plan(), read_project=FakeProject, look=tree.look, emit=hear)
    session.attempt(Cause.START)
    for _ in range(19):
        assert session.examine(), "it came after the build, and has to be found"
        assert session.pending
        assert session.rounds.move is Move.GO
        session.attempt(Cause.CHANGE)
    assert not session.examine()


GENERATES = """
import subprocess, sys
code = "import pathlib; pathlib.Path('src/sky/gen.py').write_text('BORN = 1')"
subprocess.run([sys.executable, "-c", code], check=True)
"""


def test_a_save_behind_a_program_that_writes_the_file_again_ends_with_current_artifacts(tmp_path: Path) -> None:
    watched = Watched(tmp_path / "sky", GENERATES, Plan())
    try:
        watched.follow(Cause.START)
        generated = watched.root / "src/sky/gen.py"

        def save_behind_the_program(kind: ArtifactKind) -> None:
            if kind is ArtifactKind.WHEEL and saves:
                generated.write_text(saves.pop())

        saves = ["BORN = 2"]
        watched.on_step = save_behind_the_program
        assert watched.follow(Cause.REQUEST) == 4
        assert not saves
        assert generated.read_text() == "BORN = 1", "as with every front-end"
        assert watched.words() == {"succeeded"}
        assert watched.warnings() == []
    finally:
        watched.session.end()


def test_what_is_written_again_as_it_was_may_settle(history: History) -> None:
    assert [history.build(STAMP) for _ in range(2)] == [Move.GO, Move.CALM]
    assert history.build(STAMP, settles=True) is Move.CALM
    assert history.build() is Move.GO
    assert [history.build(STAMP, settles=True) for _ in range(6)] == [Move.GO, *[Move.CALM] * 4, Move.STOP]
