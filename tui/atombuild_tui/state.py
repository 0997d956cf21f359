"""What the screen shows, as one frozen value, and how each event changes it.

:meth:`Dashboard.apply` is a pure function of the value before, the event and the time it came. Widgets render the value
and keep none of their own; so every screen can be had in a test by playing events, without a terminal.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from atombuild.changes import How
from atombuild.checks.result import Check, CheckResult
from atombuild.errors import Report
from atombuild.events import (
    Advised,
    ArtifactStatus,
    AttemptFinished,
    AttemptStarted,
    Cause,
    ChangesIgnored,
    ChangesSeen,
    CheckFinished,
    CheckStarted,
    ChecksWaiting,
    CommandEnded,
    CommandNotRun,
    CommandStarted,
    Compared,
    Event,
    Failure,
    LockAwaited,
    Looked,
    Mode,
    ModeChanged,
    Outcome,
    Preparing,
    Progress,
    ProjectLoaded,
    ProjectUnusable,
    Remembered,
    SessionStarted,
    SessionStopped,
    StepStarted,
    TouchedMeanwhile,
)
from atombuild.finding import Finding
from atombuild.past import KEPT, PastAttempt
from atombuild.status import ArtifactKind, Attempt, Standing, Status, Tone


class Activity(enum.Enum):
    """What goes on as a whole; the values are the words of the pill in the header."""

    STARTING = "starting"
    LIVE = "live"
    PAUSED = "paused"
    BUILDING = "building"
    POLLING = "polling"
    FOLDER_GONE = "folder gone"
    LOCK = "waiting for the lock"
    OFF = "not watching"
    STOPPING = "stopping"

    @property
    def tone(self) -> Tone:
        """How it is coloured."""
        return _ACTIVITY_TONES[self]


_ACTIVITY_TONES: Final = {
    Activity.STARTING: Tone.IDLE,
    Activity.LIVE: Tone.GOOD,
    Activity.PAUSED: Tone.DOUBT,
    Activity.BUILDING: Tone.BUSY,
    Activity.POLLING: Tone.GOOD,
    Activity.FOLDER_GONE: Tone.BAD,
    Activity.LOCK: Tone.DOUBT,
    Activity.OFF: Tone.BAD,
    Activity.STOPPING: Tone.IDLE,
}

_MODE_ACTIVITIES: Final = {
    None: Activity.STARTING,
    Mode.LIVE: Activity.LIVE,
    Mode.PAUSED: Activity.PAUSED,
    Mode.POLLING: Activity.POLLING,
    Mode.ROOT_GONE: Activity.FOLDER_GONE,
    Mode.OFF: Activity.OFF,
}


_IGNORED_LATELY: Final = 20

_UNTRIED: Final = Status(Attempt.NOT_ATTEMPTED, Standing.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Running:
    """The step that builds an artifact now."""

    started: float
    source: str
    """What it is built from, in words."""

    usual_seconds: float | None
    done: int = 0
    total: int = 0
    """0: no progress was told."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """All that is known of one artifact; most fields are those of :class:`ArtifactStatus`."""

    kind: ArtifactKind
    status: Status = _UNTRIED
    target: str | None = None
    size: int | None = None
    previous_size: int | None = None
    seconds: float | None = None
    ended: float | None = None
    attempt: int | None = None
    behind: int | None = None
    tried: int = 0
    """The newest change that an attempt tried for it."""

    running: Running | None = None


@dataclass(frozen=True, slots=True)
class Build:
    """The latest attempt."""

    number: int
    cause: Cause
    paths: tuple[str, ...]
    total: int
    started: float
    outcome: Outcome | None = None
    """None while it runs."""

    seconds: float | None = None
    """How long it took."""

    saved: float | None = None
    noticed: float | None = None
    settled: float | None = None
    how: tuple[How, ...] = ()
    """See :class:`AttemptStarted`."""

    waited_for: int | None = None
    """The number of the build that ran when the first of its changes was saved."""

    @property
    def ended(self) -> float | None:
        """When it was over, seconds since the epoch; None while it runs."""
        return self.started + self.seconds if self.seconds is not None else None


@dataclass(frozen=True, slots=True)
class Ignored:
    """The latest changes that no artifact depends on."""

    paths: tuple[str, ...]
    total: int
    why: str
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class CommandState:
    """The project's own command."""

    command: str
    words: str
    """How it stands with it."""

    tone: Tone


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Everything on the main screen but the log."""

    root: str = ""
    out_dir: str = ""
    """As said on screen: relative to the project where it is inside."""

    name: str = ""
    version: str = ""
    backend: str = ""
    mode: Mode | None = None
    artifacts: tuple[Artifact, ...] = ()
    """In the order of building."""

    build: Build | None = None
    lock_holder: str = ""
    """Who has the output directory while we wait for it."""

    preparing: str = ""
    """What is done before the steps, in words; it may take long."""

    preparing_since: float = 0.0
    """Seconds since the epoch."""

    meanwhile: str = ""
    """What was written, renamed or removed first since the running attempt began; perhaps it does not matter."""

    last_change: int = 0
    waiting: int = 0
    """Batches of changes that no attempt holds yet."""

    ignored: Ignored | None = None
    ignored_lately: tuple[Ignored, ...] = ()
    """The last few of them, newest first."""

    looked: Looked | None = None
    """The latest look at the files."""

    watch_words: str = ""
    """What the watcher last had to say about itself."""

    compared: tuple[Compared, ...] = ()
    """For each artifact, what changed with its latest success."""

    history: tuple[PastAttempt, ...] = ()
    """Oldest first."""

    checks: tuple[CheckResult, ...] = ()
    """The latest result of each check that was asked for."""

    checks_waiting: tuple[Check, ...] = ()
    """Those that were asked for, and did not begin yet."""

    checking: Check | None = None
    """The check that runs."""

    after: CommandState | None = None
    """The project's own command, if it has one."""

    unusable: tuple[Report, ...] = ()
    """Why there can be no attempt."""

    errors: int = 0
    """How many the latest build, or what stood in its way, left in the log."""

    advice: tuple[Finding, ...] = ()
    """What the author should know though it builds."""

    was_over: bool = False
    """An attempt came to its end, or could not even begin."""

    stopping: bool = False

    @property
    def building(self) -> bool:
        """An attempt runs."""
        return self.build is not None and self.build.outcome is None

    @property
    def activity(self) -> Activity:
        """What goes on as a whole."""
        if self.stopping:
            return Activity.STOPPING
        if self.lock_holder:
            return Activity.LOCK
        return Activity.BUILDING if self.building else _MODE_ACTIVITIES[self.mode]

    @property
    def anything_known(self) -> bool:
        """Some artifact stands, or was tried: its status must stay on screen whatever else happens."""
        return any(artifact.status != _UNTRIED for artifact in self.artifacts)

    def artifact(self, kind: ArtifactKind) -> Artifact | None:
        """Return what is known of one artifact."""
        return next((artifact for artifact in self.artifacts if artifact.kind is kind), None)

    def past_of(self, artifact: Artifact) -> PastAttempt | None:
        """Return what is remembered of the attempt that an artifact's status is about."""
        same = (past for past in reversed(self.history) if past.attempt == artifact.attempt)
        return next((past for past in same if artifact.kind in past.artifacts), None)

    def last_success(self, kind: ArtifactKind) -> int | None:
        """Return the number of the latest attempt that made this artifact, as far as it is remembered."""
        made = (past for past in reversed(self.history) if kind in past.artifacts)
        return next((past.attempt for past in made if past.artifacts[kind].outcome is Attempt.SUCCEEDED), None)

    @property
    def is_beginning(self) -> bool:
        """The session is about to make its first attempt: nothing has to be asked for."""
        return self.build is None and not (self.was_over or self.stopping or self.mode is Mode.OFF)

    def apply(self, event: Event, at: float) -> Dashboard:
        """Return the dashboard after an event that came at this time (seconds since the epoch)."""
        case = _CASES.get(type(event))
        return case(self, event, at) if case is not None else self

    def with_artifact(self, changed: Artifact) -> Dashboard:
        """Return it with this in place of what is known of the same artifact."""
        return replace(self, artifacts=_of_each(self.artifacts, changed))


