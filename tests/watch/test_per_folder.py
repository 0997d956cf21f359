"""One watch for each folder that is looked into, none for what is passed over, and nothing missed by that."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from atombuild.watch.ground import Ground
from atombuild.watch.hints import Directories, Hint, Paths, RootGone, Unwatched, Watching
from atombuild.watch.looker import Looker
from atombuild.watch.notify import Notifier
from support.rights import permissions_hold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

if sys.platform != "linux":
    pytest.skip("only Linux watches each folder by itself", allow_module_level=True)

PATIENCE = 60.0


def watches() -> int:
    """Count this process's watches, as the kernel lists them."""
    found = 0
    for each in Path("/proc/self/fdinfo").iterdir():
        try:
            found += each.read_text().count("inotify wd:")
        except OSError:
            continue
    return found


class Bench:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.ground = Ground(root, root / "dist")
        self.looker = Looker(root, root / "dist", self.ground)
        self.hints: queue.Queue[Hint] = queue.Queue()
        self.notifier = Notifier(root, self.hints.put, self.ground)
        self.before = watches()
        self.kept: tuple[str, ...] = ()

    def start(self) -> None:
        self.notifier.start()
        assert self.hints.get(timeout=PATIENCE) == Watching(polling=False)

    def look(self) -> None:
        self.looker(lambda path: any(path == kept or kept.startswith(f"{path}/") for kept in self.kept))

    def until(self, wanted: Callable[[Hint], bool]) -> Hint:
        while True:
            hint = self.hints.get(timeout=PATIENCE)
            if wanted(hint):
                return hint

    def until_named(self, *paths: str) -> None:
        missing = set(paths)
        while missing:
            hint = self.hints.get(timeout=PATIENCE)
            if isinstance(hint, Paths):
                missing -= hint.paths

    def until_watched(self, number: int) -> None:
        end = time.monotonic() + PATIENCE
        while watches() - self.before != number:
            assert time.monotonic() < end, f"{watches() - self.before} watches, not {number}"
            time.sleep(0.01)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    root = tmp_path / "p"
    (root / "src/pkg").mkdir(parents=True)
    (root / "src/pkg/__init__.py").touch()
    bench = Bench(root)
    yield bench
    bench.notifier.stop()


def test_what_is_passed_over_takes_no_watches(bench: Bench) -> None:
    for name in ("node_modules", ".git/objects", "src/pkg/__pycache__", "dist", "target"):
        (bench.root / name / "a/b").mkdir(parents=True)
    (bench.root / "target/CACHEDIR.TAG").touch()
    (bench.root / "env/lib").mkdir(parents=True)
    (bench.root / "env/pyvenv.cfg").touch()
    bench.start()
    assert watches() - bench.before == 3, "the root, src and src/pkg"
    bench.look()
    (bench.root / "src/pkg/a.py").touch()
    bench.until_named("src/pkg/a.py")
    assert watches() - bench.before == 3


def test_what_an_artifact_holds_is_watched_wherever_it_lies(bench: Bench) -> None:
    (bench.root / "node_modules/ours/js").mkdir(parents=True)
    (bench.root / "node_modules/other").mkdir()
    bench.start()
    bench.kept = ("node_modules/ours/js/a.js",)
    bench.look()
    bench.until_watched(6)
    (bench.root / "node_modules/ours/js/a.js").touch()
    bench.until_named("node_modules/ours/js/a.js")
    bench.kept = ()
    bench.look()
    bench.until_watched(3)


def test_a_folder_that_becomes_a_cache_lets_its_watches_go(bench: Bench) -> None:
    (bench.root / "build/a/b").mkdir(parents=True)
    bench.start()
    bench.until_watched(6)
    (bench.root / "build/CACHEDIR.TAG").touch()
    bench.until_named("build/CACHEDIR.TAG")
    bench.look()
    bench.until_watched(3)


def test_hundreds_of_folders_that_appear_at_once_are_watched_and_their_files_are_told_or_looked_for(
    bench: Bench,
) -> None:
    bench.start()
    for number in range(300):
        folder = bench.root / f"new/{number % 10}/{number}/deep"
        folder.mkdir(parents=True)
        (folder / "a.py").touch()
    bench.until_watched(3 + 1 + 10 + 300 + 300)
    bench.until(lambda hint: isinstance(hint, Directories))
    for number in (0, 150, 299):
        (bench.root / f"new/{number % 10}/{number}/deep/b.py").touch()
        bench.until_named(f"new/{number % 10}/{number}/deep/b.py")


