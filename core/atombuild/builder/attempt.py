"""One attempt: a plan carried out by the publish protocol, ending in records that say what happened.

read the project ──► lock ──► recover what a killed builder left ──► write down "queued" ──► remove all targets
     │ flawed                                                                                       │
     └────────► the targets of the last attempt fall ──► all failed                                 ▼
                                                                                    check the project as a whole
                                                                                                    │
                                                                      remove targets that only now have a name
                                                                                                    │
not built ◄── every later step ◄── failed ◄── a step's error ◄── sdist ──► wheel ◄──────────────────┘
                                      ▲
                                      └ targets that have no name yet get one, and are removed: here, or as soon as
                                        what a step built tells it
"""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final

from atombuild.builder.bench import AttemptBench
from atombuild.builder.falls import Falls
from atombuild.builder.memory import past_of, remember
from atombuild.builder.plan import Order, Result
from atombuild.builder.records import AttemptRecords, Doomed
from atombuild.builder.remains import is_not_there, look_at, unclaimed_artifacts, was_built_here
from atombuild.builder.seams import AttemptListener, BuildableProject, Content
from atombuild.errors import (
    AtombuildError,
    Cancelled,
    KeptUnreadable,
    OurBug,
    OutputUnusable,
    ProjectMissing,
    PyprojectUnreadable,
    Report,
    SourceUnreadable,
    SpoolFailed,
    SyncFailed,
    UsageMistake,
    WriteFailed,
    remedy,
    system_reason,
)
from atombuild.events import (
    AttemptFinished,
    AttemptStarted,
    Failure,
    Level,
    LockAwaited,
    Log,
    Outcome,
    ProjectLoaded,
    ProjectUnusable,
    StepStarted,
    Warned,
)
from atombuild.ledger import REMEMBERED_DURATIONS, LedgerDamaged, Old, set_ledger_aside
from atombuild.publish import LEDGER, LOCK, Holder, Identity, OutputDirectory, Published
from atombuild.standing import Observer
from atombuild.status import ArtifactKind, Attempt
from atombuild.units import size_words

UNUSABLE: Final = (ProjectMissing, PyprojectUnreadable)
"""Where nothing was ever built, these mean that there is nothing to attempt. A :class:`UsageMistake` always does."""

_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


def run(
    order: Order, read_project: Callable[[], BuildableProject], listener: AttemptListener, observer: Observer
) -> Result:
    """Make one attempt. ``read_project`` reads the project and raises what is wrong with it.

    Whatever goes wrong ends in records and events, a bug of ours included: this is the one boundary where everything
    is caught, and reported as what it is.
    """
    attempt = _AttemptRun(order, read_project, listener, observer)
    try:
        return attempt.run()
    except Exception as error:  # noqa: BLE001 (the boundary: wrapped, reported and told apart from mistakes)
        return attempt.break_off(OurBug(error, doing="building"))
    finally:
        attempt.let_go()


