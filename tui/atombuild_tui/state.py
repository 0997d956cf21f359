"""What the screen shows, as one frozen value, and how each event changes it.

:meth:`Dashboard.apply` is a pure function of the value before, the event and the time it came. Widgets render the value
and keep none of their own; so every screen can be had in a test by playing events, without a terminal.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

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


@dataclass(frozen=True, slots=True)
class Ignored:
    """The latest changes that no artifact depends on."""

    paths: tuple[str, ...]
    total: int
    why: str
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class AfterBuild:
    """The project's own command."""

    command: str
    words: str
    """How it stands with it."""

    tone: Tone
    asks: bool = False
    """It was not run, and its reader may have to do something."""


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

    after: AfterBuild | None = None
    """The project's own command, if it has one."""

    unusable: tuple[Report, ...] = ()
    """Why there can be no attempt."""

    advice: tuple[Finding, ...] = ()
    """What the author should know though it builds."""

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

    def apply(self, event: Event, at: float) -> Dashboard:  # noqa: C901, PLR0911, PLR0912 - one case an event
        """Return the dashboard after an event that came at this time (seconds since the epoch)."""
        if isinstance(event, SessionStarted):
            return replace(
                self,
                root=str(event.root),
                out_dir=_inside(event.out_dir, event.root),
                artifacts=tuple(self.artifact(kind) or Artifact(kind) for kind in event.kinds),
            )
        if isinstance(event, ProjectLoaded):
            return replace(self, name=event.name, version=event.version, backend=event.backend, unusable=())
        if isinstance(event, ProjectUnusable):
            return replace(self, unusable=event.reports)
        if isinstance(event, ModeChanged):
            return replace(self, mode=event.mode, watch_words=event.words or self.watch_words)
        if isinstance(event, ChangesSeen):
            return replace(self, last_change=event.change, waiting=event.waiting, ignored=None)
        if isinstance(event, ChangesIgnored):
            ignored = Ignored(event.paths, event.total, event.why, at)
            return replace(self, ignored=ignored, ignored_lately=(ignored, *self.ignored_lately)[:_IGNORED_LATELY])
        if isinstance(event, Looked):
            return replace(self, looked=event)
        if isinstance(event, Compared):
            others = {each.kind: each for each in self.compared} | {event.kind: event}
            return replace(self, compared=tuple(others[kind] for kind in ArtifactKind if kind in others))
        if isinstance(event, CommandStarted):
            return replace(self, after=AfterBuild(event.command, "running", Tone.BUSY))
        if isinstance(event, CommandEnded):
            tone = Tone.GOOD if event.status == 0 else Tone.DOUBT if event.status is None else Tone.BAD
            return replace(self, after=AfterBuild(self.after.command if self.after else "", event.words, tone))
        if isinstance(event, CommandNotRun):
            return replace(self, after=AfterBuild(event.command, event.why, Tone.DOUBT, asks=True))
        if isinstance(event, ChecksWaiting):
            return replace(self, checks_waiting=event.checks)
        if isinstance(event, CheckStarted):
            return replace(self, checking=event.check)
        if isinstance(event, CheckFinished):
            results = {each.check: each for each in self.checks} | {event.result.check: event.result}
            ordered = tuple(results[check] for check in Check if check in results)
            return replace(self, checking=None, checks=ordered)
        if isinstance(event, Remembered):
            return replace(self, history=(*self.history, *event.attempts)[-KEPT:])
        if isinstance(event, LockAwaited):
            return replace(self, lock_holder=event.holder or "another builder")
        if isinstance(event, AttemptStarted):
            return self._with_build(event, at)
        if isinstance(event, Preparing):
            return replace(self, preparing=event.words, preparing_since=at)
        if isinstance(event, StepStarted):
            return replace(self._with_step(event, at), lock_holder="")
        if isinstance(event, Progress):
            return self._with_progress(event)
        if isinstance(event, ArtifactStatus):
            return self._with_status(event)
        if isinstance(event, Failure):
            return replace(self, lock_holder="")
        if isinstance(event, Advised):
            return replace(self, advice=event.findings)
        if isinstance(event, AttemptFinished):
            return self._with_end(event)
        if isinstance(event, SessionStopped):
            return replace(self, mode=Mode.OFF, lock_holder="")
        return self

    def _with_build(self, event: AttemptStarted, at: float) -> Dashboard:
        # The targets are about to be removed: from here on no card may still say "succeeded".
        artifacts = tuple(
            replace(artifact, status=Status(Attempt.QUEUED, artifact.status.standing), tried=event.change, running=None)
            if artifact.kind in event.kinds
            else artifact
            for artifact in self.artifacts
        )
        return replace(
            self,
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
            ),
            artifacts=artifacts,
            # An artifact that is not built now goes on waiting for what it lacks.
            waiting=max((max(self.last_change - artifact.tried, 0) for artifact in artifacts), default=0),
            ignored=None,
            unusable=(),
            lock_holder="",
        )

    def _with_step(self, event: StepStarted, at: float) -> Dashboard:
        artifact = self.artifact(event.kind) or Artifact(event.kind)
        return self._with(
            replace(
                artifact,
                status=Status(Attempt.BUILDING, artifact.status.standing),
                target=event.target,
                running=Running(at, event.source, event.usual_seconds),
            )
        )

    def _with_progress(self, event: Progress) -> Dashboard:
        artifact = self.artifact(event.kind)
        if artifact is None or artifact.running is None:
            return self
        done = min(max(event.done, 0), max(event.total, 0))
        return self._with(replace(artifact, running=replace(artifact.running, done=done, total=event.total)))

    def _with_status(self, event: ArtifactStatus) -> Dashboard:
        before = self.artifact(event.kind)
        running = before.running if before is not None and event.status.attempt is Attempt.BUILDING else None
        return self._with(
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

    def _with_end(self, event: AttemptFinished) -> Dashboard:
        # One that was given up before it began has no build of its own to end.
        build = self.build
        if build is not None and self.building:
            build = replace(build, outcome=event.outcome, seconds=event.seconds)
        artifacts = tuple(replace(artifact, running=None) for artifact in self.artifacts)
        return replace(self, build=build, artifacts=artifacts, lock_holder="", preparing="")

    def _with(self, changed: Artifact) -> Dashboard:
        others = {artifact.kind: artifact for artifact in self.artifacts} | {changed.kind: changed}
        return replace(self, artifacts=tuple(others[kind] for kind in ArtifactKind if kind in others))


def _inside(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
