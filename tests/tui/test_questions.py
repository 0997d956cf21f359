"""The questions that an author has after a save, each asked with keys alone, of a real session on a real project."""

from __future__ import annotations

import stat
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from atombuild.after.runner import AfterBuild
from atombuild.builder import Plan
from atombuild.checks.checker import Checker
from atombuild.engine import Engine
from atombuild.wiring import ProjectSetup
from atombuild_tui.app import AtombuildApp
from support.eventually import soon
from support.projects import sample_project
from support.screen.engine import settle, shown

if TYPE_CHECKING:
    from textual.pilot import Pilot

SIZES = [(80, 24), (120, 40)]


class Author:
    """Somebody at the keyboard, with an editor beside."""

    def __init__(self, pilot: Pilot[None], root: Path) -> None:
        self.pilot = pilot
        self.root = root
        assert isinstance(pilot.app, AtombuildApp)
        self.app = pilot.app

    def screen(self) -> str:
        return "\n".join(shown(self.app))

    async def press(self, *keys: str) -> str:
        await self.pilot.press(*keys)
        await settle(self.pilot)
        return self.screen()

    async def sees(self, *words: str) -> str:
        """Wait until all of this is on the screen."""
        await soon(
            lambda: all(each in self.screen() for each in words), lambda: f"{words} never came:\n{self.screen()}"
        )
        return self.screen()

    def save(self, path: str, change: Callable[[str], str]) -> None:
        file = self.root / path
        file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")

    @property
    def built(self) -> int:
        return self.app.dashboard.build.number if self.app.dashboard.build else 0

    async def rebuilt(self, after: int) -> None:
        await soon(lambda: self.built > after and not self.app.dashboard.building, self.screen)


def an_engine(root: Path) -> Engine:
    setup = ProjectSetup(root, root / "dist", Plan())
    return setup.engine(
        make_checker=lambda emit: Checker(setup, emit),
        make_after=lambda emit: AfterBuild(root, root / "dist", emit),
    )


@asynccontextmanager
async def author(root: Path, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Author]:
    """Start the app on a project, and wait for its first build."""
    engine = an_engine(root)
    app = AtombuildApp(engine, bell=False)
    async with app.run_test(size=size, notifications=True) as pilot:
        someone = Author(pilot, root)
        await someone.rebuilt(0)
        yield someone
    assert engine.join(10)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ATOMBUILD_STATE_DIR", str(tmp_path / "state"))
    return sample_project(tmp_path)


@pytest.mark.parametrize("size", SIZES)
async def test_is_what_is_in_dist_my_last_save(root: Path, size: tuple[int, int]) -> None:
    async with author(root, size) as me:
        assert (await me.sees("holds your latest change")).count("holds your latest change") == 2
        await me.press("p")
        await me.sees("paused")
        me.save("README.md", lambda text: text + "\nmore\n")
        await me.sees("1 change behind", "out of date")
        me.save("src/orrery/cli.py", lambda text: text + "\n# more\n")
        await me.sees("2 changes behind")
        await me.press("p")
        await me.sees("holds your latest change")
        (root / "src/orrery/__init__.py").unlink()
        screen = await me.sees("failed, old artifact removed", "gone since")
        assert all(": Expected a Python" in line for line in screen.splitlines() if "gone since" in line)
        assert list((root / "dist").glob("*.whl")) == []


@pytest.mark.parametrize("size", SIZES)
async def test_why_did_it_build(root: Path, size: tuple[int, int]) -> None:
    async with author(root, size) as me:
        before = me.built
        me.save("src/orrery/cli.py", lambda text: text + "\n# more\n")
        await me.rebuilt(before)
        screen = await me.press("6")
        for words in (
            "Why build 2 was made",
            "changed     src/orrery/cli.py",
            "saved",
            "noticed",
            "quiet",
            "from the save",
        ):
            assert words in screen, screen
        (root / "notes.txt").write_text("not packed")
        await me.sees("ignored: notes.txt (in no artifact)")


