"""Times, counts and paths read as people write them."""

from __future__ import annotations

from datetime import timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from atombuild_tui import format as shown
from support.screen.engine import NOON


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3, "just now"),
        (4, "just now"),
        (12, "12 s ago"),
        (61, "1 min ago"),
        (7300, "2 h ago"),
        (86_400, "1 day ago"),
        (400_000, "4 days ago"),
    ],
)
def test_how_long_ago_is_told_in_one_unit(seconds: float, words: str) -> None:
    assert shown.ago(NOON - seconds, NOON) == words


def test_a_time_of_another_day_carries_its_date() -> None:
    assert shown.clock_time(NOON, NOON, timezone.utc) == "12:02:11"
    assert shown.clock_time(NOON - 86_400, NOON, timezone.utc) == "28 Feb 12:02"


@pytest.mark.parametrize("at", [2.0**40, -(2.0**40), 1e300])
def test_a_time_beyond_the_calendar_has_a_form_too(at: float) -> None:
    assert ":" in shown.clock_time(at, NOON, timezone.utc)  # as that of a file whose date was set to it
    assert ":" in shown.moment(at)


@pytest.mark.parametrize(
    ("paths", "total", "words"),
    [
        (("a.py",), 1, "a.py"),
        (("a.py", "b.py"), 3, "a.py and 2 more"),
        ((), 0, "0 files"),
        ((), 1200, "1,200 files"),
    ],
)
def test_a_list_of_paths_is_its_first_and_how_many_more(paths: tuple[str, ...], total: int, words: str) -> None:
    assert shown.listed(paths, total) == words


def test_home_is_a_tilde_only_where_it_is_home() -> None:
    home = Path("/home/ada")
    assert shown.home_shortened("/home/ada/src", home) == "~/src"
    assert shown.home_shortened("/home/ada", home) == "~"
    assert shown.home_shortened("/home/adam/src", home) == "/home/adam/src"
    assert shown.home_shortened("/src", Path("/")) == "/src"


def test_a_path_is_relative_only_inside_of_the_folder() -> None:
    assert shown.inside(Path("/p/src/a.py"), "/p") == "src/a.py"
    assert shown.inside(Path("/pq/a.py"), "/p") == "/pq/a.py"
    assert shown.inside(Path("/p/a.py"), "") == "/p/a.py"


def test_a_shortened_text_keeps_both_ends() -> None:
    assert shown.shortened("orrery-0.4.0-py3-none-any.whl", 15) == "orrery-…any.whl"


@given(st.text(), st.integers(0, 40))
def test_a_shortened_text_fits(text: str, cells: int) -> None:
    result = shown.shortened(text, cells)
    assert cell_len(result) <= cells or result == text == ""
    assert result == text or "…" in result or cells == 0
