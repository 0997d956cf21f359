"""Opening, sweeping and removing touch what they should, and nothing else."""

from __future__ import annotations

import errno
import io
import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from atombuild.errors import OutputUnusable
from atombuild.publish import HISTORY, LEDGER, LOCK, Identity, OutputDirectory, is_ours
from atombuild.publish.names import DAMAGED_LEDGER, private_name, temporary_name
from atombuild.publish.posix import PosixDirectory


def test_a_new_directory_gets_a_gitignore_of_everything(tmp_path: Path) -> None:
    with OutputDirectory.open(tmp_path / "deep" / "dist"):
        pass
    assert (tmp_path / "deep" / "dist" / ".gitignore").read_text() == "*"


def test_a_new_directory_that_is_taken_back_goes_with_the_folders_that_were_made_for_it(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    with OutputDirectory.open(tmp_path / "old" / "deep" / "dist") as directory:
        assert directory.is_new
        assert (tmp_path / "old" / "deep" / "dist").is_dir()
        directory.withdraw()
    assert list(tmp_path.iterdir()) == [tmp_path / "old"]
    assert list((tmp_path / "old").iterdir()) == []


@pytest.mark.parametrize("place", ["deep/dist/theirs", "deep/theirs"])
def test_what_somebody_put_into_a_new_directory_stays_when_it_is_taken_back(tmp_path: Path, place: str) -> None:
    with OutputDirectory.open(tmp_path / "deep" / "dist") as directory:
        (tmp_path / place).write_text("precious")
        directory.withdraw()
    assert (tmp_path / place).read_text() == "precious"
    assert (tmp_path / "deep" / "dist").exists() == (place == "deep/dist/theirs")


def test_a_new_directory_that_is_gone_already_is_taken_back(tmp_path: Path) -> None:
    with OutputDirectory.open(tmp_path / "deep" / "dist") as directory:
        (tmp_path / "deep" / "dist" / ".gitignore").unlink()
        (tmp_path / "deep" / "dist").rmdir()
        directory.withdraw()


def test_a_directory_that_was_there_is_not_new(tmp_path: Path) -> None:
    for create in (True, False):
        with OutputDirectory.open(tmp_path, create=create) as directory:
            assert not directory.is_new


def test_a_gitignore_that_somebody_else_wrote_first_stays(dist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Raced(PosixDirectory):
        def create(self, name: str) -> int:
            (dist / name).write_text("theirs")
            return super().create(name)

    monkeypatch.setattr("atombuild.publish.directory.open_directory", Raced)
    with OutputDirectory.open(dist):
        pass
    assert (dist / ".gitignore").read_text() == "theirs"


def test_a_new_directory_that_takes_no_gitignore_is_unusable(dist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing(PosixDirectory):
        def create(self, name: str) -> int:
            raise PermissionError(errno.EACCES, name)

    monkeypatch.setattr("atombuild.publish.directory.open_directory", Refusing)
    with pytest.raises(OutputUnusable) as caught, OutputDirectory.open(dist):
        pass
    assert (caught.value.path, caught.value.reason.errno) == (dist, errno.EACCES)


def test_the_modes_of_our_own_files_come_from_the_umask(dist: Path) -> None:
    before = os.umask(0)
    try:
        with OutputDirectory.open(dist) as directory, directory.locked("demo", lambda _holder: None):
            directory.append(HISTORY, b"x\n", most=100)
            directory.replace(LEDGER, b"{}")
    finally:
        os.umask(before)
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in dist.iterdir()} == dict.fromkeys(
        (".gitignore", LOCK, HISTORY, LEDGER), 0o666
    )


def test_an_old_directory_gets_none(tmp_path: Path) -> None:
    with OutputDirectory.open(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_opening_without_creating_creates_nothing(dist: Path) -> None:
    with pytest.raises(OutputUnusable) as caught, OutputDirectory.open(dist, create=False):
        pass
    assert caught.value.reason.errno == errno.ENOENT
    assert not dist.exists()


def test_a_symbolic_link_is_refused_in_plain_words(dist: Path, tmp_path: Path) -> None:
    dist.symlink_to(tmp_path)
    with pytest.raises(OutputUnusable) as caught, OutputDirectory.open(dist):
        pass
    assert caught.value.reason.strerror == os.strerror(errno.ELOOP)
    (report,) = caught.value.reports()
    assert "symbolic link" in report.hint
    assert report.where is not None
    assert report.where.path == dist


@pytest.mark.parametrize("broken", [True, False])
def test_a_file_or_a_broken_link_in_its_place_is_refused(dist: Path, broken: bool) -> None:
    if broken:
        dist.symlink_to("nowhere")
    else:
        dist.write_text("a file")
    with pytest.raises(OutputUnusable) as caught, OutputDirectory.open(dist):
        pass
    assert caught.value.reason.errno == (errno.ELOOP if broken else errno.ENOTDIR)


def test_sweeping_takes_our_temporaries_and_nothing_else(directory: OutputDirectory, dist: Path) -> None:
    ours = temporary_name()
    (dist / ours).write_bytes(b"half an artifact")
    others = [".tmpABC123", ".atombuild-1.tmp", ".atombuild-0123456789abcdef.tmp.bak", "a.whl", LOCK, LEDGER]
    for name in others:
        (dist / name).write_bytes(b"")
    folder, link = temporary_name(), temporary_name()
    (dist / folder).mkdir()
    (dist / link).symlink_to("a.whl")
    assert directory.sweep() == (ours,)
    assert {path.name for path in dist.iterdir()} == {*others, folder, link, ".gitignore"}


def test_sweeping_leaves_what_belongs_to_another_user(dist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with OutputDirectory.open(dist) as directory:
        (dist / temporary_name()).write_bytes(b"")
        owner = os.geteuid()
        monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
        assert directory.sweep() == ()


def test_sweeping_takes_the_folder_of_a_builder_that_was_killed_with_all_that_is_in_it(
    directory: OutputDirectory, dist: Path
) -> None:
    ours = private_name()
    (dist / ours / "deep").mkdir(parents=True)
    (dist / ours / "deep" / "file").write_bytes(b"half an artifact")
    (dist / private_name()).write_bytes(b"no folder")
    assert directory.sweep() == (ours,)
    assert not (dist / ours).exists()
    assert len(list(dist.iterdir())) == 2


def test_a_private_folder_is_for_nobody_else_and_goes_with_all_that_is_in_it(
    directory: OutputDirectory, dist: Path
) -> None:
    before = os.umask(0)
    try:
        with directory.private_folder() as folder:
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            assert folder.parent == dist
            assert is_ours(folder.name)
            (folder / "deep").mkdir()
            (folder / "deep" / "file").write_bytes(b"x")
    finally:
        os.umask(before)
    assert not folder.exists()


def test_read_only_folders_in_it_go_too_and_where_links_lead_nothing_is_touched(guarded: Path) -> None:
    victim = guarded / "victim"
    victim.mkdir()
    (victim / "precious").write_text("x")
    victim.chmod(0o711)
    with OutputDirectory.open(guarded / "dist") as directory, directory.private_folder() as folder:
        for name, mode in (("file", 0o500), ("link", 0o500), ("folder", 0o500), ("closed", 0o000)):
            inner = folder / "outer" / name
            inner.mkdir(parents=True)
            if name == "link":
                (inner / "it").symlink_to(victim)
            elif name == "folder":
                (inner / "it").mkdir()
            else:
                (inner / "it").write_bytes(b"x")
            inner.chmod(mode)
        (folder / "outer").chmod(0o500)
    assert not folder.exists()
    assert (victim / "precious").exists()
    assert stat.S_IMODE(victim.stat().st_mode) == 0o711


def test_a_directory_that_takes_nothing_has_no_room_for_a_private_folder(guarded: Path) -> None:
    with OutputDirectory.open(guarded / "dist") as directory:
        (guarded / "dist").chmod(0o500)
        with pytest.raises(OutputUnusable) as caught, directory.private_folder():
            pass
    assert (caught.value.path, caught.value.reason.errno) == (guarded / "dist", errno.EACCES)


def test_removing_takes_exactly_the_targets(directory: OutputDirectory, dist: Path) -> None:
    for name in ("demo-1.0.tar.gz", "demo-1.1.tar.gz", "demo-1.0.tar.gz.asc"):
        (dist / name).write_bytes(b"x")
    (removal,) = directory.remove(("demo-1.0.tar.gz",))
    assert removal.old is not None
    assert removal.refused is None
    assert sorted(path.name for path in dist.iterdir()) == [".gitignore", "demo-1.0.tar.gz.asc", "demo-1.1.tar.gz"]


def test_removing_nothing_is_no_removal(directory: OutputDirectory) -> None:
    (removal,) = directory.remove(("demo-1.0.tar.gz",))
    assert removal.old is None
    assert removal.refused is None


def test_what_no_file_can_be_called_does_not_stand_there(directory: OutputDirectory) -> None:
    (removal,) = directory.remove(("x" * 300 + ".whl",))
    assert (removal.old, removal.refused) == (None, None)
    assert directory.look("x" * 300) is None


def test_a_link_is_removed_and_not_followed(directory: OutputDirectory, dist: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (dist / "demo-1.0.tar.gz").symlink_to(victim)
    directory.remove(("demo-1.0.tar.gz",))
    assert victim.read_text() == "precious"
    assert not (dist / "demo-1.0.tar.gz").is_symlink()


def test_a_folder_is_refused_and_the_other_targets_still_fall(directory: OutputDirectory, dist: Path) -> None:
    (dist / "demo-1.0.tar.gz").mkdir()
    (dist / "demo-1.0-py3-none-any.whl").write_bytes(b"old")
    refused, removed = directory.remove(("demo-1.0.tar.gz", "demo-1.0-py3-none-any.whl"))
    assert refused.refused is not None
    assert (refused.refused.errno, refused.refused.strerror) == (errno.EISDIR, "Is a directory")
    assert removed.refused is None
    assert not (dist / "demo-1.0-py3-none-any.whl").exists()


def test_the_removal_is_synced_before_anything_is_built(dist: Path) -> None:
    calls: list[str] = []

    class Recording(PosixDirectory):
        def unlink(self, name: str) -> None:
            calls.append("unlink")
            super().unlink(name)

        def sync_directory(self) -> None:
            calls.append("sync")
            super().sync_directory()

    dist.mkdir()
    (dist / "a.whl").write_bytes(b"")
    OutputDirectory(dist, Recording(dist)).remove(("a.whl", "b.whl"))
    assert calls == ["unlink", "sync"]


def test_what_is_replaced_is_on_the_disk_before_it_has_its_name(dist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, bytes]] = []
    with OutputDirectory.open(dist) as directory:
        directory.replace(LEDGER, b"old")
        monkeypatch.setattr(
            os, "fsync", lambda descriptor: seen.append((os.fstat(descriptor).st_size, (dist / LEDGER).read_bytes()))
        )
        directory.replace(LEDGER, b"newer")
    assert seen == [(5, b"old")]
    assert (dist / LEDGER).read_bytes() == b"newer"


def test_a_file_of_another_size_than_was_written_replaces_nothing(dist: Path) -> None:
    class TwoWriters(PosixDirectory):
        def create(self, name: str) -> int:
            descriptor = super().create(name)
            os.write(descriptor, b"more")
            return descriptor

    dist.mkdir()
    (dist / LEDGER).write_bytes(b"old")
    with pytest.raises(OutputUnusable) as caught:
        OutputDirectory(dist, TwoWriters(dist)).replace(LEDGER, b"new")
    assert (caught.value.path, caught.value.reason.errno) == (dist, errno.EIO)
    assert [path.name for path in dist.iterdir()] == [LEDGER]
    assert (dist / LEDGER).read_bytes() == b"old"


class Broken(PosixDirectory):
    """A directory on a disk that fails."""

    def fail(self, *_args: object) -> NoReturn:
        raise OSError(errno.EIO, "Input/output error")


@pytest.mark.parametrize(
    ("call", "act", "name"),
    [
        ("names", lambda directory: directory.names(), ""),
        ("names", lambda directory: directory.sweep(), ""),
        ("lstat", lambda directory: directory.look("a.whl"), "a.whl"),
        ("sync_directory", lambda directory: directory.remove(("a.whl",)), ""),
        ("open_or_create", lambda directory: directory.append(HISTORY, b"x", most=9), ""),
    ],
)
def test_a_disk_that_fails_makes_the_directory_unusable(
    dist: Path, call: str, act: Callable[[OutputDirectory], object], name: str
) -> None:
    dist.mkdir()
    (dist / "a.whl").write_bytes(b"x")
    system = Broken(dist)
    setattr(system, call, system.fail)
    with pytest.raises(OutputUnusable) as caught:
        act(OutputDirectory(dist, system))
    assert (caught.value.path, caught.value.reason.errno) == (dist / name, errno.EIO)


@pytest.mark.parametrize("call", ["lstat", "unlink"])
def test_a_disk_that_fails_at_one_target_is_its_refusal(dist: Path, call: str) -> None:
    dist.mkdir()
    (dist / "a.whl").write_bytes(b"x")
    system = Broken(dist)
    setattr(system, call, system.fail)
    (removal,) = OutputDirectory(dist, system).remove(("a.whl",))
    assert removal.target == "a.whl"
    assert removal.refused is not None
    assert removal.refused.errno == errno.EIO
    assert (removal.old is not None) == (call == "unlink")


def test_a_target_that_somebody_else_removes_first_is_removed(dist: Path) -> None:
    class Raced(PosixDirectory):
        def unlink(self, name: str) -> None:
            super().unlink(name)
            super().unlink(name)

    dist.mkdir()
    (dist / "a.whl").write_bytes(b"x")
    system = Raced(dist)
    old = OutputDirectory(dist, system).look("a.whl")
    (removal,) = OutputDirectory(dist, system).remove(("a.whl",))
    assert (removal.target, removal.old, removal.refused) == ("a.whl", old, None)


def test_a_target_can_not_be_removed_elsewhere(directory: OutputDirectory) -> None:
    with pytest.raises(ValueError, match="not a file name"):
        directory.remove(("../a.whl",))


def test_nothing_stays_open(dist: Path, open_files: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    before = open_files()
    with OutputDirectory.open(dist) as directory:
        identity = publish(directory, "a-1.tar.gz", b"content")
        directory.replace(LEDGER, b"{}")
        assert directory.read(LEDGER) == b"{}"
        (dist / "a-1.tar.gz").write_bytes(b"content")
        (dist / "a-1.tar.gz").rename(dist / "b-1.tar.gz")
        (dist / "a-1.tar.gz").write_bytes(b"another")
        assert directory.open_published("a-1.tar.gz", identity) is None
    assert open_files() == before
    monkeypatch.setattr(os, "fstat", Broken.fail)
    with pytest.raises(OutputUnusable), OutputDirectory.open(dist):
        pass
    monkeypatch.undo()
    assert open_files() == before


def test_a_published_file_that_can_not_be_looked_at_is_not_had(
    dist: Path, open_files: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with OutputDirectory.open(dist) as directory:
        identity = publish(directory, "a-1.tar.gz", b"content")
        before = open_files()
        with monkeypatch.context() as patched:
            patched.setattr("atombuild.publish.posix.regular", lambda descriptor: descriptor)
            patched.setattr(os, "fstat", Broken.fail)
            assert directory.open_published("a-1.tar.gz", identity) is None
        assert open_files() == before


def test_it_is_in_place_until_it_is_moved(dist: Path, tmp_path: Path) -> None:
    with OutputDirectory.open(dist) as directory:
        assert directory.is_still_in_place()
        dist.rename(tmp_path / "moved")
        assert not directory.is_still_in_place()
        dist.mkdir()
        assert not directory.is_still_in_place()


def test_a_link_that_is_swapped_in_just_before_it_is_opened_is_not_followed(
    dist: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dist.symlink_to(tmp_path)
    monkeypatch.setattr(Path, "lstat", Path.stat)  # the look came before the swap
    with pytest.raises(OutputUnusable), OutputDirectory.open(dist, create=False):
        pass


def test_where_nothing_was_removed_nothing_is_synced(dist: Path) -> None:
    dist.mkdir()
    system = Broken(dist)
    system.sync_directory = system.fail  # type: ignore[method-assign]  # so that it would be seen
    (removal,) = OutputDirectory(dist, system).remove(("a.whl",))
    assert (removal.old, removal.refused) == (None, None)


def test_what_is_added_begins_a_line_of_its_own(directory: OutputDirectory, dist: Path) -> None:
    for line in (b"one\n", b"two\n"):
        directory.append(HISTORY, line, most=100)
    assert (dist / HISTORY).read_bytes() == b"one\ntwo\n"
    (dist / HISTORY).write_bytes(b"one\ntw")
    directory.append(HISTORY, b"three\n", most=100)
    assert (dist / HISTORY).read_bytes() == b"one\ntw\nthree\n"


def test_what_a_disk_took_and_lost_leaves_no_torn_line(
    directory: OutputDirectory, dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Lossy(io.BufferedRandom):
        def write(self, data: Any) -> int:
            return super().write(data[1:]) + 1

    directory.append(HISTORY, b"one\n", most=100)
    monkeypatch.setattr(os, "fdopen", lambda descriptor, mode: Lossy(io.FileIO(descriptor, mode.replace("b", ""))))
    with pytest.raises(OutputUnusable) as caught:
        directory.append(HISTORY, b"two\n", most=100)
    assert "7 bytes are on the disk, 8 were written" in str(caught.value.reason)
    assert (dist / HISTORY).read_bytes() == b"one\n"


@pytest.mark.parametrize(("most", "kept"), [(25, b"aaaa\nbbbb\ncccc\ndddd\n"), (24, b"cccc\ndddd\n"), (20, b"dddd\n")])
def test_what_would_grow_too_long_loses_its_older_half(
    directory: OutputDirectory, dist: Path, most: int, kept: bytes
) -> None:
    (dist / HISTORY).write_bytes(b"aaaa\nbbbb\ncccc\ndddd\n")
    directory.append(HISTORY, b"eeee\n", most=most)
    assert (dist / HISTORY).read_bytes() == kept + b"eeee\n"


def test_what_has_another_name_as_well_is_not_added_to(directory: OutputDirectory, dist: Path, tmp_path: Path) -> None:
    (tmp_path / "theirs").write_bytes(b"one\n")
    (dist / HISTORY).hardlink_to(tmp_path / "theirs")
    directory.append(HISTORY, b"two\n", most=100)
    assert (tmp_path / "theirs").read_bytes() == b"one\n"
    assert (dist / HISTORY).read_bytes() == b"one\ntwo\n"


def test_replacing_is_whole_or_not_at_all(
    directory: OutputDirectory, dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory.replace(LEDGER, b"old")

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OutputUnusable):
        directory.replace(LEDGER, b"new")
    assert directory.read(LEDGER) == b"old"
    assert sorted(path.name for path in dist.iterdir()) == [LEDGER, ".gitignore"]


def test_what_is_set_aside_takes_no_name_that_is_taken(directory: OutputDirectory, dist: Path) -> None:
    (dist / DAMAGED_LEDGER).mkdir()
    for content, name in ((b"first", f"{DAMAGED_LEDGER}-2"), (b"second", f"{DAMAGED_LEDGER}-3")):
        (dist / LEDGER).write_bytes(content)
        assert directory.set_aside(LEDGER, DAMAGED_LEDGER) == name
        assert (dist / name).read_bytes() == content
        assert is_ours(name)


def test_what_can_not_be_set_aside_makes_the_directory_unusable(directory: OutputDirectory, dist: Path) -> None:
    with pytest.raises(OutputUnusable) as caught:
        directory.set_aside(LEDGER, DAMAGED_LEDGER)
    assert (caught.value.path, caught.value.reason.errno) == (dist, errno.ENOENT)


def test_a_disk_too_full_for_the_gitignore_leaves_no_empty_one(dist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(PosixDirectory):
        def create(self, name: str) -> int:
            os.close(super().create(name))
            return os.open("/dev/full", os.O_WRONLY)

    monkeypatch.setattr("atombuild.publish.directory.open_directory", Full)
    with pytest.raises(OutputUnusable) as caught, OutputDirectory.open(dist):
        pass
    assert caught.value.reason.errno == errno.ENOSPC
    assert list(dist.iterdir()) == []


def test_reading_never_blocks_on_a_fifo(directory: OutputDirectory, dist: Path) -> None:
    os.mkfifo(dist / LEDGER)
    with pytest.raises(OSError, match="no regular file"):
        directory.read(LEDGER)


def test_reading_does_not_follow_a_link(directory: OutputDirectory, dist: Path, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("{}")
    (dist / LEDGER).symlink_to(tmp_path / "other")
    with pytest.raises(OSError, match="symbolic link"):
        directory.read(LEDGER)


def test_our_names_are_known_as_ours() -> None:
    assert all(map(is_ours, (LOCK, LEDGER, HISTORY, temporary_name())))
    assert not any(map(is_ours, (".gitignore", "demo-1.0.tar.gz", ".atombuild", socket.gethostname())))


def publish(directory: OutputDirectory, target: str, data: bytes) -> Identity:
    with directory.stage(target) as staged:
        staged.write(data)
        staged.seal()
        published = staged.publish()
    assert published.identity is not None
    return published.identity


def test_an_identity_is_of_what_changes_with_a_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"content")
    found = (tmp_path / "a").stat()
    identity = Identity(found.st_dev, found.st_ino, 7, found.st_mtime_ns, found.st_ctime_ns)
    assert Identity.of(found) == identity


def test_what_was_published_can_be_read_back_though_its_name_is_gone(directory: OutputDirectory) -> None:
    identity = publish(directory, "a-1.tar.gz", b"content")
    descriptor = directory.open_published("a-1.tar.gz", identity)
    assert descriptor is not None
    directory.remove(("a-1.tar.gz",))
    assert os.pread(descriptor, 100, 0) == b"content"
    os.close(descriptor)


def test_what_somebody_put_in_its_place_is_not_taken_for_it(directory: OutputDirectory, dist: Path) -> None:
    identity = publish(directory, "a-1.tar.gz", b"content")
    (dist / "new").write_bytes(b"content")
    (dist / "new").replace(dist / "a-1.tar.gz")
    assert directory.open_published("a-1.tar.gz", identity) is None
    (dist / "a-1.tar.gz").unlink()
    assert directory.open_published("a-1.tar.gz", identity) is None
