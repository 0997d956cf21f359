"""Hints arrive, whatever ends or silences the notifications below."""

from __future__ import annotations

import errno
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from watchfiles import Change

from atombuild.watch.hints import Directories, Hint, Look, Lost, Paths, Polling, RootBack, RootGone, Watching
from atombuild.watch.notify import LOOK_EVERY, LOOK_EVERY_POLLING, Notifier
from atombuild.watch.recursive import STORM, Recursive

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from watchfiles.main import FileChange

    from atombuild.watch.source import Source

PATIENCE = 10.0
TIMEOUT: set[FileChange] = set()


class FakeEvents:
    """Stands in for ``watchfiles.watch``: plays what the test puts in, a set of changes or an error."""

    def __init__(self) -> None:
        self.played: queue.Queue[set[FileChange] | Exception] = queue.Queue()
        self.opened: queue.Queue[tuple[tuple[str, ...], dict[str, Any]]] = queue.Queue()
        self.closed = 0

    def __call__(self, *paths: str, **options: Any) -> Generator[set[FileChange], None, None]:
        self.opened.put((paths, options))
        return self._play(options["stop_event"])

    def _play(self, stop: threading.Event) -> Generator[set[FileChange], None, None]:
        try:
            while not stop.is_set():
                try:
                    item = self.played.get(timeout=0.005)
                except queue.Empty:
                    continue
                if isinstance(item, StopIteration):
                    return
                if isinstance(item, Exception):
                    raise item
                yield item
        finally:
            self.closed += 1


class Watched:
    """A notifier under test, its hints in a queue."""

    def __init__(self, root: Path, events: FakeEvents | None = None, source: Source | None = None) -> None:
        self.root = root
        self.hints: queue.Queue[Hint] = queue.Queue()
        self.now = 0.0
        self.events = events or FakeEvents()
        self.notifier = (
            Notifier(root, self.hints.put, source=Recursive(events), clock=lambda: self.now)
            if events
            else Notifier(root, self.hints.put, source=source)
        )

    def play(self, item: set[FileChange] | Exception) -> None:
        self.events.played.put(item)

    def hint(self) -> Hint:
        return self.hints.get(timeout=PATIENCE)

    def until(self, wanted: Callable[[Hint], bool]) -> Hint:
        end = time.monotonic() + PATIENCE
        while True:
            hint = self.hints.get(timeout=max(0.0, end - time.monotonic()))
            if wanted(hint):
                return hint

    def until_named(self, path: str) -> Hint:
        return self.until(lambda hint: isinstance(hint, Paths) and path in hint.paths)

    def changed(self, *paths: str, how: Change = Change.modified) -> None:
        self.play({(how, os.fspath(self.root.resolve() / path)) for path in paths})


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[Watched]:
    """A notifier that is up, on a fake source."""
    watched = Watched(tmp_path, FakeEvents())
    watched.notifier.start()
    watched.play(TIMEOUT)
    assert watched.hint() == Watching(polling=False)
    yield watched
    watched.notifier.stop()


@pytest.fixture(params=["of this system", "watchfiles"])
def real(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Watched]:
    """A notifier that is up, on the real thing: what this system uses, and what the others use."""
    root = tmp_path / "project"
    root.mkdir()
    watched = Watched(root, source=Recursive() if request.param == "watchfiles" else None)
    watched.notifier.start()
    assert watched.hint() == Watching(polling=False)
    yield watched
    watched.notifier.stop()


def test_watchfiles_is_asked_to_leave_filtering_and_waiting_to_us(fake: Watched) -> None:
    paths, options = fake.events.opened.get(timeout=PATIENCE)
    assert paths == (os.path.realpath(fake.root),)
    assert options["watch_filter"] is None
    assert options["debounce"] <= 20
    assert options["yield_on_timeout"]
    assert not options["raise_interrupt"]
    assert not options["force_polling"]
    assert not options["ignore_permission_denied"]


def test_paths_are_relative_to_the_root_and_kinds_do_not_matter(fake: Watched) -> None:
    root = os.path.realpath(fake.root)
    fake.play({(Change.deleted, f"{root}/a"), (Change.added, f"{root}/d/b"), (Change.modified, f"{root}/c")})
    assert fake.hint() == Paths(frozenset({"a", "d/b", "c"}), deleted=True)


