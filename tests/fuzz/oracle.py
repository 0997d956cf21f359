"""What must hold whatever came in: no error but ours, words that help, nothing raw, nothing outside, and in time."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import tempfile
import time
import unicodedata
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from types import FrameType
from typing import Any, Final

import pytest

from atombuild.errors import AtombuildError, Blame, OurBug, Report
from atombuild.events import Event, Failure, ProjectUnusable
from atombuild.folders import CACHE_VARIABLE, STATE_VARIABLE
from atombuild.plain import JsonView, Output, PlainView

_ACTS: Final = frozenset({"Cc", "Cf", "Cn", "Cs", "Zl", "Zp"})
_COLOUR: Final = re.compile(r"\x1b\[[0-9;:]*m")
_BLOCKED_SECONDS: Final = 60.0
"""Of waiting for something that never comes."""

_WORK_SECONDS: Final = 0.2
"""Of the processor's time, by which work is told from waiting."""


class Broken(AssertionError):
    """Something did not hold."""


class TooSlow(BaseException):
    """An input took longer than it may. No ``Exception``: nothing on its way may take it for one of its own."""


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    """Interrupt what takes more of the processor than so many seconds, or waits for a minute. Main thread only.

    Who gets no turn on a busy machine is not waiting: there the minute begins anew.
    """
    used = time.process_time()

    def interrupt(number: int, _frame: FrameType | None) -> None:
        nonlocal used
        before, used = used, time.process_time()
        if number == signal.SIGALRM and used - before > _WORK_SECONDS:
            signal.setitimer(signal.ITIMER_REAL, _BLOCKED_SECONDS)
            return
        raise TooSlow(f"more than {seconds} s" if number == signal.SIGPROF else f"waited {_BLOCKED_SECONDS} s")

    timers = ((signal.SIGPROF, signal.ITIMER_PROF, seconds), (signal.SIGALRM, signal.ITIMER_REAL, _BLOCKED_SECONDS))
    before = {number: signal.signal(number, interrupt) for number, _, _ in timers}
    for _, timer, bound in timers:
        signal.setitimer(timer, bound)
    try:
        yield
    finally:
        for number, timer, _ in timers:
            signal.setitimer(timer, 0)
            signal.signal(number, before[number])


@contextlib.contextmanager
def only_our_errors() -> Iterator[list[AtombuildError]]:
    """Let errors of our tree end the block; each must be one that a person can act on. Any other error is a crash."""
    caught: list[AtombuildError] = []
    try:
        yield caught
    except AtombuildError as error:
        caught.append(error)
        check_error(error)


def check_error(error: AtombuildError) -> None:
    """Make sure that it is no bug of ours, and says what happened and what to do next."""
    if isinstance(error, OurBug):
        raise Broken(f"our bug: {error}") from error.cause
    check_reports(error.reports())


def check_reports(reports: tuple[Report, ...]) -> None:
    """Make sure that each report blames somebody else, has words and a hint, and that nothing of it acts."""
    if not reports:
        raise Broken("an error without a report")
    out, err = StringIO(), StringIO()
    view = PlainView(Output(out), Output(err), watching=False)
    for report in reports:
        if report.blame is Blame.BUG:
            raise Broken(f"our bug: {report.what}: {report.why} at {report.where}")
        if not (report.what.strip() and report.hint.strip()):
            raise Broken(f"a report without words: {report}")
        view.report(report)
    check_nothing_acts(out.getvalue() + err.getvalue())


def check_nothing_acts(shown: str, *, colours: bool = False) -> None:
    """Make sure that the text holds no character that a terminal obeys or that hides, but line ends."""
    if colours:
        shown = _COLOUR.sub("", shown)
    if shown.isprintable():
        return
    for character in set(shown):
        if unicodedata.category(character) in _ACTS and character != "\n":
            raise Broken(f"{character!r} came through in {shown!r}")


