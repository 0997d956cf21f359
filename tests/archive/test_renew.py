"""An sdist is unpacked over the one before: what is the same stays untouched, and what stood in its place gives way."""

from __future__ import annotations

import gzip
import io
import stat
import tarfile
from pathlib import Path

import pytest

from atombuild.archive import unpack
from atombuild.archive.unpack import renew_sdist
from atombuild.errors import SdistRejected

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
    monkeypatch.setattr(unpack, "_COMPARED", 3)
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
