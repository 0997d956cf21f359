"""The session decides what to build when, loses no change, and shows only what is true."""

from __future__ import annotations

import errno
import hashlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from atombuild.backend_writes import is_below
from atombuild.builder import Plan
from atombuild.changes import How
from atombuild.errors import (
    Cancelled,
    Location,
    Problem,
    ProjectInvalid,
    ProjectMissing,
    SourceRejected,
    SourceUnreadable,
)
from atombuild.events import (
    Advised,
    ArtifactStatus,
    AttemptStarted,
    Cause,
    ChangesIgnored,
    ChangesSeen,
    Compared,
    Event,
    LockAwaited,
    Looked,
    Outcome,
    ProjectUnusable,
    Remembered,
    SessionStarted,
    SessionStopped,
)
from atombuild.finding import Finding, Severity
from atombuild.ledger import Record
from atombuild.publish import LEDGER, OutputDirectory
from atombuild.session import Notice, Session
from atombuild.status import ArtifactKind, Attempt
from atombuild.wiring import ProjectSetup
from atombuild.workbench import Workbench
from support.fakes import FakeContent, FakeProject
from support.projects import sample_project, visible_files
from support.trees import Tree, TreeView

SDIST, WHEEL = ArtifactKind
REJECTED = SourceRejected("no module", hint="write one")


BROKEN = ProjectInvalid((Problem("not TOML", "mend it"),))


