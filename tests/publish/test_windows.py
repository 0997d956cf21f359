"""The Windows branch, through its seam: patience with held files, no overwriting, byte locks."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from atombuild.publish import OutputDirectory
from atombuild.publish.windows import PATIENCE_SECONDS, WindowsDirectory

SHARING_VIOLATION = 32


class Clock:
    """Time passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 0.0
        self.sleeps: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.sleeps.append(seconds)

    def __call__(self) -> float:
        return self.now


class Held:
    """A call that another program's open handle refuses some times."""

    def __init__(self, act: Callable[..., object], times: float, winerror: int | None = SHARING_VIOLATION) -> None:
        self._act = act
        self._left = times
        self._winerror = winerror

    def __call__(self, *args: object) -> object:
        if self._left > 0:
            self._left -= 1
            error = PermissionError(errno.EACCES, "Permission denied")
            if self._winerror is not None:
                error.winerror = self._winerror  # type: ignore[attr-defined]  # exists on Windows only
            raise error
        return self._act(*args)


def as_method(call: Callable[..., object]) -> Callable[..., object]:
    """A plain function becomes a method when it stands in a class; an object does not."""

    def method(*args: object) -> object:
        return call(*args)

    return method


class ByteLocks:
    """``msvcrt`` as far as it matters: one holder a file, in this process or another."""

    LK_NBLCK = 2

    def __init__(self) -> None:
        self.holders: dict[int, int] = {}
        self.positions: list[int] = []

    def locking(self, fd: int, mode: int, nbytes: int, /) -> None:
        assert (mode, nbytes) == (self.LK_NBLCK, 1)
        self.positions.append(os.lseek(fd, 0, os.SEEK_CUR))
        inode = os.fstat(fd).st_ino
        if self.holders.setdefault(inode, fd) != fd:
            raise OSError(errno.EACCES, "Permission denied")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def windows(tmp_path: Path, clock: Clock) -> WindowsDirectory:
    return WindowsDirectory(tmp_path, locking=ByteLocks(), sleep=clock.sleep, clock=clock)


def test_the_whole_protocol_runs_on_it(windows: WindowsDirectory, tmp_path: Path) -> None:
    directory = OutputDirectory(tmp_path, windows)
    (tmp_path / "a.whl").write_bytes(b"old")
    with directory.locked("demo", lambda _holder: pytest.fail("free")) as really:
        assert really
        directory.remove(("a.whl",))
        with directory.stage("a.whl") as staged:
            staged.write(b"new")
            staged.seal()
            staged.publish()
        directory.replace(".atombuild.json", b"{}")
    assert (tmp_path / "a.whl").read_bytes() == b"new"
    assert directory.read(".atombuild.json") == b"{}"
    assert directory.is_still_in_place()


