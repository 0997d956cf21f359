"""One attempt: whatever happens, the records say it, and the output directory agrees."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from atombuild.builder import Order, Plan, Records, Result, run, was_built_here
from atombuild.errors import (
    Blame,
    Location,
    OutputUnusable,
    Problem,
    ProjectInvalid,
    ProjectMissing,
    SourceRejected,
    SourceUnreadable,
    WriteFailed,
)
from atombuild.events import (
    AttemptFinished,
    AttemptStarted,
    Cause,
    Failure,
    LockAwaited,
    Outcome,
    ProjectUnusable,
    StepStarted,
    Warned,
)
from atombuild.ledger import Old, Record
from atombuild.publish import LEDGER, LOCK, Identity, OutputDirectory
from atombuild.publish.names import temporary_name
from atombuild.publish.posix import PosixDirectory
from atombuild.standing import Observer
from atombuild.status import ArtifactKind, Attempt, Status
from atombuild.units import MOST
from atombuild.workbench import Workbench
from support.fakes import FakeContent, FakeListener, FakeProject
from support.projects import visible_files

SDIST, WHEEL = ArtifactKind
SDIST_NAME, WHEEL_NAME = "demo-1.0.tar.gz", "demo-1.0-py3-none-any.whl"
BOTH = sorted((SDIST_NAME, WHEEL_NAME))
REJECTED = SourceRejected("no module", hint="write one")


class Bench:
    """One project and output directory, and the attempts made there."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        self.root.mkdir()
        self.dist = self.root / "dist"
        self.listener = FakeListener()

    def attempt(
        self,
        project: FakeProject | Exception | Callable[[], FakeProject],
        plan: Plan | None = None,
        known: Records | None = None,
    ) -> Result:
        def read_project() -> FakeProject:
            if isinstance(project, Exception):
                raise project
            return project if isinstance(project, FakeProject) else project()

        order = Order(self.root, self.dist, plan or Plan(), Cause.START, known=known or {})
        return run(order, read_project, self.listener, Observer())

    def words(self, kind: ArtifactKind) -> str:
        record = self.listener.records[kind]
        path = self.dist / record.target if record.target else None
        return Status(record.outcome, Observer().standing(record, path)).words

    def both_words(self) -> tuple[str, str]:
        return self.words(SDIST), self.words(WHEEL)

    def heard(self, kind: type) -> list[object]:
        return [event for event in self.listener.events if isinstance(event, kind)]

    def ledger(self) -> dict[str, dict[str, object]]:
        plain = json.loads((self.dist / LEDGER).read_text())
        return plain["projects"][".."]["artifacts"]  # type: ignore[no-any-return]


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_success_leaves_both_artifacts_whole(bench: Bench) -> None:
    result = bench.attempt(FakeProject())
    assert result.outcome is Outcome.SUCCEEDED
    assert bench.both_words() == ("succeeded", "succeeded")
    assert (bench.dist / SDIST_NAME).read_bytes() == b"an sdist"
    assert (bench.dist / WHEEL_NAME).read_bytes() == b"a wheel"
    assert visible_files(bench.dist) == BOTH


def test_both_targets_are_gone_before_the_first_step(bench: Bench) -> None:
    bench.attempt(FakeProject())
    seen: list[list[str]] = []
    look: Callable[[], object] = lambda: seen.append(visible_files(bench.dist))  # noqa: E731
    bench.attempt(FakeProject(sdist_pieces=[look, b"an sdist"]))
    assert seen == [[]]


def test_a_failing_sdist_leaves_nothing_and_the_wheel_is_not_built(bench: Bench) -> None:
    bench.attempt(FakeProject())
    result = bench.attempt(FakeProject(sdist_pieces=[b"half", REJECTED]))
    assert result.outcome is Outcome.FAILED
    assert bench.both_words() == ("failed, old artifact removed", "not built, old artifact removed")
    assert visible_files(bench.dist) == []


def test_a_failing_wheel_leaves_the_sdist_of_the_same_attempt(bench: Bench) -> None:
    bench.attempt(FakeProject())
    bench.attempt(FakeProject(wheel_pieces=[b"half", REJECTED]))
    assert bench.both_words() == ("succeeded", "failed, old artifact removed")
    assert visible_files(bench.dist) == [SDIST_NAME]