@pytest.mark.parametrize("size", SIZES)
async def test_what_broke_and_where(
    root: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened = tmp_path / "opened"
    editor = tmp_path / "my editor"
    editor.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{opened}"\n')
    editor.chmod(editor.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("VISUAL", f"'{editor}' --wait")
    async with author(root, size) as me:
        me.save("pyproject.toml", lambda text: text.replace('"0.1.0"', '"0.1 final"').replace('">=3.10"', '"> 3.10 <"'))
        screen = await me.sees("where  pyproject.toml:3:11")
        assert "to mend in the project" in screen, "the first error is in sight without a key"
        assert "pyproject.toml:3:11" in screen
        await me.press("n")
        assert me.app._main.log_view.selected is me.app._main.log_view.problems[0]
        await me.press("n")
        second = me.app._main.log_view.selected
        assert second is me.app._main.log_view.problems[1]
        await me.press("y")
        copied = (tmp_path / "state" / "copied.txt").read_text(encoding="utf-8")
        assert second is not None
        assert copied == f"{second.text}\n"
        assert "▎" not in copied
        assert me.app.clipboard == copied.rstrip("\n")
        await me.press("N", "e")
        # Here is no terminal to make room in: an editor in the terminal is tested in a real one.
        await me.sees("suspend")
        assert not opened.exists()
        (tmp_path / "code").symlink_to(editor)
        monkeypatch.setenv("VISUAL", str(tmp_path / "code"))
        await me.press("e")
        await me.sees("opened in code")
        await soon(lambda: opened.exists() and opened.read_text(), "the editor was not started")
        assert opened.read_text().split() == ["--goto", f"{root}/pyproject.toml:3:11"]


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_inside(root: Path, size: tuple[int, int]) -> None:
    async with author(root, size) as me:
        await me.press("2")
        screen = await me.sees("▾ sdist orrery-0.1.0.tar.gz  in dist/", "planets.py", "11 files")
        screen = await me.press("slash", *"METADATA", "enter")
        assert "1 of 1" in screen
        screen = await me.press("enter")
        assert "Requires-Python" in screen
        assert ">=3.10" in screen
        await me.press("escape", "escape", "slash", *"RECORD", "enter", "enter")
        screen = await me.sees("10 members", "sha256=")
        await me.press("escape", "escape", "slash", *"entry_points", "enter", "enter")
        await me.sees("console_scripts", "orrery.cli:main")
        await me.press("escape", "escape", "slash", *"planets.py", "enter", "enter")
        await me.sees("class Planet")
        await me.press("escape", "escape")
        (root / "src/orrery/__init__.py").unlink()
        await me.sees("not in dist/: a copy of build 1, the last that succeeded")


@pytest.mark.parametrize("size", SIZES)
async def test_what_changed_since_the_last_success(root: Path, size: tuple[int, int]) -> None:
    async with author(root, size) as me:
        await me.press("3")
        await me.sees("is the first success that was kept")
        (root / "src/orrery/moons.py").write_text("MOONS = 1\n")
        me.save("pyproject.toml", lambda text: text.replace('orrery = "orrery.cli:main"', ""))
        before = me.built
        (root / "src/orrery/cli.py").unlink()
        await me.rebuilt(before - 1)
        await me.sees("✗ lost module  orrery/cli.py", "+ orrery/moons.py", "✗1 lost")
        await me.press("slash", *"lost module", "enter", "enter")
        await me.sees("-def main(")
        await me.press("escape", "escape")
        await me.sees("lost module")


async def test_do_both_agree_is_it_the_same_again_does_it_install(root: Path) -> None:
    async with author(root, (80, 24)) as me:
        await me.press("c")
        await me.sees("Built anew, do sdist and wheel agree?", "the wheel is the same from the sdist and from the tree")
        await me.sees("two builds are the same, to the byte")
        await me.press("end")
        await me.sees("it installs; 3 modules import", "✓ console_scripts: orrery")


async def test_how_has_it_been_going_across_restarts(root: Path) -> None:
    async with author(root) as me:
        (root / "src/orrery/__init__.py").rename(root / "away")
        await me.sees("failed, old artifact removed")
        (root / "away").rename(root / "src/orrery/__init__.py")
        await me.sees("holds your latest change")
        count = me.built
    async with author(root, (80, 24)) as me:
        screen = await me.press("4")
        assert f"{count + 1} builds, " in screen
        assert "✗ failed" in screen
        assert screen.count("start") >= 2
        await me.press("down", "down", "enter")
        await me.sees("began", "outcome", "took")


async def test_is_the_watcher_well(root: Path) -> None:
    (root / ".venv").mkdir()
    (root / ".venv/pyvenv.cfg").write_text("")
    async with author(root) as me:
        await me.press("6")
        await me.sees("the system's notifications", "9 files", "nothing: every change was announced")
        await me.sees(".venv   a virtual environment", "dist   the output directory")


async def test_what_the_projects_own_command_said(root: Path) -> None:
    with (root / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write("\n[tool.atombuild]\non-success = 'echo looked at {wheel} | sed s,/.*/,,'\n")
    async with author(root, (80, 24)) as me:
        await me.sees("not run: echo looked at", "allow it with a")
        await me.press("a", "7")
        await me.sees("looked at orrery-0.1.0-py3-none-any.whl", "✓ succeeded after")


@pytest.mark.parametrize("number", range(1, 8))
async def test_every_key_of_a_list_does_no_harm_on_any_page(root: Path, number: int) -> None:
    """Wrong keys, in a row: nothing crashes, and the statuses stay in sight."""
    async with author(root, (80, 24)) as me:
        wrong = "up down left right enter space home end pageup pagedown h j k g G z f escape slash escape n N y tab"
        await me.press(str(number), *wrong.split())
        await me.press("slash", "ctrl+u", *"[/red] \\", "enter", "n", "N", "escape", "escape")
        assert (await me.press("1")).count("✓ succeeded") >= 2


@pytest.mark.parametrize("number", range(1, 8))
async def test_a_page_survives_every_size_and_the_statuses_stay_in_sight(root: Path, number: int) -> None:
    async with author(root, (80, 24)) as me:
        await me.sees("holds your latest change")
        await me.press(str(number))
        for width, height in ((20, 5), (200, 60), (44, 60), (1, 1), (80, 24)):
            await me.pilot.resize_terminal(width, height)
            await settle(me.pilot)
            rows = shown(me.app)
            assert len(rows) == height
            status = "✓ succeeded" if width >= len("sdist   ✓ succeeded") + 6 else "✓ suc…"
            if (width, height) != (1, 1):
                assert sum(row.count(status) for row in rows[:20]) >= 2, "\n".join(rows)
