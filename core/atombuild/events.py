"""What happened, as small frozen values. Every view is fed by these and by nothing else.

The engine emits events in order, one at a time, though from several threads. ``--json`` prints the same events, one
object a line, by :func:`as_json`; the README documents each field. Text inside events may come from a project: views
sanitise it.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path, PurePath
from typing import Any, Final

from atombuild.changes import How
from atombuild.checks.result import Check, CheckResult
from atombuild.errors import Report
from atombuild.finding import Finding
from atombuild.past import PastAttempt
from atombuild.status import ArtifactKind, Status


class Mode(enum.Enum):
    """What the watcher is doing."""

    LIVE = "live"
    """Watching; a change leads to a build."""

    PAUSED = "paused"
    """Watching and counting, but only "build now" builds."""

    POLLING = "polling"
    """Live, but by looking again and again: the system's notifications ran out."""

    ROOT_GONE = "folder gone"
    """The project folder vanished; it is looked for until it is back."""

    OFF = "off"
    """Not watching: a single build, or stopped."""


class Cause(enum.Enum):
    """Why an attempt was made."""

    START = "start"
    REQUEST = "request"
    CHANGE = "change"


class Outcome(enum.Enum):
    """How a whole attempt ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Level(enum.Enum):
    """How loud a line of the log is."""

    DETAIL = "detail"
    INFO = "info"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Event:
    """The root of all events."""


@dataclass(frozen=True, slots=True)
class SessionStarted(Event):
    """The engine runs. Always the first event."""

    root: Path
    """The project folder, absolute."""

    out_dir: Path
    kinds: tuple[ArtifactKind, ...]
    """What this session builds, in the order of building."""

    wheel_from_sdist: bool
    """The default plan: the wheel is made from the sdist, not from the tree."""


@dataclass(frozen=True, slots=True)
class ProjectLoaded(Event):
    """``pyproject.toml`` was read and is good."""

    name: str
    version: str
    """Empty while only the backend knows it."""

    backend: str


@dataclass(frozen=True, slots=True)
class Preparing(Event):
    """Before the steps: something that may take long, such as installing what a build backend needs."""

    words: str
    """What, in words; empty when it is over."""


@dataclass(frozen=True, slots=True)
class ProjectUnusable(Event):
    """There is no attempt: no project here, or one that this version can't build. Nothing was touched."""

    reports: tuple[Report, ...]


@dataclass(frozen=True, slots=True)
class ModeChanged(Event):
    """The watcher's mode changed."""

    mode: Mode
    words: str = ""
    """Why, and what to do where there is something to do."""


@dataclass(frozen=True, slots=True)
class ChangesSeen(Event):
    """A settled batch of changes that the artifacts depend on."""

    change: int
    """The number of this batch in this session, from 1."""

    paths: tuple[str, ...]
    """What changed, relative to the project; at most a dozen, see ``total``."""

    total: int
    waiting: int
    """Batches not yet in any attempt, this one included."""

    how: tuple[How, ...] = ()
    """What became of each of ``paths``; empty: they changed."""


@dataclass(frozen=True, slots=True)
class ChangesIgnored(Event):
    """Something changed that no artifact depends on, or changed and changed back."""

    paths: tuple[str, ...]
    total: int
    why: str


@dataclass(frozen=True, slots=True)
class TouchedMeanwhile(Event):
    """A file was written, renamed or removed while an attempt runs. Said once an attempt, of what came first.

    Whether the artifacts depend on it, a look tells after the attempt: :class:`ChangesSeen`, or
    :class:`ChangesIgnored`, of what the build backend itself wrote.
    """

    path: str
    """Relative to the project."""


