"""The page inside: what stands is what is shown, and whatever a member is called, no key crashes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from atombuild.errors import Location
from atombuild.events import ArtifactStatus, Compared, Event, Looked, Remembered, SessionStarted
from atombuild.inspection.contents import Contents, Member
from atombuild.past import PastArtifact, PastAttempt
from atombuild.status import ArtifactKind, Attempt, Standing, Status
from atombuild_tui.editing import open_in_editor
from atombuild_tui.pages.inside import InsidePage
from atombuild_tui.pages.tree import Shelf, TreeRows, folders_of
from support.archives import wheel
from support.screen import scenes
from support.screen.engine import OverheardApp, ScriptedEngine, settle, shown
from support.screen.scenes import BOTH, GOOD, WHEEL

FOREIGN = Status(Attempt.SUCCEEDED, Standing.OTHER)


def standing(path: Path, status: Status = GOOD) -> list[Event]:
    root = path.parent
    began = SessionStarted(root, root, BOTH, wheel_from_sdist=True)
    return [*scenes.opening(), began, ArtifactStatus(WHEEL, status, path.name, path, attempt=1, behind=0, ended=0.0)]


async def test_a_second_file_of_somebody_elses_is_looked_into_as_well(tmp_path: Path) -> None:
    path = wheel(tmp_path / "demo-1.0-py3-none-any.whl", {"first.py": b""})
    app = OverheardApp(engine := ScriptedEngine(*standing(path, FOREIGN)))
    async with app.run_test(size=(120, 34), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("2")
        await settle(pilot)
        assert "first.py" in "\n".join(shown(app))
        wheel(tmp_path / "new.whl", {"second.py": b""}).replace(path)
        # Its status is what it was, so no event tells; but there are others, now and then.
        engine.play(Looked(1, 0.0, 0.0, (), 0))
        await settle(pilot)
        rows = "\n".join(shown(app))
        assert "second.py" in rows
        assert "first.py" not in rows


@pytest.mark.parametrize("name", ["x\udfff.whl", "x\0.whl", "n" * 300 + ".whl"], ids=["surrogate", "NUL", "long"])
async def test_an_artifact_with_a_name_that_no_file_can_have_is_not_looked_into(tmp_path: Path, name: str) -> None:
    app = OverheardApp(ScriptedEngine(*standing(tmp_path / name)))
    async with app.run_test(size=(120, 34), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("2", "down", "enter", "e", "y", "3", "c")
        await settle(pilot)
        await pilot.press("2")
        await settle(pilot)
        page = app._main.page_in_sight
        assert isinstance(page, InsidePage)
        assert "can't be looked into" in page.rows.lines[-1].words


@pytest.mark.parametrize("name", ["n" * 300 + ".py", "a/" + "m" * 300], ids=["a long name", "a long name in a folder"])
async def test_a_member_with_a_name_that_no_file_can_have_opens_no_editor(tmp_path: Path, name: str) -> None:
    path = wheel(tmp_path / "demo-1.0-py3-none-any.whl", {name: b"x"})
    app = OverheardApp(ScriptedEngine(*standing(path)))
    async with app.run_test(size=(120, 34), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("2", "slash", *name[-3:], "enter", "e")
        await settle(pilot)
        assert "there is no file to open here" in "\n".join(shown(app))


@pytest.mark.parametrize("name", ["../outside.py", "a/../../outside.py", "{tmp}/outside.py"])
async def test_a_member_that_leads_out_of_the_project_opens_no_editor(tmp_path: Path, name: str) -> None:
    (tmp_path / "outside.py").write_text("")
    (tmp_path / "project").mkdir()
    name = name.format(tmp=tmp_path)
    path = wheel(tmp_path / "project" / "demo-1.0-py3-none-any.whl", {name: b"x"})
    app = OverheardApp(ScriptedEngine(*standing(path)))
    async with app.run_test(size=(120, 34), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("2", "slash", *"outside", "enter")
        await settle(pilot)
        page = app._main.page_in_sight
        assert page.place is None


async def test_a_place_that_no_file_can_have_is_told_to_be_gone(tmp_path: Path) -> None:
    app = OverheardApp(ScriptedEngine(*scenes.opening()))
    async with app.run_test(size=(120, 34), notifications=True) as pilot:
        await settle(pilot)
        assert open_in_editor(app, Location(tmp_path / ("n" * 300)), None) is None
        await settle(pilot)
        assert "is not there any more" in "".join(shown(app))


def test_a_tree_deeper_than_the_interpreter_goes_is_laid_out(tmp_path: Path) -> None:
    deep = "a/" * 2000 + "x.py"
    contents = Contents(ArtifactKind.WHEEL, "demo.whl", 1, (Member("b.py", 1, ""), Member(deep, 1, "")))
    rows = TreeRows([Shelf(ArtifactKind.WHEEL, contents, "in dist/")], folders_of(contents))
    assert rows.key(0) == "wheel"
    assert rows.key(len(rows) - 2) == f"wheel:{deep}", "folders come before files"
    assert rows.key(len(rows) - 1) == "wheel:b.py"


async def test_a_second_search_takes_the_place_of_the_first_and_says_of_how_many_files(tmp_path: Path) -> None:
    path = wheel(tmp_path / "demo-1.0-py3-none-any.whl", {"first.py": b"", "second.py": b""})
    app = OverheardApp(ScriptedEngine(*standing(path)))
    async with app.run_test(size=(120, 34), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("2")
        await settle(pilot)
        whole = next(row for row in shown(app) if "▾ wheel" in row)
        assert "files, unpacked " in whole
        await pilot.press("slash", *"first", "enter")
        await pilot.press("slash", *"second")
        await settle(pilot)
        head = next(row for row in shown(app) if "▾ wheel" in row)
        assert re.search(r" 1 of \d+ files", head)
        await pilot.press(*"nowhere")
        await settle(pilot)
        head = next(row for row in shown(app) if "▾ wheel" in row)
        assert re.search(r" 0 of \d+ files", head)


async def test_other_versions_beside_the_artifacts_are_told(tmp_path: Path) -> None:
    path = wheel(tmp_path / "demo-1.0-py3-none-any.whl", {"first.py": b""})
    for name in ("demo-0.9-py3-none-any.whl", "demo-0.8-py3-none-any.whl", "notes.txt"):
        (tmp_path / name).write_text("")
    app = OverheardApp(ScriptedEngine(*standing(path)))
    async with app.run_test(size=(120, 34), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("2")
        await settle(pilot)
        words = "which no build of this version touches: demo-0.8-py3-none-any.whl and 1 more"
        assert any(words in row for row in shown(app))


SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
NOTHING = Status(Attempt.FAILED, Standing.NEVER)


def history(outcome: Attempt) -> Remembered:
    made = {kind: PastArtifact(outcome) for kind in BOTH}
    return Remembered((PastAttempt(13, 0.0, 1.0, "change", (), 0, outcome, artifacts=made),))


@SIZES
async def test_the_copy_of_an_earlier_sessions_success_is_looked_into(tmp_path: Path, size: tuple[int, int]) -> None:
    kept = wheel(tmp_path / "kept.whl", {"orrery/moons.py": b""})
    engine = ScriptedEngine(
        SessionStarted(tmp_path, tmp_path / "dist", BOTH, wheel_from_sdist=True),
        history(Attempt.SUCCEEDED),
        ArtifactStatus(WHEEL, NOTHING, "orrery-1.0-py3-none-any.whl", tmp_path / "none", attempt=14),
        Compared(WHEEL, 13, kept),
    )
    app = OverheardApp(engine)
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("2")
        await settle(pilot)
        rows = "\n".join(shown(app))
        assert "a copy of build 13, the last that succeeded" in rows
        assert "moons.py" in rows
        assert "no build of it succeeded yet" not in rows


@SIZES
@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Attempt.SUCCEEDED, "nothing to look into: no copy of build 13, the last that succeeded"),
        (Attempt.FAILED, "nothing to look into: no build of it succeeded yet"),
    ],
)
async def test_without_a_copy_the_history_tells_whether_there_was_a_success(
    tmp_path: Path, size: tuple[int, int], outcome: Attempt, words: str
) -> None:
    status = ArtifactStatus(WHEEL, NOTHING, "orrery-1.0-py3-none-any.whl", tmp_path / "none", attempt=14)
    app = OverheardApp(ScriptedEngine(*scenes.opening(), history(outcome), status))
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("2")
        await settle(pilot)
        assert [row for row in shown(app) if words in row]
