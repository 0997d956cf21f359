"""While a large file is compressed, a build can still be stopped; and breathing changes no byte."""

from __future__ import annotations

import random

import pytest

from atombuild.archive.gzip_runs import compress_run
from atombuild.archive.wheel import deflate_member
from atombuild.errors import Cancelled

LARGE = random.Random(0).randbytes(5 << 20)  # noqa: S311 (any bytes that don't compress)


class Breath:
    """Counts, and gives up at the breath that a test names."""

    def __init__(self, last: int | None = None) -> None:
        self.taken = 0
        self._last = last

    def __call__(self) -> None:
        self.taken += 1
        if self.taken == self._last:
            raise Cancelled


def test_every_megabyte_is_a_breath() -> None:
    in_wheel, in_sdist = Breath(), Breath()
    deflate_member("x", LARGE, executable=False, breathe=in_wheel)
    compress_run(LARGE, in_sdist)
    assert (in_wheel.taken, in_sdist.taken) == (4, 4)


def test_a_breath_can_stop_it() -> None:
    for stop_at in (1, 3):
        with pytest.raises(Cancelled):
            deflate_member("x", LARGE, executable=False, breathe=Breath(stop_at))
        with pytest.raises(Cancelled):
            compress_run(LARGE, Breath(stop_at))


def test_breathing_changes_no_byte() -> None:
    assert deflate_member("x", LARGE, executable=False, breathe=Breath()) == deflate_member(
        "x", LARGE, executable=False
    )
    assert compress_run(LARGE, Breath()) == compress_run(LARGE)
