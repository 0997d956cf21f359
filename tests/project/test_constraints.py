"""Files of constraints: what a line says, and what is said of one that says nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from atombuild.errors import UsageMistake
from atombuild.project.constraints import Constraints, read_constraints

A, B = "a" * 64, "B" * 64


def written(folder: Path, text: str | bytes, name: str = "c.txt") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("\ufeffsetuptools<80\n", ["setuptools<80"]),
        ("# why\n\n  Flit_Core >=3 , <4  # because\nidna", ["Flit_Core<4,>=3", "idna"]),
        ("a==1 ; python_version<'4'\r\nb", ['a==1; python_version < "4"', "b"]),
        (f"a==1 --hash=sha256:{A}\n", [f"a==1 --hash=sha256:{A}"]),
        (
            f"a==1 \\\n    --hash=sha256:{A} \\\n    --hash sha256:{B}  # both\nb",
            [f"a==1 --hash=sha256:{A} --hash=sha256:{B.lower()}", "b"],
        ),
        ("a @ https://example.org/a-1.zip\n", ["a @ https://example.org/a-1.zip"]),
        ("a[x]==1 \\", ["a==1"]),
        ("# a comment does not go on \\\nb", ["b"]),
    ],
)
def test_each_line_is_a_requirement_with_its_hashes(tmp_path: Path, text: str, lines: list[str]) -> None:
    found = read_constraints(written(tmp_path, text))
    assert [each.line for each in found.items] == lines
    assert found.files == (tmp_path / "c.txt",)


def test_a_variable_is_filled_in_and_one_that_is_not_set_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINIMUM", "7")
    assert read_constraints(written(tmp_path, "a>=${MINIMUM}")).items[0].line == "a>=7"
    with pytest.raises(UsageMistake, match="no constraint"):
        read_constraints(written(tmp_path, "a>=${NO_SUCH_VARIABLE}"))


def test_another_file_is_read_where_it_is_named_relative_to_the_one_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    written(tmp_path, "b", "sub/b.txt")
    written(tmp_path, "c", "more.txt")
    written(tmp_path, "-r ../more.txt\n", "sub/include.txt")
    found = read_constraints(written(tmp_path, "a\n-c sub/b.txt\n--requirement=sub/include.txt\nd"))
    assert [each.line for each in found.items] == ["a", "b", "c", "d"]
    names = ["c.txt", "sub/b.txt", "sub/include.txt", "more.txt"]
    assert list(found.files) == [tmp_path / name for name in names]


def test_files_that_name_each_other_are_refused(tmp_path: Path) -> None:
    written(tmp_path, "-c c.txt", "d.txt")
    with pytest.raises(UsageMistake, match="names itself"):
        read_constraints(written(tmp_path, "-c d.txt"))


def test_options_of_an_installer_are_noted_with_their_line(tmp_path: Path) -> None:
    found = read_constraints(written(tmp_path, "a\n--index-url https://example.org/simple\n-f x\n--no-index\n"))
    assert [(option, where.line) for option, where in found.options] == [
        ("--index-url", 2),
        ("-f", 3),
        ("--no-index", 4),
    ]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a\nhello world\n", 2, "hello world"),
        ("./folder\n", 1, "./folder"),
        ("https://example.org/a.whl\n", 1, "https://example.org/a.whl"),
        ("a==1 --hash=sha256:00\n", 1, "another length"),
        (f"a==1 --hash=crc32:{A}\n", 1, "begins with one of"),
        (f"a==1 --hash=sha256:{A} b\n", 1, "can't stand here"),
        (f"a>=1 --hash=sha256:{A}\n", 1, "says the version"),
        (f"a==1.* --hash=sha256:{A}\n", 1, "says the version"),
        ("a\n\nb \\\n ==1 x\n", 3, "no constraint"),
        (b"a\n\xff\n", 2, "not UTF-8"),
    ],
)
def test_what_is_no_constraint_is_said_with_its_line(tmp_path: Path, text: str | bytes, line: int, words: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(UsageMistake) as raised:
        read_constraints(path)
    (report,) = raised.value.reports()
    assert report.where is not None
    assert (report.where.path, report.where.line) == (path, line)
    assert words in " ".join((report.what, *report.why))


@pytest.mark.parametrize(("name", "why"), [("missing.txt", "No such file"), (".", "a folder"), ("a\0b", "such a name")])
def test_a_file_that_can_not_be_read_is_said(tmp_path: Path, name: str, why: str) -> None:
    with pytest.raises(UsageMistake, match=why):
        read_constraints(tmp_path / name)


def test_a_constraint_admits_versions_and_applies_by_its_marker(tmp_path: Path) -> None:
    text = "a<2\nb @ https://example.org/b.zip\nc==1; python_version < '3'\n"
    below, url, marked = read_constraints(written(tmp_path, text)).items
    assert below.admits("1.9")
    assert below.admits("2a1") is False
    assert below.admits("1.0.dev1"), "a range says nothing against releases ahead of one"
    assert not below.admits("2")
    assert not url.admits("1")
    assert not marked.applies({"python_version": "3.11"})
    assert below.applies({})


def test_nothing_is_constrained_by_no_file() -> None:
    assert sum((), Constraints()) == Constraints()
