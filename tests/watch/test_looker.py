"""The session's view of a real tree."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from atombuild.watch.looker import Looker


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/a.py").write_text("a")
    (tmp_path / "src/b.py").write_text("b")
    return tmp_path


@pytest.fixture
def look(root: Path) -> Looker:
    return Looker(root, root / "dist")


def everything(_path: str) -> bool:
    return True


def in_src(path: str) -> bool:
    return path.startswith("src/")


def test_nothing_changed_is_nothing(look: Looker) -> None:
    assert look(in_src).changed_since(look(in_src)) == ()


def test_a_change_is_named(root: Path, look: Looker) -> None:
    before = look(in_src)
    (root / "src/a.py").write_text("A")
    (root / "src/new.py").write_text("")
    (root / "src/b.py").unlink()
    assert look(in_src).changed_since(before) == ("src/a.py", "src/b.py", "src/new.py")


def test_a_touch_is_no_change_but_shows_by_stat(root: Path, look: Looker) -> None:
    before = look(in_src)
    os.utime(root / "src/a.py", (1, 1))
    now = look(in_src)
    assert now.changed_since(before) == ()
    assert now.changed_since(before, by_stat=True) == ("src/a.py",)


def test_the_fingerprint_is_of_content_and_survives_a_new_looker(root: Path, look: Looker) -> None:
    first = look(in_src).fingerprint(in_src)
    os.utime(root / "src/a.py", (1, 1))
    assert Looker(root, root / "dist")(in_src).fingerprint(in_src) == first
    (root / "src/a.py").write_text("A")
    assert look(in_src).fingerprint(in_src) != first


def test_the_fingerprint_counts_names_and_the_executable_bit(root: Path, look: Looker) -> None:
    prints = {look(in_src).fingerprint(in_src)}
    (root / "src/a.py").chmod(0o755)
    prints.add(look(in_src).fingerprint(in_src))
    (root / "src/a.py").rename(root / "src/c.py")
    prints.add(look(in_src).fingerprint(in_src))
    assert len(prints) == 3


def test_the_fingerprint_is_only_of_what_is_admitted(root: Path, look: Looker) -> None:
    first = look(in_src).fingerprint(in_src)
    (root / "notes.txt").write_text("remember")
    assert look(in_src).fingerprint(in_src) == first
    assert look(in_src).fingerprint(everything) != first


def test_the_output_directory_is_not_looked_at(root: Path, look: Looker) -> None:
    before = look(everything)
    (root / "dist").mkdir()
    (root / "dist/demo.whl").write_text("")
    assert look(everything).changed_since(before) == ()


def test_the_newest_save_is_found_among_those_that_are_there(root: Path, look: Looker) -> None:
    os.utime(root / "src/a.py", (1_000_000_000, 4_000_000_000))  # in the year 2096: later than any clock here
    assert look(in_src).newest(["src/a.py", "src/b.py", "src/gone.py"]) == 4_000_000_000
    assert look(in_src).newest(["src/gone.py"]) is None


def test_what_was_moved_here_was_saved_when_it_came_however_old_it_is(root: Path, look: Looker) -> None:
    (root / "old.py").write_text("old")
    os.utime(root / "old.py", (1_000_000_000, 1_000_000_000))
    (root / "old.py").rename(root / "src/old.py")
    came = look(in_src).newest(["src/old.py"])
    assert came is not None
    assert came > (root / "src/a.py").stat().st_mtime - 1
