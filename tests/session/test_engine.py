"""The engine: hints become builds, commands are obeyed at once, and it stops when told to, whatever it is doing."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from atombuild.builder import Plan
from atombuild.changes import How
from atombuild.engine import Engine
from atombuild.events import (
    Advised,
    ArtifactStatus,
    AttemptFinished,
    AttemptStarted,
    Cause,
    ChangesSeen,
    Event,
    Failure,
    Mode,
    ModeChanged,
    Outcome,
    SessionStarted,
    SessionStopped,
    StepStarted,
    TouchedMeanwhile,
    Warned,
)
from atombuild.rounds import CALM_SECONDS
from atombuild.session import Session
from atombuild.status import ArtifactKind
from atombuild.watch.hints import Directories, Hint, Look, Lost, Paths, Polling, RootBack, RootGone, Watching
from atombuild.watch.looker import Looker, TreeView
from atombuild.watch.removal import Removal
from atombuild.wiring import ProjectSetup
from support.projects import sample_project, visible_files

SDIST, WHEEL = ArtifactKind
PATIENCE = 20.0
"""Seconds until a test gives up waiting for something that should take milliseconds."""


class FakeNotifier:
    """Gives the hints that a test wants."""

    def __init__(self, hear: Callable[[Hint], None]) -> None:
        self.hear = hear
        self.running = False

    def start(self) -> None:
        self.running = True
        self.hear(Watching(polling=False))

    def stop(self) -> None:
        self.running = False


class Bench:
    """An engine over the sample project, with hints by hand and events in a queue."""

    def __init__(self, root: Path, plan: Plan | None = None, removal: Removal | None = None) -> None:
        self.root = root
        self.dist = root / "dist"
        self.events: queue.Queue[Event] = queue.Queue()
        self.gate = threading.Event()
        self.gate.set()
        self.looks = threading.Semaphore(0)
        """Released after every look at the tree."""
        self.setup = ProjectSetup(root, self.dist, plan or Plan())
        self.engine = Engine(self._make_session, self._make_notifier, self.setup.filter, removal=removal)

    def _make_session(self, emit: Callable[[Event], None]) -> Session:
        looker = Looker(self.root, self.dist)

        def say(event: Event) -> None:
            emit(event)
            if isinstance(event, StepStarted):
                assert self.gate.wait(PATIENCE)  # a test holds a build here as long as it likes

        def look(keep: Callable[[str], bool], breathe: Callable[[], object]) -> TreeView:
            view = looker(keep, breathe)
            self.looks.release()
            return view

        return Session(self.root, self.dist, self.setup.plan, read_project=self.setup.read_project, look=look, emit=say)

    def _make_notifier(self, hear: Callable[[Hint], None]) -> FakeNotifier:
        self.notifier = FakeNotifier(hear)
        return self.notifier

    def start(self) -> None:
        self.engine.start(self.events.put)

    def until(self, kind: type[Event]) -> Event:
        """Take events up to the next of this kind, and return that one."""
        while True:
            event = self.events.get(timeout=PATIENCE)
            if isinstance(event, kind):
                return event

    def finished(self) -> AttemptFinished:
        event = self.until(AttemptFinished)
        assert isinstance(event, AttemptFinished)
        return event

    def started(self) -> AttemptStarted:
        event = self.until(AttemptStarted)
        assert isinstance(event, AttemptStarted)
        return event

    def words(self, wanted: str, kind: ArtifactKind = SDIST) -> None:
        """Wait until these words are shown."""
        while True:
            event = self.until(ArtifactStatus)
            if isinstance(event, ArtifactStatus) and event.kind is kind and event.status.words == wanted:
                return

    def looked(self, times: int = 1) -> None:
        """Wait until the engine has looked at the tree, this many times since the last call."""
        for _ in range(times):
            assert self.looks.acquire(timeout=PATIENCE)

    def save(self, path: str, content: str) -> None:
        (self.root / path).write_text(content)
        self.notifier.hear(Paths(frozenset({path})))

    def stopped(self) -> list[Event]:
        """Stop the engine and return the events that nobody took."""
        self.gate.set()
        self.engine.stop()
        assert self.engine.join(PATIENCE)
        left = []
        while not self.events.empty():
            left.append(self.events.get())
        return left


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(sample_project(tmp_path))
    yield made
    made.stopped()


def test_it_builds_at_the_start_and_goes_live(bench: Bench) -> None:
    bench.start()
    assert bench.started().cause is Cause.START
    assert bench.finished().outcome is Outcome.SUCCEEDED
    mode = bench.until(ModeChanged)
    assert isinstance(mode, ModeChanged)
    assert mode.mode is Mode.LIVE


def test_a_save_is_built_and_named(bench: Bench) -> None:
    bench.start()
    bench.finished()
    bench.save("src/orrery/cli.py", "print('new')\n")
    started = bench.started()
    assert (started.cause, started.paths) == (Cause.CHANGE, ("src/orrery/cli.py",))
    assert bench.finished().outcome is Outcome.SUCCEEDED


def test_a_hint_without_a_change_builds_nothing(bench: Bench) -> None:
    bench.start()
    bench.finished()
    bench.until(ModeChanged)
    bench.looked(3)  # before the build, after it, and since the watcher came up
    for hint in (Look(), Paths(frozenset({"src/orrery/cli.py"})), Directories(frozenset({"src"})), Lost("why")):
        bench.notifier.hear(hint)
        bench.looked()
    bench.save("src/orrery/cli.py", "x = 1\n")
    # The next build is that of the save: none was made for the hints before it.
    assert (bench.started().cause, bench.finished().attempt) == (Cause.CHANGE, 2)


def test_a_save_in_an_ignored_place_is_not_even_looked_at(bench: Bench) -> None:
    bench.start()
    bench.finished()
    bench.notifier.hear(Paths(frozenset({"dist/orrery-0.1.0.tar.gz", ".git/index", "src/orrery/.cli.py.swp"})))
    bench.save("src/orrery/cli.py", "x = 1\n")
    assert bench.started().paths == ("src/orrery/cli.py",)


def test_many_saves_during_a_build_lead_to_exactly_one_more(bench: Bench) -> None:
    bench.gate.clear()
    bench.start()
    bench.until(StepStarted)
    for number in range(50):
        bench.save("src/orrery/cli.py", f"x = {number}\n")
    bench.gate.set()
    bench.finished()
    seen = bench.until(ChangesSeen)
    assert isinstance(seen, ChangesSeen)
    assert seen.change == 1
    assert bench.started().cause is Cause.CHANGE
    bench.finished()
    bench.save("src/orrery/cli.py", "x = 'the last'\n")
    assert bench.finished().attempt == 3


def test_what_is_touched_during_a_build_is_said_at_once_and_once(bench: Bench) -> None:
    bench.gate.clear()
    bench.start()
    bench.until(StepStarted)
    bench.notifier.hear(Paths(frozenset({"src/orrery/__pycache__/cli.pyc"})))
    bench.notifier.hear(Paths(frozenset({""})))
    bench.save("src/orrery/cli.py", "x = 1\n")
    assert bench.until(TouchedMeanwhile) == TouchedMeanwhile("src/orrery/cli.py")
    bench.save("src/orrery/planets.py", "x = 2\n")
    bench.gate.set()
    while not isinstance(event := bench.events.get(timeout=PATIENCE), ChangesSeen):
        assert not isinstance(event, TouchedMeanwhile), "once an attempt"
    assert event.paths == ("src/orrery/cli.py", "src/orrery/planets.py")
    bench.finished()
    bench.save("src/orrery/cli.py", "x = 3\n")
    assert not isinstance(bench.events.get(timeout=PATIENCE), TouchedMeanwhile), "nothing is built meanwhile"


class SlowRemoval(Removal):
    """A removal that ends when a test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.over = False
        self.noted = threading.Semaphore(0)

    def note(self, now: float) -> None:
        super().note(now)
        self.noted.release()

    def goes_on(self, now: float) -> bool:
        return not self.over


