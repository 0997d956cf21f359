"""The log's memory: every character of a line can be read at any width, and memory has a bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from atombuild_tui.journal import Entry, Role
from atombuild_tui.widgets import log_buffer
from atombuild_tui.widgets.log_buffer import GUTTER, MARGIN, LogBuffer

if TYPE_CHECKING:
    import pytest


def all_rows(buffer: LogBuffer) -> list[str]:
    rows = [buffer.row(number) for number in range(buffer.rows)]
    assert None not in rows
    return [row.text for row in rows if row is not None]


PRINTABLE = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cf", "Mn", "Me")), max_size=120)


@given(st.lists(PRINTABLE, max_size=20), st.integers(20, 100))
def test_folded_log_lines_lose_nothing_and_fit(texts: list[str], width: int) -> None:
    buffer = LogBuffer(width=width)
    buffer.append(Entry(Role.INFO, text) for text in texts)
    rows = all_rows(buffer)
    assert "".join(rows) == "".join(texts)
    assert all(cell_len(row) <= width - GUTTER - MARGIN for row in rows)


@given(st.lists(PRINTABLE, max_size=20), st.integers(20, 100), st.integers(20, 100))
def test_a_new_width_folds_as_if_it_had_been_there_from_the_start(texts: list[str], first: int, second: int) -> None:
    resized, fresh = LogBuffer(width=first), LogBuffer(width=second)
    for buffer in (resized, fresh):
        buffer.append(Entry(Role.INFO, text) for text in texts)
    resized.resize(second)
    assert all_rows(resized) == all_rows(fresh)


def test_sentences_break_between_words() -> None:
    buffer = LogBuffer(width=GUTTER + MARGIN + 7 + 12)
    buffer.append([Entry(Role.NEXT, "create the module again", "next   ")])
    assert all_rows(buffer) == ["create the", "module again"]


def test_rules_take_one_row_at_any_width() -> None:
    buffer = LogBuffer(width=30)
    buffer.append([Entry(Role.RULE, "build 12 · 12:02:11 · changed: src/orrery/planets.py")])
    (row,) = all_rows(buffer)
    assert row.startswith("build 12")
    assert row.endswith("planets.py"[-8:])


def test_entries_and_rows_find_each_other() -> None:
    buffer = LogBuffer(width=20)
    buffer.append([Entry(Role.INFO, "x" * 40), Entry(Role.INFO, "y"), Entry(Role.INFO, "z" * 40)])
    assert [buffer.entry_at(row) for row in range(buffer.rows)] == [0, 0, 0, 1, 2, 2, 2]
    assert [buffer.row_of(entry) for entry in range(4)] == [0, 3, 4, 7]


def test_the_oldest_entries_are_forgotten_and_counted() -> None:
    buffer = LogBuffer(width=20, kept=100)
    assert buffer.append(Entry(Role.INFO, "x" * 40) for _ in range(100)) == 0
    forgotten = buffer.append([Entry(Role.INFO, "last")])
    assert (len(buffer), forgotten) == (90, 33)
    assert all_rows(buffer)[-1] == "last"
    assert buffer.rows == 89 * 3 + 1


def test_enormous_lines_have_a_bound_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_buffer, "KEPT_CHARACTERS", 10_000)
    buffer = LogBuffer(width=20, kept=100)
    for _ in range(100):
        buffer.append([Entry(Role.INFO, "x" * 1000)])
    assert len(buffer) in {9, 10}


def test_of_enormous_lines_no_more_are_forgotten_than_must_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_buffer, "KEPT_CHARACTERS", 100_000)
    buffer = LogBuffer(width=20, kept=1000)
    buffer.append(Entry(Role.INFO, "x" * 1000) for _ in range(101))
    assert len(buffer) == 90
    buffer.append([Entry(Role.INFO, "y" * 200_000)])
    assert len(buffer) == 1
    assert set("".join(all_rows(buffer))) == {"y"}