def test_the_temporary_is_closed_before_it_is_renamed(
    windows: WindowsDirectory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[int] = []
    real_open, real_rename = os.open, Path.rename

    def remember(*args: object, **kwargs: object) -> int:
        opened.append(real_open(*args, **kwargs))  # type: ignore[arg-type]  # whatever it was called with
        return opened[-1]

    def rename(self: Path, target: Path) -> Path:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(opened[-1])
        return real_rename(self, target)

    monkeypatch.setattr(os, "open", remember)
    monkeypatch.setattr(Path, "rename", rename)
    with OutputDirectory(tmp_path, windows).stage("a.whl") as staged:
        staged.seal()
        staged.publish()
    assert (tmp_path / "a.whl").exists()


def test_a_file_held_for_a_moment_is_removed_when_it_is_let_go(
    windows: WindowsDirectory, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.whl").write_bytes(b"old")
    held = Held(os.unlink, times=5)
    monkeypatch.setattr(Path, "unlink", as_method(held))
    windows.unlink("a.whl")
    assert not (tmp_path / "a.whl").exists()
    assert len(clock.sleeps) == 5
    assert clock.sleeps == sorted(clock.sleeps), "the pauses grow"


def test_a_file_held_for_good_is_a_refusal_after_ten_seconds(
    windows: WindowsDirectory, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.whl").write_bytes(b"old")
    monkeypatch.setattr(Path, "unlink", as_method(Held(os.unlink, times=float("inf"))))
    with pytest.raises(PermissionError):
        windows.unlink("a.whl")
    assert PATIENCE_SECONDS - 1 < clock.now <= PATIENCE_SECONDS
    (removal,) = OutputDirectory(tmp_path, windows).remove(("a.whl",))
    assert removal.refused is not None


@pytest.mark.parametrize("winerror", [1314, None])
def test_a_permission_that_is_really_missing_is_not_waited_for(
    windows: WindowsDirectory, clock: Clock, monkeypatch: pytest.MonkeyPatch, winerror: int | None
) -> None:
    held = Held(os.unlink, times=float("inf"), winerror=winerror)
    monkeypatch.setattr(Path, "unlink", as_method(held))
    with pytest.raises(PermissionError):
        windows.unlink("a.whl")
    assert clock.sleeps == []


def test_renaming_is_patient_too(
    windows: WindowsDirectory, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").write_bytes(b"new")
    held = Held(os.rename, times=3)
    monkeypatch.setattr(Path, "rename", as_method(held))
    windows.rename_new("temporary", "a.whl")
    assert (tmp_path / "a.whl").read_bytes() == b"new"
    assert len(clock.sleeps) == 3


def test_a_taken_name_is_not_overwritten(windows: WindowsDirectory, tmp_path: Path) -> None:
    (tmp_path / "temporary").write_bytes(b"new")
    (tmp_path / "a.whl").write_bytes(b"theirs")
    with pytest.raises(FileExistsError, match="File exists") as caught:
        windows.rename_new("temporary", "a.whl")
    assert caught.value.errno == errno.EEXIST
    assert (tmp_path / "a.whl").read_bytes() == b"theirs"


def test_the_locked_byte_is_far_behind_the_note(tmp_path: Path) -> None:
    locks = ByteLocks()
    first, second = WindowsDirectory(tmp_path, locking=locks), WindowsDirectory(tmp_path, locking=locks)
    one, two = first.open_or_create("lock"), second.open_or_create("lock")
    try:
        assert first.try_lock(one) is True
        assert second.try_lock(two) is False
        assert min(locks.positions) >= 1 << 30
        assert os.lseek(one, 0, os.SEEK_CUR) == 0, "the note is written from the start"
    finally:
        os.close(one)
        os.close(two)


def test_a_lock_that_fails_for_another_reason_is_not_called_taken(tmp_path: Path) -> None:
    class Failing(ByteLocks):
        def locking(self, fd: int, mode: int, nbytes: int, /) -> None:
            raise OSError(errno.EIO, "Input/output error")

    failing = WindowsDirectory(tmp_path, locking=Failing())
    descriptor = failing.open_or_create("lock")
    with pytest.raises(OSError, match="Input/output error"):
        failing.try_lock(descriptor)
    os.close(descriptor)


def test_a_link_under_a_name_of_ours_is_not_opened(windows: WindowsDirectory, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("{}")
    (tmp_path / "ledger").symlink_to(tmp_path / "other")
    with pytest.raises(OSError, match="symbolic link") as caught:
        windows.open_for_reading("ledger")
    assert caught.value.errno == errno.ELOOP


def test_what_is_created_is_new_and_of_the_umasks_mode(windows: WindowsDirectory, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        for descriptor in (windows.create("temporary"), windows.open_or_create("lock")):
            os.close(descriptor)
    finally:
        os.umask(before)
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o666}
    with pytest.raises(FileExistsError):
        windows.create("temporary")


def test_the_content_is_synced(windows: WindowsDirectory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_size))
    with OutputDirectory(tmp_path, windows).stage("a.whl") as staged:
        staged.write(b"whole")
        staged.seal()
    assert synced == [5]


def test_no_file_is_without_a_name(windows: WindowsDirectory) -> None:
    assert windows.create_nameless() is None
    with pytest.raises(OSError, match=r"nameless file 7 can't become a\.whl") as caught:
        windows.name_nameless(7, "a.whl")
    assert caught.value.errno == errno.ENOTSUP


def test_a_directory_that_is_gone_is_not_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "dist").mkdir()
    windows = WindowsDirectory(tmp_path / "dist")
    (tmp_path / "dist").rmdir()
    assert not windows.is_still_at(tmp_path / "dist")


def test_links_and_files_are_refused_as_output_directory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to(tmp_path)
    for name, code in (("file", errno.ENOTDIR), ("link", errno.ELOOP), ("missing", errno.ENOENT)):
        with pytest.raises(OSError) as caught:
            WindowsDirectory(tmp_path / name)
        assert (caught.value.errno, caught.value.strerror) == (code, os.strerror(code))
