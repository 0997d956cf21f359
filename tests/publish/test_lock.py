"""One builder at a time, and the one who waits hears for whom."""

from __future__ import annotations

import errno
import json
import os
import socket
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from atombuild.errors import Cancelled, OutputUnusable
from atombuild.publish import LOCK, Holder, OutputDirectory
from atombuild.publish.posix import PosixDirectory
from atombuild.units import END_OF_TIME


def never(_holder: Holder | None) -> None:
    pytest.fail("nobody holds the lock")


def give_up(_holder: Holder | None) -> None:
    raise Cancelled


def test_a_second_builder_waits_and_hears_who_builds_what(directory: OutputDirectory, dist: Path) -> None:
    heard: list[Holder | None] = []

    def listen(holder: Holder | None) -> None:
        heard.append(holder)
        raise Cancelled

    with directory.locked("demo", never), OutputDirectory.open(dist) as other, pytest.raises(Cancelled):
        with other.locked("other", listen):
            pytest.fail("both hold the lock")
    (holder,) = heard
    assert holder is not None
    assert holder.pid == os.getpid()
    assert holder.project == "demo"
    assert f"process {os.getpid()}, which builds demo since" in str(holder)


@pytest.mark.parametrize(
    "note",
    [
        b"[" * 100_000,
        b'{"pid": 1, "host": "h", "project": "p", "since": 1e300}',
        b'{"pid": Infinity, "host": "h", "project": "p", "since": 1}',
        b'{"pid": 1, "host": "h", "project": "p", "since": 1' + b"0" * 400 + b"}",
    ],
)
def test_a_note_that_no_builder_wrote_names_nobody(directory: OutputDirectory, dist: Path, note: bytes) -> None:
    heard: list[Holder | None] = []

    def listen(holder: Holder | None) -> None:
        heard.append(holder)
        raise Cancelled

    with directory.locked("demo", never), OutputDirectory.open(dist) as other:
        (dist / LOCK).write_bytes(note)
        with pytest.raises(Cancelled), other.locked("other", listen):
            pytest.fail("both hold the lock")
    assert heard == [None]


def test_a_lock_file_that_is_another_file_too_is_locked_and_not_written(
    directory: OutputDirectory, dist: Path, tmp_path: Path
) -> None:
    (tmp_path / "precious").write_text("mine")
    (dist / LOCK).unlink(missing_ok=True)
    (dist / LOCK).hardlink_to(tmp_path / "precious")
    with directory.locked("demo", never) as really:
        assert really
        with OutputDirectory.open(dist) as other, pytest.raises(Cancelled), other.locked("other", give_up):
            pytest.fail("both hold the lock")
    assert (tmp_path / "precious").read_text() == "mine"


def test_a_builder_on_another_machine_is_named_with_it_and_the_time_it_began() -> None:
    since = time.mktime((2026, 1, 2, 3, 4, 5, 0, 0, -1))
    words = str(Holder(7, "elsewhere.example", "demo", since))
    assert words == "process 7 on elsewhere.example, which builds demo since 03:04:05"


def test_whoever_waited_gets_the_lock_when_it_is_free(directory: OutputDirectory, dist: Path) -> None:
    first = directory.locked("first", never)
    first.__enter__()
    waited = []

    def release(holder: Holder | None) -> None:
        waited.append(holder)
        first.__exit__(None, None, None)

    with OutputDirectory.open(dist) as other, other.locked("second", release) as really:
        assert really
    assert len(waited) == 1


def test_the_lock_file_stays(directory: OutputDirectory, dist: Path) -> None:
    with directory.locked("demo", never):
        inode = (dist / LOCK).stat().st_ino
    with directory.locked("demo", never):
        assert (dist / LOCK).stat().st_ino == inode


def test_a_lock_file_deleted_by_somebody_does_not_let_two_in(directory: OutputDirectory, dist: Path) -> None:
    class DeletedWhileLocking(PosixDirectory):
        deleted = False

        def try_lock(self, descriptor: int) -> bool | None:
            if not self.deleted:
                self.deleted = True
                self.unlink(LOCK)
            return super().try_lock(descriptor)

    system = DeletedWhileLocking(dist)
    with OutputDirectory(dist, system).locked("demo", never):
        with OutputDirectory.open(dist) as other, pytest.raises(Cancelled), other.locked("other", give_up):
            pytest.fail("both hold the lock")
    system.close()


@pytest.mark.parametrize("note", ["", "not json", "[]", '{"pid": "x"}', json.dumps({"pid": 1})])
def test_a_note_that_can_not_be_read_is_just_another_builder(directory: OutputDirectory, dist: Path, note: str) -> None:
    heard: list[Holder | None] = []

    def listen(holder: Holder | None) -> None:
        heard.append(holder)
        raise Cancelled

    with directory.locked("demo", never), OutputDirectory.open(dist) as other:
        (dist / LOCK).write_text(note)
        with pytest.raises(Cancelled), other.locked("other", listen):
            pass
    assert heard == [None]


