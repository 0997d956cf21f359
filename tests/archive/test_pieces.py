"""Pieces in files: believed only as long as they are what was written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from zlib_ng import zlib_ng

from atombuild.archive.pieces import Shelf, Slice, blocks_of, is_whole, temporary_shelf

DATA = bytes(range(256)) * 9000
"""More than one block."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "archive"
    path.write_bytes(b"before" + DATA + b"after")
    return path


def slice_in(shelf: Shelf) -> Slice:
    return shelf.piece(6, len(DATA), zlib_ng.crc32(DATA))


def reading(path: Path) -> Shelf:
    return Shelf(os.open(path, os.O_RDONLY))


def test_a_slice_is_what_was_written(file: Path) -> None:
    piece = slice_in(reading(file))
    assert b"".join(blocks_of(piece)) == DATA
    assert len(piece) == len(DATA)
    assert is_whole(piece)


def test_bytes_are_pieces_too() -> None:
    assert b"".join(blocks_of(b"abc")) == b"abc"
    assert is_whole(b"abc")


@pytest.mark.skipif(os.name == "nt", reason="an open file can't be removed there")
def test_the_file_may_lose_its_name(file: Path) -> None:
    shelf = Shelf()
    piece = slice_in(shelf)
    assert not is_whole(piece)
    shelf.hand_over(os.open(file, os.O_RDONLY))
    file.unlink()
    assert b"".join(piece) == DATA


@pytest.mark.parametrize("at", [6, len(DATA) // 2, len(DATA) + 5])
def test_one_changed_byte_is_noticed(file: Path, at: int) -> None:
    piece = slice_in(reading(file))
    with file.open("r+b") as changed:
        changed.seek(at)
        old = changed.read(1)
        changed.seek(at)
        changed.write(bytes([old[0] ^ 1]))
    assert not is_whole(piece)
    with pytest.raises(OSError, match="was changed on the disk"):
        b"".join(piece)


def test_a_file_that_was_cut_off_is_noticed(file: Path) -> None:
    piece = slice_in(reading(file))
    os.truncate(file, len(DATA) // 2)
    assert not is_whole(piece)


def test_a_closed_shelf_has_nothing(file: Path) -> None:
    shelf = reading(file)
    shelf.close()
    shelf.close()
    assert not is_whole(slice_in(shelf))


def test_a_file_in_which_nothing_stands_is_not_kept_open(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    Shelf().hand_over(descriptor)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_a_temporary_shelf_gives_back_what_it_got_and_has_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    shelf = temporary_shelf()
    shelf.write(6, DATA)
    shelf.write(0, b"before")
    assert b"".join(slice_in(shelf)) == DATA
    assert shelf.read(0, 6) == b"before"
    if os.name != "nt":
        assert list(tmp_path.iterdir()) == []
