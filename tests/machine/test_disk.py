"""Disks that are full, read-only or gone, and things in the way: the right words, status 1, nothing half-written."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.namespace import Namespace, mount_namespace
from support.processes import Running, once, told_words
from support.projects import big_project, sample_project
from support.promise.account import stamp
from support.wholeness import check_whole, finals

SDIST, WHEEL = "orrery-0.1.0.tar.gz", "orrery-0.1.0-py3-none-any.whl"
REMOVED = {"sdist": "failed, old artifact removed", "wheel": "failed, old artifact removed"}
NOTHING_BEFORE = {"sdist": "failed, no old artifact", "wheel": "failed, no old artifact"}
STILL_THERE = {"sdist": "failed, old artifact still there", "wheel": "failed, old artifact still there"}

Done = subprocess.CompletedProcess[str]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return sample_project(tmp_path)


@pytest.fixture
def dist(project: Path) -> Path:
    return project / "dist"


@pytest.fixture
def namespace() -> Iterator[Namespace]:
    with mount_namespace() as namespace:
        yield namespace


def check_failed(done: Done, words: dict[str, str], why: str) -> None:
    assert (done.returncode, told_words(done.stdout)) == (1, words), done.stderr
    assert done.stderr.startswith("error: ")
    assert f"  why: {why}\n" in done.stderr
    assert "  next: " in done.stderr
    assert "Traceback" not in done.stderr
    assert "atombuild itself failed" not in done.stderr


def check_nothing_half(dist: Path) -> None:
    for path in finals(dist):
        check_whole(path)
    assert [path.name for path in dist.iterdir() if path.name.endswith(".tmp")] == []


# Full.


def fill(namespace: Namespace, dist: Path, pages_left: int) -> None:
    """Leave so many pages of memory on the file system, after the old artifacts."""
    namespace.do(f"dd if=/dev/zero of='{dist}/filler' bs=4096 2>/dev/null || true")
    if pages_left:
        namespace.do(f"truncate -s -{pages_left * 4096} '{dist}/filler'")


@pytest.mark.parametrize("pages_left", range(5))
def test_whatever_room_a_full_disk_has_left_the_words_and_the_directory_agree(
    project: Path, dist: Path, namespace: Namespace, pages_left: int
) -> None:
    dist.mkdir()
    namespace.mount_tmpfs(dist, "size=64k")
    assert once(project, before=namespace.before).returncode == 0
    fill(namespace, dist, pages_left)
    done = once(project, before=namespace.before)
    inside = namespace.path(dist)
    check_nothing_half(inside)
    words = told_words(done.stdout)
    standing = {path.name for path in finals(inside)}
    assert (words["sdist"] == "succeeded") == (SDIST in standing)
    assert (words["wheel"] == "succeeded") == (WHEEL in standing)
    assert done.returncode == (0 if standing == {SDIST, WHEEL} else 1)
    if done.returncode:
        assert "why: No space left on device (ENOSPC)" in done.stderr
        assert "next: free some space on that disk; the next build starts clean" in done.stderr
    namespace.do(f"rm '{dist}/filler'")
    assert once(project, before=namespace.before).returncode == 0, "the next build starts clean"


def test_a_disk_full_from_the_start(project: Path, dist: Path, namespace: Namespace) -> None:
    dist.mkdir()
    namespace.mount_tmpfs(dist, "size=16k")
    fill(namespace, dist, pages_left=0)
    check_failed(once(project, before=namespace.before), NOTHING_BEFORE, "No space left on device (ENOSPC)")
    assert finals(namespace.path(dist)) == []


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ("3m", {"sdist": "failed, old artifact removed", "wheel": "not built, old artifact removed"}),
        ("6m", {"sdist": "succeeded", "wheel": "failed, old artifact removed"}),
    ],
)
def test_a_disk_that_is_full_in_the_middle_of_a_step(
    tmp_path: Path, namespace: Namespace, size: str, expected: dict[str, str]
) -> None:
    root = big_project(tmp_path, 4)
    dist = root / "dist"
    dist.mkdir()
    namespace.mount_tmpfs(dist, f"size={size}")
    namespace.do(f"echo old > '{dist}/bulky-1.0.tar.gz'; echo old > '{dist}/bulky-1.0-py3-none-any.whl'")
    check_failed(once(root, before=namespace.before), expected, "No space left on device (ENOSPC)")
    check_nothing_half(namespace.path(dist))
    assert len(finals(namespace.path(dist))) == list(expected.values()).count("succeeded")


def test_a_disk_without_inodes(project: Path, dist: Path, namespace: Namespace) -> None:
    dist.mkdir()
    namespace.mount_tmpfs(dist, "size=1m,nr_inodes=5")
    namespace.do(f"touch '{dist}/1' '{dist}/2' '{dist}/{SDIST}' '{dist}/{WHEEL}'")
    done = once(project, before=namespace.before)
    # The lock file is the first that finds no room, and without the lock nothing may be removed.
    check_failed(done, STILL_THERE, "No space left on device (ENOSPC)")


def test_a_file_may_not_grow_any_further(tmp_path: Path) -> None:
    root = big_project(tmp_path, 2)
    assert once(root).returncode == 0
    done = once(root, before=["sh", "-c", 'ulimit -f 1024; exec "$@"', "sh"])
    words = {"sdist": "failed, old artifact removed", "wheel": "not built, old artifact removed"}
    check_failed(done, words, "File too large (EFBIG)")
    assert finals(root / "dist") == []
    check_nothing_half(root / "dist")


# Forbidden.


def test_a_read_only_file_system(project: Path, dist: Path, namespace: Namespace) -> None:
    assert once(project).returncode == 0
    namespace.do(f"mount --bind '{dist}' '{dist}'; mount -o remount,ro,bind '{dist}'")
    check_failed(once(project, before=namespace.before), STILL_THERE, "Read-only file system (EROFS)")
    assert [path.name for path in finals(dist)] == [WHEEL, SDIST]
    check_nothing_half(dist)


def test_a_read_only_file_system_without_a_dist(project: Path, namespace: Namespace) -> None:
    namespace.do(f"mount --bind '{project}' '{project}'; mount -o remount,ro,bind '{project}'")
    check_failed(once(project, before=namespace.before), NOTHING_BEFORE, "Read-only file system (EROFS)")


def powerless() -> list[str]:
    """Return what comes before a command so that permission bits count: root ignores them."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("root ignores permission bits, and there is no setpriv to change that")
    return ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]


