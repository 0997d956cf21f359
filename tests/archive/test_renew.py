"""An sdist is unpacked over the one before: what is the same stays untouched, and what stood in its place gives way."""

from __future__ import annotations

import gzip
import io
import stat
import tarfile
from pathlib import Path

import pytest

from atombuild.archive import renew
from atombuild.archive.renew import renew_sdist
from atombuild.errors import SdistRejected
from atombuild.isolated.work_area import unpack_for_wheel

TOP = "sky-1.0"


def archive(folder: Path, *members: tuple[str, bytes | None, int]) -> Path:
    """Pack files, and folders where there are no bytes."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as packed:
        for name, data, mode in members:
            info = tarfile.TarInfo(f"{TOP}/{name}")
            info.mode, info.size = mode, len(data or b"")
            info.type = tarfile.DIRTYPE if data is None else tarfile.REGTYPE
            packed.addfile(info, io.BytesIO(data or b""))
    path = folder / f"{TOP}.tar.gz"
    path.write_bytes(gzip.compress(stream.getvalue()))
    return path


def files(top: Path) -> dict[str, bytes]:
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in top.rglob("*") if path.is_file()}


def when(path: Path) -> tuple[int, int, int]:
    """Return which file it is, and when it was changed."""
    found = path.stat()
    return found.st_ino, found.st_mtime_ns, found.st_ctime_ns


@pytest.fixture
def out(tmp_path: Path) -> Path:
    out = tmp_path / "out"
    out.mkdir()
    return out


def test_what_is_the_same_stays_as_it_is_and_all_else_is_renewed(out: Path, tmp_path: Path) -> None:
    first = [("same.py", b"1", 0o644), ("text.py", b"1", 0o644), ("longer.py", b"1", 0o644), ("mode.py", b"1", 0o644)]
    top, _ = renew_sdist(archive(tmp_path, *first), out)
    before = when(top / "same.py")
    second = [("same.py", b"1", 0o644), ("text.py", b"2", 0o644), ("longer.py", b"12", 0o644), ("mode.py", b"1", 0o755)]
    again, paths = renew_sdist(archive(tmp_path, *second), out)
    assert again == top
    assert paths == {TOP, *(f"{TOP}/{name}" for name, _, _ in second)}
    assert files(top) == {name: data for name, data, _ in second}
    assert when(top / "same.py") == before
    assert stat.S_IMODE(top.joinpath("mode.py").stat().st_mode) & 0o111


def test_a_folder_and_a_file_take_each_others_place(out: Path, tmp_path: Path) -> None:
    renew_sdist(archive(tmp_path, ("a", b"1", 0o644), ("b/x.py", b"1", 0o644), ("c", None, 0o755)), out)
    top, _ = renew_sdist(archive(tmp_path, ("a/y.py", b"2", 0o644), ("b", b"2", 0o644), ("c", b"2", 0o644)), out)
    assert files(top) == {"a/y.py": b"2", "b": b"2", "c": b"2"}


def test_what_is_too_long_to_compare_is_written_anew(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renew, "_COMPARED", 3)
    top, _ = renew_sdist(archive(tmp_path, ("a", b"12345", 0o644)), out)
    before = top.joinpath("a").stat().st_mtime_ns
    renew_sdist(archive(tmp_path, ("a", b"12345", 0o644)), out)
    assert files(top) == {"a": b"12345"}
    assert top.joinpath("a").stat().st_mtime_ns != before


def test_of_a_file_that_is_packed_twice_the_later_one_counts(out: Path, tmp_path: Path) -> None:
    top, _ = renew_sdist(archive(tmp_path, ("a", b"1", 0o644), ("a", b"2", 0o644)), out)
    assert files(top) == {"a": b"2"}


@pytest.mark.parametrize(
    "members",
    [[("a", b"1", 0o644), ("a/b", b"1", 0o644)], [("a/b", b"1", 0o644), ("a", b"1", 0o644)]],
    ids=["a file, then a folder", "a folder, then a file"],
)
def test_one_name_for_a_folder_and_a_file_is_refused(
    out: Path, tmp_path: Path, members: list[tuple[str, bytes, int]]
) -> None:
    with pytest.raises(SdistRejected):
        renew_sdist(archive(tmp_path, *members), out)


def linked(folder: Path, *members: tuple[str, bytes, str]) -> Path:
    """Pack members of any kind: the name, and the content or where it leads."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as packed:
        for name, kind, value in members:
            info = tarfile.TarInfo(f"{TOP}/{name}")
            info.type = kind
            data = value.encode() if kind == tarfile.REGTYPE else b""
            info.size = len(data)
            info.linkname = "" if data else value
            packed.addfile(info, io.BytesIO(data))
    path = folder / f"{TOP}.tar.gz"
    path.write_bytes(gzip.compress(stream.getvalue()))
    return path


