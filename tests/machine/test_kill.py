"""SIGKILL in mid-build: never a partial file under a final name, and the next start knows what happened.

``tests/faults`` kills before every call where files need no names; here are the file systems where they do, and builds
that take their time.
"""

from __future__ import annotations

import shutil
import signal
from contextlib import ExitStack
from pathlib import Path

import pytest

from atombuild.builder import Plan
from atombuild.events import ArtifactStatus, AttemptStarted, Cause, Event
from atombuild.wiring import ProjectSetup
from support.cuts import build_killed_at, count_calls, need_strace
from support.namespace import mount_namespace
from support.processes import Running, once, told_words
from support.projects import big_project
from support.wholeness import check_whole, finals


def prepared_project(folder: Path) -> Path:
    """Make a project that was built, and edited since."""
    root = big_project(folder, 0, name="tiny")
    assert once(root).returncode == 0
    (root / "src/tiny/__init__.py").write_text("edited = True\n")
    return root


@pytest.mark.parametrize("act", ["open", "link", "rename", "remove"])
def test_killed_before_every_call_where_files_need_names(tmp_path: Path, act: str) -> None:
    need_strace()
    with mount_namespace() as namespace:
        namespace.mount_tmpfs(Path("/proc"), "size=4k")  # without it, nameless files can't be given a name
        left = check_every_cut(tmp_path, act, namespace.before)
    if act == "link":  # the artifact is written and has no final name yet: here it is under a temporary one
        assert left
        assert all(left), "this is the case that the sweep is for"


def check_every_cut(tmp_path: Path, act: str, before: tuple[str, ...]) -> list[list[str]]:
    """Kill a build before each such call; return the temporaries that each of the dead left."""
    prepared = prepared_project(tmp_path)
    old = contents(prepared / "dist")
    whole = tmp_path / "whole" / "tiny"
    shutil.copytree(prepared, whole)
    calls = count_calls(whole, act, before)
    new = contents(whole / "dist")
    cuts = [(call, count) for call, times in calls.items() for count in range(1, times + 1)]
    assert cuts
    left: list[list[str]] = []
    for call, count in cuts:
        root = tmp_path / f"{call}-{count}" / "tiny"
        shutil.copytree(prepared, root)
        build_killed_at(root, act, call, count, before)
        left.append([path.name for path in (root / "dist").glob(".atombuild-*.tmp")])
        check_what_a_kill_left(root, old, new)
    return left


def contents(dist: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in finals(dist)}


def check_what_a_kill_left(root: Path, old: dict[str, bytes], new: dict[str, bytes]) -> None:
    left = contents(root / "dist")
    first, last = start_again(root)
    for kind, name in (("sdist", "tiny-1.0.tar.gz"), ("wheel", "tiny-1.0-py3-none-any.whl")):
        found = first.get(kind, "not built yet")
        if name not in left:
            assert found in (
                {"interrupted, old artifact removed", "failed, old artifact removed"}
                if name in old
                else {"interrupted, no old artifact", "not built yet"}
            )
        elif left[name] == old.get(name):
            assert found in {"interrupted, old artifact still there", "out of date"}
        else:
            assert left[name] == new[name], "neither the old artifact nor the whole new one"
            assert found == "succeeded"
        assert last[kind] == ("succeeded" if new else "failed, old artifact removed")
    assert contents(root / "dist") == new
    hidden = {path.name for path in (root / "dist").iterdir()} - new.keys() - {".gitignore"}
    assert hidden == {".atombuild.history", ".atombuild.json", ".atombuild.lock"}, "what the dead one left is swept"


def start_again(root: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Build once more, in this process; return the words told before the attempt began, and the last ones."""
    events: list[Event] = []
    ProjectSetup(root, root / "dist", Plan()).session(events.append).attempt(Cause.START)
    began = next(at for at, event in enumerate(events) if isinstance(event, AttemptStarted))
    found = {event.kind.value: event.status.words for event in events[:began] if isinstance(event, ArtifactStatus)}
    last = {event.kind.value: event.status.words for event in events if isinstance(event, ArtifactStatus)}
    return found, last


# At any moment, with a build that takes its time.


@pytest.mark.parametrize("memory", [False, True], ids=["on disk", "in memory"])
def test_killed_while_it_writes(tmp_path: Path, memory: bool) -> None:
    root = big_project(tmp_path, 12)
    dist = root / "dist"
    with ExitStack() as stack:
        before: tuple[str, ...] = ()
        if memory:
            namespace = stack.enter_context(mount_namespace())
            dist.mkdir()
            namespace.mount_tmpfs(dist, "size=64m")
            dist, before = namespace.path(dist), namespace.before
        assert once(root, before=before).returncode == 0
        with Running("--once", root, before=before) as build:
            build.wait_for("building bulky-1.0.tar.gz")
            build.signal(signal.SIGKILL)
            build.finish()
        assert finals(dist) == []
        done = once(root, before=before)
        assert done.returncode == 0
        assert "✗ sdist  interrupted, old artifact removed" in done.stdout
        assert "✗ wheel  interrupted, old artifact removed" in done.stdout
        assert told_words(done.stdout) == {"sdist": "succeeded", "wheel": "succeeded"}
        for path in finals(dist):
            check_whole(path)


def test_killed_between_the_two_steps_the_sdist_did_succeed(tmp_path: Path) -> None:
    root = big_project(tmp_path, 12)
    with Running("--once", root) as build:
        build.wait_for("building bulky-1.0-py3-none-any.whl")
        build.signal(signal.SIGKILL)
        build.finish()
    (sdist,) = finals(root / "dist")
    check_whole(sdist)
    done = once(root)
    assert "✗ wheel  interrupted, no old artifact" in done.stdout
    assert "sdist  interrupted" not in done.stdout
    assert told_words(done.stdout) == {"sdist": "succeeded", "wheel": "succeeded"}
