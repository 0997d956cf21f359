"""What was only read is closed without a word, and what is read was a regular file."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from atombuild.descriptors import check_size, close_read, reading, regular


@pytest.fixture
def descriptor(tmp_path: Path) -> int:
    (tmp_path / "file").write_bytes(b"content")
    return os.open(tmp_path / "file", os.O_RDONLY)


def is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def test_what_close_says_of_a_descriptor_that_was_only_read_is_not_heard(descriptor: int) -> None:
    close_read(descriptor)
    assert not is_open(descriptor)
    close_read(descriptor)  # EBADF: the nearest to an error of close that can be had for nothing


def test_reading_closes_in_the_end_and_hears_no_error_of_that(descriptor: int) -> None:
    with reading(descriptor) as file:
        assert file.read() == b"content"
        os.close(descriptor)
    assert not is_open(descriptor)


def test_an_error_of_reading_is_raised_and_the_descriptor_closed(descriptor: int) -> None:
    with pytest.raises(OSError, match="a bad sector"), reading(descriptor):
        raise OSError("a bad sector")
    assert not is_open(descriptor)


def test_a_regular_file_is_given_back_and_anything_else_closed(descriptor: int, tmp_path: Path) -> None:
    assert regular(descriptor) == descriptor
    close_read(descriptor)
    folder = os.open(tmp_path, os.O_RDONLY)
    with pytest.raises(OSError, match="no regular file") as caught:
        regular(folder)
    assert caught.value.errno == errno.EINVAL
    assert not is_open(folder)


def test_one_that_can_not_be_looked_at_is_refused(descriptor: int) -> None:
    os.close(descriptor)
    with pytest.raises(OSError) as caught:
        regular(descriptor)
    assert caught.value.errno == errno.EBADF


def test_a_file_that_holds_less_than_was_written_is_told(descriptor: int) -> None:
    check_size(descriptor, len(b"content"))
    with pytest.raises(OSError, match="7 bytes are on the disk, 8 were written"):
        check_size(descriptor, 8)
    close_read(descriptor)
