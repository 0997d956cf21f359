"""The table: real backends from the index, and for each of them every way in which a build may end.

One walk a backend, in one session, so that its environment is made once and its server stays warm; the fault changes on
disk between two builds, which proves besides that nothing stale is served.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from atombuild.builder import Plan
from atombuild.errors import Blame
from atombuild.events import ArtifactStatus, Cause, Event, Failure, Outcome, Preparing
from atombuild.session import Session
from atombuild.status import ArtifactKind
from atombuild.wiring import ProjectSetup
from support.backends import (
    BACKENDS,
    Backend,
    Fault,
    Hook,
    copy_of,
    members,
    need,
    reference_build,
    with_fault,
    without_fault,
)
from support.projects import visible_files

WORDS: dict[Fault, tuple[str, ...]] = {
    Fault.FAILS_IN_METADATA: ("broke off in get_requires_for_build_",),
    Fault.FAILS_MID_WRITE: ("broke off in build_",),
    Fault.KILLED_MID_WRITE: ("was killed in build_", "(SIGKILL)"),
    Fault.WRONG_NAME: ("answered '", "but the {source} is"),
    Fault.WRONG_KIND_OF_NAME: ("answered 'result.bin', which is no file name of a",),
    Fault.ABSOLUTE_NAME: ("answered with a path instead of a bare file name",),
    Fault.NOT_A_STRING: ("named no file, but answered None",),
    Fault.WRITES_NOTHING: ("is built, but it wrote no file",),
    Fault.WRITES_TOO_MUCH: ("is built, but it wrote more than that",),
    Fault.LINK: ("is built, but it is a link to",),
    Fault.TRUNCATED: ("is built, but it is",),
    Fault.BAD_RECORD: ("is built, but ",),
}

REQUIRED = (
    Fault.FAILS_IN_METADATA,
    Fault.FAILS_MID_WRITE,
    Fault.KILLED_MID_WRITE,
    Fault.WRONG_NAME,
    Fault.WRITES_NOTHING,
    Fault.WRITES_TOO_MUCH,
)
"""What every backend is put through; those that are quick go through the others as well."""

LEAVES_FILES = frozenset({"pdm-backend"})
"""What leaves new files in the tree (``.pdm-build``), which it writes as they are from then on."""

QUICK = ("in-tree", "flit-core", "hatchling", "poetry-core")


@dataclass
class Walk:
    """One backend's project, and the session that builds it."""

    backend: Backend
    root: Path
    dist: Path
    events: list[Event] = field(default_factory=list)
    session: Session | None = None
    bystanders: dict[str, bytes] = field(default_factory=dict)

    def begin(self) -> None:
        self.session = ProjectSetup(self.root, self.dist, Plan()).session(self.events.append)
        self.session.begin()

    def end(self) -> None:
        if self.session is not None:
            self.session.end()
            self.session = None

    def build(self) -> Outcome | None:
        assert self.session is not None
        self.events.clear()
        return self.session.attempt(Cause.REQUEST).outcome

    def put_bystanders(self) -> None:
        """Put artifacts beside ours that no build of this project makes here: another version, another platform."""
        name = self.backend.stem.rpartition("-")[0]
        self.dist.mkdir()
        for other in (
            f"{name}-0.0.1.tar.gz",
            f"{name}-0.0.1-py3-none-any.whl",
            f"{self.backend.stem}-cp27-cp27m-win32.whl",
        ):
            self.bystanders[other] = other.encode()
            (self.dist / other).write_bytes(self.bystanders[other])

    @property
    def words(self) -> tuple[str, ...]:
        last = {event.kind: event.status.words for event in self.events if isinstance(event, ArtifactStatus)}
        assert self.session is not None
        return tuple(last.get(kind, self.session._shown[kind].status.words) for kind in ArtifactKind)

    @property
    def failure(self) -> Failure:
        (found,) = [event for event in self.events if isinstance(event, Failure)]
        return found

    def ours(self) -> list[str]:
        for name, content in self.bystanders.items():
            assert (self.dist / name).read_bytes() == content
        hidden = [path.name for path in self.dist.iterdir() if path.name.startswith(".atombuild-")]
        assert hidden == [], "what was private is gone"
        return [name for name in visible_files(self.dist) if name not in self.bystanders]