class Views:
    """The two views without a screen, hearing events; what they print is judged at the end."""

    def __init__(self) -> None:
        self.out, self.err, self.lines = StringIO(), StringIO(), StringIO()
        self._plain = PlainView(Output(self.out), Output(self.err), watching=True)
        self._json = JsonView(Output(self.lines))
        self.events: list[Event] = []

    def show(self, event: Event) -> None:
        self.events.append(event)
        self._plain.show(event)
        self._json.show(event)

    def check(self, *, reports: bool = True) -> None:
        """Judge what was printed, and the reports: those of a real session, not those that chance made up."""
        check_nothing_acts(self.out.getvalue() + self.err.getvalue())
        if not self.lines.getvalue().isascii():
            raise Broken("JSON that is not ASCII")
        for line in self.lines.getvalue().splitlines():
            json.loads(line)
        for event in self.events:
            if reports and isinstance(event, Failure | ProjectUnusable):
                check_reports(event.reports)


class Playground:
    """One folder to play in, and others beside it that nobody may touch."""

    def __init__(self) -> None:
        shared = Path("/dev/shm")  # noqa: S108 (a folder of our own is made in it: memory is faster than any disk)
        self._home = Path(tempfile.mkdtemp(prefix="fuzz-", dir=shared if os.access(shared, os.W_OK) else None))
        self.inside = self._home / "inside"
        """Empty at the begin of every attempt; all of it may be changed."""

        self.cache = self._home / "cache"
        """What our own cache folder is meanwhile."""

        self.templates = self._home / "templates"
        """What a target wants to make only once."""

        self._state = self._home / "state"
        self._temporary = self._home / "tmp"
        self._beside = self._home / "beside"
        for folder in (self.inside, self.cache, self.templates, self._state, self._temporary, self._beside / "dist"):
            folder.mkdir(parents=True)
        for name in ("victim.txt", "dist/foo-1.0.tar.gz", "dist/foo-1.0-py3-none-any.whl", "dist/.atombuild.json"):
            (self._beside / name).write_text("not yours")
        (self._beside / "link").symlink_to("victim.txt")
        self._canaries = _facts(self._beside)
        self._names = sorted(path.name for path in self._home.iterdir())
        self._patch = pytest.MonkeyPatch()

    def __enter__(self) -> Playground:  # noqa: PYI034 - Self is not in Python 3.10
        self._patch.setattr(tempfile, "tempdir", str(self._temporary))
        self._patch.setenv(CACHE_VARIABLE, str(self.cache))
        self._patch.setenv(STATE_VARIABLE, str(self._state))
        return self

    def __exit__(self, *_: object) -> None:
        self._patch.undo()
        shutil.rmtree(self._home)

    @property
    def allowed(self) -> tuple[str, ...]:
        """Everything below these may be written."""
        return tuple(f"{folder}/" for folder in (self.inside, self.cache, self.templates, self._state, self._temporary))

    def clean(self) -> None:
        """Empty what the last attempt left."""
        for folder in (self.inside, self._temporary):
            for entry in os.scandir(folder):
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path)
                else:
                    os.unlink(entry.path)

    def check(self) -> None:
        """Make sure that nothing outside was touched, and that no temporary was left."""
        if _facts(self._beside) != self._canaries:
            raise Broken("something beside the project was changed")
        if sorted(path.name for path in self._home.iterdir()) != self._names:
            raise Broken("something was made beside the project")
        if left := os.listdir(self._temporary):
            raise Broken(f"temporaries were left: {left}")


def _facts(folder: Path) -> dict[str, tuple[Any, ...]]:
    """Return what changes with any change: to content, mode or name."""
    found = {}
    for path in (folder, *sorted(folder.rglob("*"))):
        facts = path.lstat()
        found[str(path)] = (facts.st_ino, facts.st_mode, facts.st_nlink, facts.st_size, facts.st_ctime_ns)
    return found