def test_a_folder_moved_away_is_not_listened_to_any_more_and_one_moved_here_is(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "other/in").mkdir(parents=True)
    bench.start()
    (bench.root / "src/pkg").rename(tmp_path / "away")
    bench.until_named("src/pkg")
    bench.until_watched(2)
    (tmp_path / "other").rename(bench.root / "src/other")
    bench.until_named("src/other")
    bench.until_watched(4)
    (tmp_path / "away/a.py").touch()
    (bench.root / "src/other/in/a.py").touch()
    bench.until_named("src/other/in/a.py")
    (tmp_path / "away").rename(bench.root / "src/pkg")
    bench.until_watched(5)
    (bench.root / "src/pkg/a.py").touch()
    bench.until_named("src/pkg/a.py")


def test_a_folder_made_again_is_listened_to(bench: Bench) -> None:
    bench.start()
    for _ in range(20):
        (bench.root / "src/pkg/__init__.py").unlink()
        (bench.root / "src/pkg").rmdir()
        (bench.root / "src/pkg").mkdir()
        (bench.root / "src/pkg/__init__.py").touch()
    bench.until_watched(3)
    (bench.root / "src/pkg/a.py").touch()
    bench.until_named("src/pkg/a.py")


def test_a_link_to_a_folder_is_not_followed(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "elsewhere/a").mkdir(parents=True)
    (bench.root / "link").symlink_to(tmp_path / "elsewhere")
    bench.start()
    assert watches() - bench.before == 3


def test_an_overflow_is_told_and_looked_after(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from atombuild.watch import inotify  # noqa: PLC0415 (there is none elsewhere)

    real, full = inotify.Inotify.read, threading.Event()

    def read(queue: inotify.Inotify, seconds: float) -> list[inotify.Event]:
        if full.is_set():
            full.clear()
            return [inotify.Event(-1, inotify.OVERFLOW, "")]
        return real(queue, seconds)

    monkeypatch.setattr(inotify.Inotify, "read", read)
    bench.start()
    full.set()
    assert bench.until(lambda hint: isinstance(hint, Directories)) == Directories(frozenset())


def test_an_unreadable_folder_costs_itself_alone_and_is_watched_when_it_can_be_read(bench: Bench) -> None:
    locked = bench.root / "locked"
    (locked / "in").mkdir(parents=True)
    locked.chmod(0)
    with permissions_hold():
        bench.notifier.start()
        told = bench.hints.get(timeout=PATIENCE)
        assert isinstance(told, Unwatched)
        assert (told.path, told.why) == ("locked", "Permission denied")
        assert told.remedy == "make it readable for you (chmod, chown); then it is watched again"
        assert bench.hints.get(timeout=PATIENCE) == Watching(polling=False)
        bench.look()
        (bench.root / "src/a.py").touch()
        bench.until_named("src/a.py")
        locked.chmod(0o755)
        bench.until_named("locked")
        bench.look()
        bench.until(lambda hint: isinstance(hint, Directories) and "locked/in" in hint.paths)
        (locked / "in/a.py").touch()
        bench.until_named("locked/in/a.py")


SHORT = """
import queue, sys
from pathlib import Path
from atombuild.watch import per_folder
from atombuild.watch.ground import Ground
from atombuild.watch.hints import Look, Paths, Polling, Watching
from atombuild.watch.looker import Looker
from atombuild.watch.notify import Notifier

hints, root, limit = queue.Queue(), Path(sys.argv[1]), Path("/proc/sys/user/max_inotify_watches")
per_folder._RETRY = 0.1
for number in range(20):
    root.joinpath(f"f{number:02}/in").mkdir(parents=True)
limit.write_text("10")
ground = Ground(root, root / "dist")
look = Looker(root, root / "dist", ground)
notifier = Notifier(root, hints.put, ground)
notifier.start()

def until(wanted):
    while True:
        hint = hints.get(timeout=30)
        if wanted(hint):
            return hint

assert isinstance(hints.get(timeout=30), Polling)
assert hints.get(timeout=30) == Watching(polling=True)
look(lambda path: False)
root.joinpath("a.py").touch()
until(lambda hint: isinstance(hint, Paths) and "a.py" in hint.paths)
until(Look().__eq__)
limit.write_text("1000")
until(Watching(polling=False).__eq__)
for name in ("f00/in/a.py", "f19/in/a.py"):
    root.joinpath(name).touch()
    until(lambda hint: isinstance(hint, Paths) and name in hint.paths)
notifier.stop()
"""


def test_with_too_few_watches_what_is_watched_works_and_the_rest_is_as_soon_as_it_can_be(tmp_path: Path) -> None:
    inside = ["unshare", "-Ur"]
    if subprocess.run([*inside, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine gives no user namespaces")
    command = [*inside, sys.executable, "-c", SHORT, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr


def test_the_end_of_a_project_that_is_removed_is_told(bench: Bench) -> None:
    bench.start()
    subprocess.run(["rm", "-rf", os.fspath(bench.root)], check=True)
    bench.until(lambda hint: isinstance(hint, RootGone))
    bench.until_watched(0)
