"""A hook's process ends as Python ends, and one that is told to stop can put away what it left lying about."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from atombuild import processes
from atombuild.builder import Plan
from atombuild.events import Cause, Event, Failure, Log, Outcome
from atombuild.isolated import Options, project
from atombuild.isolated import process as isolated_process
from atombuild.isolated.process import PlainProcesses
from atombuild.session import Session
from support.eventually import eventually
from support.own_backend import PYPROJECT, session_of, set_before, write_project

WAYS = ["warm", "cold", "without fork", "not isolated"]


@pytest.fixture(params=WAYS)
def options(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Options:
    """How hooks are run."""
    if request.param == "without fork":
        monkeypatch.setattr(project, "hook_processes", lambda python, **_: PlainProcesses(python))
    return Options(warm=request.param != "cold", isolation=request.param != "not isolated")


ENDS = """
import atexit, sys, tempfile, threading, time
note = {note!r}
def say(word):
    with open(note, "a") as file:
        file.write(word + chr(10))
def late():
    time.sleep(0.2)
    say(hook + " thread")
globals()["folder"] = tempfile.TemporaryDirectory(dir={kept!r})
globals()["text"] = open({text!r}, "w")
text.write("flushed")
class Kept:
    def __del__(self, say=say):
        say(hook + " finalizer")
atexit.register(say, hook + " atexit")
atexit.register(lambda: 1 / 0)
sys.modules["kept"] = Kept()
threading.Thread(target=late).start()
"""


def run(root: Path, options: Options) -> tuple[Outcome | None, list[Event]]:
    events: list[Event] = []
    session = session_of(root, events, Plan(), options)
    try:
        session.begin()
        return session.attempt(Cause.START).outcome, events
    finally:
        session.end()


def test_what_is_left_to_the_end_of_the_process_happens(tmp_path: Path, options: Options) -> None:
    note, kept, text = tmp_path / "note", tmp_path / "kept", tmp_path / "text"
    kept.mkdir()
    root = write_project(tmp_path / "sky", ENDS.format(note=str(note), kept=str(kept), text=str(text)))
    outcome, events = run(root, options)
    assert outcome is Outcome.SUCCEEDED, "what is raised at the end is printed, and changes nothing"
    words = ("thread", "atexit", "finalizer")
    assert note.read_text().splitlines() == [
        f"{hook} {word}" for hook in ("build_sdist", "build_wheel") for word in words
    ]
    assert list(kept.iterdir()) == []
    assert text.read_text() == "flushed"
    lines = [line for event in events if isinstance(event, Log) for line in event.lines]
    assert len([line for line in lines if "ZeroDivisionError" in line]) == 2


def test_a_process_that_ends_badly_after_its_hook_has_failed(tmp_path: Path, options: Options) -> None:
    root = write_project(tmp_path / "sky", "import atexit\natexit.register(os._exit, 3)")
    outcome, events = run(root, options)
    assert outcome is Outcome.FAILED
    (failure,) = [event for event in events if isinstance(event, Failure)]
    assert failure.reports[0].what == "backend ended with status 3 in build_sdist"


def test_what_is_put_back_at_the_end_is_the_backends_own_writing(tmp_path: Path, options: Options) -> None:
    does = """
import atexit
stars = pathlib.Path("src/sky/stars.py")
atexit.register(stars.write_bytes, stars.read_bytes())
"""
    root = write_project(tmp_path / "sky", does)
    session = session_of(root, [], Plan.chosen(sdist=True, wheel=False), options)
    try:
        session.begin()
        result = session.attempt(Cause.START)
    finally:
        session.end()
    assert result.outcome is Outcome.SUCCEEDED
    assert "src/sky/stars.py" in result.written


CLOSES_ALL = """
os.closerange({first}, 256)
kept = [open("stars-" + str(number), "w") for number in range({opened})]
with open("after", "w") as file:
    file.write("after")
for each in kept:
    each.close()
