"""Figures as people read them."""

from __future__ import annotations

import pytest

from atombuild.units import seconds_words, size_change_words, size_words


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.00 kB"),
        (12_345, "12.3 kB"),
        (123_456, "123 kB"),
        (999_499, "999 kB"),
        (999_500, "1.00 MB"),
        (8_000_000, "8.00 MB"),
        (5_000_000_000_000, "5000 GB"),
    ],
)
def test_sizes(size: int, words: str) -> None:
    assert size_words(size) == words


@pytest.mark.parametrize(
    ("size", "previous", "words"),
    [(10, None, ""), (10, 10, "same size"), (1210, 10, "+1.20 kB"), (10, 130, "-120 B")],
)
def test_changes_of_size(size: int, previous: int | None, words: str) -> None:
    assert size_change_words(size, previous) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0004, "0 ms"),
        (0.048, "48 ms"),
        (0.9996, "1.00 s"),
        (1.239, "1.24 s"),
        (59.996, "1 min 00 s"),
        (125, "2 min 05 s"),
    ],
)
def test_durations(seconds: float, words: str) -> None:
    assert seconds_words(seconds) == words