_Kinded = TypeVar("_Kinded", Artifact, Compared)


def _of_each(known: tuple[_Kinded, ...], changed: _Kinded) -> tuple[_Kinded, ...]:
    """Return what is known of each artifact, in the order of building, with this in place of what was."""
    others = {each.kind: each for each in known} | {changed.kind: changed}
    return tuple(others[kind] for kind in ArtifactKind if kind in others)


# What each event changes.


def _session_started(board: Dashboard, event: SessionStarted, _at: float) -> Dashboard:
    return replace(
        board,
        root=str(event.root),
        out_dir=_inside(event.out_dir, event.root),
        artifacts=tuple(board.artifact(kind) or Artifact(kind) for kind in event.kinds),
    )


def _project_loaded(board: Dashboard, event: ProjectLoaded, _at: float) -> Dashboard:
    return replace(board, name=event.name, version=event.version, backend=event.backend, unusable=())


def _project_unusable(board: Dashboard, event: ProjectUnusable, _at: float) -> Dashboard:
    return replace(board, unusable=event.reports, was_over=True, errors=board.errors + len(event.reports))


def _mode_changed(board: Dashboard, event: ModeChanged, _at: float) -> Dashboard:
    return replace(board, mode=event.mode, watch_words=event.words or board.watch_words)