class Bench:
    """A session over a fake tree and a real output directory."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        self.root.mkdir(exist_ok=True)
        self.dist = self.root / "dist"
        self.tree = Tree()
        self.tree.write("src/demo.py", "1")
        self.project: FakeProject | Exception = FakeProject()
        self.events: list[Event] = []
        self.session = self.restarted()

    def restarted(self) -> Session:
        self.session = Session(
            self.root, self.dist, Plan(), read_project=self.read_project, look=self.tree.look, emit=self.events.append
        )
        return self.session

    def read_project(self) -> FakeProject:
        if isinstance(self.project, Exception):
            raise self.project
        return self.project

    def pending(self) -> bool:
        return self.session.pending

    def heard(self, kind: type) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]

    def shown(self, kind: ArtifactKind = SDIST) -> ArtifactStatus:
        return next(
            event for event in reversed(self.events) if isinstance(event, ArtifactStatus) and event.kind is kind
        )

    def history(self, kind: ArtifactKind) -> list[tuple[str, int | None]]:
        shown = [event for event in self.events if isinstance(event, ArtifactStatus) and event.kind is kind]
        return [(event.status.words, event.behind) for event in shown]

    def words(self) -> tuple[str, str]:
        return self.shown(SDIST).status.words, self.shown(WHEEL).status.words


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_first_and_last_events_frame_the_session(bench: Bench) -> None:
    bench.session.begin()
    bench.session.attempt(Cause.START)
    bench.session.end()
    assert bench.events[0] == SessionStarted(bench.root, bench.dist, (SDIST, WHEEL), wheel_from_sdist=True)
    assert isinstance(bench.events[-1], SessionStopped)


def test_what_was_kept_is_let_go_before_the_session_is_over(bench: Bench) -> None:
    session = Session(
        bench.root,
        bench.dist,
        Plan(),
        read_project=bench.read_project,
        look=bench.tree.look,
        emit=bench.events.append,
        let_go=lambda: bench.events.append(ChangesIgnored((), 0, "let go")),
    )
    session.end()
    assert bench.events == [ChangesIgnored((), 0, "let go"), SessionStopped()]


def test_what_earlier_sessions_did_is_told_at_the_start(bench: Bench) -> None:
    bench.session.begin()
    assert not bench.heard(Remembered)
    bench.session.attempt(Cause.START)
    bench.session.attempt(Cause.REQUEST)
    bench.events.clear()
    bench.restarted().begin()
    (told,) = bench.heard(Remembered)
    assert isinstance(told, Remembered)
    assert [past.attempt for past in told.attempts] == [1, 2]


def test_before_the_first_build_nothing_is_known_of_an_artifact(bench: Bench) -> None:
    bench.session.begin()
    shown = bench.shown()
    assert shown.status.words == "not built yet"
    assert (shown.target, shown.path, shown.size, shown.sha256, shown.attempt, shown.behind) == (None,) * 6


def test_a_success_is_shown_with_its_file(bench: Bench) -> None:
    bench.session.attempt(Cause.START)
    bench.project = FakeProject(sdist_pieces=[b"another sdist"])
    bench.session.attempt(Cause.REQUEST)
    shown = bench.shown()
    assert (shown.target, shown.path) == ("demo-1.0.tar.gz", bench.dist / "demo-1.0.tar.gz")
    assert (shown.size, shown.previous_size) == (len(b"another sdist"), len(b"an sdist"))
    assert shown.sha256 == hashlib.sha256(b"another sdist").hexdigest()
    assert shown.attempt == 2
    assert shown.seconds is not None
    assert 0 <= shown.seconds < 60
    assert shown.ended is not None
    assert 0 <= time.time() - shown.ended < 60


def test_a_failure_has_a_name_and_a_place_and_neither_size_nor_hash(bench: Bench) -> None:
    bench.session.attempt(Cause.START)
    bench.project = FakeProject(sdist_pieces=[REJECTED])
    bench.session.attempt(Cause.REQUEST)
    shown = bench.shown()
    assert (shown.target, shown.path) == ("demo-1.0.tar.gz", bench.dist / "demo-1.0.tar.gz")
    assert (shown.size, shown.sha256, shown.behind) == (None, None, None)
    assert (shown.previous_size, shown.attempt) == (len(b"an sdist"), 2)


def test_a_look_says_what_it_was_like(bench: Bench) -> None:
    rules = tuple((f"folder{number}", "a rule") for number in range(60))

    class ManyRules(TreeView):
        passed_over = rules

    session = Session(
        bench.root,
        bench.dist,
        Plan(),
        read_project=bench.read_project,
        look=lambda _keep, _breathe: ManyRules(dict(bench.tree.files)),
        emit=bench.events.append,
    )
    session.notice = Notice(missed=3, floods=2)
    session.examine()
    looked = bench.heard(Looked)[-1]
    assert isinstance(looked, Looked)
    assert (looked.files, looked.ignored, looked.ignored_total) == (1, rules[:48], 60)
    assert (looked.missed, looked.floods) == (3, 2)
    assert 0 <= time.time() - looked.ended < 60
    assert 0 <= looked.seconds < 60


def test_a_closed_session_looks_at_nothing(bench: Bench) -> None:
    bench.session.attempt(Cause.START)
    bench.tree.write("src/demo.py", "2")
    bench.session.close()
    bench.events.clear()
    assert not bench.session.examine()
    assert bench.events == []


def test_a_build_for_a_change_says_when_it_was_saved_noticed_and_settled(bench: Bench) -> None:
    bench.session.attempt(Cause.START)
    bench.tree.write("src/demo.py", "2")
    bench.session.examine()
    bench.session.notice = Notice(noticed=5.0, settled=6.0)
    for cause, times in ((Cause.CHANGE, (float(bench.tree.stamp), 5.0, 6.0)), (Cause.REQUEST, (None, None, None))):
        bench.session.attempt(cause)
        started = bench.heard(AttemptStarted)[-1]
        assert isinstance(started, AttemptStarted)
        assert (started.saved, started.noticed, started.settled) == times


def test_of_many_changes_a_dozen_are_named_and_all_are_counted(bench: Bench) -> None:
    bench.session.attempt(Cause.START)
    for number in range(15):
        bench.tree.write(f"docs/{number:02}", "x")
    bench.session.examine()
    assert bench.heard(ChangesIgnored) == [
        ChangesIgnored(tuple(f"docs/{number:02}" for number in range(12)), 15, "in no artifact")
    ]
    for number in range(15):
        bench.tree.write(f"src/{number:02}", "x")
    bench.session.examine()
    assert bench.heard(ChangesSeen) == [
        ChangesSeen(1, tuple(f"src/{number:02}" for number in range(12)), 15, 1, (How.ADDED,) * 12)
    ]


def test_a_wheel_that_is_asked_for_alone_is_made_from_the_tree(bench: Bench) -> None:
    asked: list[bool] = []

    class Asked(FakeProject):
        def wheel(self, bench: Workbench, *, from_sdist: bool) -> FakeContent:
            asked.append(from_sdist)
            return super().wheel(bench, from_sdist=from_sdist)

    bench.project = Asked()
    bench.session.attempt(Cause.START)
    bench.session.attempt(Cause.REQUEST, (SDIST, WHEEL))
    bench.session.attempt(Cause.REQUEST, (WHEEL,))
    assert asked == [True, True, False]
    kinds = [event.kinds for event in bench.heard(AttemptStarted) if isinstance(event, AttemptStarted)]
    assert kinds == [(SDIST, WHEEL), (SDIST, WHEEL), (WHEEL,)]


def test_what_the_backend_says_it_wrote_is_no_change_once_it_comes_out_the_same(bench: Bench) -> None:
    def write() -> None:
        bench.tree.write("src/generated.py", "1")
        bench.tree.write("build/deep/file", "1")

    bench.project = FakeProject(
        sdist_pieces=[write, b"x"], written=frozenset({"src/generated.py", "build/"}), sources=("src/demo.py",)
    )
    bench.session.attempt(Cause.START)
    assert bench.pending(), "what it holds was not there before: it may be a save"
    bench.session.attempt(Cause.CHANGE)
    assert not bench.pending()
    assert bench.words() == ("succeeded", "succeeded")
    assert bench.heard(ChangesIgnored) == [
        ChangesIgnored(("build/deep/file", "src/generated.py"), 2, "written by the build backend")
    ]


def test_what_is_written_the_same_by_one_attempt_after_another_is_no_change(bench: Bench) -> None:
    def touch() -> None:
        bench.tree.write("src/demo.py", "1")

    bench.project = FakeProject(sdist_pieces=[touch, b"x"])
    bench.session.attempt(Cause.START)
    assert bench.pending(), "it may have been its author"
    bench.session.attempt(Cause.CHANGE)
    assert not bench.pending()
    assert bench.heard(ChangesIgnored) == [ChangesIgnored(("src/demo.py",), 1, "written by the build backend")]
    bench.project = FakeProject()
    bench.session.attempt(Cause.REQUEST)
    bench.project = FakeProject(sdist_pieces=[touch, b"x"])
    bench.session.attempt(Cause.REQUEST)
    assert bench.pending(), "the attempt before did not write it"


@pytest.mark.parametrize(
    ("path", "below"),
    [
        ("src/a.py", True),
        ("build/a", True),
        ("build/deep/a", True),
        ("x/y/a", True),
        ("x/y/deep/a", True),
        ("src/b.py", False),
        ("src/a.py/b", False),
        ("builder/a", False),
        ("build", False),
        ("x/z/a", False),
    ],
)
def test_what_lies_in_a_folder_that_was_made_was_written(path: str, below: bool) -> None:
    assert is_below(path, frozenset({"src/a.py", "build/", "x/y/"})) is below


def test_saved_again_with_what_was_built_is_not_taken_for_untouched(bench: Bench) -> None:
    bench.session.attempt(Cause.START)
    bench.session.paused = True
    for content in "21":
        bench.tree.write("src/demo.py", content)
        bench.session.examine()
    assert bench.words() == ("out of date", "out of date")


def test_taking_changes_back_is_said(bench: Bench) -> None:
    bench.session.attempt(Cause.START)
    before = bench.tree.files["src/demo.py"]
    bench.session.paused = True
    bench.tree.write("src/demo.py", "2")
    bench.session.examine()
    bench.tree.files["src/demo.py"] = before
    bench.session.examine()
    assert bench.heard(ChangesIgnored) == [ChangesIgnored((), 0, "everything is as it was built")]


def test_what_an_sdist_alone_was_built_from_says_nothing_about_the_wheel(bench: Bench) -> None:
    bench.session.attempt(Cause.START)
    bench.session.paused = True
    bench.tree.write("src/demo.py", "2")
    bench.session.examine()
    bench.session.attempt(Cause.REQUEST, (SDIST,))
    before = bench.tree.files["src/demo.py"]
    bench.tree.write("src/demo.py", "3")
    bench.session.examine()
    bench.tree.files["src/demo.py"] = before
    bench.session.examine()
    assert bench.words()[1] == "out of date"


def test_after_a_cancelled_build_there_is_no_advice(bench: Bench) -> None:
    asked: list[str] = []
    bench.project = FakeProject(sdist_pieces=[bench.session.cancel, b"x"])
    bench.session.attempt(Cause.START)
    bench.session.advise(lambda: asked.append("now"))
    assert asked == []


def test_a_closed_session_gives_no_advice(bench: Bench) -> None:
    asked: list[str] = []
    bench.session.attempt(Cause.START)
    bench.session.close()
    bench.session.advise(lambda: asked.append("now"))
    assert asked == []


def test_a_ledger_that_somebody_damaged_changes_nothing_until_there_is_a_good_one(bench: Bench) -> None:
    bench.session.attempt(Cause.START)
    good = (bench.dist / LEDGER).read_bytes()
    (bench.dist / LEDGER).write_bytes(b"{")
    bench.session.refresh()
    assert bench.words() == ("succeeded", "succeeded")
    other = Session(
        bench.root, bench.dist, Plan(), read_project=bench.read_project, look=bench.tree.look, emit=lambda _event: None
    )
    (bench.dist / LEDGER).write_bytes(good)
    bench.project = FakeProject(sdist_pieces=[b"built by the other"])
    other.attempt(Cause.START)
    bench.session.refresh()
    assert bench.shown().size == len(b"built by the other")


def test_an_output_directory_that_can_not_be_used_changes_no_record(bench: Bench, tmp_path: Path) -> None:
    bench.session.attempt(Cause.START)
    bench.dist.rename(tmp_path / "away")
    bench.dist.symlink_to(tmp_path / "away")
    (tmp_path / "away" / LEDGER).write_bytes((tmp_path / "away" / LEDGER).read_bytes())
    bench.session.refresh()
    assert bench.shown().attempt == 1


def test_a_builder_that_is_still_at_work_is_looked_at_again(bench: Bench) -> None:
    bench.session.attempt(Cause.START)
    during: list[int | None] = []

    def refresh() -> None:
        bench.session.refresh()
        during.append(bench.shown().attempt)

    bench.project = FakeProject(sdist_pieces=[refresh, b"built by the other"])
    other = Session(
        bench.root, bench.dist, Plan(), read_project=bench.read_project, look=bench.tree.look, emit=lambda _event: None
    )
    other.attempt(Cause.START)
    bench.session.refresh()
    assert during == [1]
    assert (bench.shown().attempt, bench.shown().size) == (2, len(b"built by the other"))
    assert bench.shown().behind is None, "which of our changes it holds is not known"


def test_a_success_holds_the_latest_change(bench: Bench) -> None:
    bench.session.attempt(Cause.START)
    assert bench.words() == ("succeeded", "succeeded")
    assert bench.shown().behind == 0
    assert not bench.pending()


def test_a_change_is_seen_once_and_waits_to_be_built(bench: Bench) -> None:
    bench.session.attempt(Cause.START)
    bench.tree.write("src/demo.py", "2")
    assert bench.session.examine()
    assert bench.pending()
    assert not bench.session.examine()
    (seen,) = bench.heard(ChangesSeen)
    assert isinstance(seen, ChangesSeen)
    assert (seen.change, seen.paths, seen.waiting) == (1, ("src/demo.py",), 1)


def test_until_it_is_built_the_artifacts_are_out_of_date_and_one_change_behind(bench: Bench) -> None:
    bench.session.attempt(Cause.START)
    bench.tree.write("src/demo.py", "2")
    bench.session.examine()
    assert bench.words() == ("out of date", "out of date")
    assert bench.shown().behind == 1
    bench.session.attempt(Cause.CHANGE)
    assert bench.words() == ("succeeded", "succeeded")
    assert bench.shown().behind == 0


def test_between_a_change_and_its_build_nothing_is_called_a_success(bench: Bench) -> None:
    bench.session.attempt(Cause.START)
    bench.tree.write("src/demo.py", "2")
    bench.session.examine()
    bench.events.clear()
    bench.session.attempt(Cause.CHANGE)
    begin = next(number for number, event in enumerate(bench.events) if isinstance(event, AttemptStarted))
    assert not [event for event in bench.events[:begin] if isinstance(event, ArtifactStatus)]


def test_an_artifact_is_not_out_of_date_while_the_other_one_is_still_being_built(bench: Bench) -> None:
    bench.session.attempt(Cause.START)
    bench.tree.write("src/demo.py", "2")
    bench.session.examine()
    seen: list[str] = []
    bench.project = FakeProject(wheel_pieces=[lambda: seen.append(bench.shown(SDIST).status.words), b"x"])
    bench.session.attempt(Cause.CHANGE)
    assert seen == ["succeeded"]


def test_the_attempt_names_what_changed(bench: Bench) -> None:
    bench.session.attempt(Cause.START)
    bench.tree.write("src/a.py", "")
    bench.session.examine()
    bench.tree.write("src/b.py", "")
    bench.session.examine()
    bench.session.attempt(Cause.CHANGE)
    started = bench.heard(AttemptStarted)[-1]
    assert isinstance(started, AttemptStarted)
    assert (started.cause, started.paths, started.total, started.change) == (
        Cause.CHANGE,
        ("src/a.py", "src/b.py"),
        2,
        2,
    )


def test_a_deleted_a_new_and_a_moved_file_are_called_so(bench: Bench) -> None:
    bench.tree.write("src/old.py", "1")
    bench.tree.write("src/demo.py", "1")
    bench.session.attempt(Cause.START)
    del bench.tree.files["src/old.py"]
    bench.tree.write("src/new.py", "1")
    bench.tree.write("src/demo.py", "2")
    bench.session.examine()
    seen = bench.heard(ChangesSeen)[-1]
    assert isinstance(seen, ChangesSeen)
    assert dict(zip(seen.paths, seen.how, strict=True)) == {
        "src/old.py": How.REMOVED,
        "src/new.py": How.ADDED,
        "src/demo.py": How.MODIFIED,
    }
    bench.session.attempt(Cause.CHANGE)
    started = bench.heard(AttemptStarted)[-1]
    assert isinstance(started, AttemptStarted)
    assert (started.paths, started.how) == (seen.paths, seen.how)


def test_a_file_that_went_and_came_back_before_it_was_built_has_changed(bench: Bench) -> None:
    bench.tree.write("src/demo.py", "1")
    bench.session.attempt(Cause.START)
    del bench.tree.files["src/demo.py"]
    bench.session.examine()
    bench.tree.write("src/demo.py", "2")
    bench.tree.write("src/new.py", "1")
    bench.session.examine()
    bench.tree.write("src/new.py", "2")
    bench.session.examine()
    bench.session.attempt(Cause.CHANGE)
    started = bench.heard(AttemptStarted)[-1]
    assert isinstance(started, AttemptStarted)
    assert dict(zip(started.paths, started.how, strict=True)) == {
        "src/demo.py": How.MODIFIED,
        "src/new.py": How.ADDED,
    }


def test_a_change_that_no_artifact_holds_builds_nothing(bench: Bench) -> None:
    bench.session.attempt(Cause.START)
    bench.tree.write("notes.txt", "remember")
    assert not bench.session.examine()
    assert not bench.pending()
    (ignored,) = bench.heard(ChangesIgnored)
    assert isinstance(ignored, ChangesIgnored)
    assert ignored.paths == ("notes.txt",)


def test_the_same_content_saved_again_is_no_change(bench: Bench) -> None:
    bench.session.attempt(Cause.START)
    bench.tree.write("src/demo.py", "1")
    assert not bench.session.examine()
    assert not bench.pending()


def test_after_a_failure_any_change_may_be_the_mend(bench: Bench) -> None:
    bench.project = FakeProject(flaw=REJECTED)
    bench.session.attempt(Cause.START)
    bench.tree.write("README.md", "here at last")
    assert bench.session.examine()
    assert bench.pending()


def test_a_failed_attempt_is_not_repeated_without_a_change(bench: Bench) -> None:
    bench.project = FakeProject(flaw=REJECTED)
    bench.session.attempt(Cause.START)
    bench.session.examine()
    assert not bench.pending()


def test_a_save_during_the_build_leads_to_exactly_one_more(bench: Bench) -> None:
    bench.project = FakeProject(sdist_pieces=[lambda: bench.tree.write("src/demo.py", "2"), b"mixed"])
    bench.session.attempt(Cause.START)
    assert bench.pending()
    assert bench.words() == ("out of date", "out of date")
    bench.project = FakeProject()
    bench.session.examine()
    bench.session.attempt(Cause.CHANGE)
    assert not bench.pending()
    assert len(bench.heard(AttemptStarted)) == 2


def test_a_file_changed_and_changed_back_during_the_build_is_built_again(bench: Bench) -> None:
    def dance() -> None:
        bench.tree.write("src/demo.py", "2")
        bench.tree.write("src/demo.py", "1")

    bench.project = FakeProject(sdist_pieces=[dance, b"who knows which"])
    bench.session.attempt(Cause.START)
    assert bench.pending()


def test_success_is_not_called_current_before_the_tree_was_looked_at_again(bench: Bench) -> None:
    bench.session.attempt(Cause.START)
    shown = [event for event in bench.heard(ArtifactStatus) if isinstance(event, ArtifactStatus)]
    successes = [event.behind for event in shown if event.kind is SDIST and event.status.words == "succeeded"]
    assert successes == [None, 0]


def test_paused_counts_changes_and_builds_only_on_request(bench: Bench) -> None:
    bench.session.attempt(Cause.START)
    bench.session.paused = True
    for content in "23":
        bench.tree.write("src/demo.py", content)
        bench.session.examine()
    assert not bench.pending()
    assert bench.shown().behind == 2
    bench.session.attempt(Cause.REQUEST)
    assert bench.shown().behind == 0
    assert bench.words() == ("succeeded", "succeeded")


def test_resuming_makes_what_waited_pending(bench: Bench) -> None:
    bench.session.attempt(Cause.START)
    bench.session.paused = True
    bench.tree.write("src/demo.py", "2")
    bench.session.examine()
    bench.session.paused = False
    assert bench.pending()


def test_changes_taken_back_while_paused_are_none(bench: Bench) -> None:
    bench.session.attempt(Cause.START)
    before = bench.tree.files["src/demo.py"]
    bench.session.paused = True
    bench.tree.write("src/demo.py", "2")
    bench.session.examine()
    assert bench.words() == ("out of date", "out of date")
    bench.tree.files["src/demo.py"] = before
    bench.session.examine()
    assert bench.words() == ("succeeded", "succeeded")
    bench.session.paused = False
    assert not bench.pending()


def test_an_sdist_alone_leaves_the_wheel_behind(bench: Bench) -> None:
    bench.session.attempt(Cause.START)
    bench.session.paused = True
    bench.tree.write("src/demo.py", "2")
    bench.session.examine()
    bench.session.attempt(Cause.REQUEST, (SDIST,))
    assert bench.words() == ("succeeded", "out of date")
    assert (bench.shown(SDIST).behind, bench.shown(WHEEL).behind) == (0, 1)
    bench.session.paused = False
    assert bench.pending()
    bench.session.attempt(Cause.CHANGE)
    started = bench.heard(AttemptStarted)[-1]
    assert isinstance(started, AttemptStarted)
    assert (started.paths, started.total) == (("src/demo.py",), 1)


def vanished(bench: Bench, path: str) -> SourceUnreadable:
    return SourceUnreadable(bench.root / path, FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)))


def test_a_file_that_vanished_while_it_was_read_leads_to_one_more_build(bench: Bench) -> None:
    for _ in range(2):  # tools write such files again and again
        bench.project = FakeProject(sdist_pieces=[vanished(bench, "src/tmp.py")], sources=("src/tmp.py",))
        bench.session.attempt(Cause.CHANGE)
        assert bench.words()[0] == "failed, no old artifact"
        assert bench.pending()
    bench.project = FakeProject()
    bench.session.attempt(Cause.CHANGE)
    assert bench.words() == ("succeeded", "succeeded")
    assert not bench.pending()


def test_a_folder_that_vanished_before_anything_was_planned_does_too(bench: Bench) -> None:
    bench.project = FakeProject(flaw=vanished(bench, "src/new"))
    bench.session.attempt(Cause.CHANGE)
    assert bench.pending()
    (seen,) = bench.heard(ChangesSeen)
    assert isinstance(seen, ChangesSeen)
    assert seen.paths == ("src/new",)


def test_what_could_not_be_read_and_is_still_there_did_not_vanish(bench: Bench) -> None:
    (bench.root / "locked.py").write_text("not for us")
    bench.project = FakeProject(flaw=vanished(bench, "locked.py"))
    bench.session.attempt(Cause.CHANGE)
    assert not bench.pending()


def test_what_is_missing_for_good_is_not_tried_for_ever(bench: Bench) -> None:
    bench.project = FakeProject(flaw=vanished(bench, "data"))
    bench.session.attempt(Cause.START)
    bench.session.attempt(Cause.CHANGE)
    assert not bench.pending()


@pytest.mark.skipif(sys.platform == "darwin", reason="this system has no names that are no text")
def test_a_name_that_is_no_text_is_not_missed_after_every_build(tmp_path: Path) -> None:
    root = sample_project(tmp_path)
    Path(os.fsdecode(bytes(root / "src/orrery") + b"/moon\xff.py")).write_bytes(b"")
    events: list[Event] = []
    session = ProjectSetup(root, root / "dist", Plan()).session(events.append)
    assert session.attempt(Cause.START).outcome is Outcome.SUCCEEDED
    assert not session.pending, "in the sdist it has another name, which no look finds in the tree"
    assert [event for event in events if isinstance(event, ChangesSeen)] == []


def test_an_artifact_deleted_or_changed_behind_our_back_is_seen_and_not_rebuilt(bench: Bench) -> None:
    bench.session.attempt(Cause.START)
    (bench.dist / "demo-1.0.tar.gz").unlink()
    (bench.dist / "demo-1.0-py3-none-any.whl").write_bytes(b"tampered")
    bench.session.refresh()
    assert bench.words() == ("deleted since built", "changed on disk since built")
    assert not bench.pending()


def test_refreshing_says_nothing_twice(bench: Bench) -> None:
    bench.session.attempt(Cause.START)
    before = [event for event in bench.events if not isinstance(event, Looked)]
    bench.session.refresh()
    bench.session.examine()
    assert [event for event in bench.events if not isinstance(event, Looked)] == before


def test_at_the_next_start_an_artifact_of_older_sources_is_out_of_date(bench: Bench) -> None:
    bench.session.attempt(Cause.START)
    bench.tree.write("src/demo.py", "2")
    bench.events.clear()
    bench.restarted().begin()
    bench.session.attempt(Cause.START)
    # Before the tree was looked at nobody knows what it holds; then it is out of date; then it is built anew.
    assert bench.history(SDIST)[:2] == [("succeeded", None), ("out of date", None)]
    assert bench.history(SDIST)[-1] == ("succeeded", 0)


def test_at_the_next_start_an_artifact_of_the_same_sources_has_succeeded(bench: Bench) -> None:
    bench.session.attempt(Cause.START)
    bench.events.clear()
    bench.restarted().begin()
    assert bench.history(SDIST) == [("succeeded", None)]


def test_before_the_first_build_a_file_of_somebody_else_is_shown_as_such(bench: Bench) -> None:
    bench.dist.mkdir()
    (bench.dist / "demo-1.0.tar.gz").write_bytes(b"of another tool")
    bench.session.begin()
    bench.session.attempt(Cause.START)
    assert bench.history(SDIST)[:2] == [("not built yet", None), ("not built yet, an older file is there", None)]
    assert bench.words() == ("succeeded", "succeeded")


def test_a_project_that_vanishes_is_said_once_and_not_tried_in_a_loop(bench: Bench) -> None:
    bench.project = ProjectMissing(bench.root, why="gone")
    assert bench.session.attempt(Cause.START).outcome is None
    assert len(bench.heard(ProjectUnusable)) == 1
    bench.session.examine()
    assert not bench.pending()


def test_a_closed_session_begins_no_attempt(bench: Bench) -> None:
    bench.session.close()
    result = bench.session.attempt(Cause.START)
    assert result.outcome is Outcome.CANCELLED
    assert visible_files(bench.dist) == []


def test_cancel_ends_the_running_attempt_and_not_the_next(bench: Bench) -> None:
    bench.session.cancel()
    bench.project = FakeProject(sdist_pieces=[bench.session.cancel, b"x"])
    assert bench.session.attempt(Cause.START).outcome is Outcome.CANCELLED
    assert bench.words() == ("cancelled", "cancelled")
    bench.project = FakeProject()
    assert bench.session.attempt(Cause.REQUEST).outcome is Outcome.SUCCEEDED


def test_another_builders_newer_records_are_taken_over(bench: Bench) -> None:
    bench.session.attempt(Cause.START)
    other = Session(
        bench.root, bench.dist, Plan(), read_project=bench.read_project, look=bench.tree.look, emit=lambda _event: None
    )
    bench.project = FakeProject(sdist_pieces=[b"built by the other"])
    other.attempt(Cause.START)
    bench.session.refresh()
    assert bench.words() == ("succeeded", "succeeded")
    assert bench.shown().size == len(b"built by the other")
    assert os.listdir(bench.dist)  # noqa: PTH208 (any entry will do)


def test_a_file_that_came_in_mid_build_and_went_before_the_next_look_is_in_the_artifact(bench: Bench) -> None:
    bench.project = FakeProject(sdist_pieces=[lambda: bench.tree.write("src/extra.py", "1"), b"with extra.py"])
    bench.session.attempt(Cause.START)
    assert bench.words() == ("out of date", "out of date")
    del bench.tree.files["src/extra.py"]
    bench.session.examine()
    assert bench.words() == ("out of date", "out of date")
    assert bench.pending()


def test_a_file_that_came_and_went_in_mid_build_is_in_the_artifact_and_in_no_look(bench: Bench) -> None:
    bench.project = FakeProject(sources=("src/demo.py", "src/extra.py"))
    (bench.root / "src").mkdir()
    bench.session.attempt(Cause.START)
    assert bench.words() == ("out of date", "out of date")
    (seen,) = bench.heard(ChangesSeen)
    assert isinstance(seen, ChangesSeen)
    assert seen.paths == ("src/extra.py",)
    assert bench.pending()


def test_a_file_that_is_built_and_never_watched_is_no_change(bench: Bench) -> None:
    (bench.root / "src").mkdir()
    (bench.root / "src/notes.py~").write_text("an editor's backup, and the project includes everything")
    bench.project = FakeProject(sources=("src/demo.py", "src/notes.py~"))
    bench.session.attempt(Cause.START)
    assert bench.words() == ("succeeded", "succeeded")
    assert not bench.pending()


def test_the_mend_of_a_project_that_was_never_read_counts_after_a_cancel(bench: Bench) -> None:
    bench.project = BROKEN
    bench.session.cancel()
    tree = bench.tree.look

    def cancelling(keep: Callable[[str], bool], breathe: Callable[[], object]) -> TreeView:
        bench.session.cancel()
        return tree(keep, breathe)

    bench.session = Session(
        bench.root, bench.dist, Plan(), read_project=bench.read_project, look=cancelling, emit=bench.events.append
    )
    assert bench.session.attempt(Cause.START).outcome is Outcome.CANCELLED
    bench.tree.write("pyproject.toml", "mended")
    bench.session.examine()
    assert bench.pending()


def test_after_giving_up_the_wait_for_the_lock_the_ledger_is_still_read(bench: Bench) -> None:
    bench.session.attempt(Cause.START)
    bench.events.clear()

    def hear(event: Event) -> None:
        bench.events.append(event)
        if isinstance(event, LockAwaited):
            session.cancel()

    session = Session(bench.root, bench.dist, Plan(), read_project=bench.read_project, look=bench.tree.look, emit=hear)
    with OutputDirectory.open(bench.dist) as other, other.locked("other", lambda _holder: None):
        assert session.attempt(Cause.START).outcome is Outcome.CANCELLED
    assert bench.words() == ("not built yet, an older file is there", "not built yet, an older file is there")
    session.refresh()
    assert bench.words() == ("succeeded", "succeeded")


def test_which_paths_it_concerns_is_known_once_the_project_was_read(bench: Bench) -> None:
    assert not bench.session.concerns("src/demo.py")
    bench.session.attempt(Cause.START)
    assert bench.session.concerns("src/demo.py")
    assert not bench.session.concerns("notes.txt")


def test_who_waits_for_the_lock_pauses_and_can_be_stopped(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    bench.session.pause_for_lock()
    bench.session.cancel()
    with pytest.raises(Cancelled):
        bench.session.pause_for_lock()
    assert len(pauses) == 2
    assert all(0 < pause < 1 for pause in pauses)


def test_a_bug_in_reading_the_project_does_not_end_the_session(bench: Bench) -> None:
    bench.session.attempt(Cause.START)
    bench.project = RecursionError("too deep")
    assert bench.session.attempt(Cause.REQUEST).outcome is Outcome.FAILED
    assert bench.words() == ("failed, old artifact removed", "failed, old artifact removed")


def test_what_the_session_saw_falls_though_the_ledger_is_gone(bench: Bench) -> None:
    bench.session.attempt(Cause.START)
    (bench.dist / LEDGER).unlink()
    bench.project = BROKEN
    bench.session.attempt(Cause.REQUEST)
    assert bench.words() == ("failed, old artifact removed", "failed, old artifact removed")
    assert visible_files(bench.dist) == []


def test_an_older_ledger_that_comes_back_hides_no_newer_failure(bench: Bench) -> None:
    bench.session.attempt(Cause.START)
    bench.dist.rename(bench.root / "away")
    bench.dist.write_text("a file")
    bench.session.attempt(Cause.REQUEST)
    bench.dist.unlink()
    (bench.root / "away").rename(bench.dist)
    bench.session.refresh()
    assert bench.words() == ("failed, another file there now", "failed, another file there now")


FINDING = Finding("large-file", Severity.ADVICE, Location(Path("a")), "a is large", "look at it")


def test_advice_is_given_after_a_build_and_not_twice(bench: Bench) -> None:
    bench.session.advise()
    bench.project = FakeProject(findings=(FINDING,))
    bench.session.attempt(Cause.START)
    assert not bench.heard(Advised)
    for _ in range(2):
        bench.session.advise()
        bench.session.attempt(Cause.REQUEST)
    assert bench.heard(Advised) == [Advised((FINDING,))]


def test_advice_that_was_followed_is_taken_back(bench: Bench) -> None:
    bench.project = FakeProject(findings=(FINDING,))
    bench.session.attempt(Cause.START)
    bench.session.advise()
    bench.project = FakeProject()
    bench.session.attempt(Cause.REQUEST)
    bench.session.advise()
    assert bench.heard(Advised) == [Advised((FINDING,)), Advised(())]


def test_advice_that_was_put_off_comes_later(bench: Bench) -> None:
    def busy() -> None:
        raise Cancelled

    bench.project = FakeProject(findings=(FINDING,))
    bench.session.attempt(Cause.START)
    bench.session.advise(busy)
    assert not bench.heard(Advised)
    bench.session.advise()
    assert len(bench.heard(Advised)) == 1


def test_advice_is_worked_out_once_after_each_build(bench: Bench) -> None:
    asked: list[str] = []
    bench.session.attempt(Cause.START)
    for _ in range(2):
        bench.session.advise(lambda: asked.append("first"))
    bench.session.attempt(Cause.REQUEST)
    bench.session.advise(lambda: asked.append("second"))
    assert asked == ["first", "second"]


def test_only_what_stands_as_it_was_built_is_kept(tmp_path: Path) -> None:
    root = sample_project(tmp_path)
    events: list[Event] = []
    session = ProjectSetup(root, root / "dist", Plan()).session(events.append, comparing=True)

    def kept() -> list[tuple[ArtifactKind, int]]:
        session.compare()
        return [(event.kind, event.attempt) for event in events if isinstance(event, Compared)]

    session.attempt(Cause.REQUEST, (WHEEL,))
    assert kept() == [(WHEEL, 1)]
    session.attempt(Cause.REQUEST)
    (sdist,) = (root / "dist").glob("*.tar.gz")
    sdist.write_bytes(b"tampered")
    session.refresh()
    assert kept() == [(WHEEL, 1), (WHEEL, 2)]
    session.end()


def test_a_source_that_its_own_backend_deletes_is_one_change_and_no_more(bench: Bench) -> None:
    def delete() -> None:
        bench.tree.files.pop("src/demo.py", None)

    bench.project = FakeProject(
        sdist_pieces=[delete, b"x"], written=frozenset({"src/demo.py"}), sources=("src/demo.py",)
    )
    bench.session.attempt(Cause.START)
    assert bench.pending(), "its author may have deleted it"
    bench.project = FakeProject(sdist_pieces=[delete, b"x"], written=frozenset({"src/demo.py"}))
    bench.session.attempt(Cause.CHANGE)
    assert not bench.pending()


def test_a_file_that_came_during_the_build_is_called_new(bench: Bench) -> None:
    bench.project = FakeProject(sdist_pieces=[lambda: bench.tree.write("src/extra.py", "1"), b"x"])
    bench.session.attempt(Cause.START)
    assert bench.heard(ChangesSeen) == [ChangesSeen(1, ("src/extra.py",), 1, 1, (How.ADDED,))]


def test_what_another_builder_made_of_older_sources_is_out_of_date(bench: Bench) -> None:
    old = TreeView(dict(bench.tree.files))
    bench.session.attempt(Cause.START)
    bench.session.paused = True
    bench.tree.write("src/demo.py", "2")
    bench.session.examine()
    other = Session(
        bench.root,
        bench.dist,
        Plan(),
        read_project=bench.read_project,
        look=lambda _keep, _breathe: old,
        emit=lambda _event: None,
    )
    other.attempt(Cause.START)
    bench.session.refresh()
    assert bench.shown().attempt == 2
    assert bench.words() == ("out of date", "out of date")


def test_a_build_on_request_looks_first_and_says_what_it_found(bench: Bench) -> None:
    bench.session.attempt(Cause.START)
    bench.tree.write("src/demo.py", "2")
    bench.tree.write("src/new.py", "1")
    bench.events.clear()
    looks = bench.tree.looks
    bench.session.attempt(Cause.REQUEST)
    assert bench.tree.looks == looks + 2, "before and after"
    begin = next(number for number, event in enumerate(bench.events) if isinstance(event, AttemptStarted))
    before, started = bench.events[:begin], bench.events[begin]
    assert isinstance(started, AttemptStarted)
    assert (started.paths, started.total, started.change) == (("src/demo.py", "src/new.py"), 2, 1)
    assert started.how == (How.MODIFIED, How.ADDED)
    assert [event for event in before if isinstance(event, ChangesSeen)] == bench.heard(ChangesSeen) != []
    shown = [event for event in before if isinstance(event, ArtifactStatus)]
    assert [(event.kind, event.status.words, event.behind) for event in shown] == [
        (SDIST, "out of date", 1),
        (WHEEL, "out of date", 1),
    ]


def test_a_build_for_a_change_looks_only_afterwards(bench: Bench) -> None:
    bench.session.attempt(Cause.START)
    bench.tree.write("src/demo.py", "2")
    bench.session.examine()
    looks = bench.tree.looks
    bench.session.attempt(Cause.CHANGE)
    assert bench.tree.looks == looks + 1


def test_what_is_about_to_be_published_has_no_size_and_no_hash_yet(bench: Bench) -> None:
    bench.session.hold(
        {SDIST: Record(target="a.tar.gz", attempt=1, outcome=Attempt.BUILDING, started=1.0, size=5, sha256="ab" * 32)}
    )
    assert (bench.shown().size, bench.shown().sha256) == (None, None)


def test_while_a_build_waits_for_the_lock_what_is_out_of_date_is_called_so(bench: Bench) -> None:
    bench.session.attempt(Cause.START)
    bench.tree.write("src/demo.py", "2")
    words: list[tuple[str, str]] = []

    def hear(event: Event) -> None:
        bench.events.append(event)
        if isinstance(event, LockAwaited):
            words.append(bench.words())
            session.cancel()

    session = Session(bench.root, bench.dist, Plan(), read_project=bench.read_project, look=bench.tree.look, emit=hear)
    session.begin()
    with OutputDirectory.open(bench.dist) as other, other.locked("other", lambda _holder: None):
        session.attempt(Cause.REQUEST)
    assert words == [("out of date", "out of date")]
