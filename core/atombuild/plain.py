"""The views without a screen: plain lines for people and logs, JSON lines for programs."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Final, TextIO

from atombuild.changes import told
from atombuild.errors import Report
from atombuild.events import (
    Advised,
    ArtifactStatus,
    AttemptStarted,
    Cause,
    ChangesIgnored,
    CommandEnded,
    CommandNotRun,
    CommandOutput,
    CommandStarted,
    Event,
    Failure,
    LockAwaited,
    Log,
    Mode,
    ModeChanged,
    Preparing,
    ProjectLoaded,
    ProjectUnusable,
    SessionStarted,
    StepStarted,
    Warned,
    as_json,
)
from atombuild.finding import Finding
from atombuild.sanitise import visible, without_colours
from atombuild.status import ArtifactKind, Attempt, Standing
from atombuild.units import seconds_words, size_change_words, size_words


class Output:
    """A stream that may lose its reader (``| head``) or its disk: the build goes on, the words are lost."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.lost: OSError | None = None
        """Why nothing is written any more."""

    def line(self, text: str) -> None:
        """Write one line at once: who reads us through a pipe is waiting for it."""
        if self.lost is not None:
            return
        try:
            self._stream.write(text + "\n")
            self._stream.flush()
        except OSError as error:
            self.lost = error
            # Python flushes once more at exit, and would complain about the same stream.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())


def standard_outputs() -> tuple[Output, Output]:
    """Return standard output and standard error, made to take any text the terminal's encoding lacks."""
    return _standard_output(sys.stdout), _standard_output(sys.stderr)


def _standard_output(stream: TextIO | None) -> Output:
    if stream is None:  # closed by whoever started us
        return Output(open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123 (open for as long as we run)
    # A test's stand-in may not have it.
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
    return Output(stream)


class JsonView:
    """Each event as one JSON object a line, with the time it was shown."""

    def __init__(self, out: Output) -> None:
        self._out = out

    def show(self, event: Event) -> None:
        """Print the event. ASCII only: whatever the text holds, no terminal acts on it."""
        self._out.line(json.dumps({"time": round(time.time(), 3), **as_json(event)}, ensure_ascii=True))


class PlainView:
    """A line for what a person wants to know; the words of a status are those of the screen."""

    def __init__(self, out: Output, err: Output, *, watching: bool) -> None:
        self._out = out
        self._err = err
        self._watching = watching
        self._attempted = False
        self._printed: dict[ArtifactKind, str] = {}

    def show(self, event: Event) -> None:  # noqa: C901, PLR0912 (one short case an event, in one place)
        """Print the event, or nothing where it says nothing new."""
        if isinstance(event, SessionStarted):
            if self._watching:
                self._line(f"watching {event.root}, artifacts go to {event.out_dir}")
        elif isinstance(event, AttemptStarted):
            self._attempted = True
            self._printed.clear()
            self._line(f"attempt {event.attempt}: {_cause(event)}" if event.attempt else f"attempt: {_cause(event)}")
        elif isinstance(event, ProjectLoaded):
            self._line(f"{event.name} {event.version}".rstrip() + f", built by {event.backend}")
        elif isinstance(event, Preparing):
            if event.words:
                self._line(f"  {event.words}")
        elif isinstance(event, StepStarted):
            self._line(f"  {event.kind.value:<5}  building {event.target or 'it'} from {event.source}")
        elif isinstance(event, ArtifactStatus):
            self._status(event)
        elif isinstance(event, LockAwaited):
            self._line(f"waiting for {event.holder}")
        elif isinstance(event, (Failure, ProjectUnusable)):
            for report in event.reports:
                self.report(report)
        elif isinstance(event, Warned):
            self._err.line(visible(f"warning: {event.what}"))
            self._err.line(visible(f"  next: {event.hint}"))
        elif isinstance(event, Advised):
            self._advice(event.findings)
        elif isinstance(event, Log):
            for line in event.lines:
                self._line(f"  {without_colours(line)}")
        elif isinstance(event, CommandStarted):
            self._line(f"  $ {event.command}")
        elif isinstance(event, CommandOutput):
            for line in event.lines:
                self._line(f"    {without_colours(line)}")
        elif isinstance(event, CommandEnded):
            self._line(f"  {event.words}")
        elif isinstance(event, CommandNotRun):
            self._err.line(visible(f"not run: {event.command}: {event.why}"))
            self._err.line(visible(f"  next: {event.hint}"))
        elif isinstance(event, ModeChanged) and event.mode in _TOLD_MODES:
            self._line(f"{event.mode.value}: {event.words}" if event.words else event.mode.value)
        elif isinstance(event, ChangesIgnored):
            names = _names(event.paths, event.total)
            self._line(f"not built: {names} changed, {event.why}" if names else event.why)

    def report(self, report: Report) -> None:
        """Print one problem in full: what, where, why, what to do next."""
        self._err.line(visible(f"error: {report.what}"))
        if report.where is not None:
            self._err.line(visible(f"  where: {report.where}"))
        for cause in report.why:
            for number, line in enumerate(cause.splitlines()):
                self._err.line(("  why: " if number == 0 else "       ") + visible(line))
        self._err.line(visible(f"  next: {report.hint}"))

    def _advice(self, findings: tuple[Finding, ...]) -> None:
        for finding in findings:
            self._err.line(visible(f"{finding.severity.value}: {finding.words}"))
            self._err.line(visible(f"  where: {finding.where} ({finding.code})"))
            self._err.line(visible(f"  next: {finding.remedy}"))

    def _status(self, event: ArtifactStatus) -> None:
        attempt = event.status.attempt
        if attempt in {Attempt.QUEUED, Attempt.BUILDING}:
            return  # the step's own line says it
        if not self._attempted and attempt is not Attempt.INTERRUPTED:
            return  # how things stood before is about to change
        if self._watching and event.status.outdated:
            return  # the build that follows at once says it
        words = event.status.words
        if self._printed.get(event.kind) == words:
            return
        self._printed[event.kind] = words
        facts = [f"{event.status.symbol} {event.kind.value:<5}  {words}"]
        if event.path is not None:
            facts.append(_from_here(event.path))
        stands = event.status.standing is Standing.THIS_BUILD
        if stands and event.size is not None:
            facts.append(size_words(event.size))
            change = size_change_words(event.size, event.previous_size)
            if change:
                facts.append(change)
        if stands and event.seconds is not None:
            facts.append(seconds_words(event.seconds))
        self._line("  ".join(facts))

    def _line(self, text: str) -> None:
        self._out.line(visible(text))


_NAMED: Final = 3
"""Files that a line has room for."""

_TOLD_MODES: Final = frozenset({Mode.POLLING, Mode.ROOT_GONE, Mode.PAUSED})


def _cause(event: AttemptStarted) -> str:
    if event.cause is Cause.CHANGE:
        return told(event.paths, event.how, event.total, most=_NAMED)
    return "at start" if event.cause is Cause.START else "on request"


def _names(paths: tuple[str, ...], total: int) -> str:
    shown = ", ".join(paths[:_NAMED])
    more = total - min(_NAMED, len(paths))
    return f"{shown} and {more} more" if more > 0 else shown


def _from_here(path: Path) -> str:
    """Return a path as the reader would type it: relative when it lies below the current directory."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):  # elsewhere, or there is no current directory any more
        return str(path)
