"""What stands at a final name is told by the disk: by its stat while nothing moved, by its content otherwise."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from atombuild import standing as module
from atombuild.ledger import Old, Record
from atombuild.publish import Identity
from atombuild.standing import Observer
from atombuild.status import Attempt, Standing

CONTENT = b"the whole artifact"
LATER = 10_000_000_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    artifact = tmp_path / "demo-1.0.tar.gz"
    artifact.write_bytes(CONTENT)
    return artifact


@pytest.fixture
def record(path: Path) -> Record:
    return Record(
        target=path.name,
        attempt=1,
        outcome=Attempt.SUCCEEDED,
        started=0.0,
        size=len(CONTENT),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        identity=Identity.of(path.lstat()),
    )


def test_the_published_file_is_this_build(path: Path, record: Record) -> None:
    assert Observer().standing(record, path) is Standing.THIS_BUILD


def test_a_deleted_file_is_nothing(path: Path, record: Record) -> None:
    path.unlink()
    assert Observer().standing(record, path) is Standing.NEVER
    assert Observer().standing(replace(record, old=Old.REMOVED), path) is Standing.OLD_REMOVED


def test_other_content_is_another_file(path: Path, record: Record) -> None:
    path.write_bytes(CONTENT.upper())
    assert Observer().standing(record, path) is Standing.OTHER


def test_a_touched_or_copied_back_file_is_still_this_build(path: Path, record: Record) -> None:
    observer = Observer()
    os.utime(path, (1, 1))
    assert observer.standing(record, path) is Standing.THIS_BUILD
    path.unlink()
    path.write_bytes(CONTENT)
    assert observer.standing(record, path) is Standing.THIS_BUILD


def test_a_link_or_a_folder_is_not_this_build_whatever_it_leads_to(path: Path, record: Record) -> None:
    path.rename(path.with_name("moved"))
    path.symlink_to("moved")
    assert Observer().standing(record, path) is Standing.OTHER
    path.unlink()
    path.mkdir()
    assert Observer().standing(record, path) is Standing.OTHER


def test_a_rewrite_within_the_clocks_tick_is_found_once_the_file_has_aged(path: Path, record: Record) -> None:
    now = path.lstat().st_mtime_ns
    observer = Observer(clock_ns=lambda: now)
    assert observer.standing(record, path) is Standing.THIS_BUILD
    # The same stat, other content: as a write within one tick leaves it.
    lying = replace(record, sha256=record.sha256, identity=None)
    path.write_bytes(CONTENT.upper())
    lying = replace(record, identity=Identity.of(path.lstat()))
    now += LATER
    assert observer.standing(lying, path) is Standing.OTHER


def test_an_aged_file_is_hashed_once_and_not_again(path: Path, record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[Path] = []
    real = module._sha256

    def recording(found: Path) -> str | None:
        hashed.append(found)
        return real(found)

    monkeypatch.setattr(module, "_sha256", recording)
    now = path.lstat().st_mtime_ns
    observer = Observer(clock_ns=lambda: now)
    for _ in range(5):
        assert observer.standing(record, path) is Standing.THIS_BUILD
    assert hashed == []
    now += LATER
    for _ in range(5):
        assert observer.standing(record, path) is Standing.THIS_BUILD
    assert hashed == [path]


@pytest.mark.parametrize("outcome", [Attempt.FAILED, Attempt.NOT_REACHED, Attempt.CANCELLED, Attempt.INTERRUPTED])
def test_after_an_attempt_without_success_the_old_file_and_another_are_told_apart(
    path: Path, record: Record, outcome: Attempt
) -> None:
    failed = replace(record, outcome=outcome, old=Old.KEPT, old_identity=Identity.of(path.lstat()))
    assert Observer().standing(failed, path) is Standing.OLD_KEPT
    path.write_bytes(b"somebody copied this here")
    assert Observer().standing(failed, path) is Standing.OTHER


def test_a_fifo_in_its_place_does_not_hold_us(path: Path, record: Record) -> None:
    path.unlink()
    os.mkfifo(path)
    assert Observer().standing(replace(record, size=0), path) is Standing.OTHER
    assert not Observer().is_what_was_meant(replace(record, size=0), path)


def test_what_an_interrupted_attempt_meant_to_publish_is_known_by_its_hash(path: Path, record: Record) -> None:
    building = replace(record, outcome=Attempt.BUILDING, identity=None)
    assert Observer().is_what_was_meant(building, path)
    path.write_bytes(CONTENT.upper())
    assert not Observer().is_what_was_meant(building, path)
    path.unlink()
    assert not Observer().is_what_was_meant(building, path)


@pytest.mark.parametrize("outcome", [Attempt.SUCCEEDED, Attempt.FAILED, Attempt.INTERRUPTED])
def test_where_the_system_refuses_a_look_nothing_is_said_of_what_is_there(
    record: Record, tmp_path: Path, outcome: Attempt
) -> None:
    beyond = tmp_path / ("a" * 300)  # ENAMETOOLONG, as EIO or EACCES, says nothing about what is there
    assert Observer().standing(replace(record, outcome=outcome), beyond) is Standing.UNSEEN
    assert not Observer().is_what_was_meant(record, beyond)


def test_below_a_file_there_is_nothing(record: Record, path: Path) -> None:
    assert Observer().standing(record, path / "below") is Standing.NEVER


@pytest.mark.parametrize("outcome", [Attempt.FAILED, Attempt.NOT_REACHED, Attempt.CANCELLED, Attempt.INTERRUPTED])
@pytest.mark.parametrize("old", [Old.UNSEEN, Old.KEPT])
def test_what_nobody_touched_since_before_the_attempt_is_the_old_one_on_whatever_device_it_comes_back(
    path: Path, record: Record, outcome: Attempt, old: Old
) -> None:
    found = path.lstat()
    written = max(found.st_ctime, found.st_mtime)
    elsewhere = replace(Identity.of(found), device=found.st_dev + 1)
    for identity in (None, elsewhere):
        failed = replace(record, outcome=outcome, old=old, old_identity=identity)
        assert Observer().standing(replace(failed, started=written + 1), path) is Standing.OLD_KEPT
        assert Observer().standing(replace(failed, started=written - 1), path) is Standing.OTHER


def test_after_a_removal_no_file_is_the_old_one(path: Path, record: Record) -> None:
    failed = replace(record, outcome=Attempt.FAILED, old=Old.REMOVED, started=path.lstat().st_ctime + 1)
    assert Observer().standing(failed, path) is Standing.OTHER
