"""Runs the project's command when a build is over, beside the builds, and ends it before the next.

    AttemptFinished ──► command known? ──► allowed? ──► artifacts stand? ──► running ──► CommandEnded
                           │ no: nothing     │ no: CommandNotRun    │ no: CommandNotRun      ▲
                                             ▼                                                │
                              asked for ── allow ──► allowed? …                               │ ended
    AttemptStarted, close ────────────────────────────────────────────────────────────────────┘

The file that a command was given is about to be removed when an attempt starts: so the command is ended first.

What is allowed is the one command that was refused last, as its reader was told it: pyproject.toml may say something
else by now. It then runs on the build it was refused for, if that one still stands, and never twice on the same.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from atombuild.after.allowed import Allowed, Command
from atombuild.after.command import named, prepared, variables, written
from atombuild.errors import AtombuildError, Cancelled, OurBug, system_reason
from atombuild.events import (
    ArtifactStatus,
    AttemptFinished,
    AttemptStarted,
    CommandEnded,
    CommandNotRun,
    CommandOutput,
    CommandStarted,
    Event,
    Failure,
    Outcome,
)
from atombuild.output import ProgramOutput
from atombuild.processes import run_process
from atombuild.project.pyproject import read_pyproject
from atombuild.project.settings import read_own_settings
from atombuild.status import ArtifactKind, Attempt, Standing
from atombuild.units import seconds_words

_IN_A_ROW: Final = 3
"""Builds for files that were written while the command ran, after which it is taken for the one that writes them."""

_CLOCK_TICK: Final = 0.05
"""Seconds that the time of a file may lie before the moment it was written at: the clock of a file system is coarse."""

HOW_TO_ALLOW: Final = "read it, and allow it with a; it is remembered for this folder and this very command"


@dataclass(frozen=True, slots=True)
class _Over:
    """An attempt that is over, and what stands."""

    outcome: Outcome
    kinds: tuple[ArtifactKind, ...]
    artifacts: dict[ArtifactKind, ArtifactStatus] = field(default_factory=dict)


class _Grant:
    """The reader's word that the command which waits may run."""


