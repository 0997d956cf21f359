"""The page of changes says what changed, or why it can't."""

from __future__ import annotations

from pathlib import Path

from atombuild.errors import Location
from atombuild.events import Compared, SessionStarted
from atombuild_tui.pages.changes import _artifact_lines
from atombuild_tui.places import Places
from support.archives import wheel
from support.screen import scenes
from support.screen.engine import OverheardApp, ScriptedEngine, settle
from support.screen.scenes import SDIST, WHEEL


def test_why_nothing_is_compared_stands_where_the_changes_would() -> None:
    compared = Compared(WHEEL, 3, None, why="it is larger than 256 MB, and no copy of such a file is kept")
    (line,) = _artifact_lines(WHEEL, compared, {}, {})
    words = "build 3 is compared with nothing: it is larger than 256 MB, and no copy of such a file is kept"
    assert line.left.plain == f"wheel  {words}"


def test_copies_of_an_earlier_success_are_not_taken_for_those_of_the_latest() -> None:
    places = Places().after(Compared(WHEEL, 2, Path("/kept/2"), 1, Path("/kept/1")))
    places = places.after(Compared(SDIST, 2, Path("/kept/s")))
    assert places.kept == {WHEEL: Path("/kept/2"), SDIST: Path("/kept/s")}
    assert places.before == {WHEEL: Path("/kept/1")}
    places = places.after(Compared(WHEEL, 3, None, why="the disk is full"))
    assert (places.kept, places.before) == ({SDIST: Path("/kept/s")}, {})


def place_of(app: OverheardApp) -> Location | None:
    return app._main.page_in_sight.place


async def test_e_opens_the_file_that_a_member_came_from_and_in_a_difference_its_line(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    source = tmp_path / "demo" / "a.py"
    source.write_text("one\n2\nthree\n")
    before = wheel(tmp_path / "before.whl", {"demo/a.py": b"one\ntwo\nthree\n", "demo/gone.py": b""})
    after = wheel(tmp_path / "after.whl", {"demo/a.py": source.read_bytes()})
    began = SessionStarted(tmp_path, tmp_path / "dist", scenes.BOTH, wheel_from_sdist=True)
    app = OverheardApp(ScriptedEngine(*scenes.opening(), began, Compared(WHEEL, 2, after, 1, before)))
    async with app.run_test(size=(120, 34), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("3", "slash", *"gone", "enter", "escape")
        await settle(pilot)
        assert place_of(app) is None, "that file is not there"
        await pilot.press("slash", *"a.py", "enter", "escape")
        await settle(pilot)
        assert place_of(app) == Location(source)
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("slash", *"+2", "enter", "escape")
        await settle(pilot)
        assert place_of(app) == Location(source, 2)
