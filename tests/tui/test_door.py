"""Nothing passes the door that a terminal would obey."""

from __future__ import annotations

import unicodedata
from dataclasses import fields
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from atombuild.errors import Blame, Location, Report
from atombuild.events import (
    Advised,
    Cause,
    Event,
    Failure,
    LockAwaited,
    Log,
    ProjectLoaded,
    ProjectUnusable,
    SessionStarted,
    Warned,
)
from atombuild.finding import Finding, Severity
from atombuild_tui.door import cleaned
from support.screen import scenes
from support.screen.scenes import BOTH, SDIST

TEXT = st.text(st.one_of(st.characters(), st.sampled_from("\x1b\x07\x9b\u202e\n\r\t\x00\u200b\udc80[@]")))


def texts(value: Any) -> list[str]:
    """Return every string in an event."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Path):
        return [str(value)]
    if isinstance(value, tuple):
        return [text for item in value for text in texts(item)]
    if isinstance(value, (Event, Report, Location, Finding)):
        return [text for field in fields(value) for text in texts(getattr(value, field.name))]
    return []


@given(TEXT, TEXT)
def test_every_text_of_every_event_is_harmless_behind_it(one: str, two: str) -> None:
    path = Path("/p") / one.replace("\x00", "").replace("/", "_")
    report = Report(Blame.BACKEND, one, two, Location(path, 1, 2), (one, two))
    events = [
        SessionStarted(path, path, BOTH, wheel_from_sdist=True),
        ProjectLoaded(one, two, one),
        ProjectUnusable((report,)),
        Failure((report,), SDIST),
        Warned(one, two),
        LockAwaited(one),
        Advised((Finding(one, Severity.NOTE, Location(path, 1, 2), two, one),)),
        Log((one, two)),
        scenes.started(1, Cause.CHANGE, one, two),
        scenes.status(SDIST, scenes.GOOD, 0.0, target=one, path=path),
    ]
    for event in events:
        for text in texts(cleaned(event)):
            bad = [c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs"} and c != "\n"]
            assert not bad, (event, text)


def test_line_breaks_survive_in_causes_alone() -> None:
    report = Report(Blame.MISTAKE, "a\nb", "c\nd", why=("e\nf",))
    after = cleaned(Failure((report,)))
    assert isinstance(after, Failure)
    assert after.reports == (Report(Blame.MISTAKE, "a␤b", "c␤d", why=("e\nf",)),)


def test_harmless_events_pass_as_they_are() -> None:
    for event in [*scenes.opening(), *scenes.success(0.0), *scenes.failure(0.0), *scenes.broken_pyproject(0.0)]:
        assert cleaned(event) == event


def test_empty_log_lines_stay_lines() -> None:
    assert cleaned(Log(("", "a", "", ""))) == Log(("", "a", "", ""))