def test_while_a_project_is_being_removed_nothing_is_built(tmp_path: Path) -> None:
    removal = SlowRemoval()
    bench = Bench(sample_project(tmp_path), removal=removal)
    bench.start()
    bench.finished()
    (bench.root / "src/orrery/cli.py").unlink()
    bench.notifier.hear(Paths(frozenset({"src/orrery/cli.py"}), deleted=True))
    seen = bench.until(ChangesSeen)
    assert isinstance(seen, ChangesSeen)
    while bench.looks.acquire(blocking=False):
        pass
    bench.looked(2)  # it looks again and again
    held = [bench.events.get() for _ in range(bench.events.qsize())]
    assert not any(isinstance(event, AttemptStarted) for event in held)
    removal.over = True
    assert bench.started().how == (How.REMOVED,)
    bench.finished()
    bench.stopped()


def test_a_save_does_not_wait_for_a_removal(tmp_path: Path) -> None:
    bench = Bench(sample_project(tmp_path), removal=SlowRemoval())
    bench.start()
    bench.finished()
    bench.save("src/orrery/cli.py", "x = 1\n")
    assert bench.started().paths == ("src/orrery/cli.py",)
    bench.finished()
    bench.stopped()


def test_what_is_deleted_where_nobody_watches_tells_that_a_removal_goes_on(tmp_path: Path) -> None:
    removal = SlowRemoval()
    bench = Bench(sample_project(tmp_path), removal=removal)
    bench.start()
    bench.finished()
    bench.notifier.hear(Paths(frozenset({".git/objects/1"}), deleted=True))
    assert removal.noted.acquire(blocking=False)
    bench.stopped()


