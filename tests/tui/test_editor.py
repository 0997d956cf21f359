"""Every editor is told the place as it wants to be told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from atombuild.errors import Location
from atombuild_tui.editor import PRESETS, NoEditor, opening, split

PLACE = Location(Path("/p/a b.toml"), 3, 11)


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """Return a folder that holds a program of every name."""
    for name in (*PRESETS, "unheard-of"):
        program = tmp_path / name
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    return tmp_path


@pytest.mark.parametrize(
    ("said", "arguments", "in_terminal"),
    [
        ("vim", ["+call cursor(3,11)", "/p/a b.toml"], True),
        ("nvim", ["+call cursor(3,11)", "/p/a b.toml"], True),
        ("vi", ["+3", "/p/a b.toml"], True),
        ("emacs", ["-nw", "+3:11", "/p/a b.toml"], True),
        ("nano", ["+3,11", "/p/a b.toml"], True),
        ("hx", ["/p/a b.toml:3:11"], True),
        ("code", ["--goto", "/p/a b.toml:3:11"], False),
        ("code --wait", ["--wait", "--goto", "/p/a b.toml:3:11"], False),
        ("zed", ["/p/a b.toml:3:11"], False),
        ("subl", ["/p/a b.toml:3:11"], False),
        ("pycharm", ["--line", "3", "--column", "11", "/p/a b.toml"], False),
        ("unheard-of -x", ["-x", "/p/a b.toml"], True),
    ],
)
def test_an_editor_gets_file_line_and_column(
    programs: Path, said: str, arguments: list[str], in_terminal: bool
) -> None:
    found = opening(PLACE, {"EDITOR": said, "PATH": str(programs)})
    assert found.command[0] == str(programs / said.partition(" ")[0])
    assert list(found.command[1:]) == arguments
    assert found.in_terminal is in_terminal


def test_the_setting_goes_before_visual_and_visual_before_editor(programs: Path) -> None:
    environment = {"EDITOR": "nano", "VISUAL": "vim", "PATH": str(programs)}
    assert opening(PLACE, environment, "code").name == "code"
    assert opening(PLACE, environment).name == "vim"
    assert opening(PLACE, {**environment, "VISUAL": ""}).name == "nano"


def test_without_any_word_a_usual_one_is_looked_for(programs: Path, tmp_path: Path) -> None:
    assert opening(PLACE, {"PATH": str(programs)}).name == "nvim"
    with pytest.raises(NoEditor, match="no editor is known: set"):
        opening(PLACE, {"PATH": str(tmp_path / "nowhere")})


@pytest.mark.parametrize(
    ("said", "why"), [("'open", "can't be read"), ("/no/such/vim", "is not to be found"), ("  ", "not to be found")]
)
def test_what_can_not_be_started_is_told(programs: Path, said: str, why: str) -> None:
    with pytest.raises(NoEditor, match=why):
        opening(PLACE, {"EDITOR": said, "PATH": str(programs)})


def test_a_command_word_by_word_is_taken_as_it_is(programs: Path) -> None:
    found = opening(PLACE, {"PATH": str(programs)}, ("code", "--user-data-dir", 'C:\\a "b" c'))
    assert found.command[1:3] == ("--user-data-dir", 'C:\\a "b" c')
    assert found.name == "code"


def test_windows_says_it_with_backslashes_and_quotes() -> None:
    said = r'"C:\Program Files\Code\code.exe" -n C:\temp'
    assert split(said, posix=False) == (r"C:\Program Files\Code\code.exe", "-n", r"C:\temp")


def test_an_editor_beside_us_is_started_from_where_it_was_found(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The project's folder, where it is started, may hold a program of the same name."""
    monkeypatch.chdir(programs)
    found = opening(PLACE, {"EDITOR": "./vim", "PATH": ""})
    assert found.command[0] == str(programs / "vim")


def test_a_file_is_never_an_option(programs: Path) -> None:
    place = Location(Path("-rf"), 1)
    found = opening(place, {"EDITOR": "vim", "PATH": str(programs)})
    assert found.command[-1] == os.fspath(Path.cwd() / "-rf")
