"""Deflate: what comes out is what went in, and nothing of one file shows in the next."""

from __future__ import annotations

import random
import sys
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from atombuild.archive.deflate import Deflate, InWindows, deflate, exported, in_pieces
from atombuild.errors import Cancelled

RANDOM = random.Random(0)  # noqa: S311 (any bytes will do)
LARGE = b"".join(RANDOM.choice([bytes(500), RANDOM.randbytes(300), b"some text " * 9]) for _ in range(70_000))
"""Some blocks compress well and some don't; 17 MB, so that it is handed over in pieces."""


def in_windows() -> InWindows:
    library = exported()
    if library is None:
        pytest.skip("zlib_ng exports no C functions here")
    return InWindows(library)


@pytest.fixture(params=[in_windows, lambda: in_pieces], ids=["in windows", "in pieces"])
def compress(request: pytest.FixtureRequest) -> Deflate:
    ways: Deflate = request.param()
    return ways


def never() -> None:
    """Breathe, and go on."""


def whole(compress: Deflate, data: bytes) -> bytes:
    return b"".join(compress((data,), never))


def inflate(data: bytes) -> bytes:
    return zlib.decompress(data, -zlib.MAX_WBITS)


def giving_up() -> Iterator[None]:
    yield
    raise Cancelled


def test_the_c_functions_are_there_where_we_say_so() -> None:
    assert (exported() is not None) == (sys.platform != "win32")


@given(st.binary(max_size=3000))
@example(b"")
@example(bytes(1 << 20))
@example(LARGE)
@settings(deadline=None)
def test_what_goes_in_comes_out(data: bytes) -> None:
    assert inflate(deflate(data)) == data


def test_each_way_is_deflate(compress: Deflate) -> None:
    for data in (b"", b"a", LARGE, LARGE[: 1 << 20]):
        assert inflate(whole(compress, data)) == data


def test_nothing_of_one_file_shows_in_the_next() -> None:
    used = in_windows()
    for data in (LARGE, b"", LARGE[:100_000], b"x", LARGE[5:300_000]):
        assert whole(used, data) == whole(in_windows(), data)


def test_a_file_that_was_given_up_leaves_nothing(compress: Deflate) -> None:
    expected = whole(compress, LARGE[:100_000])
    breaths = giving_up()
    with pytest.raises(Cancelled):
        list(compress((LARGE,), lambda: next(breaths)))
    assert whole(compress, LARGE[:100_000]) == expected