def _changes_seen(board: Dashboard, event: ChangesSeen, _at: float) -> Dashboard:
    return replace(board, last_change=event.change, waiting=event.waiting, ignored=None)


def _changes_ignored(board: Dashboard, event: ChangesIgnored, at: float) -> Dashboard:
    ignored = Ignored(event.paths, event.total, event.why, at)
    return replace(board, ignored=ignored, ignored_lately=(ignored, *board.ignored_lately)[:_IGNORED_LATELY])


def _touched_meanwhile(board: Dashboard, event: TouchedMeanwhile, _at: float) -> Dashboard:
    # One that is said when the attempt is over has been looked at, or is at once.
    return replace(board, meanwhile=event.path) if board.building else board


def _looked(board: Dashboard, event: Looked, _at: float) -> Dashboard:
    return replace(board, looked=event)


def _compared(board: Dashboard, event: Compared, _at: float) -> Dashboard:
    return replace(board, compared=_of_each(board.compared, event))


def _command_started(board: Dashboard, event: CommandStarted, _at: float) -> Dashboard:
    return replace(board, after=CommandState(event.command, "running", Tone.BUSY))


def _command_ended(board: Dashboard, event: CommandEnded, _at: float) -> Dashboard:
    tone = Tone.GOOD if event.status == 0 else Tone.DOUBT if event.status is None else Tone.BAD
    return replace(board, after=CommandState(board.after.command if board.after else "", event.words, tone))


def _command_not_run(board: Dashboard, event: CommandNotRun, _at: float) -> Dashboard:
    return replace(board, after=CommandState(event.command, event.why, Tone.DOUBT))


def _checks_waiting(board: Dashboard, event: ChecksWaiting, _at: float) -> Dashboard:
    return replace(board, checks_waiting=event.checks)


def _check_started(board: Dashboard, event: CheckStarted, _at: float) -> Dashboard:
    return replace(board, checking=event.check)


def _check_finished(board: Dashboard, event: CheckFinished, _at: float) -> Dashboard:
    results = {each.check: each for each in board.checks} | {event.result.check: event.result}
    return replace(board, checking=None, checks=tuple(results[check] for check in Check if check in results))


def _remembered(board: Dashboard, event: Remembered, _at: float) -> Dashboard:
    return replace(board, history=(*board.history, *event.attempts)[-KEPT:])


def _lock_awaited(board: Dashboard, event: LockAwaited, _at: float) -> Dashboard:
    return replace(board, lock_holder=event.holder or "another builder")


def _preparing(board: Dashboard, event: Preparing, at: float) -> Dashboard:
    return replace(board, preparing=event.words, preparing_since=at)


def _failure(board: Dashboard, event: Failure, _at: float) -> Dashboard:
    return replace(board, lock_holder="", errors=board.errors + len(event.reports))


def _advised(board: Dashboard, event: Advised, _at: float) -> Dashboard:
    return replace(board, advice=event.findings)