class _AttemptRun:
    """The state of one attempt while it runs."""

    def __init__(
        self, order: Order, read_project: Callable[[], BuildableProject], listener: AttemptListener, observer: Observer
    ) -> None:
        self._order = order
        self._read_project = read_project
        self._listener = listener
        self._observer = observer
        self._kinds = order.plan.kinds
        self._began = time.monotonic()
        self._records = AttemptRecords(order)
        self._falls = Falls(self._records, self._kinds, self._show, lambda line: listener.emit(Log((line,))))
        self._directory: OutputDirectory | None = None
        self._project: BuildableProject | None = None
        self._flaw: AtombuildError | None = None
        self._sources: set[str] = set()
        self._unread: str | None = None
        self._started = False
        self._told: ProjectLoaded | None = None
        self._folders = ExitStack()
        """The private folders of this attempt."""

    def run(self) -> Result:
        try:
            self._listener.check_cancelled()
            self._learn_project()
            if self._flaw is not None and not self._was_built_here():
                return self.break_off(self._flaw)
            with OutputDirectory.open(self._order.out_dir, create=self._flaw is None) as directory:
                if directory.is_new:
                    self._confirm(directory)
                return self._in_directory(directory)
        except (*UNUSABLE, UsageMistake) as error:
            return self.break_off(error) if error is self._flaw else self._give_up(error)
        except OutputUnusable as error:
            if self._flaw is not None and not self._started and is_not_there(error):
                return self.break_off(self._flaw)
            return self.break_off(error)
        except AtombuildError as error:
            return self.break_off(error)

    def _give_up(self, error: AtombuildError) -> Result:
        self._listener.emit(ProjectUnusable(error.reports()))
        return Result(None, error.reports())

    # Before the first step.

    def _learn_project(self) -> None:
        """Set the project, or the flaw that stands in its way; raise where there is nothing to attempt."""
        self._project, self._flaw = None, None
        try:
            self._project = self._read_project()
        except UsageMistake:
            raise
        except (ProjectMissing, PyprojectUnreadable) as error:
            # A project that was built here and lost its pyproject.toml is a failed build, not an empty folder.
            if not self._was_built_here():
                raise
            self._flaw = error
        except AtombuildError as error:
            self._flaw = error
        except Exception as error:  # noqa: BLE001 (a bug of ours in reading is no reason to leave old artifacts)
            self._flaw = OurBug(error, doing="reading the project")

    def _confirm(self, directory: OutputDirectory) -> None:
        """Make sure that there still is a project: one that is being removed must not get a new folder put into it."""
        try:
            self._learn_project()
            if isinstance(self._flaw, ProjectMissing):
                raise self._flaw
        except (*UNUSABLE, UsageMistake):
            directory.withdraw()
            raise

    def _was_built_here(self) -> bool:
        known = (self._order.known.get(kind) for kind in self._kinds)
        return any(record is not None and record.last_name and record.attempt for record in known) or was_built_here(
            self._order.root, self._order.out_dir, self._kinds
        )

    def _in_directory(self, directory: OutputDirectory) -> Result:
        if self._vanishes(directory):
            return self._let_fall(directory)
        self._directory = directory
        waited = False

        def busy(holder: Holder | None) -> None:
            nonlocal waited
            if not waited:
                waited = True
                self._listener.emit(LockAwaited(str(holder) if holder else "another builder"))
            self._listener.pause_for_lock()

        name = self._project.name if self._project else self._order.root.name
        with directory.locked(name, busy) as locks:
            if not locks:
                self._listener.emit(
                    Warned(
                        f"{directory.path} is on a file system without locks",
                        "make sure that only one program builds into it at a time",
                    )
                )
            if waited:
                self._learn_project()  # it may have changed while another builder had its turn
            self._recover(directory)
            self._listener.check_cancelled()
            return self._attempt(directory)

    def _vanishes(self, directory: OutputDirectory) -> bool:
        """Whether the project is gone, and its records are going: somebody removes the whole of it."""
        return isinstance(self._flaw, ProjectMissing) and None in {directory.look(LEDGER), directory.look(LOCK)}

    def _let_fall(self, directory: OutputDirectory) -> Result:
        """Remove what is known to be old, and write nothing: a new file would be in the way of who empties it.

        Without the lock, whose file is such a file; a builder at work would have it, and the records.
        """
        doomed = self._doomed(directory)
        self._start(doomed)
        refused = self._falls.remove(directory, doomed)
        if refused is not None:
            return self._finish_failed(refused[1], (refused[0],))
        return self._finish_failed(self._flaw_or_bug(), self._kinds)

    def _recover(self, directory: OutputDirectory) -> None:
        """Read what earlier attempts left: records, and remains of one that was cut off."""
        try:
            self._records.read(directory)
        except LedgerDamaged as error:
            self._listener.emit(_set_aside(directory, error))
        for name in directory.sweep():
            self._listener.emit(Log((f"swept {name}, left by an interrupted build",)))
        interrupted = self._records.settle_interrupted(directory, self._observer)
        self._show()
        if interrupted is not None:
            remember(interrupted, directory, self._order.root, self._listener.emit)

    def _attempt(self, directory: OutputDirectory) -> Result:
        doomed = self._doomed(directory)
        self._start(doomed)
        unwritten = None
        try:
            self._records.write(directory)
        except OutputUnusable as error:
            # A full disk may have room again once the old artifacts are gone; and gone they must be.
            unwritten = error
        refused = self._falls.remove(directory, doomed)
        if refused is not None:
            return self._finish_failed(refused[1], (refused[0],))
        if unwritten is not None:
            self._records.write(directory)
        if self._project is None:
            return self._finish_failed(self._flaw_or_bug(), self._kinds)
        return self._carry_out(directory, self._project)

    def _doomed(self, directory: OutputDirectory) -> dict[ArtifactKind, Doomed]:
        """Find out what must fall before anything is built, as far as that can be known without the backend."""
        names = directory.names() if self._project is not None else ()
        return self._falls.doomed(self._project, names, directory.look)

    def _start(self, doomed: Mapping[ArtifactKind, Doomed]) -> None:
        self._started = True
        self._records.begin(doomed)
        order = self._order
        if self._project is not None:
            self._tell_project(self._project)
        elif not any(old.names for old in doomed.values()):
            self._warn_of_unclaimed()
        self._listener.emit(
            AttemptStarted(
                self._records.number, order.cause, order.paths, order.total, order.change, self._kinds, how=order.how
            )
        )

    def _tell_project(self, project: BuildableProject) -> None:
        told = ProjectLoaded(project.name, project.version, project.backend)
        if told != self._told:
            self._told = told
            self._listener.emit(told)

    def _warn_of_unclaimed(self) -> None:
        """Say which artifacts are left standing because nobody knows whose they are."""
        unclaimed = unclaimed_artifacts(self._order.out_dir, self._kinds)
        if unclaimed:
            self._listener.emit(
                Warned(
                    f"{self._order.out_dir} holds {', '.join(unclaimed)}: whether this project made them can't be told",
                    "nothing was removed: delete them yourself if they are not wanted",
                )
            )

    def _settle(self, directory: OutputDirectory, project: BuildableProject, *, may_build: bool) -> None:
        """Where it is over and was never known which files it was for: have that decided, and remove the old ones.

        What goes wrong here is told, and is not what ended the build.
        """
        if not self._falls.unnamed:
            return
        try:
            with contextlib.suppress(Cancelled):
                project.settle(self._bench(None), may_build=may_build)
            self._remove_named(directory, project)
        except AtombuildError as error:
            for report in error.reports():
                self._listener.emit(Warned("; ".join((report.what, *report.why)), report.hint))

    def _remove_named(self, directory: OutputDirectory, project: BuildableProject) -> None:
        if self._falls.unnamed:
            self._tell_project(project)
            self._falls.remove_named(directory, project)

    # The steps.

    def _carry_out(self, directory: OutputDirectory, project: BuildableProject) -> Result:
        failing = self._kinds
        doing = "checking the project"
        try:
            project.check(self._kinds, self._bench(None))
            self._remove_named(directory, project)
            for kind in self._kinds:
                failing = (kind,)
                doing = f"building the {kind.value}"
                self._step(directory, project, kind)
        except Cancelled as error:
            self._settle(directory, project, may_build=False)
            return self._finish_cancelled(error)
        except AtombuildError as error:
            self._settle(directory, project, may_build=failing == (ArtifactKind.SDIST,))
            return self._finish_failed(error, failing)
        except Exception as error:  # noqa: BLE001 (a bug of ours in one step: reported, and the promise kept)
            self._settle(directory, project, may_build=False)
            return self._finish_failed(OurBug(error, doing=doing), failing)
        finally:
            self._folders.close()
            if directory.open_files_stay:
                project.give_up_files(ArtifactKind.SDIST)
        return self._finish(Outcome.SUCCEEDED)

    def _step(self, directory: OutputDirectory, project: BuildableProject, kind: ArtifactKind) -> None:
        self._listener.check_cancelled()
        record = self._records[kind]
        from_sdist = kind is ArtifactKind.WHEEL and self._order.plan.wheel_from_sdist
        self._records.change(kind, outcome=Attempt.BUILDING)
        self._show()
        source = "the sdist" if from_sdist else project.source
        self._listener.emit(StepStarted(kind, record.target or project.target(kind), source, record.usual_seconds))
        began = time.monotonic()
        try:
            content, published = self._make(directory, project, kind)
        except (KeptUnreadable, SpoolFailed, WriteFailed) as error:
            # What is kept of old artifacts takes room on the disk, though their names are gone; and it may be damaged.
            helps = isinstance(error, KeptUnreadable) or error.reason.errno in _NO_ROOM
            if not (helps and project.give_up_files(kind)):
                raise
            content, published = self._make(directory, project, kind)
        seconds = time.monotonic() - began
        self._records.change(
            kind,
            outcome=Attempt.SUCCEEDED,
            ended=time.time(),
            seconds=seconds,
            identity=published.identity,
            durations=(*record.durations, seconds)[-REMEMBERED_DURATIONS:],
        )
        self._tell_project(project)  # its version may be known only now
        self._remember(directory)
        size = size_words(published.sealed.size)
        self._listener.emit(Log((f"{content.file_count:,} files, {size}",), Level.DETAIL))
        if published.unconfirmed is not None:
            for report in SyncFailed(directory.path / content.filename, published.unconfirmed).reports():
                self._listener.emit(Warned(f"{report.what}: {'; '.join(report.why)}", report.hint))
        self._show()

    def _make(
        self, directory: OutputDirectory, project: BuildableProject, kind: ArtifactKind
    ) -> tuple[Content, Published]:
        """Write the artifact apart, and give it its name."""
        bench = self._bench(kind)
        from_sdist = kind is ArtifactKind.WHEEL and self._order.plan.wheel_from_sdist
        content = project.wheel(bench, from_sdist=from_sdist) if kind is ArtifactKind.WHEEL else project.sdist(bench)
        if not from_sdist:
            # Made from the sdist, its sources have the names that they have there: a name that is no text has another
            # in the tree, and would be missed after every build, and built for again and again.
            self._sources.update(content.sources)
        target = content.filename
        self._falls.take_name(directory, project, kind, target)
        with directory.stage(target) as staged, closing(content.chunks()) as chunks:
            for chunk in chunks:
                staged.write(chunk)
                self._listener.check_cancelled()
            sealed = staged.seal()
            if directory.is_emptied():
                raise OutputUnusable(directory.path, FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)))
            # Should we die between the rename and the next record, this tells that the file is whole and ours.
            self._records.change(kind, size=sealed.size, sha256=sealed.sha256, fingerprint=self._order.fingerprint())
            self._records.write(directory)
            self._listener.check_cancelled()
            if not directory.is_still_in_place():
                # Published there, the artifact would not stand under the name that was asked for.
                raise OutputUnusable(directory.path, OSError("another folder took its place during the build"))
            published = staged.publish()
        descriptor = directory.open_published(target, published.identity) if published.identity else None
        if descriptor is not None:
            content.stands_in(descriptor)
        return content, published

    def _bench(self, kind: ArtifactKind | None) -> AttemptBench:
        directory = self._directory
        if directory is None:
            raise RuntimeError("a step needs the output directory")
        return AttemptBench(self._listener, directory, self._folders, kind)

    def _flaw_or_bug(self) -> AtombuildError:
        if isinstance(self._flaw, ProjectMissing):
            return ProjectMissing(self._flaw.path, why=self._flaw.why, was_here=True)
        return self._flaw or OurBug(RuntimeError("no project and no reason"), doing="reading the project")

    # The ends.

    def break_off(self, error: AtombuildError) -> Result:
        """End an attempt that an error stopped outside of its steps; look what stands, and say so."""
        self._directory = None  # its lock is gone: nothing may be written any more
        if not self._started:
            if isinstance(error, Cancelled):
                # Given up before it began, perhaps while another builder had the directory: nothing changed.
                self._listener.emit(Log(("cancelled before the build began",)))
                return self._ended(Outcome.CANCELLED, error.reports())
            out_dir = self._order.out_dir
            unseen: set[str] = set()

            def look(name: str) -> Identity | None:
                try:
                    return look_at(out_dir, name)
                except OSError:
                    unseen.add(name)
                    return None

            doomed = self._falls.doomed(self._project, (), look)
            self._start(doomed)
            for kind, old in doomed.items():
                if unseen:
                    self._records.nobody_looked(kind)
                elif old.identity is not None:
                    self._records.change(kind, old=Old.KEPT)
        if isinstance(error, Cancelled):
            return self._finish_cancelled(error)
        return self._finish_failed(error, tuple(kind for kind in self._kinds if self._records.is_open(kind)))

    def let_go(self) -> None:
        """Forget the project: it knows our pulse, and in such a circle its old artifacts' files would stay open."""
        self._project = None

    def _finish_failed(self, error: AtombuildError, kinds: tuple[ArtifactKind, ...]) -> Result:
        """End the attempt: these artifacts failed, and those not begun are not reached."""
        for kind in self._kinds:
            if kind in kinds:
                self._records.end(kind, Attempt.FAILED)
            elif self._records.is_open(kind):
                self._records.end(kind, Attempt.NOT_REACHED)
        if isinstance(error, SourceUnreadable):
            self._unread = self._source(error.path)
        self._listener.emit(Failure(error.reports(), kinds[0] if len(kinds) == 1 else None))
        return self._finish(Outcome.FAILED, error.reports())

    def _source(self, path: Path) -> str | None:
        """Return a path as one of the project; None: it is elsewhere, or in the output directory, as a staged sdist."""
        root, out_dir = self._order.root, self._order.out_dir
        if path.is_relative_to(out_dir) or not path.is_relative_to(root):
            return None
        return path.relative_to(root).as_posix()

    def _finish_cancelled(self, error: Cancelled) -> Result:
        for kind in self._kinds:
            if self._records.is_open(kind):
                self._records.end(kind, Attempt.CANCELLED)
        return self._finish(Outcome.CANCELLED, error.reports())

    def _finish(self, outcome: Outcome, reports: tuple[Report, ...] = ()) -> Result:
        if self._directory is not None and outcome is not Outcome.SUCCEEDED:
            self._remember(self._directory)
        self._show()
        return self._ended(outcome, reports)

    def _ended(self, outcome: Outcome, reports: tuple[Report, ...]) -> Result:
        seconds = time.monotonic() - self._began
        self._listener.emit(AttemptFinished(self._records.number, outcome, seconds))
        if self._started:
            self._remember_attempt(outcome, seconds, reports[0].what if reports else "")
        identity, sources = self._records.identity, frozenset(self._sources)
        written = self._project.written if self._project is not None else frozenset[str]()
        return Result(outcome, reports, identity, sources, written, self._unread)

    def _show(self) -> None:
        self._listener.hold(self._records.current)

    def _remember(self, directory: OutputDirectory) -> None:
        """Write the ledger after the fact: what happened stays true even where that fails."""
        if directory.is_emptied():
            return
        try:
            self._records.write(directory)
        except OutputUnusable as error:
            for report in error.reports():
                self._listener.emit(
                    Warned(
                        f"the record of this build could not be written: {'; '.join(report.why)}",
                        "what is shown is right; after a restart it will be looked up on the disk as far as possible",
                    )
                )

    def _remember_attempt(self, outcome: Outcome, seconds: float, why: str) -> None:
        number, artifacts = self._records.number, self._records.past(self._kinds)
        past = past_of(self._order, number, outcome, seconds=seconds, why=why, artifacts=artifacts)
        remember(past, self._directory, self._order.root, self._listener.emit)


def _set_aside(directory: OutputDirectory, damage: LedgerDamaged) -> Warned:
    """Move a damaged ledger away; return what to say about it. Never fatal: old artifacts must fall all the same."""
    what = f"the record of earlier builds can't be trusted ({damage})"
    try:
        name = set_ledger_aside(directory)
    except OutputUnusable as error:
        return Warned(f"{what}, nor moved out of the way ({system_reason(error.reason)})", remedy(error.reason))
    return Warned(
        f"{what}; it was set aside as {name}",
        "nothing to do: a new one is begun; delete the old one when you have looked at it",
    )
