"""What an event adds to the build log, as plain entries; the log widget only draws them.

── build 12 · 14:02:11 · changed: src/demo/__init__.py ──────     RULE: an attempt begins
sdist   demo-0.1.0.tar.gz, from the source tree                   INFO
▌ to mend in the project                                          HEADING  one report: a block with a bar
▌ the module src/demo is missing                                  WHAT
▌ where  pyproject.toml:2:8                                       WHERE
▌ why    there is no __init__.py                                  WHY, one entry a cause, deeper each time
▌ next   create src/demo/__init__.py                              NEXT
✗ failed after 20 ms                                              RESULT
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo
from pathlib import Path
from typing import Any, Final

from rich.style import Style

from atombuild.changes import told
from atombuild.errors import Report
from atombuild.events import (
    Advised,
    ArtifactStatus,
    AttemptFinished,
    AttemptStarted,
    ChangesIgnored,
    ChangesSeen,
    CommandEnded,
    CommandNotRun,
    CommandOutput,
    CommandStarted,
    Event,
    Failure,
    Level,
    LockAwaited,
    Log,
    Mode,
    ModeChanged,
    Outcome,
    Preparing,
    ProjectUnusable,
    StepStarted,
    Warned,
)
from atombuild.finding import Finding, Severity
from atombuild.status import Attempt, Tone
from atombuild.units import seconds_words
from atombuild_tui import format as shown
from atombuild_tui import phrases
from atombuild_tui.problem import Problem, problem_of_finding, problem_of_report
from atombuild_tui.state import Dashboard


class Role(enum.Enum):
    """What an entry is, which decides how it looks and wraps."""

    RULE = "rule"
    DETAIL = "detail"
    INFO = "info"
    WARNING = "warning"
    NOTE = "note"
    """Our own remark, quiet."""

    RESULT = "result"
    HEADING = "heading"
    WHAT = "what"
    WHERE = "where"
    WHY = "why"
    NEXT = "next"
    SPACE = "space"


LOG_ROLES = frozenset({Role.DETAIL, Role.INFO, Role.WARNING})
"""Lines that a build wrote: folded wherever the width ends, because their spaces may mean something."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the log: a line, unless it is wider than the screen."""

    role: Role
    text: str = ""
    label: str = ""
    """Stands before the text in a column of its own; the text's further rows are indented by it."""

    tone: Tone = Tone.IDLE
    barred: bool = False
    """Part of a block with a bar in the tone's colour at its left edge."""

    problem: Problem | None = None
    """What the block is about; the same in all its entries."""

    failed: int | None = None
    """The number of the build whose failure this tells."""

    advice: tuple[Finding, ...] | None = None
    """Of which list of advice this is a part; the latest list is what there is to say now."""

    colours: tuple[tuple[int, int, Style], ...] = ()
    """Of parts of the text, as the program that wrote it chose them: from, to, style."""


@dataclass(frozen=True, slots=True)
class _Then:
    """When an event came, and what was known."""

    before: Dashboard
    after: Dashboard
    at: float
    zone: tzinfo | None


def entries(event: Event, before: Dashboard, after: Dashboard, at: float, zone: tzinfo | None) -> list[Entry]:
    """Return what the event adds to the log."""
    case = _CASES.get(type(event))
    return list(case(event, _Then(before, after, at, zone))) if case is not None else []


def after_entries(event: Event) -> list[Entry]:
    """Return what the event adds to the log of the project's own command."""
    case = _AFTER_CASES.get(type(event))
    return list(case(event)) if case is not None else []


# The log of the builds.


def _log(event: Log, _then: _Then) -> Iterator[Entry]:
    role = {Level.DETAIL: Role.DETAIL, Level.INFO: Role.INFO, Level.WARNING: Role.WARNING}[event.level]
    return (_line(role, line) for line in event.lines)


def _attempt_started(event: AttemptStarted, then: _Then) -> Iterator[Entry]:
    if then.after.build is not None:
        if then.before.build is not None:
            yield Entry(Role.SPACE)
        clock = shown.clock_time(then.at, then.at, then.zone)
        yield Entry(Role.RULE, f"build {event.attempt} · {clock} · {phrases.cause(then.after.build)}")


def _preparing(event: Preparing, _then: _Then) -> Iterator[Entry]:
    if event.words:
        yield Entry(Role.NOTE, event.words)