class AfterBuild:
    """Runs the commands of one engine."""

    def __init__(
        self,
        root: Path,
        out_dir: Path,
        emit: Callable[[Event], None],
        *,
        always: bool = False,
        how_to_allow: str = HOW_TO_ALLOW,
    ) -> None:
        """Begin idle. ``always``: every command of the project is allowed, for this time.

        ``emit`` is called from a thread of ours, and never again after :meth:`close`. ``how_to_allow`` is said of a
        command that was not allowed yet.
        """
        self._root = root
        self._out_dir = out_dir
        self._emit = emit
        self._always = always
        self._how_to_allow = how_to_allow
        self._inbox: queue.SimpleQueue[_Over | _Grant | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._end = threading.Event()
        self._closed = False
        self._kinds: tuple[ArtifactKind, ...] = ()
        self._artifacts: dict[ArtifactKind, ArtifactStatus] = {}
        self._last: _Over | None = None
        self._refused: Command | None = None
        """What was told last to be not allowed: the one command that may be allowed."""

        self._waits: _Over | None = None
        """The attempt that it was refused for; None: what that one made stands no more."""

        self._asked = threading.Event()
        """Somebody allows it."""

        self._granted: set[Command] = set()
        """What was allowed in this session, remembered or not."""

        self._ran: tuple[float, float] | None = None
        """When the latest run began and ended, seconds since the epoch; None: the latest build had none."""

        self._own: list[tuple[str, ...]] = []
        """What was written while the command ran and led to a build, for each of the latest such builds in a row."""

        self._known: set[tuple[str, ...]] = set()
        """What went round once: the next time is enough to tell."""

        self._lock = threading.Lock()
        self._open = 0
        """Orders in the inbox, and the one that is carried out."""

        self._idle = threading.Event()
        """There is none."""

        self._idle.set()

    # From the engine's thread, and from any.

    def note(self, event: Event) -> None:
        """Take notice of what the engine says, and act on the end of an attempt. Returns at once but for one case.

        When an attempt starts, this waits until the running command has ended: two seconds at most, plus the kill.
        """
        if isinstance(event, AttemptStarted):
            with self._lock:
                self._last = self._waits = None
                self._end.set()
            self._kinds = event.kinds
            self._idle.wait()
            self._find_loop(event)
        elif isinstance(event, ArtifactStatus):
            self._artifacts[event.kind] = event
        elif isinstance(event, AttemptFinished) and event.outcome is not Outcome.CANCELLED:
            self._last = _Over(event.outcome, self._kinds, dict(self._artifacts))
            self._order(self._last)

    def allow(self) -> None:
        """Allow the command that was refused last, and run it if what it was refused for still stands.

        Returns at once; what comes of it is said from our thread.
        """
        with self._lock:
            if self._closed:
                return
            self._asked.set()
            self._put(_Grant())

    def close(self) -> None:
        """End what runs, and wait for that."""
        with self._lock:
            self._closed = True
            self._end.set()
        self._inbox.put(None)
        if self._thread is not None:
            self._thread.join()

    def _order(self, over: _Over) -> None:
        with self._lock:
            if self._closed or over is not self._last:
                return  # another attempt began meanwhile
            self._end.clear()
            self._put(over)

    def _put(self, order: _Over | _Grant) -> None:
        """Hand it to the thread. Needs the lock."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="atombuild-after", daemon=True)
            self._thread.start()
        self._open += 1
        self._idle.clear()
        self._inbox.put(order)

    # In the thread.

    def _run(self) -> None:
        while (order := self._inbox.get()) is not None:
            try:
                if isinstance(order, _Over):
                    self._act(order)
                else:
                    self._allow_if_asked()
            except Exception as error:  # noqa: BLE001 (the thread's boundary: a bug of ours must be seen)
                self._emit(Failure(OurBug(error, doing="running the project's command").reports()))
            finally:
                with self._lock:
                    self._open -= 1
                    if not self._open:
                        self._idle.set()

    def _allow_if_asked(self) -> None:
        if not self._asked.is_set():
            return  # it was answered while a command ran
        self._asked.clear()
        with self._lock:
            command, over = self._refused, self._waits
            self._refused = self._waits = None
        if command is None:
            self._emit(self._nothing_waits())
            return
        self._granted.add(command)
        try:
            Allowed(self._root).add(command)
        except OSError as error:
            why = f"it can't be remembered: {system_reason(error)}"
            self._emit(CommandNotRun(written(command), why, "it is allowed for this time only"))
        if over is not None and not self._end.is_set():
            self._act(over)
        else:
            why = "it is allowed now, and no finished build is there for it"
            self._emit(CommandNotRun(written(command), why, "it runs when the next build is over"))

    def _nothing_waits(self) -> CommandNotRun:
        if not any(self._commands().values()):
            return CommandNotRun("", "this project has no command to allow", "on-success and on-failure are such")
        why = "no command waits to be allowed"
        return CommandNotRun(
            "", why, "one that is not allowed yet is told when its build is over: read it, then press a"
        )

    def _act(self, over: _Over) -> None:
        command = self._commands()[over.outcome]
        if command is None or self._end.is_set():
            return
        words = written(command)
        if not (self._always or command in self._granted or command in Allowed(self._root)):
            with self._lock:
                self._refused = command
                self._waits = over if over is self._last else None
            self._emit(CommandNotRun(words, "it came with the project, and was not allowed yet", self._how_to_allow))
            return
        values, lacking = self._values(over, command)
        if lacking:
            self._emit(CommandNotRun(words, lacking, "it runs when what it names was built and stands"))
            return
        if self._loops():
            files = ", ".join(self._own[-1])
            why = f"each time it ran, the same files changed: {files}"
            self._emit(CommandNotRun(words, why, "make it write elsewhere; it runs again when something else changed"))
            self._known.add(self._own[-1])
            self._own.clear()
            return
        self._start(over, prepared(command, values), words, values)

    def _start(self, over: _Over, command: list[str] | str, words: str, values: dict[str, str]) -> None:
        self._emit(CommandStarted(words, over.outcome))
        output = ProgramOutput(lambda lines: self._emit(CommandOutput(lines)))
        started, began = time.time(), time.monotonic()

        def check() -> None:
            self._allow_if_asked()
            if self._end.is_set():
                raise Cancelled

        environ = {**os.environ, **variables(values), "ATOMBUILD_OUTCOME": over.outcome.value}
        status: int | None = None
        try:
            status = run_process(command, str(self._root), environ, output.hear, check).status
            ending = "succeeded" if status == 0 else f"ended with status {status}"
        except Cancelled:
            ending = "ended by us: the next build began" if not self._closed else "ended by us"
        except AtombuildError as error:
            ending = f"could not be started: {'; '.join(error.reports()[0].why)}"
        output.close()
        seconds = time.monotonic() - began
        self._ran = started - _CLOCK_TICK, time.time()
        self._emit(CommandEnded(status, seconds, f"{ending} after {seconds_words(seconds)}"))

    def _find_loop(self, attempt: AttemptStarted) -> None:
        """Count the builds in a row that the command itself led to: what they are for was written while it ran.

        The times of the files tell, since a change may be noticed long after a short command has ended.
        """
        ran, self._ran = self._ran, None
        if ran is not None and attempt.saved is not None and ran[0] <= attempt.saved <= ran[1]:
            self._own.append(attempt.paths)
            return
        self._own.clear()
        if ran is not None:
            self._known.clear()  # it ran, and wrote nothing that led to a build

    def _loops(self) -> bool:
        """Whether the same files were written each time it ran, and nothing else led to a build."""
        last = self._own[-_IN_A_ROW:]
        if last and last[-1] in self._known:
            return True
        return len(last) == _IN_A_ROW and all(each == last[0] for each in last)

    def _values(self, over: _Over, command: Command) -> tuple[dict[str, str], str]:
        """Return what placeholders stand for, and what is lacking, in words."""
        values = {"root": str(self._root), "out": str(self._out_dir)}
        for kind in ArtifactKind:
            artifact = over.artifacts.get(kind)
            stands = artifact is not None and artifact.status.standing is Standing.THIS_BUILD
            built = artifact is not None and artifact.status.attempt is Attempt.SUCCEEDED
            if artifact is not None and stands and built and artifact.path is not None and artifact.path.is_file():
                values[kind.value] = str(artifact.path)
            elif kind in over.kinds and over.outcome is Outcome.SUCCEEDED:
                return values, f"the {kind.value} of this build does not stand any more"
        lacking = sorted(named(command) - values.keys())
        return values, f"it names {{{lacking[0]}}}, and there is none of this build" if lacking else ""

    def _commands(self) -> dict[Outcome, Command | None]:
        try:
            own, _ = read_own_settings(read_pyproject(self._root))
        except AtombuildError:
            return dict.fromkeys(Outcome)  # the build says what is wrong with the file
        return {Outcome.SUCCEEDED: own.on_success, Outcome.FAILED: own.on_failure, Outcome.CANCELLED: None}