def test_what_makes_the_whole_project_unbuildable_fails_both(bench: Bench) -> None:
    bench.attempt(FakeProject())
    bench.attempt(FakeProject(flaw=REJECTED))
    assert bench.both_words() == ("failed, old artifact removed", "failed, old artifact removed")
    (failure,) = bench.heard(Failure)
    assert isinstance(failure, Failure)
    assert failure.kind is None


def test_failing_over_nothing_says_that_there_never_was_one(bench: Bench) -> None:
    bench.attempt(FakeProject(flaw=REJECTED))
    assert bench.both_words() == ("failed, no old artifact", "failed, no old artifact")


def test_failing_over_a_failure_still_says_that_the_old_one_was_removed(bench: Bench) -> None:
    bench.attempt(FakeProject())
    bench.attempt(FakeProject(flaw=REJECTED))
    bench.attempt(FakeProject(flaw=REJECTED))
    assert bench.both_words() == ("failed, old artifact removed", "failed, old artifact removed")


def test_a_new_version_that_fails_had_no_old_artifact_and_leaves_the_other_version(bench: Bench) -> None:
    bench.attempt(FakeProject())
    bench.attempt(FakeProject(version="2.0", flaw=REJECTED))
    assert bench.both_words() == ("failed, no old artifact", "failed, no old artifact")
    assert visible_files(bench.dist) == BOTH


def test_a_pyproject_that_does_not_parse_removes_what_the_last_attempt_made(bench: Bench) -> None:
    bench.attempt(FakeProject())
    bench.attempt(ProjectInvalid((Problem("not TOML", "mend it", Location(bench.root / "pyproject.toml", 3, 1)),)))
    assert bench.both_words() == ("failed, old artifact removed", "failed, old artifact removed")
    assert visible_files(bench.dist) == []


def test_a_pyproject_that_never_parsed_fails_without_creating_anything(bench: Bench) -> None:
    result = bench.attempt(ProjectInvalid((Problem("not TOML", "mend it"),)))
    assert result.outcome is Outcome.FAILED
    assert bench.both_words() == ("failed, file name not known", "failed, file name not known")
    assert not bench.dist.exists()


def test_a_folder_without_a_project_is_no_attempt(bench: Bench) -> None:
    result = bench.attempt(ProjectMissing(bench.root, why="the folder holds no pyproject.toml"))
    assert result.outcome is None
    assert [type(event) for event in bench.listener.events] == [ProjectUnusable]
    assert not bench.dist.exists()


def test_a_project_that_lost_its_pyproject_is_a_failed_build(bench: Bench) -> None:
    bench.attempt(FakeProject())
    result = bench.attempt(ProjectMissing(bench.root, why="the folder holds no pyproject.toml"))
    assert result.outcome is Outcome.FAILED
    assert visible_files(bench.dist) == []


def test_cancelling_in_mid_build_removes_the_half_and_says_so(bench: Bench) -> None:
    bench.attempt(FakeProject())

    def cancel() -> None:
        bench.listener.cancelled = True

    result = bench.attempt(FakeProject(sdist_pieces=[b"half", cancel, b"other half"]))
    assert result.outcome is Outcome.CANCELLED
    assert bench.both_words() == ("cancelled, old artifact removed", "cancelled, old artifact removed")
    assert visible_files(bench.dist) == []
    assert not bench.heard(Failure), "a cancellation is no failure"


def test_a_target_that_is_a_folder_stops_the_build_before_it_starts(bench: Bench) -> None:
    bench.attempt(FakeProject())
    (bench.dist / SDIST_NAME).unlink()
    (bench.dist / SDIST_NAME).mkdir()
    bench.listener.events.clear()
    bench.attempt(FakeProject())
    assert bench.both_words() == ("failed, old artifact still there", "not built, old artifact removed")
    assert not bench.heard(StepStarted)
    assert (bench.dist / SDIST_NAME).is_dir()


@pytest.mark.parametrize("kind", ["file", "link"])
def test_an_output_directory_that_is_none_fails_with_the_systems_words(bench: Bench, kind: str) -> None:
    bench.dist.write_text("mine") if kind == "file" else bench.dist.symlink_to(bench.root)
    result = bench.attempt(FakeProject())
    assert result.outcome is Outcome.FAILED
    assert result.reports[0].blame is Blame.MACHINE
    assert bench.both_words() == ("failed, no old artifact", "failed, no old artifact")
    assert bench.dist.read_text() == "mine" if kind == "file" else bench.dist.is_symlink()