@pytest.mark.parametrize(("since", "believed"), [(0, True), (END_OF_TIME - 1, True), (END_OF_TIME, False), (-1, False)])
def test_a_note_of_a_time_that_no_clock_shows_is_not_believed(
    directory: OutputDirectory, dist: Path, since: float, believed: bool
) -> None:
    heard: list[Holder | None] = []

    def listen(holder: Holder | None) -> None:
        heard.append(holder)
        raise Cancelled

    note = Holder(7, "elsewhere", "demo", float(since))
    with directory.locked("demo", never), OutputDirectory.open(dist) as other:
        (dist / LOCK).write_text(json.dumps(asdict(note)))
        with pytest.raises(Cancelled), other.locked("other", listen):
            pass
    assert heard == [note if believed else None]


def test_a_file_system_without_locks_is_told_apart(dist: Path) -> None:
    class NoLocks(PosixDirectory):
        def try_lock(self, descriptor: int) -> bool | None:
            return None

    dist.mkdir()
    system = NoLocks(dist)
    with OutputDirectory(dist, system).locked("demo", never) as really:
        assert not really
    system.close()


def test_flock_that_is_not_supported_counts_as_no_locks(dist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(_descriptor: int, _operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", unsupported)
    with OutputDirectory.open(dist) as directory, directory.locked("demo", never) as really:
        assert not really


def test_something_else_under_the_locks_name_is_an_error(directory: OutputDirectory, dist: Path) -> None:
    os.mkfifo(dist / LOCK)
    with pytest.raises(OutputUnusable), directory.locked("demo", never):
        pass


def test_a_full_disk_does_not_keep_us_from_locking(directory: OutputDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        with directory.locked("demo", never) as really:
            assert really


def test_the_descriptor_that_holds_the_lock_is_known_while_it_does(directory: OutputDirectory, dist: Path) -> None:
    before = directory.lock
    with directory.locked("demo", never):
        held = directory.lock
        assert held is not None
        assert os.fstat(held).st_ino == (dist / LOCK).stat().st_ino
    assert (before, directory.lock) == (None, None)


def test_without_locks_no_descriptor_holds_one(dist: Path) -> None:
    class NoLocks(PosixDirectory):
        def try_lock(self, descriptor: int) -> bool | None:
            return None

    dist.mkdir()
    directory = OutputDirectory(dist, NoLocks(dist))
    with directory.locked("demo", never):
        assert directory.lock is None


@pytest.mark.parametrize("error", [errno.EIO, errno.EBADF])
def test_a_lock_that_fails_is_no_lock_and_leaves_nothing_open(
    directory: OutputDirectory, open_files: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    def fail(_descriptor: int, _operation: int) -> None:
        raise OSError(error, os.strerror(error))

    before = open_files()
    with monkeypatch.context() as patched:
        patched.setattr("fcntl.flock", fail)
        with pytest.raises(OutputUnusable) as caught, directory.locked("demo", never):
            pass
    assert (caught.value.path, caught.value.reason.errno) == (directory.path, error)
    assert open_files() == before


def test_waiting_and_giving_up_leave_nothing_open(
    directory: OutputDirectory, dist: Path, open_files: Callable[[], list[str]]
) -> None:
    turns = iter(range(3))

    def listen(_holder: Holder | None) -> None:
        assert open_files() == held, "not even while it waits"
        if next(turns, None) is None:
            raise Cancelled

    with OutputDirectory.open(dist) as other, directory.locked("demo", never):
        held = open_files()
        with pytest.raises(Cancelled), other.locked("other", listen):
            pytest.fail("both hold the lock")
        assert open_files() == held


def test_a_bug_at_the_lock_leaves_nothing_open(
    directory: OutputDirectory, open_files: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_descriptor: int, _operation: int) -> None:
        raise KeyboardInterrupt

    before = open_files()
    with monkeypatch.context() as patched:
        patched.setattr("fcntl.flock", stop)
        with pytest.raises(KeyboardInterrupt), directory.locked("demo", never):
            pass
    assert open_files() == before


def test_a_note_is_written_over_a_longer_one(directory: OutputDirectory, dist: Path) -> None:
    (dist / LOCK).write_text("x" * 1000)
    with directory.locked("demo", never):
        note = json.loads((dist / LOCK).read_text())
    assert note["project"] == "demo"
    assert note["pid"] == os.getpid()
    assert note["host"] == socket.gethostname()
    assert abs(note["since"] - time.time()) < 60


def test_a_directory_is_emptied_when_the_lock_that_is_held_has_no_name_any_more(
    directory: OutputDirectory, dist: Path
) -> None:
    seen = [directory.is_emptied()]
    with directory.locked("demo", never):
        seen.append(directory.is_emptied())
        (dist / LOCK).unlink()
        seen.append(directory.is_emptied())
        (dist / LOCK).write_text("of another builder")
        seen.append(directory.is_emptied())
    seen.append(directory.is_emptied())
    assert seen == [False, False, True, True, False]


def test_a_directory_that_can_not_be_looked_at_is_not_called_emptied(dist: Path) -> None:
    class Failing(PosixDirectory):
        failing = False

        def lstat(self, name: str) -> os.stat_result:
            if self.failing:
                raise OSError(errno.EIO, "Input/output error")
            return super().lstat(name)

    dist.mkdir()
    system = Failing(dist)
    directory = OutputDirectory(dist, system)
    with directory.locked("demo", never):
        system.failing = True
        assert not directory.is_emptied()
