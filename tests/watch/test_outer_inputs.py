"""Inputs beyond the root: they are looked at, named, and told of as any other."""

from __future__ import annotations

import queue
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from atombuild.builder import Plan
from atombuild.events import AttemptStarted, Cause, ChangesSeen, Event, Outcome
from atombuild.session import Session
from atombuild.watch.ground import Ground, name_of
from atombuild.watch.hints import Directories, Hint, Paths, Watching
from atombuild.watch.looker import Looker
from atombuild.watch.notify import Notifier
from support.fakes import FakeProject

PATIENCE = 30.0


@dataclass
class Named:
    """A reading of a project that names these inputs."""

    outer_inputs: tuple[Path, ...] = ()
    follows_history: bool = False
    ignore: tuple[str, ...] = ()
    heeds_gitignore: bool = False


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "work/app"
    (root / "src").mkdir(parents=True)
    (root / "src/a.py").write_text("a")
    return root


@pytest.fixture
def lib(tmp_path: Path) -> Path:
    lib = tmp_path / "work/lib"
    (lib / "src").mkdir(parents=True)
    (lib / "src/lib.py").write_text("lib")
    return lib


@pytest.fixture
def ground(root: Path) -> Ground:
    return Ground(root, root / "dist")


def everything(_path: str) -> bool:
    return True


def nothing(_path: str) -> bool:
    return False


def paths_of(look: Looker) -> set[str]:
    return set(look(nothing).snapshot.entries)


# --- what they are called


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("work/lib", "../lib"),
        ("work/lib/src/lib.py", "../lib/src/lib.py"),
        ("far", "../../far"),
        ("work/app/.git/HEAD", ".git/HEAD"),
        ("work/app/../lib", "../lib"),
    ],
)
def test_what_lies_near_is_named_from_the_root(tmp_path: Path, root: Path, place: str, name: str) -> None:
    assert name_of(root, tmp_path / place) == name


def test_what_lies_far_away_is_named_by_its_absolute_path(root: Path) -> None:
    assert name_of(root, Path("/opt/lib")) == "/opt/lib"
    assert name_of(Path("/a/b/c/d/e/f"), Path("/a/b/x")) == "/a/b/x"


