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
import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Protocol

from atombuild import builder
from atombuild.backend_writes import BackendWrites
from atombuild.builder import UNFINISHED, BuildableProject, Order, Plan, Records, Result
from atombuild.changes import SHOWN_PATHS, Changes, How
from atombuild.debug_log import logged
from atombuild.errors import Cancelled, OutputUnusable
from atombuild.events import (
    Advised,
    ArtifactStatus,
    AttemptFinished,
    AttemptStarted,
    Cause,
    ChangesIgnored,
    ChangesSeen,
    Event,
    Looked,
    Outcome,
    ProjectUnusable,
    Remembered,
    SessionStarted,
    SessionStopped,
)
from atombuild.finding import Finding
from atombuild.history import read_history
from atombuild.inspection.compared import Comparer
from atombuild.ledger import LedgerDamaged, Old, Record, read_ledger
from atombuild.publish import LEDGER, Identity, OutputDirectory
from atombuild.rounds import Move, Rounds
from atombuild.standing import Observer
from atombuild.status import ArtifactKind, Attempt, Status
from atombuild.youth import COARSE_WINDOW

_SHOWN_RULES: Final = 48
_LOCK_PAUSE_SECONDS: Final = 0.05
_COARSEST_CLOCK_SECONDS: Final = COARSE_WINDOW / 1e9
_UNTOUCHED: Final = Record(target=None, attempt=0, outcome=Attempt.NOT_ATTEMPTED, started=0.0, old=Old.UNSEEN)


@dataclass(slots=True)
class Notice:
    """How the watcher came to notice what is about to be built, and how well it does."""

    noticed: float | None = None
    """When the first hint came, seconds since the epoch."""

    settled: float | None = None
    """When it was quiet enough to look."""

    missed: int = 0
    floods: int = 0
    """See :class:`atombuild.events.Looked`."""


