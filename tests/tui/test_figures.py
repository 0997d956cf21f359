"""Whatever a ledger or a history may say and be believed, the screen can show."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from atombuild.events import ArtifactStatus, Remembered
from atombuild.figures import count_in, time_in
from atombuild.history import append_history, read_history
from atombuild.past import PastArtifact, PastAttempt
from atombuild.publish import OutputDirectory
from atombuild.status import Attempt, Standing, Status
from atombuild.units import END_OF_TIME, MOST
from support.screen import scenes
from support.screen.engine import OverheardApp, ScriptedEngine, settle, shown
from support.screen.scenes import SDIST, WHEEL

LATEST = time_in(math.nextafter(END_OF_TIME, 0))
BUILT = Status(Attempt.SUCCEEDED, Standing.THIS_BUILD)


@pytest.mark.parametrize("value", [END_OF_TIME, 10**400, -1, -0.5, math.nan, math.inf, True, "1", None, [1]])
def test_what_is_no_time_is_not_believed(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        time_in(value)


@pytest.mark.parametrize("value", [MOST + 1, 10**400, -1, 1.0, True, "1", None])
def test_what_is_no_count_is_not_believed(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        count_in(value)


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_the_largest_figures_that_are_believed_can_be_shown(tmp_path: Path, size: tuple[int, int]) -> None:
    (tmp_path / "dist").mkdir()
    artifacts = {SDIST: PastArtifact(Attempt.SUCCEEDED, MOST, LATEST)}
    past = PastAttempt(MOST, int(LATEST), int(LATEST), "change", ("a.py",), MOST, Attempt.SUCCEEDED, "", artifacts)
    with OutputDirectory.open(tmp_path / "dist", create=False) as directory:
        append_history(directory, tmp_path, past)
        remembered = read_history(directory, tmp_path)
    assert [each.attempt for each in remembered] == [MOST]
    status = ArtifactStatus(WHEEL, BUILT, "a.whl", Path("/p/dist/a.whl"), MOST, 0, "00", LATEST, LATEST, MOST, MOST)
    app = OverheardApp(ScriptedEngine(*scenes.opening(), status, Remembered(remembered)))
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        assert "succeeded" in "\n".join(shown(app))
        await pilot.press("4")
        await settle(pilot)
        assert str(MOST) in "\n".join(shown(app))
        await pilot.press("enter")
        await settle(pilot)
        assert "outcome" in "\n".join(shown(app))
