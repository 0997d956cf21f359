"""What is marked is what was searched for, also where small and capital letters differ in length."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atombuild_tui.sought import occurrences


@pytest.mark.parametrize(
    ("text", "sought", "marked"),
    [
        ("one ONE", "one", ["one", "ONE"]),
        ("stra\u00dfe nach x", "nach", ["nach"]),
        ("\u0130\u0130\u0130 x", "x", ["x"]),
        ("stra\u00dfe", "ss", ["\u00df"]),
        ("stra\u00dfe", "ase", []),
        ("STRASSE", "strasse", ["STRASSE"]),
        ("aaaa", "aa", ["aa", "aa"]),
        ("abc", "", []),
    ],
)
def test_marks_stand_on_what_was_found(text: str, sought: str, marked: list[str]) -> None:
    assert [text[first:last] for first, last in occurrences(text, sought)] == marked


@given(st.text(), st.text(min_size=1))
def test_every_mark_holds_what_was_searched_for(text: str, sought: str) -> None:
    wanted = sought.casefold()
    found = list(occurrences(text, wanted))
    assert bool(found) == (wanted in text.casefold())
    assert all(wanted in text[first:last].casefold() for first, last in found)
