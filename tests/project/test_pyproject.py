"""Reading ``pyproject.toml``: each way in which it can't be read has its own words, and none of them blocks."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest

from atombuild.errors import AtombuildError, ProjectInvalid, ProjectMissing, PyprojectUnreadable
from atombuild.project.document import Moment
from atombuild.project.pyproject import MAX_SIZE, Pyproject, parse_pyproject, read_pyproject
from support.rights import permissions_hold

FILE = Path("/project/pyproject.toml")


def parsed(text: str) -> Pyproject:
    return parse_pyproject(FILE, text.encode())


def refusal(root: Path) -> AtombuildError:
    """The error that reading raises, from a thread so that a read that blocks fails the test."""
    caught: list[AtombuildError] = []

    def read() -> None:
        try:
            read_pyproject(root)
        except AtombuildError as error:
            caught.append(error)

    thread = Thread(target=read, daemon=True)
    thread.start()
    thread.join(timeout=20)
    assert not thread.is_alive(), "reading pyproject.toml blocks"
    assert caught, "it was read"
    return caught[0]


def test_it_is_read_to_the_byte(tmp_path: Path) -> None:
    data = b'\xef\xbb\xbf# \xc3\xa9\r\n[project]\r\nname = "x"\r\n'
    (tmp_path / "pyproject.toml").write_bytes(data)
    pyproject = read_pyproject(tmp_path)
    assert pyproject.data == data
    assert pyproject.path == tmp_path / "pyproject.toml"
    assert pyproject.table == {"project": {"name": "x"}}
    assert str(pyproject.at("project", "name")) == f"{pyproject.path}:3:8"


def test_a_relative_folder_gives_an_absolute_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    assert read_pyproject(Path()).path == tmp_path / "pyproject.toml"


@pytest.mark.parametrize(
    ("prepare", "why"),
    [
        (lambda root: root.rmdir(), "there is no such folder"),
        (lambda root: (root.rmdir(), root.write_text("")), "it is a file, not a folder"),
        (lambda root: (root.rmdir(), root.symlink_to("nowhere")), "it is a link to a folder that is not there"),
        (lambda root: None, "the folder holds no pyproject.toml"),  # noqa: ARG005
    ],
)
def test_a_missing_project_says_what_is_missing(tmp_path: Path, prepare: Callable[[Path], object], why: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    prepare(root)
    error = refusal(root)
    assert isinstance(error, ProjectMissing)
    assert error.why == why


def test_a_path_through_a_file_is_a_missing_project(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    error = refusal(tmp_path / "file" / "below")
    assert isinstance(error, ProjectMissing)
    assert error.why == "a part of the path is a file, not a folder"


def test_a_path_that_no_folder_can_have_is_a_missing_project() -> None:
    error = refusal(Path("a\0b"))
    assert isinstance(error, ProjectMissing)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (Path.mkdir, "it is a folder, not a regular file"),
        (os.mkfifo, "it is a FIFO, not a regular file"),
        (_socket, "it is a socket, not a regular file"),
        (lambda path: path.symlink_to("/dev/zero"), "it is a device, not a regular file"),
        (lambda path: path.symlink_to("gone"), "it is a link to a file that is not there"),
        (lambda path: path.symlink_to(path.name), "Too many levels of symbolic links (ELOOP)"),
    ],
)
def test_what_is_no_regular_file_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], object], why: str
) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path must be short
    make(Path("pyproject.toml"))
    error = refusal(tmp_path)
    assert isinstance(error, PyprojectUnreadable)
    assert error.reports()[0].why == (why,)


def test_a_file_without_read_permission_names_the_reason(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch(mode=0)
    with permissions_hold():
        error = refusal(tmp_path)
    assert isinstance(error, PyprojectUnreadable)
    assert error.reports()[0].why == ("Permission denied (EACCES)",)


def test_a_file_of_absurd_size_is_refused_without_reading_it_all(tmp_path: Path) -> None:
    with (tmp_path / "pyproject.toml").open("wb") as file:
        file.truncate(100 * MAX_SIZE)
    error = refusal(tmp_path)
    assert isinstance(error, ProjectInvalid)
    assert error.problems[0].what == "pyproject.toml is larger than 2 MiB"


@pytest.mark.parametrize(
    ("data", "place", "cause"),
    [
        (b"a = 1\n# \xc3\xa9\xe9\n", (2, 4), "the byte 0xE9 can't stand here"),
        (b"\xef\xbb\xbf# \xff", (1, 3), "the byte 0xFF can't stand here"),
        ('name = "x"'.encode("utf-16"), (1, 1), "the byte 0xFF can't stand here"),
    ],
)
def test_bytes_that_are_no_utf8_are_shown_by_place(data: bytes, place: tuple[int, int], cause: str) -> None:
    with pytest.raises(ProjectInvalid) as caught:
        parse_pyproject(FILE, data)
    (problem,) = caught.value.problems
    assert problem.where
    assert (problem.where.line, problem.where.column) == place
    assert problem.why == (cause, "stream did not contain valid UTF-8")
    assert ("UTF-16" in problem.hint) == (data[:2] == b"\xff\xfe")


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ("[project]\nname = x\n", (2, 8), 'text goes in double quotes: "…"; true and false are lower case'),
        ("[project]\nname\n", (2, 5), 'write key = "value"; a table header goes in brackets: [project]'),
        ('a = "x\n', (1, 7), "remove that character, or close the string before it"),
        ("a = 1\na = 2\n", (2, 6), "this key stands twice: keep one of the two"),
        ("[a]\n[a]\n", (2, 3), "this table stands twice: join the two into one"),
        ("[a\n", (1, 3), "close the table header with ]"),
        ('a = "C:\\pip"', (1, 10), "write \\\\ for a backslash, or put the text in single quotes"),
        ("a = [1, 2", (1, 10), "close the list with ]"),
        ("a = 1 2", (1, 7), "begin a new line here, or put the whole value in quotes"),
    ],
)
def test_broken_toml_is_shown_by_place_with_a_hint(text: str, place: tuple[int, int], hint: str) -> None:
    with pytest.raises(ProjectInvalid) as caught:
        parsed(text)
    (problem,) = caught.value.problems
    assert problem.what == "pyproject.toml is not valid TOML"
    assert problem.where
    assert (problem.where.line, problem.where.column) == place
    assert problem.hint.startswith(hint)
    assert problem.why


@pytest.mark.parametrize("depth", [81, 900, 100_000])
def test_absurd_nesting_is_a_problem_of_the_project(depth: int) -> None:
    with pytest.raises(ProjectInvalid) as caught:
        parsed("a = " + "[" * depth + "]" * depth)
    assert caught.value.problems[0].why == ("cannot recurse further; max recursion depth met",)


def test_numbers_beyond_64_bits_are_all_reported_by_place() -> None:
    with pytest.raises(ProjectInvalid) as caught:
        parsed("a = 9223372036854775808\nb = -9223372036854775809\nc = [inf, 1, -1e999]\nd = 9223372036854775807\n")
    assert [(p.where.line, p.where.column) for p in caught.value.problems if p.where] == [(1, 5), (2, 5), (3, 14)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('a = """x\r\ny"""', "x\r\ny"),
        ("a = '''\r\nx\r\n\r\ny\r\n'''", "x\r\n\r\ny\r\n"),
        ('a = """\r\n\r\nx\\\r\n   y\\r\\\\\r\nz\ne"""', "\r\nxy\r\\\r\nz\ne"),
        ('a = "x\\ny"', "x\ny"),
    ],
)
def test_a_multi_line_string_keeps_its_line_endings(text: str, value: str) -> None:
    assert parsed(text + "\r\n").table == {"a": value}


def test_dates_stay_as_they_were_written() -> None:
    table = parsed("a = 1979-05-27t07:32:00.000-00:00  # c\nb = [07:32 ]\n").table
    assert table == {"a": Moment("1979-05-27t07:32:00.000-00:00"), "b": [Moment("07:32")]}
