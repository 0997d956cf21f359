"""The promise under random histories: edits, breakages, builds, cancellations, deaths, and people who meddle.

Beside the real session over a real project runs a bookkeeping of the test's own (``support.promise``). After every
step the output directory must be as the books say, to the byte, and so must the words that the user was last shown.
``PROMISE_EXAMPLES`` in the environment asks for more histories than a normal run has time for, and ``-s`` shows how
many steps they had: ``PROMISE_EXAMPLES=900 python -m pytest -s tests/model/test_promise.py`` takes some 20,000.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from atombuild.builder import BuildableProject, Plan, Result
from atombuild.errors import ProjectMissing
from atombuild.events import (
    ArtifactStatus,
    AttemptFinished,
    AttemptStarted,
    Cause,
    Event,
    Looked,
    Outcome,
    ProjectUnusable,
    StepStarted,
)
from atombuild.ledger import read_ledger
from atombuild.publish import LEDGER, OutputDirectory, is_ours
from atombuild.publish.names import is_temporary
from atombuild.publish.system import DirectorySystem, open_directory
from atombuild.session import Session
from atombuild.status import ArtifactKind, Attempt
from atombuild.wiring import ProjectSetup
from support.mortal import Killed, Life
from support.promise.account import Account, rewrite, words
from support.promise.backend import Backend
from support.promise.books import A_FOLDER, Books, Expected
from support.promise.project import INIT, NOTES, OUTER, PIPE, PYPROJECT, SDIST, WHEEL, Project, References, Tree

KINDS = st.sampled_from([(SDIST, WHEEL), (SDIST,), (WHEEL,)])
MODULES = st.sampled_from([INIT, "src/demo/a.py", "src/demo/sub/__init__.py"])
CONTENTS = st.sampled_from([b"1\n", b"2\n", b"a longer text\n"])
MOMENTS = st.sampled_from(range(15))
CALLS = st.sampled_from(range(38))


def is_alive(machine: Promise) -> bool:
    return machine.session is not None


class Promise(RuleBasedStateMachine):
    """One project, one output directory, and everything that happens to them."""

    steps: ClassVar = 0
    """How many were taken, in all histories."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="promise-"))
        self.project = Project(self.folder / "project")
        self.out_dir = self.project.root / "dist"
        self.backend = Backend(self.project.root)
        self.books = Books(self.project, self.out_dir, References(self.folder))
        self.session: Session | None = None
        self.plan = Plan()
        self.life = Life()
        self.events: list[Event] = []
        self.on_event: Callable[[Event], None] = lambda _event: None
        self.seen: tuple[int, Tree] = (0, {})
        """The generation of the project that the session looked at last, and its tree."""
        self.tried: dict[ArtifactKind, Tree] = {}
        self.artifacts: list[bytes] = [b"nothing of ours"]
        self.patched = pytest.MonkeyPatch()
        self.patched.setattr("atombuild.publish.directory.open_directory", self.open_directory)
        self.start(nameless=True, from_tree=False, calls=None, moment=None)

    def teardown(self) -> None:
        self.patched.undo()
        shutil.rmtree(self.folder)

    def pending(self) -> bool:
        assert self.session is not None
        return self.session.pending

    def new_session(self) -> Session:
        setup = ProjectSetup(self.project.root, self.out_dir, self.plan)
        session = setup.session(self.hear)
        read = session._reader
        self.backend.was_read = False

        def reader() -> BuildableProject:
            if self.backend.loses_a_reading:
                self.backend.loses_a_reading = False
                raise ProjectMissing(self.project.root / PYPROJECT, why="it is not there, for a moment")
            project = self.backend.read(read())
            setup.ground.learn(project)
            return project

        session._reader = reader
        return session

    def open_directory(self, path: Path) -> DirectorySystem:
        return self.life.open_directory(path) if path == self.out_dir else open_directory(path)

    # The user, at the sources.

    @rule(path=MODULES, data=CONTENTS)
    def edit(self, path: str, data: bytes) -> None:
        self.project.write(path, data)

    @rule(path=st.sampled_from([INIT, "src/demo/a.py", "README.md", "LICENSE", PYPROJECT]))
    def delete(self, path: str) -> None:
        self.project.delete(path)

    @rule(flaw=st.sampled_from(["not TOML", "bad version"]))
    def break_pyproject(self, flaw: str) -> None:
        self.project.write_pyproject(flaw=flaw)

    @rule()
    def plant_a_pipe_that_only_the_first_step_trips_over(self) -> None:
        self.project.plant_pipe()

    @rule()
    def leave_the_module_out_of_the_sdist(self) -> None:
        self.project.leaves_out_init = True
        self.project.write_pyproject()

    @rule()
    def mend(self) -> None:
        self.project.mend()

    @rule(version=st.sampled_from(["1.0", "1.1"]))
    def bump(self, version: str) -> None:
        self.project.version = version
        self.project.write_pyproject()

    @rule()
    def touch(self) -> None:
        if INIT in self.project.files:
            self.project.touch(INIT)

    @rule(data=CONTENTS)
    def take_notes(self, data: bytes) -> None:
        self.project.write(NOTES, data)

    @precondition(lambda self: is_alive(self) and self.backend.was_read)
    @rule(data=CONTENTS)
    def tag_a_version(self, data: bytes) -> None:
        """An input beyond the project changes; which there are, a project has to say that can be read."""
        self.project.write(OUTER, data)

    # The backend.

    @rule(path=st.none() | st.sampled_from([INIT, "src/demo/a.py"]))
    def let_the_backend_rewrite(self, path: str | None) -> None:
        self.backend.rewrites = path

    @rule()
    def lose_the_next_reading(self) -> None:
        self.backend.loses_a_reading = True

    # Somebody, behind our back.

    @precondition(lambda self: self.books.disk)
    @rule(data=st.data())
    def remove_an_entry(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.books.disk)))
        if self.books.disk.pop(name) is A_FOLDER:
            (self.out_dir / name).rmdir()
        else:
            (self.out_dir / name).unlink()

    @precondition(lambda self: any(self.books.disk.values()))
    @rule(data=st.data(), same_size=st.booleans())
    def overwrite_an_artifact(self, data: st.DataObject, same_size: bool) -> None:
        name = data.draw(st.sampled_from(sorted(name for name, held in self.books.disk.items() if held)))
        held = self.books.disk[name]
        assert held is not None
        self.artifacts.append(held)
        new = bytes([held[0] ^ 1]) + held[1:] if same_size else b"tampered with"
        rewrite(self.out_dir / name, new)
        self.books.disk[name] = new

    @precondition(lambda self: self.out_dir.is_dir())
    @rule(data=st.data(), kind=st.sampled_from([SDIST, WHEEL]))
    def copy_something_there(self, data: st.DataObject, kind: ArtifactKind) -> None:
        name = self.project.target(kind)
        if self.books.disk.get(name, b"") is not A_FOLDER:
            new = data.draw(st.sampled_from([*self.artifacts, *filter(None, self.books.disk.values())]))
            (self.out_dir / "on-its-way").write_bytes(new)
            (self.out_dir / "on-its-way").replace(self.out_dir / name)
            self.books.disk[name] = new

    @precondition(lambda self: self.out_dir.is_dir())
    @rule(kind=st.sampled_from([SDIST, WHEEL]))
    def put_a_folder_in_the_way(self, kind: ArtifactKind) -> None:
        name = self.project.target(kind)
        if name not in self.books.disk:
            (self.out_dir / name).mkdir()
            self.books.disk[name] = A_FOLDER

    @precondition(lambda self: self.out_dir.is_dir())
    @rule(name=st.sampled_from(["demo-0.9.tar.gz", "other-1.0-py3-none-any.whl", "demo-1.0.tar.gz.asc"]))
    def put_a_file_of_their_own_there(self, name: str) -> None:
        (self.out_dir / name).write_bytes(b"theirs")
        self.books.disk[name] = b"theirs"

    @precondition(lambda self: self.out_dir.is_dir())
    @rule()
    def remove_the_output_directory(self) -> None:
        shutil.rmtree(self.out_dir)
        self.books.disk.clear()
        self.books.lose_ledger()

    @precondition(lambda self: (self.out_dir / LEDGER).is_file())
    @rule()
    def damage_the_ledger(self) -> None:
        self.books.damage_ledger()

    # Builds.

    @precondition(is_alive)
    @rule(kinds=KINDS)
    def build(self, kinds: tuple[ArtifactKind, ...]) -> None:
        expected, result = self.attempt(Cause.REQUEST, kinds)
        self.check_undisturbed(expected, result)

    @precondition(lambda self: is_alive(self) and self.session.pending)
    @rule()
    def build_what_is_pending(self) -> None:
        assert self.session is not None
        unlooked_at = self.project.generation > self.seen[0]
        expected, result = self.attempt(Cause.CHANGE, None)
        self.check_undisturbed(expected, result)
        assert unlooked_at or not self.session.pending, "a build without a change in between is not repeated"

    @precondition(is_alive)
    @rule(moment=MOMENTS, kinds=KINDS)
    def cancel_in_mid_build(self, moment: int, kinds: tuple[ArtifactKind, ...]) -> None:
        session = self.session
        assert session is not None
        cancelled_at: list[Event] = []

        def cancel(event: Event) -> None:
            cancelled_at.append(event)
            session.cancel()

        self.at_event(moment, cancel)
        result = self.attempt_and_maybe_cancel(kinds)
        if cancelled_at and isinstance(cancelled_at[0], StepStarted):
            assert result.outcome is not Outcome.SUCCEEDED

    @precondition(is_alive)
    @rule(call=CALLS, kinds=KINDS)
    def cancel_while_it_writes(self, call: int, kinds: tuple[ArtifactKind, ...]) -> None:
        session = self.session
        assert session is not None
        calls = iter(range(call + 1))
        self.life.on_call = lambda: session.cancel() if next(calls, None) == call else None
        self.attempt_and_maybe_cancel(kinds)
        self.life.on_call = lambda: None

    def attempt_and_maybe_cancel(self, kinds: tuple[ArtifactKind, ...]) -> Result:
        expected, result = self.attempt(Cause.REQUEST, kinds)
        if result.outcome is Outcome.CANCELLED:
            if any(isinstance(event, AttemptStarted) for event in self.events):
                assert expected is not None, "where nothing can be built there is an attempt all the same"
                self.books.settle(expected, self.cancelled_ends(expected))
        else:
            self.check_undisturbed(expected, result)
        return result

    @precondition(lambda self: is_alive(self) and INIT in self.project.files)
    @rule(moment=MOMENTS, data=CONTENTS)
    def save_in_mid_build(self, moment: int, data: bytes) -> None:
        assert self.session is not None
        before = self.project.tree
        self.at_event(moment, lambda _event: self.project.write("src/demo/a.py", data))
        expected, result = self.attempt(Cause.REQUEST, None)
        if expected is not None:
            # Each artifact holds one of the two, and nothing in between.
            expected = replace(expected, trees=(before, self.project.tree), stirred=True)
        self.check_undisturbed(expected, result)

    @precondition(is_alive)
    @rule()
    def mend_and_build(self) -> None:
        self.project.mend()
        self.build((SDIST, WHEEL))

    # Life and death.

    @rule(nameless=st.booleans(), from_tree=st.booleans(), calls=st.none() | CALLS, moment=st.none() | MOMENTS)
    def start(self, nameless: bool, from_tree: bool, calls: int | None, moment: int | None) -> None:
        """Restart; the new process may die as well."""
        self.plan = Plan((SDIST, WHEEL), wheel_from_sdist=not from_tree)
        self.session = self.new_session()
        self.life = Life()
        self.life.nameless = nameless
        self.tried.clear()
        self.events.clear()
        self.books.open_session()
        self.session.begin()
        self.attempt_and_maybe_die(Cause.START, self.plan.kinds, calls, moment)

    @rule(nameless=st.booleans(), from_tree=st.booleans())
    def start_and_lose_the_first_reading(self, nameless: bool, from_tree: bool) -> None:
        self.lose_the_next_reading()
        self.start(nameless, from_tree, calls=None, moment=None)

    @precondition(is_alive)
    @rule(kinds=KINDS, calls=st.none() | CALLS, moment=MOMENTS)
    def die_in_mid_build(self, kinds: tuple[ArtifactKind, ...], calls: int | None, moment: int) -> None:
        self.attempt_and_maybe_die(Cause.REQUEST, kinds, calls, moment)

    def attempt_and_maybe_die(
        self, cause: Cause, kinds: tuple[ArtifactKind, ...], calls: int | None, moment: int | None
    ) -> None:
        expected = self.books.expect(self.narrowed(kinds))
        self.life.calls_left = calls
        if calls is None and moment is not None:
            self.at_event(moment, self.drop_dead)
        if expected is None:
            expected = Expected(self.narrowed(kinds), {}, {}, {}, in_directory=False)
        with self.books.held(expected) as before:
            try:
                expected_again, result = self.attempt(cause, kinds)
            except Killed:
                began = any(isinstance(event, AttemptStarted) for event in self.events)
                written = self.life.ledgers_written - self.ledgers_at_start if began else None
                self.session, self.life = None, Life()
                self.books.settle_killed(expected, before, written)
                return
        self.life.calls_left = None
        self.check_undisturbed(expected_again, result)

    def drop_dead(self, _event: Event) -> None:
        self.life.dead = True
        raise Killed

    # The session between builds.

    @precondition(is_alive)
    @rule()
    def look(self) -> None:
        assert self.session is not None
        self.session.examine()
        self.seen = (self.project.generation, self.project.tree)

    @precondition(is_alive)
    @rule()
    def pause_or_resume(self) -> None:
        assert self.session is not None
        self.session.paused = not self.session.paused

    @precondition(is_alive)
    @rule()
    def cancel_with_nothing_to_cancel(self) -> None:
        assert self.session is not None
        self.session.cancel()

    # How an attempt is made and judged.

    def narrowed(self, kinds: tuple[ArtifactKind, ...] | None) -> Plan:
        return self.plan if kinds in {None, self.plan.kinds} else Plan(kinds or (), wheel_from_sdist=False)

    def attempt(self, cause: Cause, kinds: tuple[ArtifactKind, ...] | None) -> tuple[Expected | None, Result]:
        assert self.session is not None
        plan = self.narrowed(kinds)
        expected = self.books.expect(plan)
        tree = self.project.tree
        if cause is Cause.CHANGE:  # it does not look once more before it builds
            tree = self.seen[1]
            if expected is not None:
                stirred = tree != self.project.tree
                expected = replace(expected, generation=self.seen[0], stirred=stirred)
        if expected is not None and self.backend.loses_a_reading and not self.backend.was_read:
            # What lies beyond the project is looked at only after the build: whether it was built, nobody knows.
            expected = replace(expected, generation=expected.generation - 1, stirred=True)
        found = {kind: self.words_at_start(account) for kind, account in self.books.recovered().items()}
        if cause is not Cause.START:  # there, what was heard before is what was found
            self.events.clear()
        self.ledgers_at_start = self.life.ledgers_written
        try:
            result = self.session.attempt(cause, kinds)
        finally:
            self.on_event = lambda _event: None
        if cause is Cause.START and expected is not None and expected.in_directory:
            self.check_first_words(found)
        self.tried.update(dict.fromkeys(plan.kinds, tree))
        self.seen = (self.project.generation, self.project.tree)
        return expected, result

    def hear(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, AttemptStarted):
            self.ledgers_at_start = self.life.ledgers_written
        self.on_event(event)

    def at_event(self, moment: int, act: Callable[[Event], None]) -> None:
        left = moment

        def count(event: Event) -> None:
            nonlocal left
            if isinstance(event, AttemptFinished | ProjectUnusable):
                left = -1  # the last look was taken: a save from now on has a hint of its own
            left -= 1
            if left == -1:
                act(event)

        self.on_event = count

    def check_undisturbed(self, expected: Expected | None, result: Result) -> None:
        if expected is None:
            assert result.outcome is None
            return
        succeeds = set(expected.ends.values()) == {Attempt.SUCCEEDED}
        assert result.outcome is (Outcome.SUCCEEDED if succeeds else Outcome.FAILED)
        self.books.settle(expected, expected.ends)

    def cancelled_ends(self, expected: Expected) -> dict[ArtifactKind, Attempt]:
        """Tell from the disk how far it came: what stands there now is of this attempt, since all old ones fell."""
        ends: dict[ArtifactKind, Attempt] = {}
        for kind, target in expected.targets.items():
            done = target is not None and (self.out_dir / target).exists()
            assert not done or Attempt.CANCELLED not in ends.values(), "no later step after a cancelled one"
            ends[kind] = Attempt.SUCCEEDED if done else Attempt.CANCELLED
        assert Attempt.CANCELLED in ends.values()
        return ends

    def check_first_words(self, found: dict[ArtifactKind, set[str]]) -> None:
        """What a new session finds is told before it begins its own attempt."""
        told: dict[ArtifactKind, str] = {}
        for event in self.events:
            if isinstance(event, AttemptStarted):
                break
            if isinstance(event, ArtifactStatus):
                told[event.kind] = event.status.words
        for kind, allowed in found.items():
            assert told[kind] in allowed, (kind, told[kind], allowed)

    def words_at_start(self, account: Account) -> set[str]:
        changed = account.tree != self.project.tree
        unsure = account.stirred or PIPE in self.project.files or self.backend.loses_a_reading
        return {words(account, self.out_dir, outdated=flag) for flag in ({True, False} if unsure else {changed})}

    # What must hold after every step.

    @invariant()
    def exactly_what_the_books_say_stands_there(self) -> None:
        Promise.steps += 1
        assert self.books.entries() == self.books.disk

    @precondition(is_alive)
    @invariant()
    def the_words_last_shown_are_true(self) -> None:
        assert self.session is not None
        self.session.refresh()
        shown = {event.kind: event for event in self.session._shown.values()}
        generation, tree = self.seen
        for kind, event in shown.items():
            account = self.books.told.get(kind)
            must = account is not None and account.tree != tree
            may = account is not None and generation > account.generation
            allowed = {words(account, self.out_dir, outdated=flag) for flag in {must, must or may}}
            assert event.status.words in allowed, kind

    @precondition(is_alive)
    @invariant()
    def no_change_is_lost(self) -> None:
        assert self.session is not None
        if not self.session.paused and any(tree != self.seen[1] for tree in self.tried.values()):
            assert self.session.pending

    @invariant()
    def nothing_else_is_left(self) -> None:
        if self.out_dir.is_dir():
            hidden = {path.name for path in self.out_dir.iterdir() if path.name.startswith(".")} - {".gitignore"}
            assert all(map(is_ours, hidden))
            assert self.books.temporaries or not any(map(is_temporary, hidden))

    @invariant()
    def the_ledger_can_be_read(self) -> None:
        if self.books.remembered:
            with OutputDirectory.open(self.out_dir, create=False) as directory:
                assert read_ledger(directory).projects


