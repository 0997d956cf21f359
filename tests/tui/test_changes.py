"""The page of changes says what changed, or why it can't."""

from __future__ import annotations

from pathlib import Path

from atombuild.events import Compared
from atombuild_tui.pages.changes import _artifact_lines
from atombuild_tui.places import Places
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
