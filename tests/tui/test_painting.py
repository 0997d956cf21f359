"""What stands in the terminal is what the program means to show: after every key and every build, at every size."""

from __future__ import annotations

import random
import re
import secrets
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.eventually import eventually
from support.projects import sample_project

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal", allow_module_level=True)

from support.emulator import QUIET, Emulator

SIZES = [(150, 44), (80, 24), (120, 40), (60, 20)]
STEPS = 8
LONG_QUIET = 0.7
"""Seconds without output; what tells how long ago something was is drawn every second."""


class Author:
    """Somebody who presses keys and edits, at random."""

    def __init__(self, root: Path, terminal: Emulator, chance: random.Random) -> None:
        self.root = root
        self.terminal = terminal
        self.chance = chance
        self.did: list[str] = []

    def act(self) -> None:
        act = self.chance.choice([self.turn_page, self.turn_page, self.move, self.look, self.save, self.spoil])
        act()

    def press(self, *keys: str) -> None:
        self.did.append(" ".join(keys))
        for key in keys:
            self.terminal.press(key)
            # An escape that is not read yet when the next key comes is taken for its Alt.
            self.terminal.rows(LONG_QUIET if key == "escape" else QUIET)

    def turn_page(self) -> None:
        self.press(self.chance.choice("1234567"))

    def move(self) -> None:
        self.press(*self.chance.choices(["down", "up", "enter", "end", "pagedown", "pageup"], k=2))

    def look(self) -> None:
        self.press(*self.chance.choice([("?", "escape"), ("/", "escape"), ("l",)]))

    def save(self) -> None:
        self.did.append("save")
        path = self.root / "pyproject.toml"
        path.write_text(path.read_text("utf-8").replace('version = "x"', 'version = "0.1.0"'), "utf-8")
        (self.root / "src/orrery/new.py").write_text(f"N = {len(self.did)}\n", "utf-8")
        self.until(lambda: self.packed("orrery/new.py") == f"N = {len(self.did)}\n", "the save was never built")

    def spoil(self) -> None:
        self.did.append("spoil")
        path = self.root / "pyproject.toml"
        path.write_text(path.read_text("utf-8").replace('version = "0.1.0"', 'version = "x"'), "utf-8")
        self.until(lambda: not self.wheels(), "what can't be built any more was never removed")

    def until(self, condition: Callable[[], bool], why: str) -> None:
        eventually(condition, why)
        self.terminal.rows(LONG_QUIET)  # what is compared and remembered of it comes after

    def wheels(self) -> list[Path]:
        return list((self.root / "dist").glob("*.whl"))

    def packed(self, member: str) -> str:
        for wheel in self.wheels():
            with zipfile.ZipFile(wheel) as archive:
                return archive.read(member).decode() if member in archive.namelist() else ""
        return ""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return sample_project(tmp_path / "a b")


@pytest.fixture
def terminal(project: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Emulator]:
    emulator = Emulator(["-m", "support.screen.redrawn", str(project)], *request.param, home=tmp_path)
    yield emulator
    emulator.close()


def timeless(rows: list[str]) -> list[str]:
    """Return the rows without what changes by itself: how long ago something was, and how long it took."""
    text = re.sub(r"[\d.,:]+", "#", "\n".join(rows))
    text = re.sub(r"just now|# (ms|s|min) ago", "ago", text)
    return re.sub(r"[ ─]{2,}", "  ", text).split("\n")


@pytest.mark.parametrize("terminal", SIZES, indirect=True, ids=lambda size: f"{size[0]}x{size[1]}")
def test_what_stands_in_the_terminal_is_what_would_be_drawn_anew(terminal: Emulator, project: Path) -> None:
    terminal.wait_for("succeeded in")
    seed = secrets.randbits(32)  # another walk each time
    author = Author(project, terminal, random.Random(seed))  # noqa: S311 - it chooses keys
    for _ in range(STEPS):
        author.act()
        stands = timeless(terminal.rows(LONG_QUIET))
        meant = timeless(terminal.drawn_anew())
        assert stands == meant, "\n".join([f"{seed}: {author.did}", *stands, "but what is meant is", *meant])