def test_a_directory_that_may_not_be_written(project: Path, dist: Path) -> None:
    assert once(project).returncode == 0
    dist.chmod(0o555)
    done = once(project, before=powerless())
    dist.chmod(0o755)
    words = {"sdist": "failed, old artifact still there", "wheel": "not built, old artifact still there"}
    check_failed(done, words, "Permission denied (EACCES)")
    assert f"error: the old artifact {SDIST} could not be removed, so the build did not start" in done.stderr
    assert once(project).returncode == 0


def test_a_place_where_no_directory_may_be_made(project: Path, dist: Path) -> None:
    project.chmod(0o555)
    done = once(project, before=powerless())
    project.chmod(0o755)
    check_failed(done, NOTHING_BEFORE, "Permission denied (EACCES)")
    assert not dist.exists()


def test_an_old_artifact_that_is_immutable(project: Path, dist: Path) -> None:
    assert once(project).returncode == 0
    if subprocess.run(["chattr", "+i", dist / SDIST], capture_output=True, check=False).returncode != 0:
        pytest.skip("chattr +i needs root and a file system that knows it")
    try:
        done = once(project)
    finally:
        subprocess.run(["chattr", "-i", dist / SDIST], check=True)
    words = {"sdist": "failed, old artifact still there", "wheel": "not built, old artifact removed"}
    check_failed(done, words, "Operation not permitted (EPERM)")
    assert [path.name for path in finals(dist)] == [SDIST]
    check_whole(dist / SDIST)