def test_a_path_outside_the_root_is_dropped(fake: Watched) -> None:
    root = os.path.realpath(fake.root)
    fake.play({(Change.added, f"{root}-evil/a"), (Change.added, "/etc/passwd")})
    fake.changed("a")
    assert fake.hint() == Paths(frozenset({"a"}))


def test_a_folder_that_appears_is_said_at_once_and_again_when_quiet(fake: Watched) -> None:
    fake.root.joinpath("new").mkdir()
    fake.changed("new", how=Change.added)
    assert fake.hint() == Paths(frozenset({"new"}))
    assert fake.hint() == Directories(frozenset({"new"}))
    fake.changed("new/a")
    assert fake.hint() == Paths(frozenset({"new/a"}))
    fake.play(TIMEOUT)
    assert fake.hint() == Directories(frozenset({"new"}))
    fake.play(TIMEOUT)
    fake.changed("b")
    assert fake.hint() == Paths(frozenset({"b"}))


def test_after_a_storm_another_look_is_asked_for(fake: Watched) -> None:
    fake.changed(*(f"f{number}" for number in range(STORM)))
    assert isinstance(fake.hint(), Paths)
    assert fake.hint() == Directories(frozenset())
    fake.play(TIMEOUT)
    assert fake.hint() == Directories(frozenset())


def test_now_and_then_a_look_is_asked_for_without_a_cause(fake: Watched) -> None:
    fake.now += LOOK_EVERY
    fake.play(TIMEOUT)
    assert fake.hint() == Look()
    fake.now += LOOK_EVERY / 2
    fake.play(TIMEOUT)
    fake.changed("a")
    assert fake.hint() == Paths(frozenset({"a"}))


def test_an_error_inside_watchfiles_is_said_and_watching_starts_again(fake: Watched) -> None:
    fake.play(RuntimeError('Unable to decode path "b\\xFF" to string'))
    assert fake.hint() == Lost('Unable to decode path "b\\xFF" to string')
    fake.changed("a")
    assert fake.hint() == Watching(polling=False)
    assert fake.hint() == Paths(frozenset({"a"}))
    assert fake.events.closed == 1


def test_a_bug_behind_a_hint_is_said_and_watching_goes_on(tmp_path: Path) -> None:
    hints: queue.Queue[Hint] = queue.Queue()
    events = FakeEvents()
    bugs = [ZeroDivisionError("oops")]

    def hear(hint: Hint) -> None:
        if isinstance(hint, Paths) and bugs:
            raise bugs.pop()
        hints.put(hint)

    notifier = Notifier(tmp_path, hear, source=Recursive(events), clock=lambda: 0.0)
    notifier.start()
    for _ in range(2):
        events.played.put({(Change.modified, os.fspath(tmp_path.resolve() / "a"))})
    assert hints.get(timeout=PATIENCE) == Watching(polling=False)
    assert hints.get(timeout=PATIENCE) == Lost("oops")
    assert hints.get(timeout=PATIENCE) == Watching(polling=False)
    assert hints.get(timeout=PATIENCE) == Paths(frozenset({"a"}))
    notifier.stop()


def test_a_watcher_that_just_ends_is_started_again(fake: Watched) -> None:
    fake.play(StopIteration())
    assert fake.hint() == Lost("the watcher ended")
    fake.play(TIMEOUT)
    assert fake.hint() == Watching(polling=False)


@pytest.mark.parametrize(
    ("error", "knob"),
    [
        (RuntimeError("Error creating recommended watcher: Too many open files (os error 24)"), "max_user_instances"),
        (OSError(errno.EMFILE, "Too many open files"), "max_user_instances"),
        (OSError('OS file watch limit reached. about ["/x"]'), "max_user_watches"),
        (OSError(errno.ENOSPC, "No space left on device"), "max_user_watches"),
        (RuntimeError("No space left on device (os error 28)"), "max_user_watches"),
        (PermissionError("Permission denied (os error 13) about ['/x']"), "readable"),
    ],
)
def test_a_limit_reached_names_its_knob_and_polling_goes_on(fake: Watched, error: Exception, knob: str) -> None:
    fake.play(error)
    hint = fake.hint()
    assert isinstance(hint, Polling)
    assert hint.why == str(error)
    assert knob in hint.remedy
    assert fake.hint() == Watching(polling=True)


