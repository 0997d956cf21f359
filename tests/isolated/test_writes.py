"""What a backend's interpreter says that it writes (PEP 578), so that it is not taken for a save."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from atombuild.isolated.inside.hook import Writes


class Noted:
    """What was noted of the project."""

    def __init__(self, root: Path, file: Path) -> None:
        self._file = file
        file.touch()
        self.writes = Writes(str(root), str(file))

    @property
    def paths(self) -> list[str]:
        return self._file.read_text(encoding="utf-8", errors="surrogateescape").splitlines()


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    (root / "old").mkdir(parents=True)
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def noted(root: Path, tmp_path: Path) -> Noted:
    return Noted(root, tmp_path / "writes")


@pytest.mark.parametrize("mode", ["w", "wb", "a", "x", "r+"])
def test_what_is_opened_for_writing_is_noted(noted: Noted, mode: str) -> None:
    noted.writes.hear("open", ("src/a.py", mode, 0))
    assert noted.paths == ["src/a.py"]


@pytest.mark.parametrize("flags", [os.O_WRONLY, os.O_RDWR, os.O_RDONLY | os.O_CREAT])
def test_so_it_is_by_its_flags(noted: Noted, flags: int, root: Path) -> None:
    noted.writes.hear("open", (os.fsencode(root / "b"), None, flags))
    assert noted.paths == ["b"]


def test_what_is_read_is_not(noted: Noted) -> None:
    noted.writes.hear("open", ("a", "rb", 0))
    noted.writes.hear("open", ("a", None, os.O_RDONLY))
    noted.writes.hear("open", ("a",))
    noted.writes.hear("import", ("a",))
    assert noted.paths == []


@pytest.mark.parametrize("event", ["os.remove", "os.rmdir", "os.truncate", "os.utime", "os.chmod"])
def test_what_is_done_to_one_path_is_noted(noted: Noted, event: str) -> None:
    noted.writes.hear(event, ("a", -1))
    assert noted.paths == ["a"]


@pytest.mark.parametrize("event", ["os.rename", "os.link", "os.symlink"])
def test_and_to_two(noted: Noted, event: str) -> None:
    noted.writes.hear(event, ("a", "b/c", -1, -1))
    assert noted.paths == ["a", "b/c"]


def test_a_new_folder_ends_in_a_slash_and_one_that_is_there_is_none(noted: Noted) -> None:
    noted.writes.hear("os.mkdir", ("new", 0o777, -1))
    noted.writes.hear("os.mkdir", ("old", 0o777, -1))
    assert noted.paths == ["new/"]


def test_each_is_noted_once_and_nothing_outside(noted: Noted, root: Path) -> None:
    for path in ("a", "./a", str(root / "a"), "../beside", "/dev/null"):
        noted.writes.hear("open", (path, "w", 0))
    noted.writes.hear("open", (3, "w", 0))
    assert noted.paths == ["a"]


def test_a_project_behind_a_link_is_known_by_both_names(root: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(root)
    noted = Noted(tmp_path / "link", tmp_path / "writes2")
    noted.writes.hear("open", (str(root / "a"), "w", 0))
    noted.writes.hear("open", (str(tmp_path / "link" / "b"), "w", 0))
    assert noted.paths == ["a", "b"]


def test_a_name_that_is_no_text_comes_out_to_the_byte(noted: Noted) -> None:
    noted.writes.hear("open", (b"caf\xe9", "w", 0))
    assert [os.fsencode(path) for path in noted.paths] == [b"caf\xe9"]
