"""What the pictures show really happened: the engine's session builds the sample project, and its events are kept.

Only what differs from one machine and run to the next is pinned: where the project stands, times and sizes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from atombuild.builder import Plan
from atombuild.errors import Report
from atombuild.events import (
    ArtifactStatus,
    AttemptFinished,
    AttemptStarted,
    Cause,
    Event,
    Failure,
    Log,
    Looked,
    Mode,
    ModeChanged,
    Outcome,
    Progress,
    ProjectUnusable,
    Remembered,
    SessionStarted,
    StepStarted,
)
from atombuild.status import ArtifactKind
from atombuild.units import size_words
from atombuild.wiring import ProjectSetup
from support.projects import sample_project

HOME = Path("/home/ada")
SIZES = {ArtifactKind.SDIST: 2_638, ArtifactKind.WHEEL: 3_801}
SECONDS = {ArtifactKind.SDIST: 0.004, ArtifactKind.WHEEL: 0.003}


@dataclass(frozen=True, slots=True)
class Story:
    """The events of one session, act by act."""

    start: tuple[Event, ...]
    """The first build."""

    lost: tuple[Event, ...]
    """A module is deleted, another one changed and one added, after the first build: it builds."""

    change: tuple[Event, ...]
    """Three files are saved, and built."""

    ignored: tuple[Event, ...]
    """A file that no artifact holds is saved."""

    building: tuple[Event, ...]
    """The same files again, stopped in the middle of the wheel."""

    missing_module: tuple[Event, ...]
    """``__init__.py`` is deleted."""

    broken_pyproject: tuple[Event, ...]
    """Three mistakes at once in ``pyproject.toml``."""

    paused: tuple[Event, ...]
    """Three saves while paused, after the first build."""

    unusable: tuple[Event, ...]
    """A folder without a project."""


def tell(folder: Path) -> Story:
    """Live through the story in an empty folder."""
    saves = (_touch("src/orrery/planets.py"), _touch("src/orrery/cli.py"), _touch("README.md"))
    start, change = _live(folder / "change", _all_at_once(*saves))
    return Story(
        start=start,
        lost=_live(folder / "lost", _lose_a_module)[1],
        change=change,
        ignored=_live(folder / "ignored", _touch("notes.txt"))[1],
        building=_in_the_middle_of_the_wheel(change),
        missing_module=_live(folder / "module", _delete_init)[1],
        broken_pyproject=_live(folder / "pyproject", _break_pyproject)[1],
        paused=_live(folder / "paused", *saves, paused=True)[1],
        unusable=_empty_folder(folder / "unusable"),
    )


Act = Callable[[Path], object]
"""Something that a person does to the project."""


def _live(folder: Path, *acts: Act, paused: bool = False) -> tuple[tuple[Event, ...], tuple[Event, ...]]:
    """Build a new copy of the sample project, then act on it; return what was heard of the first, and of the rest."""
    root = sample_project(folder)
    heard: list[Event] = []
    session = ProjectSetup(root, root / "dist", Plan()).session(heard.append, comparing=True)
    session.begin()
    heard.append(ModeChanged(Mode.LIVE))
    session.attempt(Cause.START)
    session.compare()
    start, heard[:] = tuple(heard), []
    if paused:
        session.paused = True
        heard.append(ModeChanged(Mode.PAUSED))
    for act in acts:
        act(root)
        session.examine()
        if session.pending:
            session.attempt(Cause.CHANGE)
            session.compare()
    return tuple(_pinned(event, root) for event in start), tuple(_pinned(event, root) for event in heard)


def _empty_folder(root: Path) -> tuple[Event, ...]:
    root.mkdir()
    heard: list[Event] = []
    session = ProjectSetup(root, root / "dist", Plan()).session(heard.append)
    session.begin()
    heard.append(ModeChanged(Mode.LIVE))
    session.attempt(Cause.START)
    return tuple(_pinned(event, root) for event in heard)


def _touch(path: str) -> Act:
    def act(root: Path) -> None:
        with (root / path).open("a") as file:
            file.write("\n# one more line\n")

    return act


def _all_at_once(*acts: Act) -> Act:
    return lambda root: [act(root) for act in acts]


def _lose_a_module(root: Path) -> None:
    (root / "src/orrery/cli.py").unlink()
    (root / "src/orrery/moons.py").write_text('"""The moons."""\n\nMOONS = {"earth": 1, "mars": 2}\n', encoding="utf-8")
    planets = root / "src/orrery/planets.py"
    planets.write_text(planets.read_text(encoding="utf-8").replace("planets", "worlds"), encoding="utf-8")
    pyproject = root / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8").replace('[project.scripts]\norrery = "orrery.cli:main"\n\n', "")
    pyproject.write_text(
        text.replace("requires-python", 'dependencies = ["rich>=13"]\nrequires-python'), encoding="utf-8"
    )


def _delete_init(root: Path) -> None:
    (root / "src/orrery/__init__.py").unlink()


def _break_pyproject(root: Path) -> None:
    path = root / "pyproject.toml"
    text = path.read_text(encoding="utf-8")
    for right, wrong in (
        ('version = "0.1.0"', 'version = "0.1.0-final!"'),
        ('keywords = ["astronomy", "sample"]', 'keywords = "astronomy, sample"'),
        ('requires-python = ">=3.10"', 'dependencies = ["numpy >> 2"]'),
    ):
        assert right in text
        text = text.replace(right, wrong)
    path.write_text(text, encoding="utf-8")


def _in_the_middle_of_the_wheel(change: tuple[Event, ...]) -> tuple[Event, ...]:
    steps = [number for number, event in enumerate(change) if isinstance(event, StepStarted)]
    wheel = change[steps[-1]]
    assert isinstance(wheel, StepStarted)
    slow = replace(wheel, usual_seconds=1.42)
    return (*change[: steps[-1]], slow, Progress(ArtifactKind.WHEEL, 7, 10))


def _pinned(event: Event, root: Path) -> Event:  # noqa: C901, PLR0911 (one case an event)
    """Return the event with what differs from run to run replaced."""
    there = HOME / "src" / "orrery"
    if isinstance(event, SessionStarted):
        return replace(event, root=there, out_dir=there / "dist")
    if isinstance(event, ArtifactStatus):
        return _pinned_status(event)
    if isinstance(event, Remembered):
        pinned = (replace(each, started=PINNED, seconds=0.011) for each in event.attempts)
        return replace(event, attempts=tuple(pinned))
    if isinstance(event, Looked):
        return replace(event, ended=PINNED, seconds=0.002)
    if isinstance(event, AttemptStarted) and event.saved is not None:
        return replace(event, saved=PINNED - 0.064, noticed=PINNED - 0.061, settled=PINNED - 0.03)
    if isinstance(event, StepStarted):
        return replace(event, usual_seconds=SECONDS[event.kind])
    if isinstance(event, AttemptFinished):
        return replace(event, seconds=0.011 if event.outcome is Outcome.SUCCEEDED else 0.005)
    if isinstance(event, Log):
        return replace(event, lines=tuple(_pinned_line(line) for line in event.lines))
    if isinstance(event, Failure):
        return replace(event, reports=tuple(_pinned_report(report, root, there) for report in event.reports))
    if isinstance(event, ProjectUnusable):
        return replace(event, reports=tuple(_pinned_report(report, root, there) for report in event.reports))
    return event


def _pinned_status(event: ArtifactStatus) -> ArtifactStatus:
    return replace(
        event,
        size=SIZES[event.kind] if event.size is not None else None,
        previous_size=SIZES[event.kind] - 121 if event.previous_size is not None else None,
        seconds=SECONDS[event.kind] if event.seconds is not None else None,
        ended=PINNED if event.ended is not None else None,
    )


def _pinned_line(line: str) -> str:
    kind = ArtifactKind.SDIST if line.startswith("11 files") else ArtifactKind.WHEEL
    return re.sub(r"[\d.]+ kB", size_words(SIZES[kind]), line)


def _pinned_report(report: Report, root: Path, there: Path) -> Report:
    where = report.where
    if where is not None:
        where = replace(where, path=Path(str(where.path).replace(str(root), str(there))))
    return replace(
        report,
        what=report.what.replace(str(root), str(there)),
        why=tuple(why.replace(str(root), str(there)) for why in report.why),
        where=where,
    )


PINNED = -1.0
"""Stands for "now": the gallery puts the moment of the act in its place."""


def at(moment: float, events: tuple[Event, ...]) -> list[Event]:
    """Return the events as if they had happened at this moment."""
    return [_at(moment, event) for event in events]


def _at(moment: float, event: Event) -> Event:
    if isinstance(event, ArtifactStatus | Looked) and event.ended == PINNED:
        return replace(event, ended=moment)
    if isinstance(event, Remembered):
        dated = (replace(each, started=moment) if each.started == PINNED else each for each in event.attempts)
        return replace(event, attempts=tuple(dated))
    if isinstance(event, AttemptStarted) and None not in {event.saved, event.noticed, event.settled}:
        later = moment - PINNED
        saved, noticed, settled = ((time or 0.0) + later for time in (event.saved, event.noticed, event.settled))
        return replace(event, saved=saved, noticed=noticed, settled=settled)
    return event
