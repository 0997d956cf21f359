"""What memory has no room for is taken from the artifact that was published before, and only if it is whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from atombuild.archive.pieces import Slice
from atombuild.archive.wheel import WheelMember, deflate_member
from atombuild.builder import Plan
from atombuild.events import Cause, Event, Failure, Outcome
from atombuild.session import Session
from atombuild.status import ArtifactKind
from atombuild.wiring import ProjectSetup
from support.variants import files, write_project

PLANS = {
    "both": Plan((ArtifactKind.SDIST, ArtifactKind.WHEEL), wheel_from_sdist=True),
    "wheel": Plan((ArtifactKind.WHEEL,), wheel_from_sdist=False),
}
MODULES = tuple(f"src/foo/m{number:02}.py" for number in range(40))


@pytest.fixture(autouse=True)
def old(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all files look old, or nothing would be kept."""
    monkeypatch.setattr("atombuild.native.disk_tree.is_young", lambda *_: False)


@pytest.fixture
def compressed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the wheel members that are compressed from now on."""
    names: list[str] = []

    def counting(name: str, data: bytes, **rest: object) -> WheelMember:
        names.append(name)
        return deflate_member(name, data, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr("atombuild.native.wheel.deflate_member", counting)
    return names


@pytest.fixture(params=PLANS)
def setup(request: pytest.FixtureRequest, tmp_path: Path) -> ProjectSetup:
    write_project(tmp_path / "p", "[tool.atombuild]\nkeep-in-memory = 0\n", files("src/foo/__init__.py", *MODULES))
    return ProjectSetup(tmp_path / "p", tmp_path / "p" / "dist", PLANS[request.param])


@pytest.fixture
def session(setup: ProjectSetup) -> Iterator[Session]:
    session = setup.session(lambda _event: None)
    yield session
    session.close()


def built(session: Session) -> dict[str, bytes]:
    assert session.attempt(Cause.REQUEST).outcome is Outcome.SUCCEEDED
    return artifacts(session)


def artifacts(session: Session) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in session.out_dir.iterdir() if not path.name.startswith(".")}


def cold(setup: ProjectSetup) -> dict[str, bytes]:
    fresh = ProjectSetup(setup.root, setup.root.parent / "elsewhere", setup.plan)
    return built(fresh.session(lambda _event: None))


def slices(setup: ProjectSetup) -> int:
    return sum(isinstance(each.member.local, Slice) for each in setup.reader.native.members.values())


def test_only_what_changed_is_compressed_again(setup: ProjectSetup, session: Session, compressed: list[str]) -> None:
    built(session)
    assert slices(setup) > 10
    for number in range(3):
        compressed.clear()
        (setup.root / MODULES[-1]).write_text(f"edited = {number}\n")
        again = built(session)
        assert [name for name in compressed if "dist-info" not in name] == ["foo/m39.py"]
        assert again == cold(setup)


def test_an_artifact_that_somebody_changed_in_place_is_not_believed(setup: ProjectSetup, session: Session) -> None:
    built(session)
    for path in setup.out_dir.glob("foo*"):
        before = path.stat()
        data = bytearray(path.read_bytes())
        data[len(data) // 4 : len(data) // 2] = bytes(len(data) // 2 - len(data) // 4)
        with path.open("r+b") as file:
            file.write(data)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert built(session) == cold(setup)


def test_files_that_are_given_up_cost_time_and_nothing_else(setup: ProjectSetup, session: Session) -> None:
    first = built(session)
    assert setup.reader.native.give_up_files("sdist")
    assert slices(setup) == 0
    assert not setup.reader.native.give_up_files("sdist")
    assert built(session) == first


def open_artifacts(setup: ProjectSetup) -> int:
    """Return how many artifacts of the project this process has open, those without a name included."""
    found = 0
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            found += str(descriptor.readlink()).startswith(str(setup.out_dir))
        except OSError:
            continue  # the one that lists them
    return found


needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="no /proc to look up descriptors in")


@needs_proc
def test_builds_leave_one_open_file_for_each_artifact_at_most(setup: ProjectSetup, session: Session) -> None:
    for _ in range(5):
        built(session)
        assert 0 < open_artifacts(setup) <= len(setup.plan.kinds)


@needs_proc
def test_what_is_all_in_memory_leaves_no_file_open(setup: ProjectSetup, session: Session) -> None:
    pyproject = setup.root / "pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace("keep-in-memory = 0", "keep-in-memory = 64"))
    built(session)
    assert open_artifacts(setup) == 0


@needs_proc
def test_where_an_open_file_can_not_be_removed_none_is_left_open(
    setup: ProjectSetup, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("atombuild.publish.posix.PosixDirectory.open_files_stay", True)
    # Young files are kept for the wheel of the same plan alone, and not for the next build.
    monkeypatch.setattr("atombuild.native.disk_tree.is_young", lambda *_: True)
    for _ in range(2):
        built(session)
        assert open_artifacts(setup) == 0


def test_what_can_not_be_read_back_any_more_is_the_machines_failure_and_not_a_bug(
    setup: ProjectSetup, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    built(session)
    events: list[Event] = []
    monkeypatch.setattr(session, "_emit", events.append)
    # It was whole when the build decided to use it, and then the disk failed; the second time nothing of it is used.
    monkeypatch.setattr(Slice, "is_whole", lambda _self: True)
    for each in setup.reader.native.members.values():
        if isinstance(each.member.local, Slice):
            each.member.local.shelf.close()
    assert session.attempt(Cause.REQUEST).outcome is Outcome.SUCCEEDED
    assert not [event for event in events if isinstance(event, Failure)]
    assert artifacts(session) == cold(setup)