TestPromise = Promise.TestCase
TestPromise.settings = settings(
    max_examples=int(os.environ.get("PROMISE_EXAMPLES", "60")),
    stateful_step_count=int(os.environ.get("PROMISE_STEPS", "30")),
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module", autouse=True)
def told() -> Iterator[None]:
    """Say how many steps all histories had."""
    yield
    sys.stdout.write(f"{Promise.steps:,} steps\n")


@pytest.fixture
def machine() -> Iterator[Promise]:
    """The machine, for histories that were found once and are told by hand."""
    machine = Promise()
    yield machine
    machine.teardown()


def test_a_save_after_the_last_look_is_one_for_the_next_look(machine: Promise) -> None:
    # Found by chance: nothing to build, so that no attempt finished, and the save came when its look was over.
    machine.project.delete(PYPROJECT)
    machine.remove_the_output_directory()
    machine.start(nameless=False, from_tree=False, calls=None, moment=None)
    machine.no_change_is_lost()
    assert [type(event) for event in machine.events][-2:] == [ProjectUnusable, Looked]
    for moment in range(6):
        machine.save_in_mid_build(moment=moment, data=b"%d\n" % moment)
        machine.no_change_is_lost()
        machine.the_words_last_shown_are_true()
        session = machine.session
        assert session is not None
        saved = machine.project.files["src/demo/a.py"] == b"%d\n" % moment
        assert saved == (moment < 1), "before the end of the attempt, and not after its look"


def test_a_lost_reading_leaves_no_later_save_unnoticed(machine: Promise) -> None:
    machine.lose_the_next_reading()
    machine.start(nameless=False, from_tree=False, calls=None, moment=None)
    for data in (b"2\n", b"a longer text\n"):
        machine.edit("src/demo/a.py", data)
        machine.look()
        machine.no_change_is_lost()
        machine.build_what_is_pending()
        machine.the_words_last_shown_are_true()


def test_a_save_next_to_the_writing_of_the_backend_is_not_lost(machine: Promise) -> None:
    path = "src/demo/a.py"
    machine.edit(path, b"0\n")
    machine.let_the_backend_rewrite(path)
    machine.build((SDIST, WHEEL))
    assert not machine.pending()
    for moment in count():
        data = b"save %d\n" % moment
        machine.save_in_mid_build(moment=moment, data=data)
        if machine.project.files[path] != data:
            break  # the build was over before
        machine.no_change_is_lost()
        machine.the_words_last_shown_are_true()
        while machine.pending():
            machine.build_what_is_pending()
        machine.exactly_what_the_books_say_stands_there()
    assert moment > 8, "each moment of a build was tried"


def test_a_build_of_nothing_can_be_cancelled_before_that_is_known(machine: Promise) -> None:
    # Found by chance: the model took for granted that only a build which can begin can be cancelled.
    machine.damage_the_ledger()
    machine.project.delete(PYPROJECT)
    machine.start(nameless=False, from_tree=False, calls=None, moment=None)
    machine.cancel_in_mid_build(moment=0, kinds=(SDIST, WHEEL))
    assert [event for event in machine.events if isinstance(event, AttemptFinished)][-1].outcome is Outcome.CANCELLED
    machine.exactly_what_the_books_say_stands_there()
    machine.the_words_last_shown_are_true()
    machine.mend_and_build()
    machine.the_words_last_shown_are_true()


def test_a_new_tag_is_an_input_like_any_other(machine: Promise) -> None:
    machine.tag_a_version(b"1\n")
    machine.look()
    machine.no_change_is_lost()
    machine.the_words_last_shown_are_true()
    assert machine.pending()
    machine.build_what_is_pending()
    assert not machine.pending()
    machine.tag_a_version(b"2\n")
    machine.start(nameless=False, from_tree=False, calls=None, moment=None)
    machine.the_words_last_shown_are_true()
