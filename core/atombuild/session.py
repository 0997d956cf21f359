"""One project, one output directory: what to build when, and what is true about the artifacts in between.

                 hint, settled                 an input changed                  attempt over
    idle ───────────────────────► examine ──────────────────────► attempt ────────────────────► examine once more
      ▲                              │ nothing that matters           ▲                              │
      └──────────────────────────────┘                                └── something changed ─────────┤
      ▲                                                                   meanwhile: one more        │
      └──────────────────────────────────────────────────────────────────────────────────────────────┘
    paused: changes are examined and counted; only "build now" leads to an attempt

The session is plain and synchronous: it decides. :mod:`atombuild.engine` gives it a thread, timers and an inbox.
Hints only say when to look; whether something changed is told by a :class:`View` of the tree, and what stands in the
output directory by the disk.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from atombuild import builder
from atombuild.builder import UNFINISHED, Order, Plan, Recipe, Records, Result
from atombuild.errors import AtombuildError, Cancelled, OutputUnusable
from atombuild.events import (
    ArtifactStatus,
    AttemptStarted,
    Cause,
    ChangesIgnored,
    ChangesSeen,
    Event,
    Mode,
    ModeChanged,
    Outcome,
    SessionStarted,
    SessionStopped,
)
from atombuild.ledger import LedgerDamaged, Record, read_ledger
from atombuild.publish import LEDGER, Identity, OutputDirectory
from atombuild.standing import Observer
from atombuild.status import ArtifactKind, Attempt, Status

_SHOWN_PATHS: Final = 12
_LOCK_PAUSE_SECONDS: Final = 0.05
_UNTOUCHED: Final = Record(target=None, attempt=0, outcome=Attempt.NOT_ATTEMPTED, started=0.0)


class View(Protocol):
    """What the tree looked like at one moment."""

    def changed_since(self, earlier: Any, *, by_stat: bool = False) -> tuple[str, ...]:
        """Return the paths that differ. ``by_stat``: also those that were written again with the same content."""

    def fingerprint(self, admits: Callable[[str], bool]) -> str | None:
        """Return a hash of the content of the admitted files; None: it would cost too much to know."""


Look = Callable[[Callable[[str], bool]], View]
"""Looks at the tree; its argument tells the paths that belong to an artifact, whatever the watch filter says."""


@dataclass(slots=True)
class _Changes:
    """What changed since the last attempt, for the line that says why the next one was made."""

    number: int = 0
    """Settled batches seen in this session."""

    paths: dict[str, None] | None = None

    def add(self, paths: tuple[str, ...]) -> None:
        self.number += 1
        self.paths = {**(self.paths or {}), **dict.fromkeys(paths)}

    def shown(self) -> tuple[tuple[str, ...], int]:
        paths = tuple(self.paths or ())
        return paths[:_SHOWN_PATHS], len(paths)


class Session:
    """Decides, attempts, and reports. Not thread-safe but for :meth:`cancel`, which may come from anywhere."""

    def __init__(
        self,
        root: Path,
        out_dir: Path,
        plan: Plan,
        *,
        cook: Callable[[], Recipe],
        look: Look,
        emit: Callable[[Event], None],
        observer: Observer | None = None,
    ) -> None:
        self.root = root
        self.out_dir = out_dir
        self.plan = plan
        self.last: Result | None = None
        self._recipe: Recipe | None = None
        """The latest that could be read; it tells which paths matter."""
        self._cook = cook
        self._look = look
        self._emit = emit
        self._observer = observer or Observer()
        self._cancelled = threading.Event()
        self._closed = False
        self._paused = False
        self._changes = _Changes()
        self._tried: dict[ArtifactKind, int] = {}
        """The newest change that was there when an artifact was last tried, whatever came of it."""
        self._holds: dict[ArtifactKind, int] = {}
        """The newest change that the artifact's record is about."""
        self._verified = True
        """Whether the tree was looked at since the last attempt ended."""
        self._records: dict[ArtifactKind, Record] = {}
        self._shown: dict[ArtifactKind, ArtifactStatus] = {}
        self._ledger: Identity | None = None
        self._seen: View | None = None
        self._built: View | None = None
        self._fingerprint: str | None = None

    # What the engine and the command line ask for.

    def begin(self) -> None:
        """Say that the session starts. The first event."""
        self._emit(SessionStarted(self.root, self.out_dir, self.plan.kinds, self.plan.wheel_from_sdist))

    def end(self) -> None:
        """Say that the session is over. The last event."""
        self._emit(SessionStopped())

    @property
    def paused(self) -> bool:
        """Whether only "build now" builds."""
        return self._paused

    @property
    def pending(self) -> bool:
        """Whether a change waits that is in no attempt yet, and may be built without being asked for."""
        return not self._paused and any(self._lag(kind) > 0 for kind in self.plan.kinds)

    def attempt(self, cause: Cause, kinds: tuple[ArtifactKind, ...] | None = None) -> Result:
        """Build now; ``kinds`` narrows the plan. Afterwards the tree is examined once more."""
        plan = self.plan if kinds is None or kinds == self.plan.kinds else Plan(kinds, wheel_from_sdist=False)
        self._cancelled.clear()
        if self._closed:
            self._cancelled.set()
        self._learn_scope()
        if cause is not Cause.CHANGE or self._seen is None:
            self._seen = self._note(self._look(self.concerns))
        self._fingerprint = self._seen.fingerprint(self._admits)
        paths, total = self._changes.shown()
        order = Order(self.root, self.out_dir, plan, cause, paths, total, self._changes.number, self._fingerprint)
        self._verified = False
        result = builder.run(order, self._cook, self, self._observer)
        self.last = result
        self._built = self._seen
        self._changes.paths = None
        for kind in plan.kinds:
            self._tried[kind] = order.change
        self._ledger = self._ledger_identity()
        self.examine(by_stat=True)
        return result

    def examine(self, *, by_stat: bool = False) -> bool:
        """Look at the tree; return whether something changed that an artifact depends on.

        ``by_stat`` is for the look after an attempt: a file that was changed and changed back while it was read has
        its old content again, but who knows which content the artifact has.
        """
        now = self._look(self.concerns)
        changed = now.changed_since(self._seen, by_stat=by_stat) if self._seen is not None else ()
        self._seen = now
        self._verified = True
        relevant = self._relevant(changed)
        if relevant:
            self._count(relevant)
        elif changed and not by_stat:
            self._emit(ChangesIgnored(changed[:_SHOWN_PATHS], len(changed), "in no artifact"))
        if self._went_back(now):
            self._changes.paths = None
            self._tried = dict.fromkeys(self._tried, self._changes.number)
            self._holds = dict.fromkeys(self._holds, self._changes.number)
            self._emit(ChangesIgnored((), 0, "everything is as it was built"))
        self._show()
        return bool(relevant)

    def refresh(self) -> None:
        """Look at the output directory, and show what is different there now."""
        self._adopt_foreign_records()
        self._show()

    def pause(self) -> None:
        """Go on watching, but build only when asked to."""
        if not self._paused:
            self._paused = True
            self._emit(ModeChanged(Mode.PAUSED))

    def resume(self, mode: Mode = Mode.LIVE) -> None:
        """Build on changes again; what waited is :attr:`pending` now."""
        if self._paused:
            self._paused = False
            self._emit(ModeChanged(mode))

    def cancel(self) -> None:
        """Stop the attempt that runs, as soon as it can be stopped. Thread-safe."""
        self._cancelled.set()

    def close(self) -> None:
        """Cancel, and let no later attempt begin. Thread-safe."""
        self._closed = True
        self._cancelled.set()

    def concerns(self, path: str) -> bool:
        """Whether a path belongs to an artifact, or one below it may, as far as is known now. Thread-safe."""
        recipe = self._recipe
        return recipe is not None and recipe.keeps(path)

    # What the builder reports to (atombuild.builder.Desk).

    def emit(self, event: Event) -> None:
        """Pass an event on."""
        if isinstance(event, AttemptStarted):
            # From here on the records are about this attempt; those held before were about an earlier one.
            self._holds.update(dict.fromkeys(event.kinds, event.change))
        self._emit(event)

    def hold(self, records: Records) -> None:
        """Take the artifacts' newest records, and show what became of them."""
        self._records.update(records)
        self._show()

    def pause_for_lock(self) -> None:
        """Wait a moment for another builder."""
        if self._cancelled.wait(_LOCK_PAUSE_SECONDS):
            raise Cancelled

    def check_cancelled(self) -> None:
        """Raise :class:`Cancelled` if somebody asked to stop."""
        if self._cancelled.is_set():
            raise Cancelled

    # Changes.

    def _learn_scope(self) -> None:
        """Find out which paths matter, before looking. What is built is read once more, after that look.

        The other way round, a save between the two would be in the look and not in the build, and so be lost.
        """
        with contextlib.suppress(AtombuildError):  # whatever is wrong, the attempt itself says it
            self._recipe = self._cook()

    def _admits(self, path: str) -> bool:
        recipe = self._recipe
        return recipe is not None and recipe.admits(path)

    def _relevant(self, changed: tuple[str, ...]) -> tuple[str, ...]:
        """After a failure every change may be the one that mends it; otherwise only those that artifacts hold."""
        if self.last is None or self.last.outcome in {None, Outcome.FAILED}:
            return changed
        return tuple(path for path in changed if self._admits(path))

    def _note(self, now: View) -> View:
        """Count what changed since the last look, for an attempt that starts right now."""
        relevant = self._relevant(now.changed_since(self._seen)) if self._seen is not None else ()
        if relevant:
            self._count(relevant)
        return now

    def _count(self, paths: tuple[str, ...]) -> None:
        self._changes.add(paths)
        waiting = max(self._lag(kind) for kind in self.plan.kinds)
        self._emit(ChangesSeen(self._changes.number, paths[:_SHOWN_PATHS], len(paths), waiting))

    def _lag(self, kind: ArtifactKind) -> int:
        return self._changes.number - self._tried.get(kind, 0)

    def _went_back(self, now: View) -> bool:
        """Whether changes are waiting although everything is again as the last good attempt found it."""
        if self._built is None or self.last is None or self.last.outcome is not Outcome.SUCCEEDED:
            return False
        lags = {self._changes.number - self._holds.get(kind, 0) for kind in self.plan.kinds}
        # Only while all artifacts are of that attempt: a lone sdist build says nothing about the wheel.
        return lags != {0} and len(lags) == 1 and not self._relevant(now.changed_since(self._built, by_stat=True))

    # What is true about the artifacts.

    def _show(self) -> None:
        for kind in self.plan.kinds:
            status = self._status(kind)
            if self._shown.get(kind) != status:
                self._shown[kind] = status
                self._emit(status)

    def _status(self, kind: ArtifactKind) -> ArtifactStatus:
        record = self._records.get(kind, _UNTOUCHED)
        path = self.out_dir / record.target if record.target else None
        good = record.outcome is Attempt.SUCCEEDED
        lag = self._changes.number - self._holds[kind] if kind in self._holds else None
        outdated = lag > 0 if lag is not None else self._differs(record)
        # That it lags is known at once; that it does not, only when the tree was looked at since.
        behind = lag if good and (outdated or self._verified) else None
        return ArtifactStatus(
            kind=kind,
            status=Status(record.outcome, self._observer.standing(record, path), outdated=good and outdated),
            target=record.target,
            path=path,
            size=record.size if good else None,
            previous_size=record.previous_size,
            sha256=record.sha256 if good else None,
            seconds=record.seconds,
            ended=record.ended,
            attempt=record.attempt or None,
            behind=behind,
        )

    def _differs(self, record: Record) -> bool:
        """Whether an artifact of an earlier session was built from other inputs than those of today."""
        return None not in {record.fingerprint, self._fingerprint} and record.fingerprint != self._fingerprint

    def _adopt_foreign_records(self) -> None:
        """Another builder may have had its turn since: its records are newer than ours."""
        identity = self._ledger_identity()
        if identity is None or identity == self._ledger:
            return
        try:
            with OutputDirectory.open(self.out_dir, create=False) as directory:
                records = read_ledger(directory).of(self.root, self.out_dir)
        except (OutputUnusable, LedgerDamaged):
            return  # the next attempt meets it again, with the lock, and says so
        self._ledger = identity
        for kind, record in records.artifacts.items():
            if record.outcome in UNFINISHED:
                self._ledger = None  # still at work; look again
            elif record.attempt > self._records.get(kind, _UNTOUCHED).attempt:
                self._records[kind] = record
                self._holds.pop(kind, None)  # which of our changes it holds is told by its fingerprint alone
                if self._seen is not None:
                    self._fingerprint = self._seen.fingerprint(self._admits)

    def _ledger_identity(self) -> Identity | None:
        try:
            return Identity.of((self.out_dir / LEDGER).lstat())
        except OSError:
            return None
