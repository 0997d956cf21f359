"""A member of an artifact as rows: all of it where somebody may read it, and no more than answers a key."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from atombuild.inspection.text import MemberText
from atombuild_tui.colouring import Colourist
from atombuild_tui.pages.texts import MOST_ROWS, member_lines

MANY = MOST_ROWS + 2_000


@pytest.fixture
def colourist() -> Iterator[Colourist]:
    one = Colourist()
    yield one
    one.close()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.py", "\n" * MANY),
        ("RECORD", "a,,\n" * MANY),
        ("METADATA", "A: b\n" * MANY),
        ("METADATA", "A: b\n\nx" + "\n" * MANY + "x"),
        ("entry_points.txt", "[a]\n" + "".join(f"b{number} = c\n" for number in range(MANY))),
    ],
    ids=["code", "RECORD", "fields", "a description", "entry points"],
)
def test_a_member_of_too_many_lines_is_cut_and_says_so(name: str, text: str) -> None:
    lines = member_lines(MemberText(name, text, len(text)))
    assert len(lines) == MOST_ROWS + 1
    assert lines[-1].words == "… what comes after these 50,000 rows is not shown"


def test_of_what_was_read_in_part_both_cuts_are_told() -> None:
    lines = member_lines(MemberText("a.txt", "\n" * MANY, 1 << 22, cut=True))
    assert [line.words for line in lines[-2:]] == [
        "… what comes after these 50,000 rows is not shown",
        "… the rest of 4.19 MB is not shown",
    ]


def test_a_member_that_fits_is_whole() -> None:
    lines = member_lines(MemberText("a.txt", "one\ntwo\n", 8))
    assert [line.text for line in lines] == ["one", "two"]


def test_what_is_copied_of_a_file_is_its_text_blank_lines_too() -> None:
    lines = member_lines(MemberText("a.py", "import os\n\n\nprint(os)\n", 22))
    assert [line.words for line in lines] == ["import os", "", "", "print(os)"]


@pytest.mark.parametrize(
    ("name", "text"),
    [("m.c", "\n " * 20_000), ("m.ng2", ("(" * 8000 + "\n") * 24), ("m.isa", ("_" * 8000 + "\n") * 24)],
)
def test_what_a_lexer_never_comes_to_the_end_of_is_shown_without_colours(
    name: str, text: str, colourist: Colourist
) -> None:
    began = time.monotonic()
    lines = member_lines(MemberText(name, text, len(text)), colourist.colours)
    assert "".join(line.words for line in lines) == text.replace("\n", "")
    assert time.monotonic() - began < 15


def test_a_text_of_many_pieces_has_its_colours_to_the_end_also_after_a_long_docstring(
    colourist: Colourist,
) -> None:
    text = ('"""A module.\n\n' + "It does much.\n" * 500 + '"""\n\ndef much():\n    return 1\n\n\n') * 10
    lines = member_lines(MemberText("a.py", text, len(text)), colourist.colours)
    styles = {line.text: {str(span.style) for span in line.left.spans} for line in lines if line.text == "    return 1"}
    assert [line.text for line in lines] == text.splitlines()
    assert styles["    return 1"] == {"$quiet", "$text", "bold $busy", "$doubt"}
    prose = [line for line in lines if line.text == "It does much."]
    assert {str(span.style) for line in prose for span in line.left.spans} == {"$quiet", "$text", "italic $good"}
