"""What is opened is the file itself, whatever had to be made of its name to show it."""

from __future__ import annotations

from pathlib import Path

import pytest

from atombuild.errors import Blame, Location, Report
from atombuild.events import Advised, Event, Failure, ProjectUnusable, SessionStarted
from atombuild.finding import Finding, Severity
from atombuild_tui.door import cleaned
from atombuild_tui.places import Places
from support.eventually import soon
from support.screen import scenes
from support.screen.engine import OverheardApp, ScriptedEngine, settle

ODD = Path("/home/ada/src/or\x1brery\u202e/pyproject.toml")
REPORT = Report(Blame.MISTAKE, "what", "hint", Location(ODD, 3, 11))
FINDING = Finding("secret", Severity.PROBLEM, Location(ODD, 3, 11), "words", "remedy")


@pytest.mark.parametrize("event", [Failure((REPORT,)), ProjectUnusable((REPORT,)), Advised((FINDING,))])
def test_a_place_with_an_odd_name_leads_to_its_file(event: Event) -> None:
    safe = cleaned(event)
    assert isinstance(safe, Failure | ProjectUnusable | Advised)
    shown = safe.findings[0].where if isinstance(safe, Advised) else safe.reports[0].where
    assert shown is not None
    assert shown.path != ODD
    assert Places().after(event).file_of(shown) == Location(ODD, 3, 11)


def test_a_usual_name_is_its_own() -> None:
    place = Location(Path("/p/pyproject.toml"), 1)
    places = Places().after(Failure((Report(Blame.MISTAKE, "what", "hint", place),)))
    assert places.file_of(place) is not None
    assert (places.file_of(place), places.real) == (place, {})


async def test_the_editors_key_opens_the_file_that_is_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = tmp_path / "a\x1bb.toml"
    odd.write_text("")
    opened = tmp_path / "opened"
    editor = tmp_path / "code"
    editor.write_text(f'#!/bin/sh\nprintf "%s" "$2" > "{opened}.part"; mv "{opened}.part" "{opened}"\n')
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(editor))
    report = Report(Blame.MISTAKE, "what", "hint", Location(odd, 3, 11))
    began = SessionStarted(tmp_path, tmp_path / "dist", scenes.BOTH, wheel_from_sdist=True)
    app = OverheardApp(ScriptedEngine(began, *scenes.failure(0.0, 1, report)))
    async with app.run_test(notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("n", "e")
        await soon(opened.exists, "the editor was not started")
    assert opened.read_text() == f"{odd}:3:11"