def _step_started(event: StepStarted, _then: _Then) -> Iterator[Entry]:
    words = f"{event.target}, from {event.source}" if event.target else f"from {event.source}"
    yield Entry(Role.NOTE, words, label=f"{event.kind.value}  ")


def _failure(event: Failure | ProjectUnusable, then: _Then) -> Iterator[Entry]:
    return blocks(event.reports, then.before.root)


def _lock_awaited(event: LockAwaited, _then: _Then) -> Iterator[Entry]:
    yield Entry(Role.NOTE, f"waiting for {event.holder}", tone=Tone.DOUBT)


def _changes_seen(event: ChangesSeen, then: _Then) -> Iterator[Entry]:
    if then.before.building or then.before.mode is Mode.PAUSED:
        words = told(event.paths, event.how, event.total, most=1)
        yield Entry(Role.NOTE, f"{words}; {phrases.waiting(then.after)}")


def _changes_ignored(_event: ChangesIgnored, then: _Then) -> Iterator[Entry]:
    yield Entry(Role.NOTE, phrases.ignored(then.after))


def _command_ended(event: CommandEnded, _then: _Then) -> Iterator[Entry]:
    yield Entry(Role.NOTE, f"the project's command {event.words}; see the page after")


def _command_not_run(event: CommandNotRun, _then: _Then) -> Iterator[Entry]:
    return _not_run(event)


def _not_run(event: CommandNotRun) -> Iterator[Entry]:
    what = f"not run: {event.command}" if event.command else "not run"
    problem = Problem(f"{what}\nwhy: {event.why}\nnext: {event.hint}", None)
    for role, text, label in (
        (Role.WHAT, what, ""),
        (Role.WHY, event.why, "why    "),
        (Role.NEXT, event.hint, "next   "),
    ):
        yield Entry(role, text, label, Tone.DOUBT, barred=True, problem=problem)


def _line(role: Role, line: str) -> Entry:
    """Return a line of output, its colours kept: nothing else in it is more than text (see :mod:`.door`)."""
    if "\x1b" not in line:
        return Entry(role, line)
    from rich.ansi import AnsiDecoder  # noqa: PLC0415 - not needed for the first paint

    text = AnsiDecoder().decode_line(line)
    colours = tuple((span.start, span.end, span.style) for span in text.spans if isinstance(span.style, Style))
    return Entry(role, text.plain, colours=colours)


def blocks(reports: tuple[Report, ...], root: str, heading: str = "") -> Iterator[Entry]:
    """Yield the entries of reports, each in full, the first one first.

    ``heading``: whose turn it is to act, where that is not who the reports blame.
    """
    for index, report in enumerate(reports):
        # One heading serves neighbours whose turn it is to act.
        if index == 0 or reports[index - 1].blame is not report.blame:
            if index:
                yield Entry(Role.SPACE)
            yield _bad(Role.HEADING, heading or report.blame.heading)
        else:
            yield _bad(Role.SPACE, "")
        problem = problem_of_report(report)
        yield from (replace(entry, problem=problem) for entry in _block(report, root))
    yield Entry(Role.SPACE)


def _block(report: Report, root: str) -> Iterator[Entry]:
    yield _bad(Role.WHAT, report.what)
    if report.where is not None:
        place = replace(report.where, path=Path(shown.inside(report.where.path, root)))
        yield _bad(Role.WHERE, str(place), "where  ")
    yield from _causes(report.why)
    yield _bad(Role.NEXT, report.hint, "next   ")


def _causes(why: tuple[str, ...]) -> Iterator[Entry]:
    for depth, reason in enumerate(why):
        opening = "why    " if depth == 0 else " " * (5 + 2 * depth) + "└ "
        for line in reason.split("\n"):
            yield _bad(Role.WHY, line, opening)
            opening = " " * len(opening)


def _bad(role: Role, text: str, label: str = "") -> Entry:
    return Entry(role, text, label, Tone.BAD, barred=True)


def _warned(event: Warned, _then: _Then) -> Iterator[Entry]:
    yield Entry(Role.WHAT, event.what, tone=Tone.DOUBT, barred=True)
    yield Entry(Role.NEXT, event.hint, "next   ", Tone.DOUBT, barred=True)


