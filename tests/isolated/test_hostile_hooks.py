"""Hooks that don't want to end: cancelled, timed out or alone, nothing of them is left."""

from __future__ import annotations

import os
import resource
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from atombuild.builder import Plan
from atombuild.events import ArtifactStatus, Cause, Event, Failure, Log, Outcome
from atombuild.isolated import Options, project
from atombuild.isolated.process import PlainProcesses
from atombuild.processes import GRACES
from atombuild.status import ArtifactKind
from support.eventually import eventually
from support.own_backend import PYPROJECT, session_of, set_before, write_project
from support.projects import visible_files

NOTE_PID = """
import os, pathlib, signal, subprocess, sys, time
def note():
    with open({pids!r}, "a") as file:
        file.write(str(os.getpid()) + chr(10))
"""

IGNORES_TERM = """
note()
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
while True:
    time.sleep(60)
"""

DAEMONISES = """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        note()
        while True:
            time.sleep(60)
    os._exit(0)
os.wait()
note()
while True:
    time.sleep(60)
"""

PRINTS_FOR_EVER = """
note()
block = b"a line of the log that is not short\\n" * 20000
while True:
    os.write(1, block)
"""

PRINTS_A_GIGABYTE = """
note()
block = b"a line of the log that is not short\\n" * 30000
for _ in range(1000):
    os.write(1, block)
"""

LEAVES_A_DAEMON = """
if os.fork() == 0:
    os.setsid()
    note()
    while True:
        time.sleep(60)
"""


class Hostile:
    """A project with such a hook."""

    def __init__(self, folder: Path, does: str, *, pyproject: str = PYPROJECT, warm: bool = True) -> None:
        self.pids = folder / "pids"
        self.root = write_project(folder / "sky", pyproject=pyproject)
        self.events: list[Event] = []
        self.session = session_of(self.root, self.events, Plan(), Options(warm=warm))
        self.session.begin()
        assert self.session.attempt(Cause.START).outcome is Outcome.SUCCEEDED
        set_before(self.root, NOTE_PID.format(pids=str(self.pids)) + does)

    def cancel_when(self, ready: Callable[[], bool]) -> None:
        def watch() -> None:
            eventually(ready, "the hook never got there")
            self.session.cancel()

        threading.Thread(target=watch, daemon=True).start()

    def noted(self) -> list[int]:
        return [int(line) for line in self.pids.read_text().split()] if self.pids.exists() else []

    @property
    def words(self) -> dict[ArtifactKind, str]:
        return {event.kind: event.status.words for event in self.events if isinstance(event, ArtifactStatus)}

    @property
    def lines(self) -> list[str]:
        return [line for event in self.events if isinstance(event, Log) for line in event.lines]


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("warm", [True, False], ids=["warm", "cold"])
@pytest.mark.parametrize(
    ("does", "processes"),
    [(IGNORES_TERM, 1), (DAEMONISES, 2), (PRINTS_FOR_EVER, 1)],
    ids=["ignores SIGTERM", "daemonises", "prints for ever"],
)
def test_cancel_ends_everything_however_it_resists(tmp_path: Path, does: str, processes: int, warm: bool) -> None:
    hostile = Hostile(tmp_path, does, warm=warm)
    try:
        hostile.cancel_when(lambda: len(hostile.noted()) >= processes)
        assert hostile.session.attempt(Cause.REQUEST).outcome is Outcome.CANCELLED
        assert [pid for pid in hostile.noted() if runs(pid)] == []
        assert hostile.words[ArtifactKind.SDIST] == "cancelled, old artifact removed"
        assert visible_files(hostile.root / "dist") == []
        # And it builds as ever afterwards.
        set_before(hostile.root, "pass")
        assert hostile.session.attempt(Cause.REQUEST).outcome is Outcome.SUCCEEDED
    finally:
        hostile.session.end()


def test_what_resists_has_the_seconds_that_the_readme_tells() -> None:
    assert GRACES == (2.0, 1.0)


