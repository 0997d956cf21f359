"""The reducer: every event changes the dashboard as it says, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from atombuild.events import (
    ArtifactStatus,
    AttemptFinished,
    AttemptStarted,
    Cause,
    ChangesIgnored,
    ChangesSeen,
    Event,
    Failure,
    LockAwaited,
    Log,
    Mode,
    ModeChanged,
    Outcome,
    Progress,
    ProjectLoaded,
    ProjectUnusable,
    SessionStarted,
    SessionStopped,
    StepStarted,
    TouchedMeanwhile,
)
from atombuild.status import ArtifactKind, Attempt, Standing, Status
from atombuild_tui.phrases import holding
from atombuild_tui.state import Activity, Dashboard
from support.screen import scenes
from support.screen.scenes import BOTH, GOOD, REMOVED, SDIST, WHEEL


def played(*events: Event, onto: Dashboard | None = None) -> Dashboard:
    board = onto or Dashboard()
    for at, event in enumerate(events):
        board = board.apply(event, float(at))
    return board


def of(board: Dashboard, kind: ArtifactKind) -> str:
    artifact = board.artifact(kind)
    assert artifact is not None
    return artifact.status.words


def test_a_session_shows_a_card_for_each_artifact_that_it_builds() -> None:
    board = played(SessionStarted(Path("/p"), Path("/p/dist"), (WHEEL,), wheel_from_sdist=False))
    assert [artifact.kind for artifact in board.artifacts] == [WHEEL]
    assert (board.root, board.out_dir) == ("/p", "dist")


def test_an_output_directory_elsewhere_is_named_in_full() -> None:
    board = played(SessionStarted(Path("/p"), Path("/elsewhere/out"), BOTH, wheel_from_sdist=True))
    assert board.out_dir == "/elsewhere/out"


def test_from_the_start_of_an_attempt_on_no_target_is_called_succeeded() -> None:
    board = played(*scenes.opening(), *scenes.success(0.0))
    assert (of(board, SDIST), of(board, WHEEL)) == ("succeeded", "succeeded")
    board = played(scenes.started(13, Cause.REQUEST), onto=board)
    assert (of(board, SDIST), of(board, WHEEL)) == ("queued", "queued")


def test_an_attempt_leaves_the_artifacts_alone_that_it_does_not_build() -> None:
    board = played(*scenes.opening(), *scenes.success(0.0))
    board = played(AttemptStarted(13, Cause.REQUEST, (), 0, 3, (SDIST,)), onto=board)
    assert (of(board, SDIST), of(board, WHEEL)) == ("queued", "succeeded")


def test_a_step_runs_from_its_start_until_its_status_comes() -> None:
    board = played(*scenes.opening(), scenes.started(1))
    board = board.apply(scenes.step(SDIST), 50.0)
    running = board.artifacts[0].running
    assert running is not None
    assert (running.started, running.source, of(board, SDIST)) == (50.0, "the source tree", "building")
    board = board.apply(scenes.built(SDIST, 51.0), 51.0)
    assert (board.artifacts[0].running, of(board, SDIST)) == (None, "succeeded")


def test_a_status_that_says_building_does_not_restart_the_stopwatch() -> None:
    board = played(*scenes.opening(), scenes.started(1), scenes.step(SDIST))
    before = board.artifacts[0].running
    board = board.apply(scenes.status(SDIST, Status(Attempt.BUILDING, Standing.NEVER), 0.0), 99.0)
    assert before is not None
    assert board.artifacts[0].running == before


def test_a_late_progress_without_a_step_changes_nothing() -> None:
    board = played(*scenes.opening(), *scenes.success(0.0))
    assert board.apply(Progress(SDIST, 1, 2), 0.0) == board


def test_a_progress_past_its_end_counts_as_the_end() -> None:
    board = played(*scenes.opening(), scenes.started(1), scenes.step(SDIST), Progress(SDIST, 99, 10))
    running = board.artifacts[0].running
    assert running is not None
    assert (running.done, running.total) == (10, 10)


def test_a_status_replaces_all_that_was_said_before() -> None:
    board = played(*scenes.opening(), *scenes.success(0.0))
    board = board.apply(ArtifactStatus(SDIST, REMOVED, None, None), 0.0)
    artifact = board.artifact(SDIST)
    assert artifact is not None
    assert (artifact.target, artifact.size, artifact.behind, artifact.status) == (None, None, None, REMOVED)


def test_the_order_of_the_cards_is_that_of_building_whatever_comes_first() -> None:
    board = played(scenes.status(WHEEL, GOOD, 0.0), scenes.status(SDIST, GOOD, 0.0))
    assert [artifact.kind for artifact in board.artifacts] == [SDIST, WHEEL]


def test_changes_wait_until_an_attempt_holds_them() -> None:
    board = played(*scenes.opening(), ChangesSeen(1, ("a",), 1, 1), ChangesSeen(2, ("b",), 1, 2))
    assert board.waiting == 2
    assert played(AttemptStarted(1, Cause.CHANGE, ("a",), 1, 1, BOTH), onto=board).waiting == 1
    assert played(AttemptStarted(1, Cause.CHANGE, ("a",), 1, 2, BOTH), onto=board).waiting == 0
    alone = [played(AttemptStarted(1, Cause.REQUEST, ("a",), 1, 2, (kind,)), onto=board) for kind in BOTH]
    assert [each.waiting for each in alone] == [2, 2]
    assert played(AttemptStarted(2, Cause.REQUEST, ("a",), 1, 2, (BOTH[1],)), onto=alone[0]).waiting == 0


def test_what_is_touched_meanwhile_is_told_until_the_build_is_over() -> None:
    written = TouchedMeanwhile("src/a.py")
    idle = played(*scenes.opening(), written)
    assert idle.meanwhile == "", "it is looked at right now"
    building = played(*scenes.building(0.0), written)
    assert building.meanwhile == "src/a.py"
    assert played(AttemptFinished(13, Outcome.SUCCEEDED, 0.1), onto=building).meanwhile == ""
    assert played(scenes.started(14), onto=building).meanwhile == ""


def test_ignored_changes_are_forgotten_when_others_matter() -> None:
    board = played(*scenes.opening(), ChangesIgnored(("x",), 1, "in no artifact"))
    assert board.ignored is not None
    assert played(ChangesSeen(1, ("a",), 1, 1), onto=board).ignored is None


def test_the_pill_says_the_most_pressing_thing() -> None:
    board = played(*scenes.opening())
    assert Dashboard().activity is Activity.STARTING
    assert board.activity is Activity.LIVE
    assert played(ModeChanged(Mode.POLLING), onto=board).activity is Activity.POLLING
    assert played(ModeChanged(Mode.ROOT_GONE), onto=board).activity is Activity.FOLDER_GONE
    paused = played(ModeChanged(Mode.PAUSED), onto=board)
    assert paused.activity is Activity.PAUSED
    building = played(scenes.started(1), onto=paused)
    assert building.activity is Activity.BUILDING
    assert played(LockAwaited("make (pid 7)"), onto=building).activity is Activity.LOCK
    assert replace(building, stopping=True).activity is Activity.STOPPING
    assert played(SessionStopped(), onto=board).activity is Activity.OFF


def test_the_wait_for_the_lock_ends_with_whatever_comes_after_it() -> None:
    waiting = played(*scenes.opening(), LockAwaited("make (pid 7)"))
    for event in (scenes.started(1), scenes.step(SDIST), Failure(()), AttemptFinished(1, Outcome.CANCELLED, 0.1)):
        assert waiting.apply(event, 0.0).lock_holder == ""


def test_an_unusable_project_becomes_usable_by_being_loaded() -> None:
    board = played(*scenes.unusable())
    assert board.unusable
    assert not board.anything_known
    assert not played(ProjectLoaded("orrery", "1", "uv_build"), onto=board).unusable


def test_the_end_of_an_attempt_ends_what_runs() -> None:
    board = played(*scenes.opening(), scenes.started(1), scenes.step(SDIST), AttemptFinished(1, Outcome.CANCELLED, 1))
    assert not board.building
    assert board.artifacts[0].running is None


_EVENTS = st.lists(
    st.sampled_from(
        [
            *scenes.opening(),
            *scenes.success(1.0, 5, "a.py"),
            *scenes.failure(1.0),
            *scenes.building(1.0),
            *scenes.paused(1.0),
            *scenes.unusable(),
            scenes.ignored(),
            LockAwaited("somebody"),
            SessionStopped(),
            Log(("line",)),
            StepStarted(WHEEL, "w.whl", "the sdist", None),
        ]
    )
)


@given(_EVENTS)
def test_events_in_any_order_make_a_dashboard(events: list[Event]) -> None:
    board = played(*events)
    kinds = [artifact.kind for artifact in board.artifacts]
    assert kinds == [kind for kind in BOTH if kind in kinds]
    assert board.waiting >= 0
    assert board.activity.value


@given(_EVENTS)
def test_a_card_never_says_more_than_the_last_event_about_it(events: list[Event]) -> None:
    board = played(*events)
    for artifact in board.artifacts:
        told = [
            event
            for event in events
            if (isinstance(event, (ArtifactStatus, StepStarted)) and event.kind is artifact.kind)
            or (isinstance(event, AttemptStarted) and artifact.kind in event.kinds)
        ]
        last = told[-1] if told else None
        if artifact.status.attempt is Attempt.SUCCEEDED:
            assert isinstance(last, ArtifactStatus)
            assert last.status == artifact.status


def test_who_waits_for_the_first_build_is_not_asked_to_start_it() -> None:
    board = played(SessionStarted(Path("/p"), Path("/p/dist"), BOTH, wheel_from_sdist=True), ModeChanged(Mode.LIVE))

    def said(*events: Event) -> str:
        now = played(*events, onto=board)
        artifact = now.artifact(WHEEL)
        assert artifact is not None
        return holding(artifact, now)[0]

    assert said() == "its first build is starting"
    assert said(ProjectLoaded("orrery", "1.0", "uv_build")) == "its first build is starting"
    assert said(LockAwaited("somebody")) == "waits for another builder"
    given_up = AttemptFinished(0, Outcome.CANCELLED, 0.1)
    assert said(LockAwaited("somebody"), given_up) == "press b to build it now"
    assert said(ProjectUnusable((scenes.MISSING_MODULE,))) == "press b to build it now"
    assert said(AttemptStarted(1, Cause.REQUEST, (), 0, 0, (SDIST,))) == "press b to build it now", "it is not in that"
    assert said(AttemptStarted(1, Cause.START, (), 0, 0, BOTH)) == "waits for its turn"
    assert said(ModeChanged(Mode.OFF)) == "press b to build it now"
