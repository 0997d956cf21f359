"""What events add to the build log, and that an error is told in full."""

from __future__ import annotations

from dataclasses import replace
from datetime import timezone
from pathlib import Path

from atombuild.changes import How
from atombuild.errors import Blame, Location, Report
from atombuild.events import (
    Advised,
    AttemptFinished,
    Cause,
    Event,
    Failure,
    Level,
    LockAwaited,
    Log,
    Mode,
    ModeChanged,
    Outcome,
    Progress,
    Warned,
)
from atombuild.finding import Finding, Severity
from atombuild.status import Attempt, Standing, Status, Tone
from atombuild_tui.journal import Entry, Role, entries
from atombuild_tui.state import Dashboard
from support.screen import scenes
from support.screen.engine import NOON
from support.screen.scenes import SDIST


def told(*events: Event, after: tuple[Event, ...] = ()) -> list[Entry]:
    """Return what the events add to the log, when others came before."""
    board, written = Dashboard(), []
    for event in (*scenes.opening(), *after):
        board = board.apply(event, NOON)
    for event in events:
        before, board = board, board.apply(event, NOON)
        written += entries(event, before, board, NOON, timezone.utc)
    return written


def lines(written: list[Entry]) -> list[str]:
    return [entry.label + entry.text for entry in written]


def test_an_attempt_begins_with_a_rule_that_names_number_time_and_cause() -> None:
    assert lines(told(scenes.started(7, Cause.CHANGE, "src/a.py", "src/b.py", total=3))) == [
        "build 7 · 12:02:11 · changed: src/a.py and 2 more"
    ]
    moved = replace(scenes.started(7, Cause.CHANGE, "a.py", "b.py"), how=(How.REMOVED, How.ADDED))
    assert lines(told(moved)) == ["build 7 · 12:02:11 · deleted: a.py; new: b.py"]
    assert lines(told(scenes.started(7, Cause.REQUEST))) == ["build 7 · 12:02:11 · on request"]


def test_a_second_attempt_is_set_apart_from_the_first() -> None:
    assert [entry.role for entry in told(scenes.started(8), after=(scenes.started(7),))] == [Role.SPACE, Role.RULE]


def test_a_failure_says_whose_turn_it_is_what_where_why_and_what_next() -> None:
    written = told(Failure((scenes.MISSING_MODULE,), SDIST))
    assert lines(written) == [
        "to mend in the project",
        "Expected a Python module at: src/orrery/__init__.py",
        "where  pyproject.toml:14:15",
        "why    src/orrery has 6 Python files and no __init__.py",
        "       └ No such file or directory (ENOENT)",
        "next   create src/orrery/__init__.py, or name the module with tool.uv.build-backend.module-name",
        "",
    ]
    assert all(entry.barred and entry.tone is Tone.BAD for entry in written[:-1])


def test_causes_with_several_lines_keep_their_shape() -> None:
    report = Report(Blame.MISTAKE, "what", "hint", why=("first", "a\n  ^"))
    assert lines(told(Failure((report,))))[2:5] == ["why    first", "       └ a", "           ^"]


def test_reports_of_one_kind_share_a_heading_and_others_get_their_own() -> None:
    mistake, machine = Report(Blame.MISTAKE, "a", "b"), Report(Blame.MACHINE, "c", "d")
    written = told(Failure((mistake, mistake, machine)))
    headings = [entry.text for entry in written if entry.role is Role.HEADING]
    assert headings == ["to mend in the project", "the machine refused"]


def test_the_result_is_said_with_a_symbol() -> None:
    assert lines(told(AttemptFinished(1, Outcome.SUCCEEDED, 0.084))) == ["✓ succeeded in 84 ms"]
    assert lines(told(AttemptFinished(1, Outcome.FAILED, 0.084))) == ["✗ failed after 84 ms"]
    assert lines(told(AttemptFinished(1, Outcome.CANCELLED, 0.084))) == ["! cancelled after 84 ms"]


def test_an_artifact_that_vanishes_after_its_build_is_worth_a_line() -> None:
    gone = scenes.status(SDIST, Status(Attempt.SUCCEEDED, Standing.NEVER), NOON)
    assert lines(told(gone, after=tuple(scenes.success(NOON)))) == ["! sdist: deleted since built"]


def test_a_save_that_is_about_to_be_built_is_not_called_out_of_date_in_the_log() -> None:
    late = scenes.status(SDIST, Status(Attempt.SUCCEEDED, Standing.THIS_BUILD, outdated=True), NOON)
    assert told(late, after=tuple(scenes.success(NOON))) == []


def test_log_lines_keep_their_level() -> None:
    assert [entry.role for entry in told(Log(("x",), Level.DETAIL), Log(("x",)), Log(("x",), Level.WARNING))] == [
        Role.DETAIL,
        Role.INFO,
        Role.WARNING,
    ]


def test_a_warning_says_what_to_do() -> None:
    assert lines(told(Warned("no locks here", "build one at a time"))) == [
        "no locks here",
        "next   build one at a time",
    ]


def test_advice_is_a_quiet_block_and_a_problem_stands_out() -> None:
    place = Location(Path("/home/ada/orrery/pyproject.toml"), 3, 1)
    findings = (
        Finding("secret", Severity.PROBLEM, place, "a secret is packed", "take it out"),
        Finding("leftover", Severity.NOTE, place, "a leftover is packed", "delete it"),
    )
    written = told(Advised(findings))
    assert lines(written) == [
        "problem  a secret is packed",
        f"where    {place} (secret)",
        "next     take it out",
        "",
        "note     a leftover is packed",
        f"where    {place} (leftover)",
        "next     delete it",
    ]
    assert [entry.tone for entry in written if entry.role is not Role.SPACE] == [Tone.DOUBT] * 3 + [Tone.IDLE] * 3
    assert lines(told(Advised(()), after=(Advised(findings),))) == ["no more advice"]
    assert told(Advised(())) == []


def test_waiting_and_pausing_are_noted_and_progress_is_not() -> None:
    assert lines(told(LockAwaited("make (pid 7)"))) == ["waiting for make (pid 7)"]
    assert lines(told(ModeChanged(Mode.PAUSED))) == ["paused"]
    assert lines(told(ModeChanged(Mode.LIVE), after=(ModeChanged(Mode.PAUSED),))) == ["watching"]
    assert lines(told(ModeChanged(Mode.ROOT_GONE, "it vanished"))) == ["folder gone: it vanished"]
    assert told(Progress(SDIST, 1, 2)) == []


def test_ignored_changes_are_named_with_the_reason() -> None:
    assert lines(told(scenes.ignored())) == ["ignored: notes/todo.txt (in no artifact)"]