def _session_stopped(board: Dashboard, _event: SessionStopped, _at: float) -> Dashboard:
    return replace(board, mode=Mode.OFF, lock_holder="")


def _attempt_started(board: Dashboard, event: AttemptStarted, at: float) -> Dashboard:
    # The targets are about to be removed: from here on no card may still say "succeeded".
    artifacts = tuple(
        replace(artifact, status=Status(Attempt.QUEUED, artifact.status.standing), tried=event.change, running=None)
        if artifact.kind in event.kinds
        else artifact
        for artifact in board.artifacts
    )
    return replace(
        board,
        build=Build(
            event.attempt,
            event.cause,
            event.paths,
            event.total,
            at,
            saved=event.saved,
            noticed=event.noticed,
            settled=event.settled,
            how=event.how,
            waited_for=_waited_for(board.build, event),
        ),
        artifacts=artifacts,
        # An artifact that is not built now goes on waiting for what it lacks.
        waiting=max((max(board.last_change - artifact.tried, 0) for artifact in artifacts), default=0),
        ignored=None,
        meanwhile="",
        unusable=(),
        errors=0,
        lock_holder="",
    )


def _waited_for(before: Build | None, event: AttemptStarted) -> int | None:
    if before is None or before.ended is None or event.saved is None:
        return None
    return before.number if before.started <= event.saved < before.ended else None


def _step_started(board: Dashboard, event: StepStarted, at: float) -> Dashboard:
    artifact = board.artifact(event.kind) or Artifact(event.kind)
    return replace(board, lock_holder="").with_artifact(
        replace(
            artifact,
            status=Status(Attempt.BUILDING, artifact.status.standing),
            target=event.target,
            running=Running(at, event.source, event.usual_seconds),
        )
    )


def _progress(board: Dashboard, event: Progress, _at: float) -> Dashboard:
    artifact = board.artifact(event.kind)
    if artifact is None or artifact.running is None:
        return board
    done = min(max(event.done, 0), max(event.total, 0))
    return board.with_artifact(replace(artifact, running=replace(artifact.running, done=done, total=event.total)))


def _artifact_status(board: Dashboard, event: ArtifactStatus, _at: float) -> Dashboard:
    before = board.artifact(event.kind)
    running = before.running if before is not None and event.status.attempt is Attempt.BUILDING else None
    return board.with_artifact(
        Artifact(
            event.kind,
            event.status,
            event.target,
            event.size,
            event.previous_size,
            event.seconds,
            event.ended,
            event.attempt,
            event.behind,
            before.tried if before is not None else 0,
            running,
        )
    )


def _attempt_finished(board: Dashboard, event: AttemptFinished, _at: float) -> Dashboard:
    # One that was given up before it began has no build of its own to end.
    build = board.build
    if build is not None and board.building:
        build = replace(build, outcome=event.outcome, seconds=event.seconds)
    artifacts = tuple(replace(artifact, running=None) for artifact in board.artifacts)
    board = replace(board, build=build, artifacts=artifacts, was_over=True)
    return replace(board, lock_holder="", preparing="", meanwhile="")


def _inside(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)


_CASES: Final[Mapping[type[Event], Callable[[Dashboard, Any, float], Dashboard]]] = {
    SessionStarted: _session_started,
    ProjectLoaded: _project_loaded,
    ProjectUnusable: _project_unusable,
    ModeChanged: _mode_changed,
    ChangesSeen: _changes_seen,
    ChangesIgnored: _changes_ignored,
    TouchedMeanwhile: _touched_meanwhile,
    Looked: _looked,
    LockAwaited: _lock_awaited,
    AttemptStarted: _attempt_started,
    Preparing: _preparing,
    StepStarted: _step_started,
    Progress: _progress,
    ArtifactStatus: _artifact_status,
    Failure: _failure,
    Advised: _advised,
    AttemptFinished: _attempt_finished,
    Compared: _compared,
    Remembered: _remembered,
    ChecksWaiting: _checks_waiting,
    CheckStarted: _check_started,
    CheckFinished: _check_finished,
    CommandStarted: _command_started,
    CommandEnded: _command_ended,
    CommandNotRun: _command_not_run,
    SessionStopped: _session_stopped,
}
"""What is not here changes nothing but a log."""