@pytest.fixture
def walk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Walk]:
    name = request.param
    need(name)
    found = Walk(BACKENDS[name], copy_of(name, tmp_path), tmp_path / "dist")
    yield found
    found.end()


@pytest.mark.parametrize("walk", BACKENDS, indirect=True)
def test_backend(walk: Walk, tmp_path: Path) -> None:
    walk.put_bystanders()
    builds(walk, tmp_path)
    quick = walk.backend.name in QUICK
    for number, fault in enumerate(Fault if quick else REQUIRED):
        # That the old one was removed is remembered: the slower backends need not make a good one each time.
        fails(walk, fault, "build_sdist", old=True, healed=quick or number == 0)
        if quick:
            fails(walk, fault, "build_sdist", old=False)
    for fault in Fault if quick else REQUIRED:
        fails(walk, fault, "build_wheel", old=quick)
    heals(walk)


def builds(walk: Walk, tmp_path: Path) -> None:
    reference = reference_build(copy_of(walk.backend.name, tmp_path / "reference"), tmp_path / "reference-dist")
    walk.begin()
    assert walk.build() is Outcome.SUCCEEDED, walk.events
    if walk.backend.name in LEAVES_FILES:
        assert walk.words == ("out of date", "out of date"), "what it left may be a save: one more build tells"
        assert walk.build() is Outcome.SUCCEEDED, walk.events
    assert walk.words == ("succeeded", "succeeded")
    assert walk.ours() == sorted([reference.sdist.name, reference.wheel.name])
    assert members(walk.dist / reference.sdist.name) == list(reference.sdist_members)
    assert members(walk.dist / reference.wheel.name) == list(reference.wheel_members)
    walk.end()
    # A second start installs nothing, and replaces what the first one made.
    walk.begin()
    assert walk.build() is Outcome.SUCCEEDED, walk.events
    assert not [event for event in walk.events if isinstance(event, Preparing)]
    assert walk.ours() == sorted([reference.sdist.name, reference.wheel.name])


def fails(walk: Walk, fault: Fault, hook: Hook, *, old: bool, healed: bool = True) -> None:
    """Make the hook fail, over artifacts of a good build or over none."""
    cell = f"{walk.backend.name}: {fault.value} in {hook}, {'over old' if old else 'over none'}"
    ended = "old artifact removed" if old else "no old artifact"
    if old and healed:
        heals(walk)
    elif not old and hook == "build_sdist":
        forget(walk)
    with_fault(walk.root, fault, hook=hook)
    assert walk.build() is Outcome.FAILED, cell
    (report,) = walk.failure.reports
    assert report.blame is Blame.BACKEND, cell
    source = "project" if hook == "build_sdist" else "sdist"
    for words in WORDS[fault]:
        assert words.format(source=source) in report.what, f"{cell}: {report.what}"
    if hook == "build_sdist":
        assert walk.failure.kind is ArtifactKind.SDIST, cell
        assert walk.words == (f"failed, {ended}", "not built, old artifact removed" if old else "not built"), cell
        assert walk.ours() == [], cell
    else:
        assert walk.failure.kind is ArtifactKind.WHEEL, cell
        sdist, wheel = walk.words
        assert sdist == "succeeded", cell
        assert wheel == "failed, old artifact removed", cell  # by this build, or by a failed one before it
        assert walk.ours() == [walk.backend.sdist_name], cell


def heals(walk: Walk) -> None:
    """Mend the project, and build it."""
    without_fault(walk.root)
    assert walk.build() is Outcome.SUCCEEDED, (walk.backend.name, walk.events)
    assert len(walk.ours()) == 2


def forget(walk: Walk) -> None:
    """Begin as if nothing had ever been built here."""
    walk.end()
    for name in walk.ours():
        (walk.dist / name).unlink()
    (walk.dist / ".atombuild.json").unlink()
    walk.begin()