def test_builds_asked_for_during_a_build_are_one_more(bench: Bench) -> None:
    bench.gate.clear()
    bench.start()
    bench.until(StepStarted)
    for kinds in ((SDIST,), (WHEEL,), None, (SDIST,)):
        bench.engine.build(kinds)
    bench.gate.set()
    bench.finished()
    started = bench.started()
    assert (started.cause, started.kinds) == (Cause.REQUEST, (SDIST, WHEEL))
    bench.finished()
    bench.save("src/orrery/cli.py", "x = 1\n")
    assert bench.finished().attempt == 3


def test_a_cancel_forgets_the_builds_that_were_asked_for(bench: Bench) -> None:
    bench.gate.clear()
    bench.start()
    bench.until(StepStarted)
    bench.engine.build()
    bench.engine.cancel()
    bench.gate.set()
    assert bench.finished().outcome is Outcome.CANCELLED
    bench.save("src/orrery/cli.py", "x = 1\n")
    assert bench.started().cause is Cause.CHANGE


def test_asking_for_what_the_session_does_not_build_is_answered(tmp_path: Path) -> None:
    bench = Bench(sample_project(tmp_path), Plan.chosen(sdist=False, wheel=True))
    bench.start()
    bench.finished()
    bench.engine.build((SDIST,))
    warning = bench.until(Warned)
    assert isinstance(warning, Warned)
    assert warning.what == "the sdist was not built: this session builds the wheel only"
    bench.stopped()


def modes_told(bench: Bench, *steps: Hint | Callable[[], None]) -> list[tuple[Mode, str]]:
    told = []
    for step in steps:
        if callable(step):
            step()
        else:
            bench.notifier.hear(step)
        event = bench.until(ModeChanged)
        assert isinstance(event, ModeChanged)
        told.append((event.mode, event.words))
    return told


def test_a_folder_that_goes_and_comes_back_leaves_a_pause_as_it_was(bench: Bench) -> None:
    bench.start()
    bench.until(ModeChanged)
    toggle = bench.engine.toggle_pause
    assert modes_told(bench, toggle, RootGone(), RootBack(), toggle) == [
        (Mode.PAUSED, ""),
        (Mode.ROOT_GONE, "the project folder is gone; it is looked for until it is back"),
        (Mode.PAUSED, "the project folder is back"),
        (Mode.LIVE, ""),
    ]