@dataclass(frozen=True, slots=True)
class Looked(Event):
    """The project's files were looked at; replaces what was said before."""

    files: int
    """That are watched."""

    ended: float
    """Seconds since the epoch."""

    seconds: float
    """How long the look took."""

    ignored: tuple[tuple[str, str], ...]
    """What is not watched, and by which rule, in words; at most a few dozen, see ``ignored_total``."""

    ignored_total: int
    missed: int = 0
    """How often in this session a look found changes that no notification had told."""

    floods: int = 0
    """How often so many notifications came at once that some may have been lost."""


@dataclass(frozen=True, slots=True)
class Compared(Event):
    """A success was kept, perhaps by an earlier session, and compared with the latest before it of another file."""

    kind: ArtifactKind
    attempt: int
    kept: Path | None
    """A copy of the artifact, which stays when the artifact falls; None: none could be made."""

    against: int | None = None
    """The attempt that made the file before; None: none is kept, or the two can't be compared."""

    before: Path | None = None
    """A copy of that one."""

    added: int = 0
    removed: int = 0
    changed: int = 0
    lost: tuple[str, ...] = ()
    """Modules that it held, and that are not in this one; at most a dozen."""

    lost_total: int = 0
    """How many modules that are, with those that are not named."""

    why: str = ""
    """Why it could not be kept, or not be compared."""


@dataclass(frozen=True, slots=True)
class LockAwaited(Event):
    """Another builder has the output directory; we wait."""

    holder: str
    """Who, in words."""


@dataclass(frozen=True, slots=True)
class AttemptStarted(Event):
    """A build begins: every target below is about to be removed."""

    attempt: int
    """Counted per project in the ledger, across restarts."""

    cause: Cause
    paths: tuple[str, ...]
    """What changed, for :attr:`Cause.CHANGE`; at most a dozen."""

    total: int
    change: int
    """The newest change this attempt holds; 0 before the first."""

    kinds: tuple[ArtifactKind, ...]
    saved: float | None = None
    """When the newest of the changed files was written, seconds since the epoch; None: not for a change."""

    noticed: float | None = None
    """When the first hint of it came."""

    settled: float | None = None
    """When it had been quiet for long enough, and the files were looked at."""

    how: tuple[How, ...] = ()
    """What became of each of ``paths``; empty: they changed."""


@dataclass(frozen=True, slots=True)
class StepStarted(Event):
    """One artifact is being built now."""

    kind: ArtifactKind
    target: str | None
    """File name; None while only the backend knows it."""

    source: str
    """"the source tree" or "the sdist"."""

    usual_seconds: float | None
    """The mean of the last ten successful builds of this artifact."""


@dataclass(frozen=True, slots=True)
class Progress(Event):
    """How far the running step is. Sent at most a few times a second; a view may drop any of them."""

    kind: ArtifactKind
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class ArtifactStatus(Event):
    """The whole truth about one artifact at this moment; replaces what was said before."""

    kind: ArtifactKind
    status: Status
    target: str | None
    """Final file name; None while it can't be known."""

    path: Path | None
    size: int | None = None
    """Bytes, of this attempt's file."""

    previous_size: int | None = None
    """Bytes, of the success before this one."""

    sha256: str | None = None
    seconds: float | None = None
    """How long its step took."""

    ended: float | None = None
    """When the attempt ended, seconds since the epoch."""

    attempt: int | None = None
    behind: int | None = None
    """How many batches of changes came after what the file holds; 0 is "holds your latest change", None: not
    verified (still looking, or nothing was built)."""


@dataclass(frozen=True, slots=True)
class Log(Event):
    """Lines for the build log; one event may carry many."""

    lines: tuple[str, ...]
    level: Level = Level.INFO


@dataclass(frozen=True, slots=True)
class Failure(Event):
    """Why an attempt failed, in full."""

    reports: tuple[Report, ...]
    kind: ArtifactKind | None = None
    """The artifact whose step failed; None where the attempt failed before any step."""


@dataclass(frozen=True, slots=True)
class Warned(Event):
    """Something that is no failure, but that a person should know."""

    what: str
    hint: str


