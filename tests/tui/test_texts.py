"""A member of an artifact as rows: all of it where somebody may read it, and no more than answers a key."""

from __future__ import annotations

import pytest

from atombuild.inspection.text import MemberText
from atombuild_tui.pages.texts import MOST_ROWS, member_lines

MANY = MOST_ROWS + 2_000


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