def _advised(event: Advised, then: _Then) -> Iterator[Entry]:
    """Yield findings as quiet blocks, the labels in one column; what is a problem stands out."""
    width = max(len(severity.value) for severity in Severity) + 2
    for index, finding in enumerate(event.findings):
        if index:
            yield Entry(Role.SPACE, advice=event.findings)
        tone = Tone.DOUBT if finding.severity is Severity.PROBLEM else Tone.IDLE
        place = replace(finding.where, path=Path(shown.inside(finding.where.path, then.before.root)))
        problem = problem_of_finding(finding)
        rows = (
            (Role.WHAT, finding.words, finding.severity.value),
            (Role.WHERE, f"{place} ({finding.code})", "where"),
            (Role.NEXT, finding.remedy, "next"),
        )
        for role, text, label in rows:
            yield Entry(role, text, label.ljust(width), tone, barred=True, problem=problem, advice=event.findings)
    if not event.findings and then.before.advice:
        yield Entry(Role.NOTE, "no more advice", advice=event.findings)


def _attempt_finished(event: AttemptFinished, _then: _Then) -> Iterator[Entry]:
    time = seconds_words(event.seconds)
    words, label, tone = {
        Outcome.SUCCEEDED: (f"succeeded in {time}", "✓ ", Tone.GOOD),
        Outcome.CANCELLED: (f"cancelled after {time}", "! ", Tone.DOUBT),
        Outcome.FAILED: (f"failed after {time}", "✗ ", Tone.BAD),
    }[event.outcome]
    failed = event.attempt if event.outcome is Outcome.FAILED else None
    yield Entry(Role.RESULT, words, label, tone, failed=failed)


def _artifact_status(event: ArtifactStatus, then: _Then) -> Iterator[Entry]:
    """Say when a finished artifact changed outside of any build: nothing else in the log would."""
    known = then.before.artifact(event.kind)
    if then.before.building or known is None or known.status.standing is event.status.standing:
        return
    if known.status.attempt is Attempt.SUCCEEDED and event.status.attempt is Attempt.SUCCEEDED:
        words = f"{event.kind.value}: {event.status.words}"
        yield Entry(Role.RESULT, words, f"{event.status.symbol} ", event.status.tone)


def _mode_changed(event: ModeChanged, then: _Then) -> Iterator[Entry]:
    if event.mode is Mode.POLLING:
        return  # a warning follows, with what to do
    if event.words:
        bad = event.mode is Mode.ROOT_GONE
        yield Entry(Role.NOTE, f"{event.mode.value}: {event.words}", tone=Tone.BAD if bad else Tone.DOUBT)
    elif then.before.mode is not None and event.mode is not Mode.OFF:
        yield Entry(Role.NOTE, "watching" if event.mode is Mode.LIVE else event.mode.value)


# The log of the project's own command.


def _heading(event: CommandStarted) -> Iterator[Entry]:
    yield Entry(Role.RULE, f"$ {event.command}")


def _output(event: CommandOutput) -> Iterator[Entry]:
    return (_line(Role.INFO, line) for line in event.lines)


def _end(event: CommandEnded) -> Iterator[Entry]:
    good = event.status == 0
    tone = Tone.GOOD if good else Tone.DOUBT if event.status is None else Tone.BAD
    yield Entry(Role.RESULT, event.words, "✓ " if good else "✗ ", tone)
    yield Entry(Role.SPACE)


_CASES: Final[Mapping[type[Event], Callable[[Any, _Then], Iterable[Entry]]]] = {
    Log: _log,
    AttemptStarted: _attempt_started,
    Preparing: _preparing,
    StepStarted: _step_started,
    Failure: _failure,
    ProjectUnusable: _failure,
    Warned: _warned,
    Advised: _advised,
    AttemptFinished: _attempt_finished,
    ArtifactStatus: _artifact_status,
    CommandEnded: _command_ended,
    CommandNotRun: _command_not_run,
    LockAwaited: _lock_awaited,
    ChangesSeen: _changes_seen,
    ChangesIgnored: _changes_ignored,
    ModeChanged: _mode_changed,
}

_AFTER_CASES: Final[Mapping[type[Event], Callable[[Any], Iterable[Entry]]]] = {
    CommandStarted: _heading,
    CommandOutput: _output,
    CommandEnded: _end,
    CommandNotRun: _not_run,
}
