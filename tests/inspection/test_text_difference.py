"""Two texts, line by line: as difflib says it, where that ends in time."""

from __future__ import annotations

import difflib
import time

from hypothesis import given
from hypothesis import strategies as st

from atombuild.inspection.difference import text_difference

LINES = st.lists(st.sampled_from(["a", "b", "c", "", "- x", "@@"]), max_size=40)


@given(LINES, LINES)
def test_it_is_the_unified_diff_of_difflib_without_its_headings(old: list[str], new: list[str]) -> None:
    before, after = "\n".join(old), "\n".join(new)
    expected = list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=3))[2:]
    assert list(text_difference(before, after)) == expected


def test_lines_that_come_again_and_again_hold_nobody() -> None:
    before, after = ("\n".join(str(number * step % 100) for number in range(12_000)) for step in (1, 7))
    began = time.monotonic()
    assert text_difference(before, after) == ("too much alike to compare line by line: 12,000 and 12,000 lines",)
    assert time.monotonic() - began < 15


def test_who_wants_it_no_more_is_obeyed_before_it_is_done() -> None:
    breaths: list[None] = []
    text_difference("a\nb\nc", "a\nd\nc", lambda: breaths.append(None))
    assert breaths