def test_while_polling_looks_are_asked_for_again_and_again(fake: Watched) -> None:
    fake.play(OSError(errno.ENOSPC, "No space left on device"))
    fake.until(lambda hint: isinstance(hint, Polling))
    assert fake.hint() == Watching(polling=True)
    for _ in range(3):
        fake.now += LOOK_EVERY_POLLING
        assert fake.hint() == Look()


def test_while_polling_a_root_that_goes_and_comes_back_is_noticed(fake: Watched) -> None:
    fake.play(OSError(errno.ENOSPC, "No space left on device"))
    fake.until(lambda hint: isinstance(hint, Polling))
    assert fake.hint() == Watching(polling=True)
    fake.root.rmdir()
    assert fake.hint() == RootGone()
    fake.root.mkdir()
    assert fake.hint() == RootBack()
    assert fake.hint() == Watching(polling=True)


def test_polling_can_be_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHFILES_FORCE_POLLING", "1")
    watched = Watched(tmp_path, FakeEvents())
    watched.notifier.start()
    assert watched.hint() == Polling("WATCHFILES_FORCE_POLLING is set", "unset it, then start again")
    assert watched.hint() == Watching(polling=True)
    watched.notifier.stop()
    assert watched.events.opened.empty()


def test_a_root_that_goes_and_comes_back_is_watched_again(fake: Watched) -> None:
    fake.root.rmdir()
    fake.play(TIMEOUT)
    assert fake.hint() == RootGone()
    fake.root.mkdir()
    assert fake.hint() == RootBack()
    fake.changed("a")
    assert fake.hint() == Watching(polling=False)
    assert fake.hint() == Paths(frozenset({"a"}))


def test_a_root_replaced_between_two_looks_is_noticed_even_with_the_same_inode_number(fake: Watched) -> None:
    fake.root.rmdir()
    fake.root.mkdir()
    fake.play(TIMEOUT)
    assert fake.hint() == RootBack()
    fake.play(TIMEOUT)
    assert fake.hint() == Watching(polling=False)


def test_a_root_said_to_be_deleted_is_watched_anew(fake: Watched) -> None:
    fake.play({(Change.deleted, os.path.realpath(fake.root))})
    assert fake.hint() == RootBack()
    fake.play(TIMEOUT)
    assert fake.hint() == Watching(polling=False)


def test_an_error_because_the_root_went_is_no_error(fake: Watched) -> None:
    fake.root.rmdir()
    fake.play(FileNotFoundError("No path was found."))
    assert fake.hint() == RootGone()


