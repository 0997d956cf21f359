from __future__ import annotations

import gzip
import io
import shutil
import subprocess
import tarfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atombuild.archive.deflate import LARGE
from atombuild.archive.gzip_runs import Run, compress_run, decompress_run, gzip_chunks
from atombuild.archive.sdist import compress_members, cut_runs, ends_run
from atombuild.archive.tar import END, TarMember, file_member, folder_member

parts = st.text(st.characters(codec="utf-8", exclude_characters="\0/"), min_size=1, max_size=30).filter(
    lambda part: part not in {".", ".."}
)
paths = st.lists(parts, min_size=1, max_size=10).map("/".join)


def members_of(files: dict[str, bytes]) -> list[TarMember]:
    return [
        file_member(index, name, data, executable=False) for index, (name, data) in enumerate(sorted(files.items()))
    ]


def unpacked(chunks: Iterable[bytes]) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(b"".join(chunks)), mode="r:gz") as archive:
        return {member.name: content(archive, member) for member in archive}


def content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    return file.read() if file else b""


def numbered(count: int, **changed: bytes) -> dict[str, bytes]:
    files = {f"foo-1.0/src/foo/module_{number:03}.py": b"x = %d\n" % number * 50 for number in range(count)}
    return files | {f"foo-1.0/src/foo/{name}.py": data for name, data in changed.items()}


@given(st.dictionaries(paths, st.binary(max_size=1500), max_size=12))
def test_what_goes_in_comes_out(files: dict[str, bytes]) -> None:
    assert unpacked(gzip_chunks(runs_of(members_of(files)))) == files


@pytest.mark.parametrize("size", [0, 1, 511, 512, 513, 70_000])
def test_data_is_padded_to_whole_blocks(size: int) -> None:
    member = file_member(0, "a", bytes(size), executable=False)
    assert len(member.blocks) == 3 * 512 + -(-size // 512) * 512


@pytest.mark.parametrize("length", [1, 87, 88, 99, 100, 101, 155, 156, 200, 987, 988, 5000])
def test_a_path_of_any_length_is_read_whole(length: int) -> None:
    name = ("d" * 49 + "/") * (length // 50) + "n" * (length % 50 or 1)
    assert set(unpacked(gzip_chunks(runs_of([file_member(0, name, b"", executable=False)])))) == {name}


def test_members_tell_nothing_of_their_owner_and_time() -> None:
    data = file_member(0, "a", b"", executable=True).blocks + folder_member(1, "d").blocks + END
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        file, folder = archive
    for member in (file, folder):
        assert (member.uid, member.gid, member.uname, member.gname, member.mtime) == (0, 0, "", "", 0)
        assert member.mode == 0o755
    assert (file.isfile(), folder.isdir()) == (True, True)


def test_runs_are_cut_by_names_and_sizes_alone() -> None:
    members = [(name, len(data)) for name, data in numbered(200).items()]
    assert len(list(cut_runs(members))) == sum(ends_run(*member) for member in members) + 1 > 2
    grown = [(name, size * 100) for name, size in members]
    assert len(list(cut_runs(grown))) > len(list(cut_runs(members)))


def test_a_large_member_is_a_run_of_its_own() -> None:
    names = ("a", "b", "d", "e")
    assert not any(ends_run(name, 1) for name in names)
    sizes = {"d": LARGE + 1}
    places = list(cut_runs((name, sizes.get(name, 1)) for name in names))
    assert places == [range(2), range(2, 3), range(3, 4)]


def runs_of(members: Iterable[TarMember]) -> list[Run]:
    """Cut members into runs, and compress each."""
    table = list(members)
    places = list(cut_runs((member.name, len(member.blocks)) for member in table))
    return [compress_members(table[place.start : place.stop], last=place is places[-1]) for place in places]


def test_an_edit_changes_one_run_and_no_other() -> None:
    before = list(runs_of(members_of(numbered(200))))
    after = list(runs_of(members_of(numbered(200, module_100=b"x = 'edited'\n"))))
    assert sum(old != new for old, new in zip(before, after, strict=True)) == 1


def test_a_kept_run_gives_the_same_bytes_as_a_new_one() -> None:
    kept = runs_of(members_of(numbered(100)))
    new = runs_of(members_of(numbered(100, module_050=b"edited")))
    mixed = [old if old == run else run for old, run in zip(kept, new, strict=True)]
    assert sum(one is other for one, other in zip(mixed, kept, strict=True)) == len(new) - 1
    assert b"".join(gzip_chunks(mixed)) == b"".join(gzip_chunks(new))


@given(st.lists(st.binary(max_size=3000), max_size=6))
def test_runs_join_to_one_gzip_member(stretches: list[bytes]) -> None:
    runs = [compress_run(stretch) for stretch in stretches]
    data = b"".join(gzip_chunks(runs))
    assert gzip.decompress(data) == b"".join(stretches)
    assert data.startswith(bytes.fromhex("1f8b08000000000000ff"))


def test_a_run_knows_its_bytes() -> None:
    run = compress_run(b"abc")
    assert (run.crc, run.size, decompress_run(run)) == (0x352441C2, 3, b"abc")


@given(st.binary(max_size=3000))
def test_a_run_can_be_unpacked_by_itself(data: bytes) -> None:
    assert decompress_run(compress_run(data)) == data


@pytest.mark.skipif(shutil.which("gzip") is None, reason="no gzip program here")
def test_other_programs_read_it_too(tmp_path: Path) -> None:
    file = tmp_path / "a.tar.gz"
    file.write_bytes(b"".join(gzip_chunks(runs_of(members_of(numbered(50))))))
    done = subprocess.run(["gzip", "--test", "--verbose", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