@dataclass(frozen=True, slots=True)
class Advised(Event):
    """What the project's author should know though it builds; replaces what was said before. Empty: nothing more."""

    findings: tuple[Finding, ...]
    """What matters most first."""


@dataclass(frozen=True, slots=True)
class AttemptFinished(Event):
    """The attempt is over; the artifacts' statuses were sent before."""

    attempt: int
    outcome: Outcome
    seconds: float


@dataclass(frozen=True, slots=True)
class Remembered(Event):
    """Attempts that are over, for the history: at the start those of earlier sessions, later each as it ends."""

    attempts: tuple[PastAttempt, ...]
    """Oldest first."""


@dataclass(frozen=True, slots=True)
class ChecksWaiting(Event):
    """Which checks were asked for and did not begin yet; replaces what was said before."""

    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class CheckStarted(Event):
    """A check that was asked for begins; builds go on beside it."""

    check: Check


@dataclass(frozen=True, slots=True)
class CheckFinished(Event):
    """A check is over; replaces what was said of it before."""

    result: CheckResult


@dataclass(frozen=True, slots=True)
class CommandStarted(Event):
    """The project's own command for this outcome runs, beside whatever comes next."""

    command: str
    after: Outcome


@dataclass(frozen=True, slots=True)
class CommandOutput(Event):
    """Lines that the command printed; colours may be in them."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CommandEnded(Event):
    """It is over."""

    status: int | None
    """Its exit status; None: it never had one."""

    seconds: float
    words: str


@dataclass(frozen=True, slots=True)
class CommandNotRun(Event):
    """It was not run."""

    command: str
    why: str
    hint: str


@dataclass(frozen=True, slots=True)
class SessionStopped(Event):
    """The engine ended. Always the last event."""


_NAMES: Final[Mapping[type[Event], str]] = {
    SessionStarted: "session-started",
    ProjectLoaded: "project-loaded",
    Preparing: "preparing",
    ProjectUnusable: "project-unusable",
    ModeChanged: "mode-changed",
    ChangesSeen: "changes-seen",
    ChangesIgnored: "changes-ignored",
    TouchedMeanwhile: "touched-meanwhile",
    Looked: "looked",
    Compared: "compared",
    LockAwaited: "lock-awaited",
    AttemptStarted: "attempt-started",
    StepStarted: "step-started",
    Progress: "progress",
    ArtifactStatus: "artifact-status",
    Log: "log",
    Failure: "failure",
    Warned: "warned",
    Advised: "advised",
    AttemptFinished: "attempt-finished",
    Remembered: "remembered",
    ChecksWaiting: "checks-waiting",
    CheckStarted: "check-started",
    CheckFinished: "check-finished",
    CommandStarted: "command-started",
    CommandOutput: "command-output",
    CommandEnded: "command-ended",
    CommandNotRun: "command-not-run",
    SessionStopped: "session-stopped",
}


def as_json(event: Event) -> dict[str, Any]:
    """Return the event as plain JSON values; ``event`` names its kind."""
    return {"event": _NAMES[type(event)], **_plain_fields(event)}


def _plain_fields(value: Any) -> dict[str, Any]:
    return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}


def _plain(value: Any) -> Any:  # noqa: PLR0911 (one case a type)
    if isinstance(value, Status):
        return {**_plain_fields(value), "words": value.words}
    if isinstance(value, Mapping):
        return {_plain(key): _plain(item) for key, item in value.items()}
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, PurePath):
        return _decodable(str(value))
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if is_dataclass(value):
        return _plain_fields(value)
    return _decodable(value) if isinstance(value, str) else value


def _decodable(text: str) -> str:
    r"""Undecodable bytes of file names become ``\xNN``: JSON has no place for lone surrogates."""
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:  # other halves of pairs: no file's name has them, but a file of ours may, as JSON
        return text.encode("utf-8", "backslashreplace").decode("utf-8")