def test_below_a_root_that_is_a_link_what_lies_beyond_has_its_absolute_path(tmp_path: Path, root: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(root, target_is_directory=True)
    assert name_of(link, tmp_path / "far/lib") == f"{tmp_path}/far/lib"
    assert name_of(link, link / ".git/HEAD") == ".git/HEAD"


# --- looking


def test_the_files_of_a_folder_beyond_the_root_are_seen_and_their_changes_named(
    root: Path, lib: Path, ground: Ground
) -> None:
    look = Looker(root, root / "dist", ground)
    reading = Named((lib,))
    ground.learn(reading)
    before = look(nothing)
    assert set(before.snapshot.entries) == {"src/a.py", "../lib/src/lib.py"}
    (lib / "src/lib.py").write_text("LIB")
    (lib / "new.py").write_text("")
    now = look(nothing)
    assert now.changed_since(before) == ("../lib/new.py", "../lib/src/lib.py")
    assert now.newest(["../lib/src/lib.py"]) is not None
    (lib / "src/lib.py").unlink()
    gone = look(nothing)
    assert gone.changed_since(now) == ("../lib/src/lib.py",)
    assert gone.lacks(["../lib/src/lib.py"]) == ("../lib/src/lib.py",)


def test_a_single_file_is_seen_wherever_it_lies_and_to_be_gone_is_a_state_like_any_other(
    root: Path, ground: Ground, tmp_path: Path
) -> None:
    (root / "node_modules").mkdir()
    wheel, far = root / "node_modules/x.whl", tmp_path / "constraints.txt"
    reading = Named((wheel, far))
    ground.learn(reading)
    look = Looker(root, root / "dist", ground)
    looks = [look(nothing)]
    wheel.write_bytes(b"1")
    looks.append(look(nothing))
    far.write_text("x")
    looks.append(look(nothing))
    wheel.unlink()
    looks.append(look(nothing))
    changes = [new.changed_since(old) for old, new in pairwise(looks)]
    assert changes == [("node_modules/x.whl",), ("../../constraints.txt",), ("node_modules/x.whl",)]


def test_caches_and_environments_beyond_the_root_are_passed_over(root: Path, lib: Path, ground: Ground) -> None:
    for folder in (".git", "__pycache__", "env"):
        (lib / folder).mkdir()
        (lib / folder / "file").write_text("")
    (lib / "env/pyvenv.cfg").write_text("")
    reading = Named((lib,))
    ground.learn(reading)
    assert paths_of(Looker(root, root / "dist", ground)) == {"src/a.py", "../lib/src/lib.py"}


def test_a_folder_around_the_root_is_looked_at_without_it_and_without_the_output_directory(root: Path) -> None:
    around = root.parent
    (around / "pyproject.toml").write_text("")
    (around / "dist").mkdir()
    (around / "dist/app.whl").write_text("")
    ground = Ground(root, around / "dist")
    reading = Named((around, root))
    ground.learn(reading)
    assert paths_of(Looker(root, around / "dist", ground)) == {"src/a.py", "../pyproject.toml"}


def test_a_touch_is_no_change_and_a_same_size_write_at_once_is_one(root: Path, lib: Path, ground: Ground) -> None:
    reading = Named((lib,))
    ground.learn(reading)
    look = Looker(root, root / "dist", ground)
    before = look(nothing)
    (lib / "src/lib.py").write_text("bil")
    assert look(nothing).changed_since(before) == ("../lib/src/lib.py",)
    before = look(nothing)
    (lib / "src/lib.py").write_text("bil")
    assert look(nothing).changed_since(before) == ()


def test_they_are_a_part_of_the_fingerprint(root: Path, lib: Path, ground: Ground) -> None:
    reading = Named((lib,))
    ground.learn(reading)
    look = Looker(root, root / "dist", ground)
    first = look(nothing).fingerprint(everything)
    (lib / "src/lib.py").write_text("LIB")
    assert look(nothing).fingerprint(everything) != first


def test_an_input_that_is_found_during_the_build_is_looked_at_from_then_on(
    root: Path, lib: Path, ground: Ground
) -> None:
    reading = Named()
    ground.learn(reading)
    look = Looker(root, root / "dist", ground)
    before = look(nothing)
    reading.outer_inputs = (lib,)
    assert look(nothing).changed_since(before) == ("../lib/src/lib.py",)


def test_hints_about_them_are_let_through(root: Path, lib: Path, ground: Ground) -> None:
    reading = Named((lib, root / ".git/HEAD"))
    ground.learn(reading)
    judge = ground.filter(nothing)
    assert judge.verdict("../lib/src/lib.py") is None
    assert judge.verdict(".git/HEAD") is None
    assert judge.verdict("../lib/__pycache__/a.pyc") is not None
    assert judge.verdict(".git/index") is not None


def test_too_many_files_beyond_the_root_are_told(
    root: Path, lib: Path, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("atombuild.watch.walk.MOST_BEYOND", 3)
    for number in range(5):
        (lib / f"{number}.py").write_text("")
    reading = Named((lib,))
    ground.learn(reading)
    view = Looker(root, root / "dist", ground)(nothing)
    assert len(view.snapshot.entries) == 1 + 3
    assert view.passed_over == (("../lib", "more files beyond the project than are watched"),)


# --- being told


def test_saves_beyond_the_root_are_hinted_at_and_a_later_input_too(root: Path, lib: Path, ground: Ground) -> None:
    hints: queue.Queue[Hint] = queue.Queue()
    notifier = Notifier(root, hints.put, ground)

    def until(wanted: type[Hint], name: str = "") -> None:
        while True:
            hint = hints.get(timeout=PATIENCE)
            if isinstance(hint, wanted) and (not isinstance(hint, Paths) or name in hint.paths):
                return

    reading = Named((lib,))
    ground.learn(reading)
    notifier.start()
    try:
        until(Watching)
        (lib / "src/lib.py").write_text("LIB")
        until(Paths, "../lib/src/lib.py")
        other = lib.parent / "other"
        other.mkdir()
        later = Named((lib, other))
        ground.learn(later)
        until(Directories)
        (other / "b.py").write_text("b")
        until(Paths, "../other/b.py")
        (root / "src/a.py").write_text("A")
        until(Paths, "src/a.py")
    finally:
        notifier.stop()


def test_an_input_that_goes_does_not_end_the_watching_of_the_root(root: Path, lib: Path, ground: Ground) -> None:
    hints: queue.Queue[Hint] = queue.Queue()
    notifier = Notifier(root, hints.put, ground)
    reading = Named((lib,))
    ground.learn(reading)
    notifier.start()
    try:
        while not isinstance(hints.get(timeout=PATIENCE), Watching):
            pass
        (lib / "src/lib.py").unlink()
        (lib / "src").rmdir()
        lib.rmdir()
        (root / "src/a.py").write_text("A")
        while True:
            hint = hints.get(timeout=PATIENCE)
            if isinstance(hint, Paths) and "src/a.py" in hint.paths:
                break
    finally:
        notifier.stop()


# --- what a session makes of them


class _Anything(FakeProject):
    def admits(self, path: str) -> bool:
        return True

    def keeps(self, path: str) -> bool:
        return False


def test_a_change_beyond_the_root_leads_to_a_build_that_names_it(root: Path, lib: Path, ground: Ground) -> None:
    events: list[Event] = []
    inputs: tuple[Path, ...] = ()
    alive = []

    def read() -> FakeProject:
        project = _Anything(outer_inputs=inputs)
        alive.append(project)
        ground.learn(project)
        return project

    session = Session(
        root,
        root / "dist",
        Plan(),
        read_project=read,
        look=Looker(root, root / "dist", ground),
        emit=events.append,
    )
    session.attempt(Cause.START)
    inputs = (lib,)
    (root / "pyproject.toml").write_text("# it needs the other one from now on")
    assert session.examine()
    assert session.attempt(Cause.CHANGE).outcome is Outcome.SUCCEEDED
    assert not session.pending, "what was known before the build is no change after it"
    (lib / "src/lib.py").write_text("LIB")
    assert session.examine()
    seen = [event for event in events if isinstance(event, ChangesSeen)]
    assert seen[-1].paths == ("../lib/src/lib.py",)
    session.attempt(Cause.CHANGE)
    started = [event for event in events if isinstance(event, AttemptStarted)]
    assert started[-1].paths == ("../lib/src/lib.py",)
    assert started[-1].saved is not None
