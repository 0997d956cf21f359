"""A file gets its final name whole, or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from atombuild.errors import PersistFailed, WriteFailed
from atombuild.publish import OutputDirectory
from atombuild.publish.posix import PosixDirectory

TARGET = "demo-1.0.tar.gz"


def test_nothing_stands_under_the_name_before_it_is_published(any_directory: OutputDirectory, dist: Path) -> None:
    with any_directory.stage(TARGET) as staged:
        staged.write(b"half")
        assert not (dist / TARGET).exists()
        staged.write(b" and half")
        staged.seal()
        assert not (dist / TARGET).exists()
        staged.publish()
        assert (dist / TARGET).read_bytes() == b"half and half"


def test_what_is_published_is_described_by_size_hash_and_identity(any_directory: OutputDirectory, dist: Path) -> None:
    with any_directory.stage(TARGET) as staged:
        staged.write(b"content")
        staged.seal()
        published = staged.publish()
    assert published.sealed.size == 7
    assert published.sealed.sha256 == hashlib.sha256(b"content").hexdigest()
    assert published.identity == any_directory.look(TARGET)
    assert published.unconfirmed is None


def test_no_temporary_is_left_after_success(any_directory: OutputDirectory, dist: Path) -> None:
    with any_directory.stage(TARGET) as staged:
        staged.write(b"x")
        staged.seal()
        staged.publish()
    assert sorted(path.name for path in dist.iterdir()) == [TARGET]


def test_no_temporary_is_left_after_an_error(any_directory: OutputDirectory, dist: Path) -> None:
    staged = any_directory.stage(TARGET)
    staged.write(b"x")
    with pytest.raises(KeyboardInterrupt), staged:
        raise KeyboardInterrupt
    assert list(dist.iterdir()) == []


def test_a_temporary_is_hidden_and_looks_like_no_artifact(dist: Path) -> None:
    created: list[str] = []

    class Watched(PosixDirectory):
        def create_nameless(self) -> int | None:
            return None

        def create(self, name: str) -> int:
            created.append(name)
            return super().create(name)

    dist.mkdir()
    with OutputDirectory(dist, Watched(dist)).stage(TARGET):
        (name,) = created
        assert name.startswith(".")
        assert not name.endswith((".whl", ".tar.gz"))


def test_a_name_that_was_taken_meanwhile_is_not_overwritten(any_directory: OutputDirectory, dist: Path) -> None:
    with any_directory.stage(TARGET) as staged:
        staged.write(b"ours")
        staged.seal()
        (dist / TARGET).write_bytes(b"somebody else's")
        with pytest.raises(PersistFailed):
            staged.publish()
    assert (dist / TARGET).read_bytes() == b"somebody else's"
    assert sorted(path.name for path in dist.iterdir()) == [TARGET]


def test_a_failing_persist_names_the_target_and_keeps_only_the_systems_reason(
    any_directory: OutputDirectory, dist: Path
) -> None:
    with any_directory.stage(TARGET) as staged:
        staged.write(b"ours")
        staged.seal()
        (dist / TARGET).mkdir()
        with pytest.raises(PersistFailed) as caught:
            staged.publish()
    error = caught.value
    assert error.path == dist / TARGET
    assert type(error.reason) is FileExistsError
    assert error.reason.errno == errno.EEXIST
    assert error.reason.strerror == "File exists"
    (report,) = error.reports()
    assert TARGET in report.what
    assert report.why == ("File exists (EEXIST)",)
    assert vars(error).keys() == {"path", "reason"}, "no temporary file is carried along"


def test_a_disk_that_fails_at_the_link_is_told_and_not_got_round_by_renaming(
    dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class NamedOnly(PosixDirectory):
        def create_nameless(self) -> int | None:
            return None

    def fail(*_args: object, **_kwargs: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    dist.mkdir()
    with OutputDirectory(dist, NamedOnly(dist)).stage(TARGET) as staged:
        staged.seal()
        monkeypatch.setattr(os, "link", fail)
        with pytest.raises(PersistFailed) as caught:
            staged.publish()
    assert caught.value.reason.errno == errno.EIO
    assert list(dist.iterdir()) == []


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_the_mode_comes_from_the_umask(any_directory: OutputDirectory, dist: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        with any_directory.stage(TARGET) as staged:
            staged.seal()
            staged.publish()
    finally:
        os.umask(before)
    assert stat.S_IMODE((dist / TARGET).stat().st_mode) == 0o666 & ~umask


def test_short_writes_are_carried_on(
    any_directory: OutputDirectory, dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: real(descriptor, bytes(data[:3])))
    with any_directory.stage(TARGET) as staged:
        staged.write(b"0123456789")
        staged.seal()
        staged.publish()
    assert (dist / TARGET).read_bytes() == b"0123456789"


def test_a_write_that_lies_about_its_length_is_found_before_publishing(
    any_directory: OutputDirectory, dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.write

    def lie(descriptor: int, data: bytes) -> int:
        real(descriptor, bytes(data[:3]))
        return len(data)

    with any_directory.stage(TARGET) as staged:
        monkeypatch.setattr(os, "write", lie)
        staged.write(b"0123456789")
        with pytest.raises(WriteFailed, match="could not be written"):
            staged.seal()
    assert list(dist.iterdir()) == []


def test_a_full_disk_is_a_failed_write_with_a_hint(
    directory: OutputDirectory, dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with directory.stage(TARGET) as staged:
        monkeypatch.setattr(os, "write", full)
        with pytest.raises(WriteFailed) as caught:
            staged.write(b"x")
    (report,) = caught.value.reports()
    assert report.why == ("No space left on device (ENOSPC)",)
    assert "free some space" in report.hint
    assert not (dist / TARGET).exists()


def test_a_failing_sync_of_the_content_is_a_failed_write(dist: Path) -> None:
    class Failing(PosixDirectory):
        def sync_file(self, descriptor: int) -> None:
            raise OSError(errno.EIO, "Input/output error")

    dist.mkdir()
    with OutputDirectory(dist, Failing(dist)).stage(TARGET) as staged:
        with pytest.raises(WriteFailed):
            staged.seal()
    assert list(dist.iterdir()) == []


def test_a_failing_last_sync_is_told_and_the_whole_file_stays(dist: Path) -> None:
    class Failing(PosixDirectory):
        def sync_directory(self) -> None:
            raise OSError(errno.EIO, "Input/output error")

    dist.mkdir()
    with OutputDirectory(dist, Failing(dist)).stage(TARGET) as staged:
        staged.write(b"whole")
        staged.seal()
        published = staged.publish()
    assert published.unconfirmed is not None
    assert published.unconfirmed.errno == errno.EIO
    assert (dist / TARGET).read_bytes() == b"whole"


def test_a_look_that_fails_after_the_name_was_given_does_not_turn_success_into_failure(dist: Path) -> None:
    class Failing(PosixDirectory):
        def lstat(self, name: str) -> os.stat_result:
            raise OSError(errno.EIO, f"Input/output error at {name}")

    dist.mkdir()
    with OutputDirectory(dist, Failing(dist)).stage(TARGET) as staged:
        staged.write(b"whole")
        staged.seal()
        published = staged.publish()
    assert (published.identity, published.unconfirmed is None) == (None, False)
    assert (dist / TARGET).read_bytes() == b"whole"


def test_publishing_what_was_not_sealed_is_a_bug(directory: OutputDirectory) -> None:
    with directory.stage(TARGET) as staged, pytest.raises(RuntimeError, match="sealed"):
        staged.publish()


@pytest.mark.parametrize("name", ["", ".hidden.whl", "../x.whl", "a/b.whl", "a\\b.whl", "a\0b.whl"])
def test_a_target_is_one_visible_component(directory: OutputDirectory, name: str) -> None:
    with pytest.raises(ValueError, match="not a file name"):
        directory.stage(name)


def test_a_directory_swapped_meanwhile_diverts_nothing(directory: OutputDirectory, dist: Path, tmp_path: Path) -> None:
    with directory.stage(TARGET) as staged:
        staged.write(b"x")
        staged.seal()
        dist.rename(tmp_path / "moved")
        victim = tmp_path / "victim"
        victim.mkdir()
        dist.symlink_to(victim)
        staged.publish()
    assert list(victim.iterdir()) == []
    assert (tmp_path / "moved" / TARGET).read_bytes() == b"x"
    assert not directory.is_still_in_place()


def test_the_content_is_on_the_disk_before_it_has_its_name_and_the_name_before_it_is_said(
    any_directory: OutputDirectory, dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[tuple[str, bool]] = []

    def sync(descriptor: int) -> None:
        kind = "directory" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file"
        synced.append((kind, (dist / TARGET).exists()))

    monkeypatch.setattr(os, "fsync", sync)
    with any_directory.stage(TARGET) as staged:
        staged.write(b"x")
        staged.seal()
        staged.publish()
    assert synced == [("file", False), ("directory", True)]


def test_nothing_stays_open_and_no_thread_stays(
    any_directory: OutputDirectory, open_files: Callable[[], list[str]]
) -> None:
    before, threads = open_files(), threading.active_count()
    for publishing in (True, False):
        with any_directory.stage(TARGET.replace("1.0", str(publishing))) as staged:
            staged.write(bytes(2_000_000))
            if publishing:
                staged.seal()
                staged.publish()
    assert (open_files(), threading.active_count()) == (before, threads)


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="no nameless files here")
@pytest.mark.parametrize("error", [errno.EOPNOTSUPP, errno.EIO])
def test_only_a_file_system_without_nameless_files_gets_named_ones(
    directory: OutputDirectory, dist: Path, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    real = os.open

    def refuse(path: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if flags & os.O_TMPFILE == os.O_TMPFILE:
            raise OSError(error, os.strerror(error))
        return real(path, flags, mode, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", refuse)
    if error == errno.EIO:
        with pytest.raises(WriteFailed) as caught:
            directory.stage(TARGET)
        assert (caught.value.path, caught.value.reason.errno) == (dist / TARGET, errno.EIO)
        return
    with directory.stage(TARGET) as staged:
        assert len(list(dist.iterdir())) == 2, "the temporary and .gitignore"
        staged.seal()
        staged.publish()
    assert (dist / TARGET).exists()


def test_a_nameless_temporary_lies_in_the_output_directory(dist: Path, tmp_path: Path) -> None:
    dist.mkdir()
    system = PosixDirectory(dist)
    try:
        probe = os.open(tmp_path, getattr(os, "O_TMPFILE", 0) | os.O_RDWR)
    except OSError:
        pytest.skip("no nameless files here")
    os.close(probe)
    descriptor = system.create_nameless()
    assert descriptor is not None
    place = Path(f"/proc/self/fd/{descriptor}").readlink()
    os.close(descriptor)
    system.close()
    assert place.parent == dist


def test_without_a_way_to_name_them_no_nameless_files_are_made(
    directory: OutputDirectory, dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("atombuild.publish.posix._OWN_DESCRIPTORS", "/nowhere")
    with directory.stage(TARGET) as staged:
        assert len(list(dist.iterdir())) == 2, "the temporary and .gitignore"
        staged.seal()
        staged.publish()
    assert (dist / TARGET).exists()


def test_a_temporary_is_never_an_old_file(dist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class NamedOnly(PosixDirectory):
        def create_nameless(self) -> int | None:
            return None

    dist.mkdir()
    (dist / ".atombuild-0.tmp").write_bytes(b"somebody else's")
    monkeypatch.setattr("atombuild.publish.staged.temporary_name", lambda: ".atombuild-0.tmp")
    with pytest.raises(WriteFailed):
        OutputDirectory(dist, NamedOnly(dist)).stage(TARGET)
    assert (dist / ".atombuild-0.tmp").read_bytes() == b"somebody else's"


def test_what_is_closed_takes_nothing_more(any_directory: OutputDirectory) -> None:
    with any_directory.stage(TARGET) as staged:
        staged.seal()
        staged.publish()
        with pytest.raises(RuntimeError, match="closed"):
            staged.write(b"x")
