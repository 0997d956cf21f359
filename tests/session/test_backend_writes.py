"""What a build backend writes into the tree is no change once it comes out the same; what its author saves is one."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from atombuild.builder import Plan
from atombuild.events import ArtifactStatus, Cause, ChangesIgnored, ChangesSeen, Event, Outcome
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

    def pending(self) -> bool:
        return self.session.pending

    @property
    def ignored(self) -> list[tuple[tuple[str, ...], str]]:
        return [(event.paths, event.why) for event in self.events if isinstance(event, ChangesIgnored)]

    @property
    def seen(self) -> list[tuple[str, ...]]:
        return [event.paths for event in self.events if isinstance(event, ChangesSeen)]


def holds(root: Path, member: str) -> bytes:
    """Return what the wheel that stands there holds."""
    with zipfile.ZipFile(next((root / "dist").glob("*.whl"))) as wheel:
        return wheel.read(member)


@pytest.fixture(params=[Plan(), Plan.chosen(sdist=False, wheel=True)], ids=["through the sdist", "from the tree"])
def plan(request: pytest.FixtureRequest) -> Plan:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def watched(tmp_path: Path, plan: Plan) -> Iterator[Watched]:
    found = Watched(tmp_path / "sky", WRITES, plan)
    yield found
    found.session.end()


def test_what_the_backend_makes_is_built_once_more_and_then_shown_and_no_change(watched: Watched) -> None:
    assert watched.build() is Outcome.SUCCEEDED
    made = ("build/lib/copy.py", "note.txt", "src/sky/_version.py")
    assert watched.seen == [made], "its author may have saved them as well"
    assert watched.pending()
    # And the next builds don't tell them from the second.
    for cause in (Cause.CHANGE, Cause.REQUEST, Cause.REQUEST):
        assert watched.build(cause) is Outcome.SUCCEEDED
        assert not watched.pending()
        assert watched.seen == []
        assert watched.ignored == [(made, "written by the build backend")]


def test_where_no_build_follows_the_backend_is_believed(watched: Watched) -> None:
    watched.session.once = True
    assert watched.build() is Outcome.SUCCEEDED
    assert watched.seen == []
    shown = [event.status.words for event in watched.events if isinstance(event, ArtifactStatus)]
    assert shown[-1] == "succeeded"


@pytest.mark.parametrize("ending", ['raise RuntimeError("no stars tonight")', "import os; os.kill(os.getpid(), 9)"])
def test_after_a_failure_it_is_built_once_more_and_not_again(watched: Watched, ending: str) -> None:
    set_before(watched.root, WRITES + f"\n{ending}")
    assert watched.build() is Outcome.FAILED
    assert watched.pending()
    for cause in (Cause.CHANGE, Cause.REQUEST):
        assert watched.build(cause) is Outcome.FAILED
        assert not watched.pending()


REWRITES = """
import pathlib, subprocess, sys
mine = pathlib.Path("src/sky/stars.py")
text = mine.read_text()
{before}
mine.write_text({text})
{after}
"""

# By a program, as an editor does it: the hook's own interpreter would be heard.
SAVES = """
saved = pathlib.Path(".saved")
if hook == "build_sdist" and not saved.exists():
    saved.touch()
    code = "open('src/sky/stars.py', 'w').write('SIRIUS = 2')"
    subprocess.run([sys.executable, "-c", code], check=True)
"""


@pytest.mark.parametrize(
    ("before", "text", "after"),
    [("", "text", SAVES), (SAVES, "mine.read_text()", ""), ("", "text.rstrip()", SAVES)],
    ids=["the same bytes, and then a save", "a save, and then the same bytes", "another format, and then a save"],
)
def test_a_save_of_what_the_backend_writes_as_well_is_built(tmp_path: Path, before: str, text: str, after: str) -> None:
    hook = REWRITES.format(before=before, text=text, after=after)
    watched = Watched(tmp_path / "sky", hook, Plan())
    try:
        assert watched.build() is Outcome.SUCCEEDED
        assert (watched.root / "src/sky/stars.py").read_text() == "SIRIUS = 2"
        assert "src/sky/stars.py" in watched.seen[0]
        assert watched.pending()
        assert watched.build(Cause.CHANGE) is Outcome.SUCCEEDED
        assert not watched.pending()
        assert holds(watched.root, "sky/stars.py") == b"SIRIUS = 2"
    finally:
        watched.session.end()


def test_a_save_that_takes_back_an_earlier_one_is_built_although_the_backend_writes_the_file(tmp_path: Path) -> None:
    hook = REWRITES.format(before="", text="text", after=SAVES)
    watched = Watched(tmp_path / "sky", hook, Plan())
    try:
        (watched.root / ".saved").touch()
        (watched.root / "src/sky/stars.py").write_text("SIRIUS = 2")
        watched.build()
        (watched.root / "src/sky/stars.py").write_text("VEGA = 1")
        assert watched.session.examine()
        (watched.root / ".saved").unlink()
        watched.build(Cause.CHANGE)
        assert (watched.root / "src/sky/stars.py").read_text() == "SIRIUS = 2", "as the first build left it"
        assert watched.pending()
        watched.build(Cause.CHANGE)
        assert holds(watched.root, "sky/stars.py") == b"SIRIUS = 2"
    finally:
        watched.session.end()


def test_what_the_backend_changes_and_takes_back_is_no_change(tmp_path: Path) -> None:
    hook = """
    import pathlib
    mine = pathlib.Path("src/sky/stars.py")
    text = mine.read_text()
    mine.write_text("POLAR = 'substituted'")
    mine.write_text(text)
    """
    watched = Watched(tmp_path / "sky", hook, Plan())
    try:
        for cause in (Cause.START, Cause.REQUEST):
            assert watched.build(cause) is Outcome.SUCCEEDED
            assert (watched.root / "src/sky/stars.py").read_text() == 'POLAR = "Polaris"\n'
            assert not watched.pending()
    finally:
        watched.session.end()


def test_a_file_of_its_authors_in_a_folder_that_the_backend_made_counts(tmp_path: Path) -> None:
    save = WRITES + SAVES.replace("src/sky/stars.py", "build/lib/mine.py")
    watched = Watched(tmp_path / "sky", "import pathlib, subprocess, sys\n" + save, Plan())
    try:
        watched.build()
        assert "build/lib/mine.py" in watched.seen[0]
        watched.build(Cause.CHANGE)
        assert not watched.pending()
    finally:
        watched.session.end()


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
        assert watched.pending()
        assert "src/sky/stars.py" in watched.seen[0]
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
        while watched.pending():
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
    assert watched.pending()