def test_a_root_that_is_a_file_is_no_root(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    watched = Watched(file, FakeEvents())
    watched.notifier.start()
    assert watched.hint() == RootGone()
    watched.notifier.stop()


def test_a_notifier_never_started_can_be_stopped(tmp_path: Path) -> None:
    Notifier(tmp_path, print).stop()


# --- the real thing


def alive() -> bool:
    return any(thread.name == "atombuild-notify" for thread in threading.enumerate())


def test_real_a_save_is_hinted_at_and_stop_is_quick(real: Watched) -> None:
    real.root.joinpath("a.py").write_text("x")
    real.until_named("a.py")
    start = time.monotonic()
    real.notifier.stop()
    assert time.monotonic() - start < 0.2
    assert not alive()


def test_real_nested_folders_that_appear_are_said(real: Watched) -> None:
    real.root.joinpath("one/two/three").mkdir(parents=True)
    real.until(lambda hint: isinstance(hint, Directories) and "one" in hint.paths)
    real.until(lambda hint: isinstance(hint, Directories) and "one" in hint.paths)
    real.root.joinpath("one/two/three/a.py").write_text("x")
    real.until_named("one/two/three/a.py")


def test_real_a_recreated_root_is_watched_again(real: Watched) -> None:
    shutil.rmtree(real.root)
    real.root.mkdir()
    real.until(RootBack().__eq__)
    real.until(lambda hint: isinstance(hint, Watching))
    real.root.joinpath("a.py").write_text("x")
    real.until_named("a.py")


def test_real_a_root_moved_away_is_watched_again_when_it_is_back(real: Watched) -> None:
    away = real.root.with_name("away")
    real.root.rename(away)
    real.until(RootGone().__eq__)
    away.rename(real.root)
    real.until(RootBack().__eq__)
    real.until(lambda hint: isinstance(hint, Watching))
    real.root.joinpath("a.py").write_text("x")
    real.until_named("a.py")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_real_a_name_that_is_not_utf_8_does_not_end_the_watching(real: Watched) -> None:
    odd = os.fsdecode(b"caf\xe9.py")
    real.root.joinpath(odd).touch()
    said = real.until(lambda hint: isinstance(hint, Lost) or (isinstance(hint, Paths) and odd in hint.paths))
    if isinstance(said, Lost):  # watchfiles breaks off there
        assert "decode" in said.why
        real.until(lambda hint: isinstance(hint, Watching))
    real.root.joinpath("a.py").write_text("x")
    real.until_named("a.py")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_real_a_root_whose_name_is_not_utf_8_is_watched(tmp_path: Path) -> None:
    root = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    root.mkdir()
    watched = Watched(root)
    watched.notifier.start()
    assert watched.hint() == Watching(polling=False)
    root.joinpath("a.py").write_text("x")
    watched.until_named("a.py")
    watched.notifier.stop()
    assert not alive()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_real_a_root_whose_name_watchfiles_can_not_take_is_looked_at_again_and_again(tmp_path: Path) -> None:
    root = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    root.mkdir()
    watched = Watched(root, source=Recursive())
    watched.notifier.start()
    assert isinstance(watched.hint(), Polling)
    assert watched.hint() == Watching(polling=True)
    assert watched.hint() == Look()
    watched.notifier.stop()
    assert not alive()


FALLS_BACK = """
import os, queue, resource, sys
from pathlib import Path
from atombuild.watch.hints import Look, Polling, Watching
from atombuild.watch.notify import Notifier
from atombuild.watch.recursive import Recursive
import watchfiles

hints, root, taken = queue.Queue(), Path(sys.argv[1]), []
for number in range(20):
    root.joinpath(str(number)).mkdir()
source = Recursive() if sys.argv[2] == "watchfiles" else None
notifier = Notifier(root, hints.put, source=source)
{limit}
notifier.start()
first = hints.get(timeout=10)
assert isinstance(first, Polling), first
assert hints.get(timeout=10) == Watching(polling=True)
while hints.get(timeout=10) != Look():
    pass
notifier.stop()
print(first.remedy)
"""

NO_DESCRIPTORS = """
resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
while True:
    try:
        taken.append(open("/dev/null"))
    except OSError:
        break
taken.pop().close()
"""

NO_WATCHES = """
Path("/proc/sys/user/max_inotify_watches").write_text("5")
"""

UNSHARED = ["unshare", "-Ur"]


@pytest.mark.skipif(sys.platform != "linux", reason="the limits are set the way Linux does it")
@pytest.mark.parametrize(
    ("limit", "source", "knob", "inside"),
    [
        pytest.param(NO_DESCRIPTORS, "own", "max_user_instances", [], id="descriptors"),
        pytest.param(NO_DESCRIPTORS, "watchfiles", "max_user_instances", [], id="descriptors, watchfiles"),
        pytest.param(NO_WATCHES, "own", "max_user_watches", UNSHARED, id="watches"),
        pytest.param(NO_WATCHES, "watchfiles", "max_user_watches", UNSHARED, id="watches, watchfiles"),
    ],
)
def test_real_what_the_system_refuses_is_named_and_looking_goes_on(
    tmp_path: Path, limit: str, source: str, knob: str, inside: list[str]
) -> None:
    if inside and subprocess.run([*inside, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine gives no user namespaces")
    command = [*inside, sys.executable, "-c", FALLS_BACK.format(limit=limit), str(tmp_path), source]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, done.stderr
    assert knob in done.stdout