def test_a_pause_while_the_folder_is_gone_is_answered_and_kept(bench: Bench) -> None:
    bench.start()
    bench.until(ModeChanged)
    assert modes_told(bench, RootGone(), bench.engine.toggle_pause, RootBack()) == [
        (Mode.ROOT_GONE, "the project folder is gone; it is looked for until it is back"),
        (Mode.ROOT_GONE, "paused: nothing will be built by itself"),
        (Mode.PAUSED, "the project folder is back"),
    ]


def test_pausing_holds_changes_back_until_resumed(bench: Bench) -> None:
    bench.start()
    bench.finished()
    bench.engine.toggle_pause()
    bench.until(ModeChanged)
    bench.save("src/orrery/cli.py", "x = 1\n")
    bench.words("out of date", WHEEL)
    bench.engine.toggle_pause()
    assert bench.started().cause is Cause.CHANGE


def test_build_now_builds_without_a_change_and_only_what_is_asked_for(bench: Bench) -> None:
    bench.start()
    bench.finished()
    bench.engine.build((WHEEL,))
    started = bench.started()
    assert (started.cause, started.kinds) == (Cause.REQUEST, (WHEEL,))


def test_cancelling_ends_the_attempt_and_watching_goes_on(bench: Bench) -> None:
    bench.gate.clear()
    bench.start()
    bench.until(StepStarted)
    bench.engine.cancel()
    bench.gate.set()
    assert bench.finished().outcome is Outcome.CANCELLED
    assert visible_files(bench.dist) == []
    bench.save("src/orrery/cli.py", "x = 1\n")
    assert bench.started().cause is Cause.CHANGE
    assert bench.finished().outcome is Outcome.SUCCEEDED


def test_stopping_in_mid_build_leaves_nothing_half_written(bench: Bench) -> None:
    bench.gate.clear()
    bench.start()
    bench.until(StepStarted)
    left = bench.stopped()
    assert isinstance(left[-1], SessionStopped)
    assert visible_files(bench.dist) == []
    assert not bench.notifier.running


def test_a_stop_before_the_first_build_is_not_lost(tmp_path: Path) -> None:
    bench = Bench(sample_project(tmp_path))
    bench.engine.stop()
    bench.start()
    assert bench.engine.join(PATIENCE)
    assert [type(event) for event in bench.events.queue if not isinstance(event, ArtifactStatus)] == [
        SessionStarted,
        SessionStopped,
    ]
    assert not bench.dist.exists()


def test_an_artifact_deleted_from_outside_is_shown_without_any_hint(bench: Bench) -> None:
    bench.start()
    bench.words("succeeded", WHEEL)
    (bench.dist / "orrery-0.1.0.tar.gz").unlink()
    bench.words("deleted since built")


def test_the_watchers_troubles_are_told(bench: Bench) -> None:
    bench.start()
    bench.until(ModeChanged)
    told = []
    for hint, mode in (
        (Polling("out of watches", "raise the limit"), Mode.POLLING),
        (RootGone(), Mode.ROOT_GONE),
        (RootBack(), Mode.POLLING),
    ):
        bench.notifier.hear(hint)
        event = bench.until(ModeChanged)
        assert isinstance(event, ModeChanged)
        assert event.mode is mode
        told.append(event.words)
    assert told == [
        "out of watches",
        "the project folder is gone; it is looked for until it is back",
        "the project folder is back",
    ]


def test_a_bug_in_the_thread_is_seen_and_ends_in_order(tmp_path: Path) -> None:
    events: queue.Queue[Event] = queue.Queue()
    setup = ProjectSetup(sample_project(tmp_path), tmp_path / "dist", Plan())

    class Broken(FakeNotifier):
        def start(self) -> None:
            raise ZeroDivisionError("oops")

    engine = Engine(setup.session, Broken, setup.filter)
    engine.start(events.put)
    assert engine.join(PATIENCE)
    seen = list(events.queue)
    (failure,) = [event for event in seen if isinstance(event, Failure)]
    assert failure.reports[0].why == ("ZeroDivisionError: oops",)
    assert isinstance(seen[-1], SessionStopped)
    assert engine.failed


