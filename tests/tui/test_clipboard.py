"""What was copied, and where to, is said as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from atombuild_tui.clipboard import LARGEST, copy
from support.screen.engine import OverheardApp, ScriptedEngine

EXACTLY = "ab\n" + "c" * (LARGEST - 3)


class Pad(OverheardApp):
    """Keeps what it was told, and what went through the terminal."""

    def __init__(self) -> None:
        super().__init__(ScriptedEngine())
        self.told: list[tuple[str, str]] = []

    def notify(self, message: str, *, severity: str = "information", **options: object) -> None:
        self.told.append((message, severity))


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ATOMBUILD_STATE_DIR", str(tmp_path / "state"))
    return tmp_path / "state" / "copied.txt"


@pytest.fixture
def no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "a file").write_text("")
    monkeypatch.setenv("ATOMBUILD_STATE_DIR", str(tmp_path / "a file" / "state"))
    return tmp_path / "a file" / "state" / "copied.txt"


def test_it_goes_through_the_terminal_and_into_the_file(file: Path) -> None:
    pad = Pad()
    copy(pad, EXACTLY)
    assert pad.told == [(f"copied 2 lines; also in {file}", "information")]
    assert pad.clipboard == EXACTLY
    assert file.read_text() == f"{EXACTLY}\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("text", [f"{EXACTLY}d", "é" * (LARGEST // 2 + 1)], ids=["characters", "bytes"])
def test_what_is_too_much_for_the_terminal_is_in_the_file_alone(file: Path, text: str) -> None:
    pad = Pad()
    copy(pad, text)
    lines = "2 lines" if "\n" in text else "1 line"
    assert pad.told == [(f"copied {lines} into {file}: too much for the terminal", "information")]
    assert pad.clipboard == ""
    assert file.read_text(encoding="utf-8") == f"{text}\n"


def test_where_the_file_can_not_be_written_that_is_said(no_file: Path) -> None:
    pad = Pad()
    copy(pad, "one")
    assert pad.told == [(f"copied 1 line; {no_file} can't be written", "information")]
    assert pad.clipboard == "one"


def test_what_can_go_nowhere_is_not_called_copied(no_file: Path) -> None:
    pad = Pad()
    copy(pad, f"{EXACTLY}d")
    words = f"nothing was copied: 2 lines are too much for the terminal, and {no_file} can't be written"
    assert pad.told == [(words, "warning")]
    assert pad.clipboard == ""


def test_what_is_no_unicode_can_be_copied_too(file: Path) -> None:
    pad = Pad()
    copy(pad, "a\udc80b")
    assert pad.clipboard == "a?b"
    assert file.read_text() == "a?b\n"
