from __future__ import annotations

import base64
import hashlib
import io
import stat
import zipfile
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atombuild.archive.pieces import blocks_of
from atombuild.archive.record import record_text
from atombuild.archive.wheel import WheelMember, deflate_member, directory_member, stored_member, wheel_chunks

names = st.text(st.characters(codec="utf-8", exclude_characters="\0/\\"), min_size=1, max_size=20)
contents = st.dictionaries(names, st.binary(max_size=2000), max_size=8)


def archive(*members: WheelMember) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(wheel_chunks(members))))


@given(contents)
def test_what_goes_in_comes_out(files: dict[str, bytes]) -> None:
    wheel = archive(*(deflate_member(name, data, executable=False) for name, data in files.items()))
    assert wheel.testzip() is None
    assert {info.filename: wheel.read(info) for info in wheel.infolist()} == files


def test_the_executable_bit_is_the_only_permission_kept() -> None:
    wheel = archive(
        deflate_member("plain", b"", executable=False),
        deflate_member("script", b"", executable=True),
        directory_member("folder"),
    )
    modes = {info.filename: oct(info.external_attr >> 16) for info in wheel.infolist()}
    assert modes == {"plain": "0o100644", "script": "0o100755", "folder/": "0o40755"}


def test_a_member_tells_nothing_of_its_time_and_place() -> None:
    (info,) = archive(deflate_member("a", b"data", executable=False)).infolist()
    assert info.date_time == (1980, 1, 1, 0, 0, 0)
    assert info.extra == b""
    assert info.flag_bits == 0x800


def test_an_empty_file_is_compressed_all_the_same() -> None:
    (info,) = archive(deflate_member("a", b"", executable=False)).infolist()
    assert (info.compress_type, info.compress_size) == (zipfile.ZIP_DEFLATED, 2)


def test_an_editable_wheel_stores_its_files() -> None:
    (info,) = archive(stored_member("a.pth", b"/src", executable=False)).infolist()
    assert (info.compress_type, info.compress_size) == (zipfile.ZIP_STORED, 4)


def test_a_member_is_the_same_wherever_it_stands() -> None:
    first = deflate_member("a", b"one" * 100, executable=False)
    second = deflate_member("b", b"two" * 100, executable=True)
    assert archive(first, second).read("b") == archive(second, first).read("b") == b"two" * 100


def test_a_wheel_of_more_than_65535_members_is_read_whole() -> None:
    member = directory_member("d")
    count = 65_536
    assert len(archive(*[member] * count).infolist()) == count


class Long(bytes):
    """Stands for five gigabytes, without their weight."""

    def __len__(self) -> int:
        return 5 << 30


FIVE_GB = (5 << 30).to_bytes(8, "little")


@pytest.mark.parametrize(
    ("member", "field"),
    [
        (deflate_member("a", Long(), executable=False), b"\1\0\x08\0" + FIVE_GB),
        (stored_member("a", Long(), executable=False), b"\1\0\x10\0" + FIVE_GB * 2),
    ],
    ids=["size", "both sizes"],
)
def test_a_size_beyond_four_gigabytes_goes_to_the_zip64_field(member: WheelMember, field: bytes) -> None:
    *_, directory, _ = wheel_chunks([member])
    assert directory.endswith(b"a" + field)
    local = b"".join(blocks_of(member.local))
    assert local[30:].startswith(b"a" + b"\1\0\x10\0" + FIVE_GB)


def test_an_offset_beyond_four_gigabytes_goes_to_the_zip64_field() -> None:
    first = deflate_member("a", b"", executable=False)
    chunks = list(wheel_chunks([replace(first, local=Long(b"".join(blocks_of(first.local)))), directory_member("d")]))
    directory, end = chunks[-2:]
    assert directory.endswith(b"d/" + b"\1\0\x08\0" + FIVE_GB)
    assert end.startswith(b"PK\6\6")


def test_a_file_entry_has_the_bits_of_a_regular_file() -> None:
    assert stat.S_ISREG(deflate_member("a", b"", executable=True).mode)
    assert directory_member("a").is_folder


def test_record_lists_files_with_their_hashes_and_itself_without() -> None:
    members = [directory_member("a"), deflate_member("a/b.py", b"x = 1\n", executable=False)]
    digest = base64.urlsafe_b64encode(hashlib.sha256(b"x = 1\n").digest()).rstrip(b"=").decode()
    assert (
        record_text((member.record for member in members), "a.dist-info/RECORD")
        == f"a/b.py,sha256={digest},6\na.dist-info/RECORD,,\n"
    )


@pytest.mark.parametrize(
    ("name", "written"),
    [("a,b", '"a,b"'), ('a"b', '"a""b"'), ("a\nb", '"a\nb"'), ("a\rb", '"a\rb"'), ("a b;é", "a b;é"), (" a", " a")],
    ids=["comma", "quote", "line feed", "carriage return", "nothing special", "blank first"],
)
def test_record_quotes_only_where_it_must(name: str, written: str) -> None:
    assert record_text([deflate_member(name, b"", executable=False).record], "R").startswith(f"{written},sha256=")
