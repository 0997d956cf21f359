"""Streams of events as the engine sends them, for the pictures and for tests that need a full screen."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from atombuild.checks.result import Check, CheckResult, CheckRow, Verdict
from atombuild.errors import Blame, Location, Report
from atombuild.events import (
    ArtifactStatus,
    AttemptFinished,
    AttemptStarted,
    Cause,
    ChangesIgnored,
    ChangesSeen,
    CheckFinished,
    CommandEnded,
    CommandOutput,
    CommandStarted,
    Event,
    Failure,
    Level,
    Log,
    Mode,
    ModeChanged,
    Outcome,
    Progress,
    ProjectLoaded,
    ProjectUnusable,
    Remembered,
    SessionStarted,
    StepStarted,
)
from atombuild.past import PastArtifact, PastAttempt
from atombuild.status import ArtifactKind, Attempt, Standing, Status

SDIST, WHEEL = ArtifactKind.SDIST, ArtifactKind.WHEEL
BOTH = (SDIST, WHEEL)
HOME = Path("/home/ada")
ROOT = HOME / "src" / "orrery"
TARGETS = {SDIST: "orrery-0.4.0.tar.gz", WHEEL: "orrery-0.4.0-py3-none-any.whl"}
SIZES = {SDIST: 48_213, WHEEL: 39_870}
USUAL = {SDIST: 0.048, WHEEL: 0.031}

GOOD = Status(Attempt.SUCCEEDED, Standing.THIS_BUILD)
REMOVED = Status(Attempt.FAILED, Standing.OLD_REMOVED)
NOT_REACHED = Status(Attempt.NOT_REACHED, Standing.OLD_REMOVED)

MISSING_MODULE = Report(
    Blame.MISTAKE,
    "Expected a Python module at: src/orrery/__init__.py",
    "create src/orrery/__init__.py, or name the module with tool.uv.build-backend.module-name",
    where=Location(ROOT / "pyproject.toml", 14, 15),
    why=("src/orrery has 6 Python files and no __init__.py", "No such file or directory (ENOENT)"),
)


def opening() -> list[Event]:
    return [
        SessionStarted(ROOT, ROOT / "dist", BOTH, wheel_from_sdist=True),
        ModeChanged(Mode.LIVE),
        ProjectLoaded("orrery", "0.4.0", "uv_build"),
    ]


def status(kind: ArtifactKind, state: Status, at: float, **known: object) -> ArtifactStatus:
    facts: dict[str, object] = {"target": TARGETS[kind], "path": ROOT / "dist" / TARGETS[kind], "ended": at, **known}
    return ArtifactStatus(kind=kind, status=state, **facts)  # type: ignore[arg-type]


def started(
    number: int, cause: Cause = Cause.CHANGE, *paths: str, change: int = 0, total: int | None = None
) -> AttemptStarted:
    return AttemptStarted(number, cause, paths, len(paths) if total is None else total, change, BOTH)


def step(kind: ArtifactKind, usual: float | None = None) -> StepStarted:
    source = "the source tree" if kind is SDIST else "the sdist"
    return StepStarted(kind, TARGETS[kind], source, USUAL[kind] if usual is None else usual)


def built(kind: ArtifactKind, at: float, *, grown: int | None = None, behind: int | None = 0) -> ArtifactStatus:
    previous = None if grown is None else SIZES[kind] - grown
    return status(
        kind, GOOD, at, size=SIZES[kind], previous_size=previous, seconds=USUAL[kind], behind=behind, attempt=1
    )


def success(at: float, number: int = 12, *paths: str, change: int = 3, total: int | None = None) -> list[Event]:
    cause = Cause.CHANGE if paths else Cause.START
    return [
        started(number, cause, *paths, change=change, total=total),
        step(SDIST),
        Log(("57 files, 214 kB",), Level.DETAIL),
        built(SDIST, at, grown=121),
        step(WHEEL),
        Log(("39 files, 188 kB",), Level.DETAIL),
        built(WHEEL, at, grown=121),
        AttemptFinished(number, Outcome.SUCCEEDED, 0.084),
    ]


def failure(at: float, number: int = 13, *reports: Report, paths: tuple[str, ...] = ()) -> list[Event]:
    """Fail in the first step."""
    cause = Cause.CHANGE if paths else Cause.REQUEST
    return [
        started(number, cause, *paths, change=4),
        step(SDIST),
        status(SDIST, REMOVED, at, seconds=0.012),
        status(WHEEL, NOT_REACHED, at),
        Failure(reports or (MISSING_MODULE,), SDIST),
        AttemptFinished(number, Outcome.FAILED, 0.014),
    ]


def broken_pyproject(at: float, number: int = 13) -> list[Event]:
    """Fail before any step, with everything that is wrong."""
    pyproject = ROOT / "pyproject.toml"
    reports = (
        Report(
            Blame.MISTAKE,
            "project.version is no version: '0.4.0-final!'",
            "write it as PEP 440 says, for instance 0.4.0",
            where=Location(pyproject, 3, 11),
        ),
        Report(
            Blame.MISTAKE,
            "project.dependencies[2] is no requirement: 'numpy >> 2'",
            "write a name and version specifiers, for instance numpy>=2",
            where=Location(pyproject, 11, 5),
            why=("Expected a version specifier after the name", "    numpy >> 2\n          ^"),
        ),
        Report(
            Blame.MISTAKE,
            "project.readme names a file that does not exist: READ.md",
            "create READ.md, or name the file that is there: README.md",
            where=Location(pyproject, 5, 10),
        ),
    )
    return [
        started(number, Cause.CHANGE, "pyproject.toml", change=4),
        *(status(kind, REMOVED, at, seconds=0.002) for kind in BOTH),
        Failure(reports),
        AttemptFinished(number, Outcome.FAILED, 0.004),
    ]


def building(at: float, number: int = 13) -> list[Event]:
    """Stop in the middle of the wheel."""
    return [
        started(number, Cause.CHANGE, "src/orrery/planets.py", "src/orrery/moons.py", "README.md", change=4),
        step(SDIST),
        Log(("57 files, 214 kB",), Level.DETAIL),
        built(SDIST, at, grown=-86),
        step(WHEEL, usual=1.42),
        Log(("orrery/__init__.py", "orrery/ephemeris.py", "orrery/moons.py", "orrery/planets.py"), Level.DETAIL),
        Progress(WHEEL, 25, 39),
    ]


def paused(at: float) -> list[Event]:
    """Three changes wait."""
    return [
        ModeChanged(Mode.PAUSED),
        *(ChangesSeen(4 + index, (f"src/orrery/{name}.py",), 1, 1 + index) for index, name in enumerate("abc")),
        *(
            status(
                kind,
                Status(Attempt.SUCCEEDED, Standing.THIS_BUILD, outdated=True),
                at,
                size=SIZES[kind],
                previous_size=SIZES[kind],
                seconds=USUAL[kind],
                behind=3,
            )
            for kind in BOTH
        ),
    ]


def ignored() -> Event:
    return ChangesIgnored(("notes/todo.txt",), 1, "in no artifact")


def unusable() -> list[Event]:
    return [
        SessionStarted(ROOT, ROOT / "dist", BOTH, wheel_from_sdist=True),
        ModeChanged(Mode.LIVE),
        ProjectUnusable(
            (
                Report(
                    Blame.MISTAKE,
                    f"no Python project at {ROOT}",
                    "go to the folder that holds pyproject.toml, or name it: atombuild-tui PATH "
                    "(atombuild-tui --demo shows a sample project)",
                    why=("there is no pyproject.toml",),
                ),
            )
        ),
    ]


def history(now: float) -> Remembered:
    """A day and a night of builds, 14 of them."""
    times = [0.11, 0.012, 0.014, 0.012, 0.013, 0.019, 0.012, 0.011, 0.034, 0.012, 0.013, 0.012, 0.021, 0.012]
    past = []
    for number, seconds in enumerate(times, 1):
        good = number not in {5, 9, 11}
        outcome = Attempt.SUCCEEDED if good else Attempt.FAILED if number != 11 else Attempt.INTERRUPTED
        cause = "start" if number in {1, 6} else "request" if number == 12 else "" if number == 11 else "change"
        path = ("src/orrery/planets.py", "README.md", "pyproject.toml")[number % 3]
        fate = {SDIST: outcome, WHEEL: outcome if good else Attempt.NOT_REACHED}
        artifacts = {
            SDIST: PastArtifact(fate[SDIST], 2_638 + number if good else None, seconds / 2 if number != 11 else None),
            WHEEL: PastArtifact(fate[WHEEL], 3_801 + number if good else None, seconds / 3 if good else None),
        }
        ago = (len(times) - number) * 7_000.0 + 300
        total = number % 4 + 1 if cause == "change" else 0
        why = "Expected a Python module at: src/orrery/__init__.py" if outcome is Attempt.FAILED else ""
        took = None if outcome is Attempt.INTERRUPTED else seconds
        paths = (path,) if total else ()
        past.append(PastAttempt(number, now - ago, took, cause, paths, total, outcome, why, artifacts))
    return Remembered(tuple(past))


def checks(now: float, targets: Mapping[ArtifactKind, str] = TARGETS, attempt: int = 12) -> list[Event]:
    """One of each verdict; that of the installation is about this attempt's wheel."""
    wheel = targets[WHEEL]
    parity = CheckResult(
        Check.PARITY,
        Verdict.FAILED,
        "1 of the wheel's members differs",
        (
            CheckRow(
                Verdict.FAILED,
                "orrery/_version.py",
                "only in the wheel from the tree: the sdist lacks what it is made from",
            ),
        ),
        "users who build from the sdist get another package: make the sdist hold what the wheel needs",
        None,
        now - 70,
        0.062,
    )
    same = CheckResult(
        Check.REPRODUCIBLE,
        Verdict.PASSED,
        "two builds are the same, to the byte",
        (CheckRow(Verdict.PASSED, targets[SDIST]), CheckRow(Verdict.PASSED, wheel)),
        "",
        None,
        now - 66,
        2.15,
    )
    install = CheckResult(
        Check.INSTALL,
        Verdict.UNKNOWN,
        "2 of 4 passed, the rest can't be told",
        (
            CheckRow(Verdict.PASSED, f"install {wheel}", "without its dependencies"),
            CheckRow(Verdict.UNKNOWN, "dependencies", "no route to the package index"),
            CheckRow(Verdict.PASSED, "import orrery"),
            CheckRow(Verdict.UNKNOWN, "console_scripts: orrery", "needs rich, which is not installed here"),
        ),
        "make its dependencies installable here (network, index), and ask again",
        attempt,
        now - 60,
        0.402,
    )
    return [CheckFinished(parity), CheckFinished(same), CheckFinished(install)]


def command(targets: Mapping[ArtifactKind, str] = TARGETS) -> list[Event]:
    """The project's own command, with colours."""
    return [
        CommandStarted("twine check {wheel} {sdist}", Outcome.SUCCEEDED),
        CommandOutput(
            (
                f"Checking dist/{targets[WHEEL]}: \x1b[32mPASSED\x1b[0m",
                f"Checking dist/{targets[SDIST]}: \x1b[33mPASSED with warnings\x1b[0m",
                "\x1b[33mWARNING \x1b[0m `long_description` missing.",
            )
        ),
        CommandEnded(0, 0.61, "succeeded after 610 ms"),
    ]


def chatter() -> Event:
    """What a noisy backend prints."""
    lines = [f"\x1b[2mcompiling\x1b[0m orrery/module_{number:03}.c" for number in range(1, 40)]
    lines.insert(22, "\x1b[35;1mwarning:\x1b[0m unused variable \x1b[1m'orbit'\x1b[0m in orrery/module_022.c:118:9")
    lines.append("a line that is longer than any screen: " + ", ".join(f"orrery/module_{n:03}.o" for n in range(1, 20)))
    return Log(tuple(lines), Level.INFO)
