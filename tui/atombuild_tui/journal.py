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
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import tzinfo
from pathlib import Path

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

    colours: tuple[tuple[int, int, Style], ...] = ()
    """Of parts of the text, as the program that wrote it chose them: from, to, style."""


def entries(event: Event, before: Dashboard, after: Dashboard, at: float, zone: tzinfo | None) -> list[Entry]:  # noqa: C901, PLR0911, PLR0912 - one case an event
    """Return what the event adds to the log."""
    if isinstance(event, Log):
        role = {Level.DETAIL: Role.DETAIL, Level.INFO: Role.INFO, Level.WARNING: Role.WARNING}[event.level]
        return [_line(role, line) for line in event.lines]
    if isinstance(event, AttemptStarted) and after.build is not None:
        words = f"build {event.attempt} · {shown.clock_time(at, at, zone)} · {phrases.cause(after.build)}"
        return [*([Entry(Role.SPACE)] if before.build is not None else []), Entry(Role.RULE, words)]
    if isinstance(event, Preparing):
        return [Entry(Role.NOTE, event.words)] if event.words else []
    if isinstance(event, StepStarted):
        words = f"{event.target}, from {event.source}" if event.target else f"from {event.source}"
        return [Entry(Role.NOTE, words, label=f"{event.kind.value}  ")]
    if isinstance(event, (Failure, ProjectUnusable)):
        return list(blocks(event.reports, before.root))
    if isinstance(event, Warned):
        return list(_warning(event.what, event.hint))
    if isinstance(event, Advised):
        return list(_advice(event.findings, before))
    if isinstance(event, AttemptFinished):
        return [_result(event)]
    if isinstance(event, ArtifactStatus):
        return _changed_behind_our_back(event, before)
    if isinstance(event, CommandEnded):
        return [Entry(Role.NOTE, f"the project's command {event.words}; see the page after")]
    if isinstance(event, CommandNotRun):
        return list(_not_run(event))
    if isinstance(event, LockAwaited):
        return [Entry(Role.NOTE, f"waiting for {event.holder}", tone=Tone.DOUBT)]
    if isinstance(event, ChangesSeen) and (before.building or before.mode is Mode.PAUSED):
        return [Entry(Role.NOTE, f"{told(event.paths, event.how, event.total, most=1)}; {phrases.waiting(after)}")]
    if isinstance(event, ChangesIgnored):
        return [Entry(Role.NOTE, phrases.ignored(after))]
    if isinstance(event, ModeChanged):
        return _mode(event, before)
    return []


def after_entries(event: Event) -> list[Entry]:
    """Return what the event adds to the log of the project's own command."""
    if isinstance(event, CommandStarted):
        return [Entry(Role.RULE, f"$ {event.command}")]
    if isinstance(event, CommandOutput):
        return [_line(Role.INFO, line) for line in event.lines]
    if isinstance(event, CommandEnded):
        good = event.status == 0
        tone = Tone.GOOD if good else Tone.DOUBT if event.status is None else Tone.BAD
        return [Entry(Role.RESULT, event.words, "✓ " if good else "✗ ", tone), Entry(Role.SPACE)]
    return list(_not_run(event)) if isinstance(event, CommandNotRun) else []


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


def blocks(reports: tuple[Report, ...], root: str) -> Iterator[Entry]:
    """Yield the entries of reports, each in full, the first one first."""
    for index, report in enumerate(reports):
        # One heading serves neighbours whose turn it is to act.
        if index == 0 or reports[index - 1].blame is not report.blame:
            if index:
                yield Entry(Role.SPACE)
            yield _bad(Role.HEADING, report.blame.heading)
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


def _warning(what: str, hint: str) -> Iterator[Entry]:
    yield Entry(Role.WHAT, what, tone=Tone.DOUBT, barred=True)
    yield Entry(Role.NEXT, hint, "next   ", Tone.DOUBT, barred=True)


def _advice(findings: tuple[Finding, ...], before: Dashboard) -> Iterator[Entry]:
    """Yield findings as quiet blocks, the labels in one column; what is a problem stands out."""
    width = max(len(severity.value) for severity in Severity) + 2
    for index, finding in enumerate(findings):
        if index:
            yield Entry(Role.SPACE)
        tone = Tone.DOUBT if finding.severity is Severity.PROBLEM else Tone.IDLE
        place = replace(finding.where, path=Path(shown.inside(finding.where.path, before.root)))
        problem = problem_of_finding(finding)
        rows = (
            (Role.WHAT, finding.words, finding.severity.value),
            (Role.WHERE, f"{place} ({finding.code})", "where"),
            (Role.NEXT, finding.remedy, "next"),
        )
        for role, text, label in rows:
            yield Entry(role, text, label.ljust(width), tone, barred=True, problem=problem)
    if not findings and before.advice:
        yield Entry(Role.NOTE, "no more advice")


def _result(event: AttemptFinished) -> Entry:
    time = seconds_words(event.seconds)
    if event.outcome is Outcome.SUCCEEDED:
        return Entry(Role.RESULT, f"succeeded in {time}", "✓ ", Tone.GOOD)
    if event.outcome is Outcome.CANCELLED:
        return Entry(Role.RESULT, f"cancelled after {time}", "! ", Tone.DOUBT)
    return Entry(Role.RESULT, f"failed after {time}", "✗ ", Tone.BAD)


def _changed_behind_our_back(event: ArtifactStatus, before: Dashboard) -> list[Entry]:
    """Say when a finished artifact changed outside of any build: nothing else in the log would."""
    known = before.artifact(event.kind)
    if before.building or known is None or known.status.standing is event.status.standing:
        return []
    if known.status.attempt is not Attempt.SUCCEEDED or event.status.attempt is not Attempt.SUCCEEDED:
        return []
    return [
        Entry(Role.RESULT, f"{event.kind.value}: {event.status.words}", f"{event.status.symbol} ", event.status.tone)
    ]


def _mode(event: ModeChanged, before: Dashboard) -> list[Entry]:
    if event.mode is Mode.POLLING:
        return []  # a warning follows, with what to do
    if event.words:
        bad = event.mode is Mode.ROOT_GONE
        return [Entry(Role.NOTE, f"{event.mode.value}: {event.words}", tone=Tone.BAD if bad else Tone.DOUBT)]
    if before.mode is None or event.mode is Mode.OFF:
        return []
    return [Entry(Role.NOTE, "watching" if event.mode is Mode.LIVE else event.mode.value)]