"""
"""As what becomes a daemon does; its own files then have the numbers of those that it closed."""


@pytest.mark.parametrize("first", [0, 3], ids=["all", "all but the standard ones"])
def test_a_hook_that_closes_every_descriptor_builds(tmp_path: Path, options: Options, first: int) -> None:
    root = write_project(tmp_path / "sky", CLOSES_ALL.format(first=first, opened=12))
    session = session_of(root, [], Plan(), options)
    try:
        session.begin()
        result = session.attempt(Cause.START)
    finally:
        session.end()
    assert result.outcome is Outcome.SUCCEEDED, result.reports
    stars = [f"stars-{number}" for number in range(12)]
    assert [name for name in stars if (root / name).read_text()] == [], "what we note is in no file of the backend's"
    assert result.written >= {*stars, "after"}


def test_a_process_that_does_not_come_to_its_end_is_ended(tmp_path: Path) -> None:
    text = PYPROJECT + "[tool.atombuild]\nhook-timeout = 4\n"
    hangs = "import atexit, threading\natexit.register(threading.Event().wait)"
    root = write_project(tmp_path / "sky", hangs, pyproject=text)
    outcome, events = run(root, Options())
    assert outcome is Outcome.FAILED
    (failure,) = [event for event in events if isinstance(event, Failure)]
    assert failure.reports[0].what == "backend took longer than 4.00 s in build_sdist, and was ended"


STOPPED = """
import shutil, signal, subprocess, sys, textwrap, threading
os.mkdir("scratch")
program = '''
import time
try:
    print(flush=True)
    time.sleep(600)
finally:
    time.sleep(0.1)
    open("child-ended", "w").close()
'''
child = subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE)
child.stdout.readline()
try:
    {first}
    open({ready!r}, "w").close()
    threading.Event().wait()
finally:
    shutil.rmtree("scratch")
"""
PASSES_OVER = "signal.signal(signal.SIGINT, signal.SIG_IGN); signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))"


def cancelled(session: Session, ready: Path) -> Outcome | None:
    def watch() -> None:
        eventually(ready.exists, "the hook never got there")
        session.cancel()

    threading.Thread(target=watch, daemon=True).start()
    return session.attempt(Cause.START).outcome


@pytest.fixture(params=[signal.SIG_DFL, signal.SIG_IGN], ids=["in the foreground", "in the background"])
def started(request: pytest.FixtureRequest) -> Iterator[None]:
    """As a shell starts us: what it puts into the background has to ignore Ctrl+C, and hands that on."""
    before = signal.signal(signal.SIGINT, request.param)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("started")
@pytest.mark.parametrize("first", ["pass", PASSES_OVER], ids=["told by INT", "told by TERM"])
def test_a_hook_that_is_told_to_stop_puts_away_what_it_made(
    tmp_path: Path, options: Options, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A busy machine takes its time; only who passes over the first signal has to wait for the second.
    graces = (5.0 if first is PASSES_OVER else 60.0, 60.0)
    for module in (processes, isolated_process):
        monkeypatch.setattr(module, "GRACES", graces)
    ready = tmp_path / "ready"
    root = write_project(tmp_path / "sky", STOPPED.format(ready=str(ready), first=first))
    session = session_of(root, [], Plan(), options)
    try:
        session.begin()
        assert cancelled(session, ready) is Outcome.CANCELLED
        assert not (root / "scratch").exists(), "its finally ran before we say that it is cancelled"
        if os.name == "posix":
            assert (root / "child-ended").exists(), "so did that of what it had started"
        set_before(root, "pass")
        assert session.attempt(Cause.REQUEST).outcome is Outcome.SUCCEEDED
    finally:
        session.end()


def test_so_does_a_hook_that_takes_too_long(tmp_path: Path) -> None:
    text = PYPROJECT + "[tool.atombuild]\nhook-timeout = 4\n"
    does = STOPPED.format(ready=str(tmp_path / "ready"), first="pass")
    root = write_project(tmp_path / "sky", does, pyproject=text)
    outcome, _ = run(root, Options())
    assert outcome is Outcome.FAILED
    assert (tmp_path / "ready").exists()
    assert not (root / "scratch").exists()
