"""Plain lines say what the screen says, in the same words, and say nothing twice."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from atombuild.changes import How
from atombuild.errors import Blame, Location, Report
from atombuild.events import (
    ArtifactStatus,
    AttemptFinished,
    AttemptStarted,
    Cause,
    ChangesIgnored,
    ChangesSeen,
    Event,
    Failure,
    LockAwaited,
    Log,
    Mode,
    ModeChanged,
    Outcome,
    Progress,
    ProjectLoaded,
    ProjectUnusable,
    SessionStarted,
    SessionStopped,
    StepStarted,
    Warned,
)
from atombuild.plain import JsonView, Output, PlainView
from atombuild.status import ArtifactKind, Attempt, Standing, Status

SDIST, WHEEL = ArtifactKind
STARTED = AttemptStarted(3, Cause.CHANGE, ("src/a.py",), 1, 1, (SDIST, WHEEL))
REPORT = Report(
    Blame.MISTAKE, "no module", "write one", Location(Path("/p/pyproject.toml"), 3, 7), ("because", "of\nthis")
)


def status(attempt: Attempt, standing: Standing, **facts: object) -> ArtifactStatus:
    path = Path("/elsewhere/demo-1.0.tar.gz")
    return ArtifactStatus(SDIST, Status(attempt, standing), path.name, path, **facts)  # type: ignore[arg-type]  # fields


class Terminal:
    """Both streams of a plain view."""

    def __init__(self, *, watching: bool = False) -> None:
        self.out, self.err = io.StringIO(), io.StringIO()
        self.view = PlainView(Output(self.out), Output(self.err), watching=watching)

    def show(self, *events: Event) -> tuple[list[str], list[str]]:
        """Show events; return the lines that they added on both streams."""
        before = len(self.out.getvalue()), len(self.err.getvalue())
        for event in events:
            self.view.show(event)
        return self.out.getvalue()[before[0] :].splitlines(), self.err.getvalue()[before[1] :].splitlines()


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (STARTED, "attempt 3: changed: src/a.py"),
        (AttemptStarted(1, Cause.START, (), 0, 0, (SDIST,)), "attempt 1: at start"),
        (AttemptStarted(1, Cause.REQUEST, (), 0, 0, (SDIST,)), "attempt 1: on request"),
        (
            AttemptStarted(1, Cause.CHANGE, tuple("abcdefg"), 20, 1, (SDIST,)),
            "attempt 1: changed: a, b, c and 17 more",
        ),
        (
            AttemptStarted(
                1,
                Cause.CHANGE,
                tuple("abcdefg"),
                20,
                1,
                (SDIST,),
                how=(How.REMOVED, How.ADDED, *(5 * [How.MODIFIED])),
            ),
            "attempt 1: deleted: a; new: b; changed: c, d, e and 15 more",
        ),
        (ProjectLoaded("demo", "1.0", "uv_build"), "demo 1.0, built by uv_build"),
        (
            StepStarted(SDIST, "demo-1.0.tar.gz", "the source tree", None),
            "  sdist  building demo-1.0.tar.gz from the source tree",
        ),
        (LockAwaited("process 7"), "waiting for process 7"),
        (Log(("one",)), "  one"),
        (ModeChanged(Mode.POLLING, "out of watches"), "polling: out of watches"),
        (ModeChanged(Mode.PAUSED), "paused"),
        (ChangesIgnored(("notes.txt",), 1, "in no artifact"), "not built: notes.txt changed, in no artifact"),
        (ChangesIgnored((), 0, "everything is as it was built"), "everything is as it was built"),
    ],
)
def test_one_event_is_one_line(terminal: Terminal, event: Event, line: str) -> None:
    assert terminal.show(event) == ([line], [])


@pytest.mark.parametrize(
    "event",
    [
        Progress(SDIST, 1, 2),
        ModeChanged(Mode.LIVE),
        ChangesSeen(1, ("a",), 1, 1),
        AttemptFinished(1, Outcome.SUCCEEDED, 0.1),
        SessionStopped(),
        SessionStarted(Path("/p"), Path("/p/dist"), (SDIST,), wheel_from_sdist=False),
    ],
)
def test_what_another_line_says_already_is_none(terminal: Terminal, event: Event) -> None:
    assert terminal.show(event) == ([], [])


def test_a_watching_view_says_what_it_watches() -> None:
    event = SessionStarted(Path("/p"), Path("/p/dist"), (SDIST,), wheel_from_sdist=False)
    assert Terminal(watching=True).show(event) == (["watching /p, artifacts go to /p/dist"], [])


def test_a_success_is_told_with_its_figures(terminal: Terminal) -> None:
    terminal.show(STARTED)
    done = status(Attempt.SUCCEEDED, Standing.THIS_BUILD, size=2640, previous_size=2520, seconds=0.048)
    expected = "✓ sdist  succeeded  /elsewhere/demo-1.0.tar.gz  2.64 kB  +120 B  48 ms"
    assert terminal.show(done) == ([expected], [])


def test_a_status_is_told_once_an_attempt(terminal: Terminal) -> None:
    done = status(Attempt.SUCCEEDED, Standing.THIS_BUILD, size=1)
    terminal.show(STARTED)
    assert len(terminal.show(done, done)[0]) == 1
    terminal.show(STARTED)
    assert len(terminal.show(done)[0]) == 1


def test_how_things_stood_before_is_told_only_of_an_interruption(terminal: Terminal) -> None:
    assert terminal.show(status(Attempt.SUCCEEDED, Standing.THIS_BUILD)) == ([], [])
    (line,), _ = terminal.show(status(Attempt.INTERRUPTED, Standing.OLD_REMOVED))
    assert line.startswith("✗ sdist  interrupted, old artifact removed")


def test_out_of_date_is_told_only_where_no_build_follows() -> None:
    later = ArtifactStatus(SDIST, Status(Attempt.SUCCEEDED, Standing.THIS_BUILD, outdated=True), "x", Path("/x"))
    for watching in (True, False):
        terminal = Terminal(watching=watching)
        terminal.show(STARTED)
        assert [line.split("  ")[1] for line in terminal.show(later)[0]] == ([] if watching else ["out of date"])


def test_what_is_deleted_later_is_told(terminal: Terminal) -> None:
    terminal.show(STARTED, status(Attempt.SUCCEEDED, Standing.THIS_BUILD))
    (line,), _ = terminal.show(status(Attempt.SUCCEEDED, Standing.NEVER, size=2640, seconds=0.1))
    assert line == "! sdist  deleted since built  /elsewhere/demo-1.0.tar.gz"


@pytest.mark.parametrize("event", [Failure((REPORT,)), ProjectUnusable((REPORT,))])
def test_an_error_says_what_where_why_and_what_next_on_standard_error(terminal: Terminal, event: Event) -> None:
    assert terminal.show(event) == (
        [],
        [
            "error: no module",
            "  where: /p/pyproject.toml:3:7",
            "  why: because",
            "  why: of",
            "       this",
            "  next: write one",
        ],
    )


def test_a_warning_goes_to_standard_error_too(terminal: Terminal) -> None:
    assert terminal.show(Warned("no locks here", "take care")) == ([], ["warning: no locks here", "  next: take care"])


HOSTILE = "\x1b]52;c;aGk=\x07 \u202e \x9b31m \n \x00"


@pytest.mark.parametrize(
    "event",
    [
        ProjectLoaded(HOSTILE, HOSTILE, HOSTILE),
        StepStarted(SDIST, HOSTILE, HOSTILE, None),
        Log((HOSTILE,)),
        LockAwaited(HOSTILE),
        Failure((Report(Blame.BACKEND, HOSTILE, HOSTILE, Location(Path(HOSTILE)), (HOSTILE,)),)),
        Warned(HOSTILE, HOSTILE),
        ChangesIgnored((HOSTILE,), 1, HOSTILE),
    ],
    ids=lambda event: type(event).__name__,
)
def test_nothing_hostile_reaches_a_terminal(terminal: Terminal, event: Event) -> None:
    out, err = terminal.show(event)
    assert out or err
    assert not set("".join(out + err)) & set("\x1b\x07\u202e\x9b\x00")


def test_json_keeps_everything_and_is_ascii() -> None:
    stream = io.StringIO()
    JsonView(Output(stream)).show(Log((HOSTILE, "a\udcffb")))
    line = stream.getvalue()
    assert line.isascii()
    assert line.count("\n") == 1
    assert json.loads(line)["lines"] == [HOSTILE, "a\\xffb"]


def test_json_has_a_form_for_halves_of_characters_too() -> None:
    stream = io.StringIO()
    JsonView(Output(stream)).show(Log(("a\ud800b",)))  # as a history that somebody wrote may hold it
    assert json.loads(stream.getvalue())["lines"] == ["a\\ud800b"]
