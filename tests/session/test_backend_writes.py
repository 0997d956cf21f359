"""What a build backend writes into the tree: it is shown, and starts no build; what its author saves does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from atombuild.builder import Plan
from atombuild.events import Cause, ChangesIgnored, ChangesSeen, Event, Outcome
from atombuild.session import Session
from support.own_backend import session_of, set_before, write_project

WRITES = """
import pathlib
made = pathlib.Path("build/lib")
made.mkdir(parents=True, exist_ok=True)
(made / "copy.py").write_text("x")
pathlib.Path("src/sky/_version.py").write_text("VERSION = 1")
pathlib.Path("note.tmp").write_text("x")
pathlib.Path("note.tmp").rename("note.txt")
"""


class Watched:
    """A project, its session, and what was heard."""

    def __init__(self, root: Path, before: str, plan: Plan) -> None:
        self.root = write_project(root, before)
        self.events: list[Event] = []
        self.session: Session = session_of(self.root, self.events, plan)
        self.session.begin()

    def build(self, cause: Cause = Cause.START) -> Outcome | None:
        self.events.clear()
        return self.session.attempt(cause).outcome

    @property
    def ignored(self) -> list[tuple[tuple[str, ...], str]]:
        return [(event.paths, event.why) for event in self.events if isinstance(event, ChangesIgnored)]

    @property
    def seen(self) -> list[tuple[str, ...]]:
        return [event.paths for event in self.events if isinstance(event, ChangesSeen)]


@pytest.fixture(params=[Plan(), Plan.chosen(sdist=False, wheel=True)], ids=["through the sdist", "from the tree"])
def plan(request: pytest.FixtureRequest) -> Plan:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def watched(tmp_path: Path, plan: Plan) -> Iterator[Watched]:
    found = Watched(tmp_path / "sky", WRITES, plan)
    yield found
    found.session.end()


def test_what_the_backend_writes_is_shown_and_starts_no_build(watched: Watched) -> None:
    assert watched.build() is Outcome.SUCCEEDED
    assert not watched.session.pending
    assert watched.ignored == [
        (("build/lib/copy.py", "note.txt", "src/sky/_version.py"), "written by the build backend")
    ]
    assert watched.seen == []
    # And the next builds don't tell them from the first.
    for _ in range(3):
        assert watched.build(Cause.REQUEST) is Outcome.SUCCEEDED
        assert not watched.session.pending


def test_it_starts_none_after_a_failure_either(watched: Watched) -> None:
    set_before(watched.root, WRITES + '\nraise RuntimeError("no stars tonight")')
    for _ in range(2):
        assert watched.build() is Outcome.FAILED
        assert not watched.session.pending


def test_nor_after_a_hook_that_was_killed(watched: Watched) -> None:
    set_before(watched.root, WRITES + "\nimport os\nos.kill(os.getpid(), 9)")
    for _ in range(2):
        assert watched.build() is Outcome.FAILED
        assert not watched.session.pending


def test_a_save_during_the_build_is_a_change(tmp_path: Path) -> None:
    # By a program, since the hook's own interpreter would be heard: as an editor does it.
    save = (
        WRITES
        + """
import subprocess, sys
if hook == "build_sdist":
    code = "open('src/sky/stars.py', 'a').write('SIRIUS = 2')"
    subprocess.run([sys.executable, "-c", code], check=True)
"""
    )
    watched = Watched(tmp_path / "sky", save, Plan())
    try:
        assert watched.build() is Outcome.SUCCEEDED
        assert watched.session.pending
        assert watched.seen == [("src/sky/stars.py",)]
    finally:
        watched.session.end()


def test_what_a_program_of_the_backend_writes_again_and_again_is_no_change_for_ever(tmp_path: Path) -> None:
    rewrite = """
import subprocess, sys
subprocess.run([sys.executable, "-c", "open('generated.h', 'w').write('same')"], check=True)
"""
    watched = Watched(tmp_path / "sky", rewrite, Plan())
    try:
        builds = 0
        watched.build()
        while watched.session.pending:
            builds += 1
            assert builds < 4
            watched.build(Cause.CHANGE)
        assert not watched.session.examine()
    finally:
        watched.session.end()


def test_a_later_save_of_what_the_backend_wrote_is_a_change(watched: Watched) -> None:
    watched.build()
    (watched.root / "src/sky/_version.py").write_text("VERSION = 2")
    assert watched.session.examine()
    assert watched.session.pending