def test_an_old_artifact_that_is_a_mount_point(project: Path, dist: Path, namespace: Namespace) -> None:
    assert once(project).returncode == 0
    victim = project.parent / "victim"
    victim.write_text("mine")
    namespace.do(f"mount --bind '{victim}' '{dist / SDIST}'")
    done = once(project, before=namespace.before)
    words = {"sdist": "failed, old artifact still there", "wheel": "not built, old artifact removed"}
    check_failed(done, words, "Device or resource busy (EBUSY)")
    assert victim.read_text() == "mine"
    assert [path.name for path in finals(namespace.path(dist))] == [SDIST]


def test_an_output_directory_on_another_file_system_than_the_project(
    project: Path, dist: Path, namespace: Namespace
) -> None:
    dist.mkdir()
    namespace.mount_tmpfs(dist, "size=4m")
    for _ in range(2):
        assert once(project, before=namespace.before).returncode == 0
        assert [path.name for path in finals(namespace.path(dist))] == [WHEEL, SDIST]
        check_nothing_half(namespace.path(dist))


# In the way.


@pytest.mark.parametrize(
    ("plant", "why"),
    [
        (lambda dist: dist.write_text("mine"), "Not a directory (ENOTDIR)"),
        (lambda dist: dist.symlink_to(dist.parent), "Too many levels of symbolic links (ELOOP)"),
        (lambda dist: dist.symlink_to("nowhere"), "Too many levels of symbolic links (ELOOP)"),
        (os.mkfifo, "Not a directory (ENOTDIR)"),
    ],
    ids=["file", "link", "dangling link", "pipe"],
)
def test_something_else_in_the_directorys_place(
    project: Path, dist: Path, plant: Callable[[Path], None], why: str
) -> None:
    plant(dist)
    before = stamp(dist)
    check_failed(once(project), NOTHING_BEFORE, why)
    assert stamp(dist) == before
    assert not (project / "nowhere").exists()


@pytest.mark.parametrize("in_the_way", [SDIST, WHEEL])
def test_a_folder_in_a_targets_place(project: Path, dist: Path, in_the_way: str) -> None:
    assert once(project).returncode == 0
    (dist / in_the_way).unlink()
    (dist / in_the_way).mkdir()
    words = {
        SDIST: {"sdist": "failed, old artifact still there", "wheel": "not built, old artifact removed"},
        WHEEL: {"sdist": "not built, old artifact removed", "wheel": "failed, old artifact still there"},
    }
    check_failed(once(project), words[in_the_way], "Is a directory (EISDIR)")
    assert [path.name for path in finals(dist)] == [in_the_way]
    (dist / in_the_way).rmdir()
    assert once(project).returncode == 0