class View(Protocol):
    """What the tree looked like at one moment."""

    def changed_since(self, earlier: Any, *, by_stat: bool = False) -> tuple[str, ...]:
        """Return the paths that differ. ``by_stat``: also those that were written again with the same content."""

    def lacks(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Return those of these paths that were not seen, sorted: not there, or not looked at."""

    def fingerprint(self, admits: Callable[[str], bool]) -> str | None:
        """Return a hash of the content of the admitted files; None: it would cost too much to know."""

    def newest(self, paths: Iterable[str]) -> float | None:
        """Return when the newest of these was written, seconds since the epoch; None: none of them is there."""

    @property
    def files(self) -> int:
        """How many files were seen."""

    @property
    def passed_over(self) -> tuple[tuple[str, str], ...]:
        """Return which folders are not looked into, and by which rule, in words."""


class Look(Protocol):
    """Looks at the tree."""

    def __call__(self, keep: Callable[[str], bool], breathe: Callable[[], object]) -> View:
        """Look now. ``keep`` tells the paths that belong to an artifact, whatever the watch filter says.

        ``breathe`` is called now and then; what it raises ends the look.
        """


class Session:
    """Decides, attempts, and reports. Not thread-safe but for :meth:`cancel`, :meth:`close` and :meth:`concerns`."""

    def __init__(
        self,
        root: Path,
        out_dir: Path,
        plan: Plan,
        *,
        read_project: Callable[[], BuildableProject],
        look: Look,
        emit: Callable[[Event], None],
        observer: Observer | None = None,
        let_go: Callable[[], None] = lambda: None,
        comparer: Comparer | None = None,
    ) -> None:
        """``let_go`` is called when the session is over. Without a ``comparer``, successes are not kept."""
        self.root = root
        self.out_dir = out_dir
        self.plan = plan
        self.paused = False
        """Only "build now" builds."""

        self.once = False
        """No build follows the next one, whatever changes."""

        self.last: Result | None = None
        self._project: BuildableProject | None = None
        """The latest that could be read, by the attempt itself where it read one; it tells which paths matter."""
        self._readable = False
        """Whether the latest reading succeeded. While it did not, it is not known which paths matter: all do."""
        self._reader = read_project
        self._look = look
        self._emit = logged(emit)
        self._let_go = let_go
        self._observer = observer or Observer()
        # Plain flags: they are set by signal handlers too, and those must not wait for any lock.
        self._cancelled = False
        self._closed = False
        self._changes = Changes(plan.kinds)
        self._verified = True
        """Whether the tree was looked at since the last attempt ended."""
        self._records: dict[ArtifactKind, Record] = {}
        self._shown: dict[ArtifactKind, ArtifactStatus] = {}
        self._ledger: Identity | None = None
        """Which ledger file our records agree with."""
        self._seen: View | None = None
        self._built: View | None = None
        """What the last attempt was made from, for certain; None: something changed while it ran."""
        self._after: tuple[View, Looked] | None = None
        """The look at the end of the attempt that runs."""
        self._reach: tuple[object, ...] = ()
        """What the last look covered beyond the root."""

        self._start: tuple[tuple[object, ...], float] = (), 0.0
        """Of the attempt: what the look before it covered, and when it started, in seconds since the epoch."""
        self._looks = self._readings = 0
        self._print: tuple[int, int, str | None] = (0, 0, None)
        """The last fingerprint, at its end, and of which look it is, by which reading."""
        self._unread: str | None = None
        """What the last attempt could not read."""

        self._writes = BackendWrites()
        self.rounds = Rounds()

        self.notice = Notice()
        """What the engine knows of the hints that lead to a look."""

        self._comparer = comparer
        self._compared: dict[ArtifactKind, tuple[int, str] | None] = {}
        """Which success was compared last, by attempt and hash; None: one that an earlier session kept."""

        self._advised: tuple[Finding, ...] = ()
        self._advice_due = False

    # What the engine and the command line ask for.

    def begin(self) -> None:
        """Say that the session starts, and what earlier ones left. The first event."""
        self._emit(SessionStarted(self.root, self.out_dir, self.plan.kinds, self.plan.wheel_from_sdist))
        self._tell_history()
        self.refresh()

    def end(self) -> None:
        """Let go of what was kept, and say that the session is over. The last event."""
        self._let_go()
        self._emit(SessionStopped())

    @property
    def pending(self) -> bool:
        """Whether a change waits that is in no attempt yet, and may be built without being asked for."""
        waits = self._changes.waiting(self.plan.kinds) > 0
        return waits and not self.paused and self.rounds.move is not Move.STOP

    @property
    def gone(self) -> int:
        """How many files were deleted, among the changes that wait."""
        return self._changes.gone

    def attempt(self, cause: Cause, kinds: tuple[ArtifactKind, ...] | None = None) -> Result:
        """Build now; ``kinds`` narrows the plan. Afterwards the tree is examined once more."""
        plan = self.plan if kinds is None or kinds == self.plan.kinds else Plan(kinds, wheel_from_sdist=False)
        self._cancelled = False
        self._learn_scope()
        with contextlib.suppress(Cancelled):  # the attempt meets the same request at once, and says so
            self._look_before(cause)
        self._show()
        self.rounds.begin(cause)
        number = self._changes.number
        paths, how, total = self._changes.untried(plan.kinds)
        order = Order(
            self.root, self.out_dir, plan, cause, paths, total, number, self._fingerprint, how, dict(self._records)
        )
        self._verified = False
        self._after = None
        result = builder.run(order, self._read_project, self, self._observer)
        self.last = result
        self._advice_due = result.outcome in {Outcome.SUCCEEDED, Outcome.FAILED}
        self._built = self._seen
        self._changes.end(plan.kinds, number)
        self._ledger = result.ledger
        with contextlib.suppress(Cancelled):  # closed: nobody asks any more whether it is current
            self._look_after(result, whole=plan is self.plan and result.outcome is Outcome.SUCCEEDED)
        return result

    def examine(self) -> bool:
        """Look at the tree; return whether something changed that an artifact depends on."""
        try:
            now = self._look_now(self._check_closed)
        except Cancelled:
            return False
        before, self._seen = self._seen, now
        changed = now.changed_since(before) if before is not None else ()
        self._verified = True
        relevant = self._relevant(changed)
        if relevant:
            self.rounds.between(self._count(relevant, before, now), now.newest(relevant))
        elif changed:
            self._emit(ChangesIgnored(changed[:SHOWN_PATHS], len(changed), "in no artifact"))
        if self._went_back(now):
            self._changes.undone()
            self._emit(ChangesIgnored((), 0, "everything is as it was built"))
        self._tell_of_rounds()
        self._show()
        return bool(relevant)

    def compare(self, breathe: Callable[[], object] = lambda: None) -> None:
        """Keep the artifacts that are new, and say what changed since the successes before them.

        For idle moments, as :meth:`advise`: a success that is followed by another build at once is never kept. Where
        none stands, tell once of the one that an earlier session kept.
        """
        if self._comparer is None:
            return
        for kind in self.plan.kinds:
            with contextlib.suppress(Cancelled):
                self._compare(self._comparer, kind, breathe)

    def _compare(self, comparer: Comparer, kind: ArtifactKind, breathe: Callable[[], object]) -> None:
        shown = self._shown.get(kind)
        if shown is not None and shown.status.holds_this_build:
            if shown.path is None or shown.sha256 is None or shown.attempt is None:
                return
            if self._compared.get(kind) != (shown.attempt, shown.sha256):
                compared = comparer.compare(kind, shown.path, shown.attempt, shown.sha256, breathe)
                self._compared[kind] = shown.attempt, shown.sha256
                self._emit(compared)
        elif kind not in self._compared:
            recalled = comparer.recall(kind, breathe)
            self._compared[kind] = None
            if recalled is not None:
                self._emit(recalled)

    def advise(self, breathe: Callable[[], object] = lambda: None) -> None:
        """Tell what the author should know, if the project may have changed since that was told last.

        For idle moments: ``breathe`` may raise :class:`Cancelled` to put it off.
        """
        if not self._advice_due or self._project is None or not self._readable or self._closed:
            return
        with contextlib.suppress(Cancelled):
            findings = self._project.advise(breathe)
            self._advice_due = False
            if findings != self._advised:
                self._advised = findings
                self._emit(Advised(findings))

    def refresh(self) -> None:
        """Look at the output directory, and show what is different there now."""
        self._adopt_foreign_records()
        self._show()

    def cancel(self) -> None:
        """Stop the attempt that runs, as soon as it can be stopped. From any thread, and from a signal handler."""
        self._cancelled = True

    def close(self) -> None:
        """Cancel, and let no later attempt begin. From any thread, and from a signal handler."""
        self._closed = True

    def concerns(self, path: str) -> bool:
        """Whether a path belongs to an artifact, or one below it may, as far as is known now. Thread-safe.

        This speaks for paths that the watch filter would pass over. While no project could be read nothing speaks for
        them, and what the filter lets through counts anyway.
        """
        project = self._project
        return project is not None and project.keeps(path)

    # What the builder reports to (atombuild.builder.AttemptListener).

    def emit(self, event: Event) -> None:
        """Pass an event on."""
        if isinstance(event, AttemptStarted):
            # From here on the records are about this attempt; those held before were about an earlier one.
            self._changes.begin(event.kinds, event.change)
            self._start = self._reach, time.time()
            event = self._with_times(event)
        elif isinstance(event, AttemptFinished | ProjectUnusable):
            # Before anybody hears of the end, and saves then: what comes later did not come during the attempt.
            with contextlib.suppress(Cancelled):
                self._after = self._look_quietly(self._check_closed)
        self._emit(event)

    def _with_times(self, event: AttemptStarted) -> AttemptStarted:
        """Say how long it took from the save to the attempt, where a save led to it."""
        if event.cause is not Cause.CHANGE or self._seen is None:
            return event
        saved = self._seen.newest(event.paths)
        return replace(event, saved=saved, noticed=self.notice.noticed, settled=self.notice.settled)

    def hold(self, records: Records) -> None:
        """Take the artifacts' newest records, and show what became of them."""
        self._records.update(records)
        self._show()

    def pause_for_lock(self) -> None:
        """Wait a moment for another builder."""
        time.sleep(_LOCK_PAUSE_SECONDS)
        self.check_cancelled()

    def check_cancelled(self) -> None:
        """Raise :class:`Cancelled` if somebody asked to stop."""
        if self._cancelled:
            raise Cancelled
        self._check_closed()

    def _check_closed(self) -> None:
        if self._closed:
            raise Cancelled

    # Looking at the tree.

    def _learn_scope(self) -> None:
        """Find out which paths and file names matter, before looking. What is built is read once more, after that.

        The other way round, a save between the two would be in the look and not in the build, and so be lost.
        """
        with contextlib.suppress(Exception):  # a mistake or a bug of ours: the attempt, which comes now, says it
            self._read_project()

    def _read_project(self) -> BuildableProject:
        """Read the project, and go by it from now on. Raises what is wrong with it.

        The attempt reads by this too, more than once where it waits for its turn: what it builds from is what later
        changes are judged by, whatever an earlier reading said, or failed to say.
        """
        self._readable = False
        self._readings += 1
        project = self._reader()
        self._project = project.as_read()
        self._readable = True
        for kind in self.plan.kinds:
            if self._record(kind).attempt == 0:
                self._records[kind] = replace(_UNTOUCHED, target=project.target(kind))
        return project

    def _look_before(self, cause: Cause) -> None:
        """Look at what is about to be built; a change that has been seen needs no second look.

        Unless the project, read once more, says that there is more to look at.
        """
        if cause is not Cause.CHANGE or self._seen is None or self._reach != _reach_of(self._project):
            now = self._look_now(self.check_cancelled)
            before, self._seen = self._seen, now
            relevant = self._relevant(now.changed_since(before)) if before is not None else ()
            if relevant:
                self._count(relevant, before, now)

    def _look_after(self, result: Result, *, whole: bool) -> None:
        """Find out whether the attempt's artifacts are of the tree as it is now.

        By stat: a file that was changed and changed back while it was read has its old content again, but who knows
        which content the artifact has. And a file that came and went is in neither look, but may be in an artifact.
        """
        after, self._after = self._after, None
        now = self._tell_look(after or self._look_quietly(self._check_closed))
        changed = self._without_own_writes(now, result.written)
        missing = set(now.lacks(result.sources))
        if missing and self._seen is not None:
            missing.intersection_update(self._seen.lacks(missing))
        gone = {path for path in missing if not os.path.lexists(self.root / path)} | self._vanished(result)
        before, self._seen = self._seen, now
        self._verified = True
        relevant = tuple(sorted({*self._relevant(changed), *gone}))
        during: Mapping[str, How] = {}
        settles = not gone and before is not None and not set(now.changed_since(before)).intersection(relevant)
        if relevant:
            self._built = None
            during = self._count(relevant, before, now)
        self.rounds.end(during, whole=whole, settles=settles)
        self._tell_of_rounds()
        self._show()

    def _tell_of_rounds(self) -> None:
        warning = self.rounds.stopped()
        if warning is not None and not self.paused:
            self._emit(warning)

    def _look_now(self, breathe: Callable[[], object]) -> View:
        """Look at the tree, and say what the look was like."""
        return self._tell_look(self._look_quietly(breathe))

    def _look_quietly(self, breathe: Callable[[], object]) -> tuple[View, Looked]:
        """Look at the tree; return what to say about that too."""
        began = time.monotonic()
        self._reach = _reach_of(self._project)
        now = self._look(self.concerns, breathe)
        over = now.passed_over
        took = time.monotonic() - began
        missed, floods = self.notice.missed, self.notice.floods
        return now, Looked(now.files, time.time(), took, over[:_SHOWN_RULES], len(over), missed, floods)

    def _tell_look(self, look: tuple[View, Looked]) -> View:
        self._looks += 1
        self._emit(look[1])
        self.rounds.looked()
        return look[0]

    def _without_own_writes(self, now: View, written: frozenset[str]) -> tuple[str, ...]:
        """Return what changed while the attempt ran, but for what its backend wrote as it was."""
        if self._seen is None:
            return ()
        touched = now.changed_since(self._seen, by_stat=True)
        own = self._writes.own(touched, now.changed_since(self._seen), written, last=self.once)
        if own:
            shown = tuple(sorted(own))
            self._emit(ChangesIgnored(shown[:SHOWN_PATHS], len(shown), "written by the build backend"))
        first_seen = self._first_seen(touched, now)
        return tuple(path for path in touched if path not in own and path not in first_seen)

    def _first_seen(self, touched: tuple[str, ...], now: View) -> frozenset[str]:
        """Return what is looked at only since the build itself told of it, and what is older than that build.

        A folder may have been moved there meanwhile, with old files in it. So this is for a build that none follows;
        while watching, one build more is better than a doubt.
        """
        reach, began = self._start
        if not self.once or self._seen is None or self._reach == reach:
            return frozenset()
        surely_before = began - _COARSEST_CLOCK_SECONDS
        return frozenset(path for path in self._seen.lacks(touched) if (now.newest((path,)) or 0) < surely_before)

    def _vanished(self, result: Result) -> set[str]:
        """Return what kept the attempt from being made and is not there any more: it is in no look either.

        Only once in a row: what is simply missing, and asked for by the settings, is no change.
        """
        before, self._unread = self._unread, result.unread
        if result.unread in {None, before} or os.path.lexists(self.root / str(result.unread)):
            return set()
        return {str(result.unread)}

    def _admits(self, path: str) -> bool:
        project = self._project
        return project is None or not self._readable or project.admits(path)

    def _fingerprint(self) -> str | None:
        """Return the fingerprint of the inputs at the last look, as the latest reading tells them.

        During an attempt that is what it is made from; None: it would cost too much to know.
        """
        if self._print[:2] != (self._looks, self._readings) and self._seen is not None:
            self._print = self._looks, self._readings, self._seen.fingerprint(self._admits)
        return self._print[2]

    def _relevant(self, changed: tuple[str, ...]) -> tuple[str, ...]:
        """After a success only what artifacts hold; otherwise every change may be the one that mends it."""
        if not self._all_succeeded() or self.last is None or self.last.outcome is not Outcome.SUCCEEDED:
            return changed
        return tuple(path for path in changed if self._admits(path))

    def _all_succeeded(self) -> bool:
        return all(self._record(kind).outcome is Attempt.SUCCEEDED for kind in self.plan.kinds)

    def _count(self, paths: tuple[str, ...], before: View | None, now: View) -> Mapping[str, How]:
        """Count a batch of changes, and say so; return what became of each."""
        batch = dict.fromkeys(paths, How.MODIFIED)
        if before is not None:
            batch.update(dict.fromkeys(before.lacks(paths), How.ADDED))
        batch.update(dict.fromkeys(now.lacks(paths), How.REMOVED))
        self._changes.add(batch)
        waiting = self._changes.waiting(self.plan.kinds)
        how = tuple(batch.values())[:SHOWN_PATHS]
        self._emit(ChangesSeen(self._changes.number, paths[:SHOWN_PATHS], len(paths), waiting, how))
        return batch

    def _went_back(self, now: View) -> bool:
        """Whether changes are waiting although everything is again as the last good attempt found it."""
        if self._built is None or self.last is None or self.last.outcome is not Outcome.SUCCEEDED:
            return False
        lags = {self._changes.behind(kind) for kind in self.plan.kinds}
        # Only while all artifacts are of that attempt: a lone sdist build says nothing about the wheel.
        return (
            len(lags) == 1
            and lags.isdisjoint({0, None})
            and not self._relevant(now.changed_since(self._built, by_stat=True))
        )

    # What is true about the artifacts.

    def _record(self, kind: ArtifactKind) -> Record:
        return self._records.get(kind, _UNTOUCHED)

    def _show(self) -> None:
        for kind in self.plan.kinds:
            status = self._status(kind)
            if self._shown.get(kind) != status:
                self._shown[kind] = status
                self._emit(status)

    def _status(self, kind: ArtifactKind) -> ArtifactStatus:
        record = self._record(kind)
        path = self.out_dir / record.target if record.target else None
        good = record.outcome is Attempt.SUCCEEDED
        lag = self._changes.behind(kind)
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
        inputs = self._fingerprint()
        return None not in {record.fingerprint, inputs} and record.fingerprint != inputs

    def _adopt_foreign_records(self) -> None:
        """Another builder may have had its turn since: its records are newer than ours."""
        identity = self._ledger_identity()
        if identity is None or identity == self._ledger:
            return
        try:
            with OutputDirectory.open(self.out_dir, create=False) as directory:
                records = read_ledger(directory).of(self.root, self.out_dir)
        except OutputUnusable:
            return  # perhaps for a moment only; if not, the next attempt meets it too, and says so
        except LedgerDamaged:
            self._ledger = identity  # the next attempt sets it aside, with the lock, and says so
            return
        self._ledger = identity
        for kind, record in records.artifacts.items():
            if record.outcome in UNFINISHED:
                self._ledger = None  # still at work; look again
            elif self._is_news(record, self._records.get(kind)):
                self._records[kind] = record
                self._changes.disown(kind)  # which of our changes it holds is told by its fingerprint alone
                if self._seen is not None and not self._readable:
                    self._learn_scope()  # they could read it

    def _is_news(self, record: Record, ours: Record | None) -> bool:
        """Whether a record of the ledger tells of something after what we know.

        Our last attempt may not have got at the ledger: then its number says nothing, as it was counted without it.
        """
        unwritten = self.last is not None and self.last.outcome is not None and self.last.ledger is None
        counted = not unwritten or ours is None or record.started > ours.started
        return counted and record.is_newer_than(ours)

    def _tell_history(self) -> None:
        """Say how earlier sessions' attempts went."""
        with contextlib.suppress(OutputUnusable), OutputDirectory.open(self.out_dir, create=False) as directory:
            history = read_history(directory, self.root)
            if history:
                self._emit(Remembered(history))

    def _ledger_identity(self) -> Identity | None:
        try:
            return Identity.of((self.out_dir / LEDGER).lstat())
        except OSError:
            return None


def _reach_of(project: BuildableProject | None) -> tuple[object, ...]:
    return () if project is None else (*project.outer_inputs, project.follows_history, *project.ignore)