def test_an_output_directory_that_can_not_be_written_leaves_the_old_artifacts_and_says_so(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.attempt(FakeProject())
    real_open, real_unlink = os.open, os.unlink

    def read_only_open(path: object, flags: int, *args: object, **kwargs: object) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR):
            raise OSError(errno.EROFS, "Read-only file system")
        return real_open(path, flags, *args, **kwargs)  # type: ignore[arg-type]

    def read_only_unlink(*_args: object, **_kwargs: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(os, "open", read_only_open)
    monkeypatch.setattr(os, "unlink", read_only_unlink)
    result = bench.attempt(FakeProject())
    monkeypatch.setattr(os, "open", real_open)
    monkeypatch.setattr(os, "unlink", real_unlink)
    assert result.outcome is Outcome.FAILED
    assert "read-only" in result.reports[0].hint
    assert bench.both_words() == ("failed, old artifact still there", "failed, old artifact still there")
    assert visible_files(bench.dist) == BOTH


def test_a_full_disk_at_the_start_still_removes_the_old_artifacts(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.attempt(FakeProject())

    def full(*_args: object, **_kwargs: object) -> None:
        raise OutputUnusable(bench.dist, OSError(errno.ENOSPC, "No space left on device"))

    monkeypatch.setattr(OutputDirectory, "replace", full)
    result = bench.attempt(FakeProject())
    assert result.outcome is Outcome.FAILED
    assert visible_files(bench.dist) == []
    assert bench.both_words() == ("failed, old artifact removed", "failed, old artifact removed")
    assert any("record of this build" in event.what for event in bench.heard(Warned) if isinstance(event, Warned)) or (
        result.reports[0].why == ("No space left on device (ENOSPC)",)
    )


@pytest.mark.parametrize("kept_in_files", [True, False])
def test_a_full_disk_is_tried_again_once_what_old_artifacts_still_take_is_given_up(
    bench: Bench, *, kept_in_files: bool
) -> None:
    full = [True]

    def write() -> None:
        if full and full.pop():
            raise WriteFailed(bench.dist / SDIST_NAME, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))

    project = FakeProject(sdist_pieces=[b"an ", write, b"sdist"], kept_in_files=kept_in_files)
    result = bench.attempt(project)
    assert result.outcome is (Outcome.SUCCEEDED if kept_in_files else Outcome.FAILED)
    assert visible_files(bench.dist) == (BOTH if kept_in_files else [])


def test_another_refusal_of_the_disk_is_not_tried_again(bench: Bench) -> None:
    refusals = [WriteFailed(bench.dist / SDIST_NAME, OSError(errno.EIO, os.strerror(errno.EIO)))]
    project = FakeProject(sdist_pieces=[b"an ", *refusals], kept_in_files=True)
    assert bench.attempt(project).outcome is Outcome.FAILED
    assert project.kept_in_files


@pytest.mark.parametrize("stays", [True, False])
def test_where_an_open_file_can_not_be_removed_none_stays_open(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, *, stays: bool
) -> None:
    monkeypatch.setattr(OutputDirectory, "open_files_stay", stays)
    project = FakeProject(kept_in_files=True)
    bench.attempt(project)
    assert project.kept_in_files != stays


def test_a_bug_in_a_step_is_told_apart_and_leaves_no_half(bench: Bench) -> None:
    bench.attempt(FakeProject())
    result = bench.attempt(FakeProject(sdist_pieces=[b"half", ZeroDivisionError("oops")]))
    assert result.reports[0].blame is Blame.BUG
    assert result.reports[0].why == ("ZeroDivisionError: oops",)
    assert bench.both_words() == ("failed, old artifact removed", "not built, old artifact removed")
    assert visible_files(bench.dist) == []


def test_a_bug_before_any_step_is_reported_too(bench: Bench) -> None:
    result = bench.attempt(RuntimeError("read badly"))
    assert result.outcome is Outcome.FAILED
    assert result.reports[0].blame is Blame.BUG


def killed(bench: Bench, project: FakeProject) -> None:
    """Make an attempt that dies as a killed process does: nothing after the point of death is done."""
    with pytest.raises(KeyboardInterrupt):
        bench.attempt(project)


def die() -> None:
    raise KeyboardInterrupt  # no Exception: nobody catches it and cleans up its records


def test_an_attempt_cut_off_while_writing_is_interrupted_at_the_next_start(bench: Bench) -> None:
    bench.attempt(FakeProject())
    killed(bench, FakeProject(sdist_pieces=[b"half", die]))
    (bench.dist / temporary_name()).write_bytes(b"left by a kill on a file system without nameless files")
    bench.listener.history.clear()
    bench.attempt(FakeProject())
    found = bench.listener.history[0]
    assert {record.outcome for record in found.values()} == {Attempt.INTERRUPTED}
    assert {record.old for record in found.values()} == {Old.REMOVED}
    assert bench.both_words() == ("succeeded", "succeeded")
    assert not list(bench.dist.glob(".atombuild-*.tmp"))


def test_an_interruption_is_told_once(bench: Bench) -> None:
    killed(bench, FakeProject(sdist_pieces=[die]))
    bench.attempt(ProjectInvalid((Problem("not TOML", "mend it"),)))
    bench.listener.history.clear()
    bench.attempt(FakeProject())
    assert Attempt.INTERRUPTED not in {record.outcome for record in bench.listener.history[0].values()}


def test_an_attempt_cut_off_between_rename_and_record_did_succeed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = OutputDirectory.replace
    writes = 0

    def die_after_rename(self: OutputDirectory, name: str, data: bytes) -> None:
        nonlocal writes
        writes += 1
        if (self.path / SDIST_NAME).exists():
            raise KeyboardInterrupt
        real(self, name, data)

    with monkeypatch.context() as patched:
        patched.setattr(OutputDirectory, "replace", die_after_rename)
        killed(bench, FakeProject())
    assert writes
    assert bench.ledger()["sdist"]["outcome"] == "building"
    bench.listener.history.clear()
    bench.attempt(FakeProject())
    found = bench.listener.history[0]
    assert (found[SDIST].outcome, found[WHEEL].outcome) == (Attempt.SUCCEEDED, Attempt.INTERRUPTED)


def test_an_attempt_cut_off_before_the_removal_says_that_the_old_one_is_there(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.attempt(FakeProject())

    def die_before(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(OutputDirectory, "remove", die_before)
        killed(bench, FakeProject())
    bench.listener.history.clear()
    observer = Observer()
    bench.attempt(FakeProject(sdist_pieces=[lambda: None]))
    record: Record = bench.listener.history[0][SDIST]
    assert record.outcome is Attempt.INTERRUPTED
    assert record.old_identity is not None
    assert observer.standing(record, bench.dist / "gone").value == "nothing, the old one was removed"


def test_a_damaged_ledger_is_set_aside_with_a_warning(bench: Bench) -> None:
    bench.attempt(FakeProject())
    (bench.dist / LEDGER).write_bytes(b"\0\0\0")
    result = bench.attempt(FakeProject())
    assert result.outcome is Outcome.SUCCEEDED
    (warning,) = bench.heard(Warned)
    assert isinstance(warning, Warned)
    assert "can't be trusted" in warning.what
    assert (bench.dist / f"{LEDGER}.damaged").read_bytes() == b"\0\0\0"
    assert bench.ledger()["sdist"]["outcome"] == "succeeded"


def test_a_damaged_ledger_that_can_not_be_moved_away_spares_no_old_artifact(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.attempt(FakeProject())
    (bench.dist / LEDGER).write_bytes(b"{")

    def refuse(*_args: object) -> None:
        raise OutputUnusable(bench.dist, OSError(errno.EPERM, "Operation not permitted"))

    monkeypatch.setattr(OutputDirectory, "set_aside", refuse)
    bench.attempt(FakeProject(flaw=REJECTED))
    assert visible_files(bench.dist) == []
    (warning,) = bench.heard(Warned)
    assert isinstance(warning, Warned)
    assert warning.what.endswith("nor moved out of the way (Operation not permitted (EPERM))")


BROKEN = ProjectInvalid((Problem("not TOML", "mend it"),))


@pytest.mark.parametrize("harm", ["deleted", "damaged"])
@pytest.mark.parametrize("flaw", [BROKEN, ProjectMissing(Path("demo"), why="gone")], ids=["broken", "gone"])
def test_what_the_session_knows_falls_even_when_the_ledger_was_lost(bench: Bench, harm: str, flaw: Exception) -> None:
    bench.attempt(FakeProject())
    if harm == "deleted":
        (bench.dist / LEDGER).unlink()
    else:
        (bench.dist / LEDGER).write_bytes(b"{")
    result = bench.attempt(flaw, known=bench.listener.records)
    assert result.outcome is Outcome.FAILED
    assert bench.both_words() == ("failed, old artifact removed", "failed, old artifact removed")
    assert visible_files(bench.dist) == []
    if isinstance(flaw, ProjectMissing) and harm == "deleted":
        assert not (bench.dist / LEDGER).exists(), "a folder that somebody removes gets no new file"
    else:
        assert bench.ledger()["sdist"]["attempt"] == 2


def test_a_project_that_was_built_here_is_to_be_put_back_and_not_to_be_looked_for_elsewhere(bench: Bench) -> None:
    gone = ProjectMissing(bench.root, why="the folder holds no pyproject.toml")
    assert "go to the folder" in bench.attempt(gone).reports[0].hint
    bench.attempt(FakeProject())
    result = bench.attempt(gone, known=bench.listener.records)
    assert [report.hint for report in result.reports] == ["put it back: it was built here before"]


@pytest.mark.parametrize("left", [LEDGER, LOCK, SDIST_NAME])
def test_where_a_project_is_being_removed_what_it_made_falls_and_nothing_is_written(bench: Bench, left: str) -> None:
    bench.attempt(FakeProject())
    for path in bench.dist.iterdir():
        if path.name != left:
            path.unlink()
    before = snapshot(bench.dist)
    result = bench.attempt(ProjectMissing(bench.root, why="gone"), known=bench.listener.records)
    assert result.outcome is Outcome.FAILED
    assert snapshot(bench.dist) == {name: data for name, data in before.items() if name != SDIST_NAME}


def test_a_project_that_goes_while_its_output_directory_is_made_gets_none(bench: Bench) -> None:
    readings: Iterator[FakeProject | Exception] = iter([FakeProject(), ProjectMissing(bench.root, why="gone")])

    def read() -> FakeProject:
        found = next(readings)
        if isinstance(found, Exception):
            assert bench.dist.is_dir()
            raise found
        return found

    result = bench.attempt(read)
    assert result.outcome is None
    assert not bench.dist.exists()


def test_one_that_was_built_before_gets_none_either_and_its_build_failed(bench: Bench) -> None:
    bench.attempt(FakeProject())
    shutil.rmtree(bench.root)
    gone = ProjectMissing(bench.root, why="gone")
    readings: Iterator[FakeProject | Exception] = iter([FakeProject(), gone, gone, gone])

    def read() -> FakeProject:
        found = next(readings)
        if isinstance(found, Exception):
            raise found
        return found

    result = bench.attempt(read, known=bench.listener.records)
    assert result.outcome is Outcome.FAILED
    assert not bench.root.exists()


def test_a_build_whose_directory_is_emptied_meanwhile_puts_nothing_into_it(bench: Bench) -> None:
    def empty() -> None:
        for path in bench.dist.iterdir():
            path.unlink()

    result = bench.attempt(FakeProject(sdist_pieces=[b"an ", empty, b"sdist"]))
    assert result.outcome is Outcome.FAILED
    assert snapshot(bench.dist) == {}


def test_artifacts_that_nobody_knows_are_left_and_named(bench: Bench) -> None:
    bench.attempt(FakeProject())
    (bench.dist / LEDGER).write_bytes(b"{")
    bench.attempt(BROKEN)
    assert bench.both_words() == ("failed, file name not known", "failed, file name not known")
    assert visible_files(bench.dist) == BOTH
    warnings = [event.what for event in bench.heard(Warned) if isinstance(event, Warned)]
    assert "can't be trusted" in warnings[0]
    assert warnings[1] == f"{bench.dist} holds {', '.join(BOTH)}: whether this project made them can't be told"


def test_a_flaw_is_told_and_not_that_the_output_directory_was_removed(bench: Bench) -> None:
    bench.attempt(FakeProject())
    shutil.rmtree(bench.dist)
    result = bench.attempt(BROKEN, known=bench.listener.records)
    assert result.reports == BROKEN.reports()
    assert bench.both_words() == ("failed, no old artifact", "failed, no old artifact")
    assert not bench.dist.exists()


def test_an_output_directory_that_can_not_be_read_is_no_empty_one(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.attempt(FakeProject())

    def refuse(_path: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("atombuild.publish.directory.open_directory", refuse)
    with pytest.raises(OutputUnusable):
        was_built_here(bench.root, bench.dist, (SDIST, WHEEL))
    assert bench.attempt(BROKEN).reports[0].why == ("Permission denied (EACCES)",)


def test_an_old_artifact_that_could_not_even_be_looked_at_is_still_the_old_one(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.attempt(FakeProject())
    looks = iter([True, True, False])  # two to find the old artifacts; the third is about to remove one

    class FailingDisk(PosixDirectory):
        def lstat(self, name: str) -> os.stat_result:
            if name in (SDIST_NAME, WHEEL_NAME) and not next(looks, True):
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return super().lstat(name)

    monkeypatch.setattr("atombuild.publish.directory.open_directory", FailingDisk)
    bench.attempt(FakeProject(), known=bench.listener.records)
    assert bench.words(SDIST) == "failed, old artifact still there"


@pytest.mark.parametrize(
    ("place", "unread"), [("src/gone.py", "src/gone.py"), ("dist/.private/out/sdist.tar.gz", None)]
)
def test_only_what_is_a_source_of_the_project_is_missed_as_one(bench: Bench, place: str, unread: str | None) -> None:
    refusal = SourceUnreadable(bench.root / place, OSError(errno.EIO, os.strerror(errno.EIO)))
    assert bench.attempt(FakeProject(sdist_pieces=[refusal])).unread == unread


def test_a_failure_that_reached_no_ledger_is_newer_than_what_the_ledger_says(bench: Bench) -> None:
    bench.attempt(FakeProject())
    older = dict(bench.listener.records)
    bench.dist.rename(bench.root / "away")
    bench.dist.write_text("a file")
    bench.attempt(FakeProject(), known=older)
    failed = bench.listener.records[SDIST]
    assert (failed.outcome, failed.attempt) == (Attempt.FAILED, 2)
    assert failed.is_newer_than(older[SDIST])
    assert not older[SDIST].is_newer_than(failed)


def test_a_record_of_a_new_ledger_is_newer_though_its_number_is_lower() -> None:
    before = Record(target=None, attempt=9, outcome=Attempt.FAILED, started=100.0)
    after = Record(target=None, attempt=1, outcome=Attempt.FAILED, started=200.0)
    assert after.is_newer_than(before)


def test_a_bug_in_the_check_of_the_project_is_a_failure_in_the_ledger_too(bench: Bench) -> None:
    bench.attempt(FakeProject())
    result = bench.attempt(FakeProject(flaw=ZeroDivisionError("oops")))
    assert result.reports[0].blame is Blame.BUG
    assert bench.both_words() == ("failed, old artifact removed", "failed, old artifact removed")
    assert bench.ledger()["wheel"]["outcome"] == "failed"


def test_a_bug_while_reading_the_project_leaves_no_old_artifact(bench: Bench) -> None:
    bench.attempt(FakeProject())
    result = bench.attempt(RecursionError("too deep"))
    assert result.reports[0].blame is Blame.BUG
    assert visible_files(bench.dist) == []


def test_the_result_names_the_ledger_that_holds_it(bench: Bench) -> None:
    written = bench.attempt(FakeProject()).ledger
    assert written == Identity.of((bench.dist / LEDGER).lstat())
    bench.listener.cancelled = True
    assert bench.attempt(FakeProject()).ledger is None


def test_a_second_builder_waits_says_for_whom_and_reads_the_project_anew(bench: Bench) -> None:
    versions = iter(["1.0", "2.0"])
    with OutputDirectory.open(bench.dist) as other:
        lock = other.locked("other", lambda _holder: None)
        lock.__enter__()
        bench.listener.on_lock_pause = lambda: lock.__exit__(None, None, None)
        bench.attempt(lambda: FakeProject(version=next(versions)))
    (awaited,) = bench.heard(LockAwaited)
    assert isinstance(awaited, LockAwaited)
    assert f"process {os.getpid()}" in awaited.holder
    assert visible_files(bench.dist) == ["demo-2.0-py3-none-any.whl", "demo-2.0.tar.gz"]


def test_giving_up_while_waiting_changes_nothing(bench: Bench) -> None:
    bench.attempt(FakeProject())

    def give_up() -> None:
        bench.listener.cancelled = True

    bench.listener.on_lock_pause = give_up
    with OutputDirectory.open(bench.dist) as other, other.locked("other", lambda _holder: None):
        result = bench.attempt(FakeProject())
    assert len(bench.heard(LockAwaited)) == 1
    assert result.outcome is Outcome.CANCELLED
    assert bench.both_words() == ("succeeded", "succeeded")
    assert visible_files(bench.dist) == BOTH


def test_attempts_are_counted_across_projects_restarts_and_failures(bench: Bench) -> None:
    bench.attempt(FakeProject())
    bench.attempt(FakeProject(flaw=REJECTED))
    bench.attempt(FakeProject(), Plan.chosen(sdist=True, wheel=False))
    numbers = [event.attempt for event in bench.heard(AttemptStarted) if isinstance(event, AttemptStarted)]
    assert numbers == [1, 2, 3]
    assert len(bench.heard(AttemptFinished)) == 3


def test_the_count_of_attempts_ends_where_the_ledger_would_not_be_believed_any_more(bench: Bench) -> None:
    bench.attempt(FakeProject())
    file = bench.dist / LEDGER
    file.write_text(file.read_text().replace('"attempt": 1', f'"attempt": {MOST}'))
    for _ in range(2):
        assert bench.attempt(FakeProject()).outcome is Outcome.SUCCEEDED
    assert bench.heard(Warned) == []
    assert bench.both_words() == ("succeeded", "succeeded")


def test_an_attempt_at_one_artifact_leaves_the_other_alone(bench: Bench) -> None:
    bench.attempt(FakeProject())
    bench.attempt(FakeProject(flaw=REJECTED), Plan.chosen(sdist=True, wheel=False))
    assert bench.both_words() == ("failed, old artifact removed", "succeeded")
    assert visible_files(bench.dist) == [WHEEL_NAME]


def test_the_size_before_and_the_usual_duration_survive_a_failure(bench: Bench) -> None:
    bench.attempt(FakeProject())
    bench.attempt(FakeProject(flaw=REJECTED))
    bench.attempt(FakeProject(sdist_pieces=[b"a longer sdist"]))
    record = bench.listener.records[SDIST]
    assert record.previous_size == len(b"an sdist")
    assert record.size == len(b"a longer sdist")
    assert len(record.durations) == 2
    assert record.usual_seconds is not None


def test_a_directory_swapped_in_mid_build_is_told(bench: Bench) -> None:
    def swap() -> None:
        bench.dist.rename(bench.root / "moved")
        bench.dist.mkdir()

    result = bench.attempt(FakeProject(wheel_pieces=[b"a wheel", swap]))
    assert result.outcome is Outcome.FAILED
    assert result.reports[0].why == ("another folder took its place during the build",)
    assert visible_files(bench.dist) == []
    assert bench.both_words() == ("deleted since built", "failed, no old artifact")
    assert visible_files(bench.root / "moved") == [SDIST_NAME]


@pytest.mark.parametrize(
    ("sdist", "wheel", "kinds", "from_sdist"),
    [
        (False, False, (SDIST, WHEEL), True),
        (True, False, (SDIST,), False),
        (False, True, (WHEEL,), False),
        (True, True, (SDIST, WHEEL), False),
    ],
)
def test_plans_are_those_of_uv_build(
    sdist: bool, wheel: bool, kinds: tuple[ArtifactKind, ...], from_sdist: bool
) -> None:
    plan = Plan.chosen(sdist=sdist, wheel=wheel)
    assert (plan.kinds, plan.wheel_from_sdist) == (kinds, from_sdist)


class Late(FakeProject):
    """A project whose version only its backend knows: it says it when it is checked, or when it has built something."""

    says = True
    """Whether the check tells it."""

    known = False

    def outdates(self, kind: ArtifactKind, names: tuple[str, ...], remembered: str | None) -> tuple[str, ...] | None:
        if self.known:
            return (self.target(kind),)
        return None

    def check(self, kinds: tuple[ArtifactKind, ...], bench: Workbench) -> None:
        self.known = self.says
        super().check(kinds, bench)

    def sdist(self, bench: Workbench) -> FakeContent:
        content = super().sdist(bench)
        self.known = True
        return content

    def settle(self, bench: Workbench, *, may_build: bool) -> None:
        self.known, self.version = True, "1.0"  # of the last attempt


class Silent(Late):
    says = False


def test_a_name_that_is_known_late_is_written_down_before_anything_falls(bench: Bench) -> None:
    bench.attempt(FakeProject())
    bench.attempt(Late(version="2.0", sdist_pieces=[REJECTED]))
    assert bench.both_words() == ("failed, no old artifact", "not built")
    assert [bench.listener.records[kind].target for kind in ArtifactKind] == [
        "demo-2.0.tar.gz",
        "demo-2.0-py3-none-any.whl",
    ]
    assert visible_files(bench.dist) == BOTH


def test_until_something_is_built_nothing_falls_and_then_only_what_is_of_that_version(bench: Bench) -> None:
    bench.attempt(FakeProject())
    bench.attempt(FakeProject(version="2.0"))
    seen: list[list[str]] = []
    look: Callable[[], object] = lambda: seen.append(visible_files(bench.dist))  # noqa: E731
    bench.attempt(Silent(version="2.0", sdist_pieces=[look, REJECTED]))
    assert seen == [BOTH], "its version was known when it had been built, and before it was published"
    assert bench.both_words() == ("failed, old artifact removed", "not built, old artifact removed")
    assert visible_files(bench.dist) == BOTH


@pytest.mark.parametrize("project", [Late(version="2.0", flaw=REJECTED), Silent(version="2.0", flaw=REJECTED)])
def test_what_fails_before_it_is_known_was_for_what_the_attempt_before_was_for(bench: Bench, project: Late) -> None:
    bench.attempt(FakeProject())
    project.says = False
    bench.attempt(project)
    assert bench.both_words() == ("failed, old artifact removed", "failed, old artifact removed")
    assert visible_files(bench.dist) == []


def test_a_directory_that_is_refused_leaves_the_name_of_before(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.attempt(FakeProject())
    known = dict(bench.listener.records)

    def refuse(_path: Path) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    with monkeypatch.context() as patched:
        patched.setattr("atombuild.publish.directory.open_directory", refuse)
        bench.attempt(Late(version="2.0"), known=known)
    assert bench.both_words() == ("failed, old artifact still there", "failed, old artifact still there")
    assert bench.listener.records[SDIST].target == SDIST_NAME


def test_cut_off_before_it_is_known_the_name_of_before_is_found_again(bench: Bench) -> None:
    bench.attempt(FakeProject())
    killed(bench, Late(version="2.0", flaw=KeyboardInterrupt()))
    records = bench.ledger()
    assert (records["sdist"]["target"], records["sdist"]["former"]) == (None, SDIST_NAME)
    bench.listener.history.clear()
    bench.attempt(Late(version="2.0"))
    found: Record = bench.listener.history[0][SDIST]
    assert (found.outcome, found.target) == (Attempt.INTERRUPTED, SDIST_NAME)
    assert visible_files(bench.dist) == sorted([*BOTH, "demo-2.0.tar.gz", "demo-2.0-py3-none-any.whl"])


def test_an_old_artifact_that_can_not_fall_after_a_failure_is_told_and_is_not_why_it_failed(bench: Bench) -> None:
    bench.attempt(FakeProject())
    (bench.dist / SDIST_NAME).unlink()
    (bench.dist / SDIST_NAME).mkdir()
    bench.attempt(Silent(version="2.0", flaw=REJECTED))
    assert bench.both_words() == ("failed, old artifact still there", "failed, old artifact removed")
    (failure,) = bench.heard(Failure)
    assert isinstance(failure, Failure)
    assert failure.reports == REJECTED.reports()
    assert [event for event in bench.heard(Warned) if isinstance(event, Warned) and SDIST_NAME in event.what]
    assert visible_files(bench.dist) == [SDIST_NAME]


def test_a_late_name_whose_old_file_can_not_fall_fails_the_build(bench: Bench) -> None:
    bench.attempt(FakeProject(version="2.0"))
    (bench.dist / "demo-2.0-py3-none-any.whl").unlink()
    (bench.dist / "demo-2.0-py3-none-any.whl").mkdir()
    bench.attempt(Silent(version="2.0"))
    assert bench.both_words() == ("failed, old artifact removed", "not built, old artifact still there")
    assert visible_files(bench.dist) == ["demo-2.0-py3-none-any.whl"]


@pytest.mark.parametrize("project", [Late, Silent])
def test_old_artifacts_named_late_fall_though_the_ledger_finds_no_room_before(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, project: type[Late]
) -> None:
    bench.attempt(FakeProject(version="2.0"))
    real = OutputDirectory.replace

    def full(directory: OutputDirectory, name: str, data: bytes) -> None:
        plain = json.loads(data)["projects"][".."]["artifacts"]
        if plain["sdist"]["target"] and (bench.dist / "demo-2.0.tar.gz").exists():
            raise OutputUnusable(bench.dist, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
        real(directory, name, data)

    with monkeypatch.context() as patched:
        patched.setattr(OutputDirectory, "replace", full)
        seen: list[list[str]] = []
        bench.attempt(project(version="2.0", wheel_pieces=[lambda: seen.append(visible_files(bench.dist)), REJECTED]))
    assert seen == [["demo-2.0.tar.gz"]]
    assert bench.both_words()[1] == "failed, old artifact removed"