@pytest.mark.parametrize("dance", ["in place", "rename over", "delete and create"])
def test_with_the_real_notifier_a_save_of_any_editor_is_built(tmp_path: Path, dance: str) -> None:
    root = sample_project(tmp_path)
    events: queue.Queue[Event] = queue.Queue()
    engine = ProjectSetup(root, root / "dist", Plan()).engine()
    engine.start(events.put)

    def until(wanted: Callable[[Event], bool]) -> None:
        while not wanted(events.get(timeout=PATIENCE)):
            pass

    try:
        until(lambda event: isinstance(event, ModeChanged) and event.mode is Mode.LIVE)
        module = root / "src/orrery/cli.py"
        if dance == "in place":
            module.write_text("x = 1\n")
        elif dance == "rename over":
            module.with_suffix(".new").write_text("x = 1\n")
            module.with_suffix(".new").replace(module)
        else:
            module.unlink()
            (module.parent / "4913").write_text("")
            (module.parent / "4913").unlink()
            module.write_text("x = 1\n")
        until(lambda event: isinstance(event, AttemptStarted) and "src/orrery/cli.py" in event.paths)
        until(
            lambda event: (
                isinstance(event, ArtifactStatus)
                and (event.kind, event.status.words, event.behind) == (WHEEL, "succeeded", 0)
            )
        )
    finally:
        engine.stop()
        assert engine.join(PATIENCE)


def test_advice_comes_when_nothing_else_is_to_do(bench: Bench) -> None:
    (bench.root / "src/orrery/cli.py.orig").write_text("old = True")
    bench.start()
    bench.finished()
    advised = bench.until(Advised)
    assert isinstance(advised, Advised)
    assert [finding.code for finding in advised.findings] == ["leftover"]


def test_whoever_says_something_is_heard_one_at_a_time(bench: Bench) -> None:
    """A view holds no lock of its own, and checks and commands speak from threads of their own."""
    inside, overlapped, second_came, spoken = threading.Event(), threading.Event(), threading.Event(), threading.Event()
    says: list[Callable[[Event], None]] = []

    class Talker:
        def __init__(self, say: Callable[[Event], None]) -> None:
            says.append(say)

        def note(self, event: Event) -> None:
            """Say nothing."""

        def allow(self) -> None:
            """Allow nothing."""

        def close(self) -> None:
            """End nothing."""

    def speak() -> None:
        assert inside.wait(PATIENCE)
        says[0](Warned("a command", "nothing to do"))
        spoken.set()

    def emit(event: Event) -> None:
        if isinstance(event, Warned):
            second_came.set()
        elif not inside.is_set():
            inside.set()
            if second_came.wait(0.3):  # as long as it takes to let a thread in that nobody holds back
                overlapped.set()

    engine = Engine(bench._make_session, bench._make_notifier, bench.setup.filter, make_after=Talker)
    thread = threading.Thread(target=speak)
    thread.start()
    engine.start(emit)
    assert spoken.wait(PATIENCE)
    engine.stop()
    assert engine.join(PATIENCE)
    thread.join(PATIENCE)
    assert second_came.is_set()
    assert not overlapped.is_set()


def test_what_may_go_round_is_built_for_the_third_time_only_when_it_is_calm(bench: Bench) -> None:
    bench.gate.clear()
    bench.start()
    written = 0.0
    for number in range(3):
        started = bench.started()
        if number == 2:
            assert started.settled is not None
            assert started.settled - written > 0.9 * CALM_SECONDS
        bench.until(StepStarted)
        (bench.root / "src/orrery/stamp.txt").write_text(str(number))
        written = time.time()
        bench.gate.set()
        bench.finished()
        bench.gate.clear()
    warned = bench.until(Warned)
    assert isinstance(warned, Warned)
    assert warned.what.startswith("src/orrery/stamp.txt changed during the build")
    bench.words("out of date")
    bench.gate.set()
    bench.save("src/orrery/cli.py", "x = 1\n")
    assert "src/orrery/cli.py" in bench.started().paths
    bench.finished()
    bench.words("succeeded")
