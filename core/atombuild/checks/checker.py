"""The thread in which checks run: one at a time, in the order in which they were asked for.

ask ──► waiting ──► running ──► CheckFinished
                       │ cancel, close: whatever it started is ended first
                       └──────► CheckFinished: "can't tell"
"""

from __future__ import annotations

import contextlib
import queue
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from atombuild.checks.from_files import check_parity, check_reproducible
from atombuild.checks.install import check_install
from atombuild.checks.result import Check, CheckResult, CheckRow, Verdict
from atombuild.errors import AtombuildError, Cancelled, OurBug, ProjectMissing, remedy, system_reason
from atombuild.events import ArtifactStatus, CheckFinished, CheckStarted, ChecksWaiting, Event
from atombuild.folders import cache_folder
from atombuild.isolated.choice import interpreter_of
from atombuild.project.pyproject import read_pyproject
from atombuild.session import Session
from atombuild.status import ArtifactKind, Attempt, Standing
from atombuild.wiring import ProjectSetup
from atombuild.workspace.belonging import workspace_of
from atombuild.workspace.documents import Documents
from atombuild.workspace.never_asked import folders_by_name

_OLD_SECONDS: Final = 24 * 3600.0
"""After that a scratch folder is nobody's any more."""


@dataclass(frozen=True, slots=True)
class _Published:
    path: Path
    attempt: int | None


class Checker:
    """Runs the checks of one engine."""

    def __init__(
        self,
        setup: ProjectSetup,
        emit: Callable[[Event], None],
        *,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        """``emit`` is called from a thread of ours or of who asks, and never again after :meth:`close`.

        ``wait`` pauses for so many seconds; without one, the clock does, until somebody gives the check up.
        """
        self._setup = setup
        self._emit = emit
        self._asked: queue.SimpleQueue[Check | None] = queue.SimpleQueue()
        self._waiting: set[Check] = set()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._pause = wait or self._stop.wait
        self._closed = False
        self._session: Session | None = None
        self._thread: threading.Thread | None = None
        self._wheel: _Published | None = None

    # From any thread.

    def note(self, event: Event) -> None:
        """Take notice of what became of the wheel."""
        if isinstance(event, ArtifactStatus) and event.kind is ArtifactKind.WHEEL:
            stands = event.status.attempt is Attempt.SUCCEEDED and event.status.standing is Standing.THIS_BUILD
            self._wheel = _Published(event.path, event.attempt) if stands and event.path is not None else None

    def ask(self, check: Check) -> None:
        """Check this, after what was asked for before; what waits already is not asked for twice."""
        with self._lock:
            if self._closed or check in self._waiting:
                return
            self._waiting.add(check)
            self._tell_waiting()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="atombuild-checks", daemon=True)
                self._thread.start()
        self._asked.put(check)

    def cancel(self) -> None:
        """Give up the check that runs, and those that wait."""
        with self._lock:
            if self._waiting:
                self._waiting.clear()
                self._tell_waiting()
            self._stop.set()
            session = self._session
        if session is not None:
            session.close()  # not cancel(), which an attempt that begins just now would take for an older request

    def close(self) -> None:
        """End everything, and wait until what runs has ended."""
        self._closed = True
        self.cancel()
        self._asked.put(None)
        if self._thread is not None:
            self._thread.join()

    def _tell_waiting(self) -> None:
        self._emit(ChecksWaiting(tuple(check for check in Check if check in self._waiting)))

    # In the thread.

    def _run(self) -> None:
        while (check := self._asked.get()) is not None:
            with self._lock:
                if check not in self._waiting:
                    continue
                self._waiting.discard(check)
                self._stop.clear()
                if self._closed:
                    return
                self._tell_waiting()
            self._emit(CheckStarted(check))
            started, began = time.time(), time.monotonic()
            result = self._result(check)
            self._emit(CheckFinished(replace(result, started=started, seconds=time.monotonic() - began)))

    def _result(self, check: Check) -> CheckResult:
        try:
            return self._checked(check)
        except Cancelled:
            return CheckResult(check, Verdict.UNKNOWN, "given up", hint="ask again")
        except AtombuildError as error:
            reports = error.reports()
        except OSError as error:
            what = f"{error.filename or 'a temporary file'} could not be used"
            row = CheckRow(Verdict.UNKNOWN, what, system_reason(error))
            return CheckResult(check, Verdict.UNKNOWN, "the machine refused", (row,), remedy(error))
        except Exception as error:  # noqa: BLE001 (the thread's boundary: a bug of ours becomes a result that says so)
            reports = OurBug(error, doing=f"checking ({check.value})").reports()
        finally:
            self._session = None
        rows = tuple(CheckRow(Verdict.UNKNOWN, report.what, "; ".join(report.why)) for report in reports)
        return CheckResult(check, Verdict.UNKNOWN, reports[0].what, rows, reports[0].hint)

    def _checked(self, check: Check) -> CheckResult:
        if check is Check.PARITY:
            result = check_parity(self._setup, self._hold)
        elif check is Check.REPRODUCIBLE:
            result = check_reproducible(self._setup, self._hold, self._wait)
        else:
            result = self._install()
        self._check()
        return result

    def _install(self) -> CheckResult:
        wheel = self._wheel
        if wheel is None:
            words = "there is no wheel of the latest build to install"
            return CheckResult(Check.INSTALL, Verdict.UNKNOWN, words, hint="build one with b, and ask again")
        interpreter = interpreter_of(self._setup.root, self._setup.options)
        scratch = cache_folder() / "checks"
        _sweep(scratch)
        folder = scratch / secrets.token_hex(8)
        folder.mkdir(mode=0o700, parents=True)
        try:
            siblings = self._siblings()
            return check_install(wheel.path, wheel.attempt, interpreter, folder, self._check, siblings=siblings)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _siblings(self) -> Mapping[str, Path]:
        """Return the folders of the other members of the project's workspace, by name."""
        root = self._setup.root.absolute()
        try:
            pyproject = read_pyproject(root)
        except ProjectMissing:
            return {}
        found = folders_by_name(workspace_of(pyproject, Documents()))
        return {name: folder for name, folder in found.items() if folder != root}

    def _hold(self, session: Session) -> None:
        """Keep a session that builds apart, and nothing after that, so that it can be ended."""
        with self._lock:
            self._session = session
        self._check()

    def _wait(self, seconds: float) -> None:
        self._pause(seconds)
        self._check()

    def _check(self) -> None:
        if self._stop.is_set():
            raise Cancelled


def _sweep(scratch: Path) -> None:
    """Remove what a check left that was killed."""
    with contextlib.suppress(OSError):
        for folder in scratch.iterdir():
            if time.time() - folder.stat().st_mtime > _OLD_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