def test_where_there_is_no_fork_hooks_are_ended_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project, "hook_processes", lambda python, **_: PlainProcesses(python))
    hostile = Hostile(tmp_path, IGNORES_TERM)
    try:
        hostile.cancel_when(lambda: len(hostile.noted()) == 1)
        assert hostile.session.attempt(Cause.REQUEST).outcome is Outcome.CANCELLED
        assert [pid for pid in hostile.noted() if runs(pid)] == []
        set_before(hostile.root, "print('by a process of its own')")
        assert hostile.session.attempt(Cause.REQUEST).outcome is Outcome.SUCCEEDED
        assert "by a process of its own" in hostile.lines
    finally:
        hostile.session.end()


def test_a_gigabyte_of_output_is_bounded_in_memory_and_in_the_log(tmp_path: Path) -> None:
    hostile = Hostile(tmp_path, PRINTS_A_GIGABYTE)
    try:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        assert hostile.session.attempt(Cause.REQUEST).outcome is Outcome.SUCCEEDED
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert grown < 200 * 1024  # KiB; this test keeps every event besides
        (left_out,) = {line for line in hostile.lines if "bytes of output are not shown" in line}
        assert left_out == "… 1,075,740,160 bytes of output are not shown …"
        assert len(hostile.lines) < 2 * 150_000
    finally:
        hostile.session.end()


def test_a_process_that_a_hook_leaves_running_is_ended_and_said(tmp_path: Path) -> None:
    hostile = Hostile(tmp_path, LEAVES_A_DAEMON)
    try:
        assert hostile.session.attempt(Cause.REQUEST).outcome is Outcome.SUCCEEDED
        eventually(lambda: not any(map(runs, hostile.noted())), "a process of the hook still runs")
        assert "ended a process that backend left running" in hostile.lines
    finally:
        hostile.session.end()


def test_a_hook_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    hostile = Hostile(tmp_path, IGNORES_TERM)
    (hostile.root / "pyproject.toml").write_text(PYPROJECT + "[tool.atombuild]\nhook-timeout = 4\n")
    try:
        assert hostile.session.attempt(Cause.REQUEST).outcome is Outcome.FAILED
        (failure,) = [event for event in hostile.events if isinstance(event, Failure)]
        assert failure.reports[0].what == "backend took longer than 4.00 s in build_sdist, and was ended"
        assert [pid for pid in hostile.noted() if runs(pid)] == []
        assert hostile.words[ArtifactKind.SDIST] == "failed, old artifact removed"
    finally:
        hostile.session.end()


def test_a_hook_that_kills_its_server_is_a_failure_with_words(tmp_path: Path) -> None:
    hostile = Hostile(tmp_path, "note()\nos.kill(os.getppid(), signal.SIGKILL)\nwhile True: time.sleep(60)")
    try:
        assert hostile.session.attempt(Cause.REQUEST).outcome is Outcome.FAILED
        (failure,) = [event for event in hostile.events if isinstance(event, Failure)]
        assert failure.reports[0].what == "the process that runs the build backend's hooks was ended from outside"
        eventually(lambda: not any(map(runs, hostile.noted())), "a process of the hook still runs")
        set_before(hostile.root, "pass")
        assert hostile.session.attempt(Cause.REQUEST).outcome is Outcome.SUCCEEDED
    finally:
        hostile.session.end()


def test_state_does_not_leak_from_one_hook_into_the_next(tmp_path: Path) -> None:
    hostile = Hostile(tmp_path, "pass")
    leaks = """
import builtins, json, os, sys
assert not hasattr(builtins, "leaked") and not hasattr(json, "leaked") and "LEAKED" not in os.environ
builtins.leaked = json.leaked = True
os.environ["LEAKED"] = "1"
assert os.umask(0o077) != 0o077
"""
    set_before(hostile.root, leaks)
    try:
        for _ in range(3):
            result = hostile.session.attempt(Cause.REQUEST)
            assert result.outcome is Outcome.SUCCEEDED, result.reports
    finally:
        hostile.session.end()