FILE, LINK, HARD = tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE


def test_a_link_a_file_and_a_folder_take_each_others_place(tmp_path: Path) -> None:
    first = [("a", FILE, "1"), ("b", LINK, "a"), ("c/x", FILE, "1"), ("d", LINK, "c"), ("e", LINK, "a")]
    unpack_for_wheel(linked(tmp_path, *first), tmp_path)
    second = [("a", LINK, "b"), ("b", FILE, "2"), ("c", LINK, "b"), ("d/x", FILE, "2"), ("e", HARD, f"{TOP}/b")]
    top = unpack_for_wheel(linked(tmp_path, *second), tmp_path)
    assert files(top) == {"a": b"2", "b": b"2", "c": b"2", "d/x": b"2", "e": b"2"}
    assert {path.name for path in top.iterdir() if path.is_symlink()} == {"a", "c"}


def test_a_second_build_writes_through_no_link_of_the_first(tmp_path: Path) -> None:
    top = unpack_for_wheel(linked(tmp_path, ("a", FILE, "1"), ("b", LINK, "a"), ("d", LINK, ".")), tmp_path)
    unpack_for_wheel(linked(tmp_path, ("a", FILE, "1"), ("b", FILE, "2"), ("d/a", FILE, "3")), tmp_path)
    assert files(top) == {"a": b"1", "b": b"2", "d/a": b"3"}


def test_nor_through_one_that_a_hook_left_in_a_folder_that_is_not_looked_through(tmp_path: Path) -> None:
    (tmp_path / "beside").mkdir()
    (tmp_path / "beside/victim.py").write_bytes(b"1")
    top = unpack_for_wheel(linked(tmp_path, ("target/a.py", FILE, "1"), ("target/b/c.py", FILE, "1")), tmp_path)
    (top / "target/a.py").unlink()
    (top / "target/a.py").symlink_to(tmp_path / "beside/victim.py")
    (top / "target/b/c.py").unlink()
    (top / "target/b").rmdir()
    (top / "target/b").symlink_to(tmp_path / "beside")
    unpack_for_wheel(linked(tmp_path, ("target/a.py", FILE, "1"), ("target/b/c.py", FILE, "2")), tmp_path)
    assert files(top) == {"target/a.py": b"1", "target/b/c.py": b"2"}
    assert not [path for path in top.rglob("*") if path.is_symlink()]
    assert files(tmp_path / "beside") == {"victim.py": b"1"}


@pytest.mark.parametrize(
    ("members", "content"),
    [
        ([("a", FILE, "1"), ("b", FILE, "2"), ("b", LINK, "a")], b"1"),
        ([("a", FILE, "1"), ("b", LINK, "a"), ("b", FILE, "2")], b"2"),
        ([("a", FILE, "1"), ("b", LINK, "nowhere"), ("b", HARD, f"{TOP}/a")], b"1"),
        ([("a", FILE, "1"), ("b", FILE, "2"), ("b", HARD, f"{TOP}/a")], b"1"),
    ],
)
def test_of_a_link_and_a_file_under_one_name_the_later_one_counts(
    out: Path, tmp_path: Path, members: list[tuple[str, bytes, str]], content: bytes
) -> None:
    top, _ = renew_sdist(linked(tmp_path, *members), out)
    assert files(top) == {"a": b"1", "b": content}


def test_a_link_that_leads_out_is_refused_and_none_is_made(out: Path, tmp_path: Path) -> None:
    members = [("a", FILE, "1"), ("b", LINK, "a"), ("c", LINK, "d/../../e")]
    with pytest.raises(SdistRejected) as caught:
        renew_sdist(linked(tmp_path, *members), out)
    assert caught.value.member == "c"
    assert not [path for path in out.rglob("*") if path.is_symlink()]