def test_a_link_in_a_targets_place_is_removed_and_not_followed(project: Path, dist: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    dist.mkdir()
    (dist / SDIST).symlink_to(victim)
    (dist / WHEEL).symlink_to("nowhere")
    assert once(project).returncode == 0
    assert victim.read_text() == "precious"
    assert not any(path.is_symlink() for path in finals(dist))
    check_nothing_half(dist)


def test_a_hard_link_in_a_targets_place_is_left_whole_elsewhere(project: Path, dist: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    dist.mkdir()
    (dist / SDIST).hardlink_to(victim)
    assert once(project).returncode == 0
    assert victim.read_text() == "precious"


@pytest.mark.parametrize("name", [".atombuild.lock", ".atombuild.json"])
@pytest.mark.parametrize("plant", [os.mkfifo, os.mkdir, lambda path: path.symlink_to("/etc/passwd")])
def test_our_own_files_replaced_by_traps_are_no_disaster(
    project: Path, dist: Path, name: str, plant: Callable[[Path], None]
) -> None:
    dist.mkdir()
    plant(dist / name)
    before = stamp(dist / name)
    done = once(project)
    assert "Traceback" not in done.stderr
    assert "atombuild itself failed" not in done.stderr
    if name == ".atombuild.lock":
        assert (done.returncode, told_words(done.stdout)) == (1, NOTHING_BEFORE)
        assert stamp(dist / name) == before
    else:
        assert done.returncode == 0, done.stderr
        assert "it was set aside as .atombuild.json.damaged" in done.stderr
    check_nothing_half(dist)


# Gone, or odd.


def test_an_output_directory_deleted_in_mid_build(tmp_path: Path) -> None:
    root = big_project(tmp_path, 16)
    with Running("--once", root) as build:
        build.wait_for("building bulky-1.0.tar.gz")
        build.signal(signal.SIGSTOP)
        shutil.rmtree(root / "dist")
        build.signal(signal.SIGCONT)
        assert build.finish() == 1
        assert told_words(build.stdout) == {"sdist": "failed, no old artifact", "wheel": "not built"}
        assert "No such file or directory (ENOENT)" in build.stderr
        assert "Traceback" not in build.stderr
    assert not (root / "dist").exists()
    assert once(root).returncode == 0


def test_a_file_that_somebody_puts_there_in_mid_build_is_not_overwritten(tmp_path: Path) -> None:
    root = big_project(tmp_path, 16)
    with Running("--once", root) as build:
        build.wait_for("building bulky-1.0.tar.gz")
        build.signal(signal.SIGSTOP)
        (root / "dist/bulky-1.0.tar.gz").write_text("theirs")
        build.signal(signal.SIGCONT)
        assert build.finish() == 1
        assert told_words(build.stdout) == {"sdist": "failed, another file there now", "wheel": "not built"}
        assert "error: the finished build could not be put in place as bulky-1.0.tar.gz" in build.stderr
        assert "why: File exists (EEXIST)" in build.stderr
    assert (root / "dist/bulky-1.0.tar.gz").read_text() == "theirs"


def test_an_output_directory_swapped_for_a_link_in_mid_build_diverts_nothing(tmp_path: Path) -> None:
    root = big_project(tmp_path, 16)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with Running("--once", root) as build:
        build.wait_for("building bulky-1.0.tar.gz")
        build.signal(signal.SIGSTOP)
        (root / "dist").rename(root / "moved")
        (root / "dist").symlink_to(elsewhere)
        build.signal(signal.SIGCONT)
        assert build.finish() == 1
        assert told_words(build.stdout) == {"sdist": "failed, no old artifact", "wheel": "not built"}
        assert "why: another folder took its place during the build" in build.stderr
    assert list(elsewhere.iterdir()) == []
    check_nothing_half(root / "moved")


def test_a_name_too_long_for_the_file_system(tmp_path: Path) -> None:
    root = big_project(tmp_path, 0, name="n" * 240)
    done = once(root)
    words = {"sdist": "failed, file name not known", "wheel": "failed, file name not known"}
    check_failed(done, words, "file systems take 255 at most")
    assert "next: shorten the name" in done.stderr
    assert not (root / "dist").exists()


@pytest.mark.parametrize(("umask", "mode"), [("077", 0o600), ("022", 0o644), ("000", 0o666)])
def test_the_umask_decides_who_may_read_an_artifact(project: Path, dist: Path, umask: str, mode: int) -> None:
    assert once(project, before=["sh", "-c", f'umask {umask}; exec "$@"', "sh"]).returncode == 0
    assert {path.stat().st_mode & 0o777 for path in finals(dist)} == {mode}


@pytest.mark.parametrize("descriptors", [5, 6])
def test_too_few_descriptors_are_no_reason_to_distrust_the_ledger(project: Path, dist: Path, descriptors: int) -> None:
    assert once(project).returncode == 0
    done = once(project, before=["sh", "-c", f'ulimit -n {descriptors}; exec "$@"', "sh"])
    if "Fatal Python error" in done.stderr or "loading shared libraries" in done.stderr:
        pytest.skip("this Python does not even start with so few descriptors")
    assert done.returncode == 1
    assert "why: Too many open files (EMFILE)" in done.stderr
    assert not (dist / ".atombuild.json.damaged").exists()
    check_nothing_half(dist)
    done = once(project)
    assert (done.returncode, done.stderr) == (0, "")
