"""The ledger survives restarts, and is never trusted further than it can be."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atombuild.errors import OutputUnusable
from atombuild.ledger import (
    Ledger,
    LedgerDamaged,
    Old,
    ProjectRecords,
    Record,
    read_ledger,
    set_ledger_aside,
    write_ledger,
)
from atombuild.publish import LEDGER, Identity, OutputDirectory
from atombuild.status import ArtifactKind, Attempt
from atombuild.units import END_OF_TIME, MOST

RECORD = Record(
    target="demo-1.0.tar.gz",
    attempt=3,
    outcome=Attempt.SUCCEEDED,
    started=1000.5,
    former="demo-0.9.tar.gz",
    old=Old.REMOVED,
    old_identity=Identity(1, 2, 3, 4, 5),
    ended=1001.0,
    seconds=0.25,
    size=1234,
    sha256="ab" * 32,
    identity=Identity(1, 20, 1234, 40, 50),
    previous_size=1200,
    fingerprint="cd" * 32,
    durations=(0.25, 0.5),
)


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[OutputDirectory]:
    with OutputDirectory.open(tmp_path / "dist") as opened:
        yield opened


def written(directory: OutputDirectory, root: Path, record: Record = RECORD) -> Ledger:
    records = ProjectRecords(attempt=3).with_records({ArtifactKind.SDIST: record})
    ledger = Ledger().with_project(root, directory.path, records)
    write_ledger(directory, ledger)
    return ledger


def test_what_is_written_is_read_again(directory: OutputDirectory, tmp_path: Path) -> None:
    ledger = written(directory, tmp_path)
    assert read_ledger(directory) == ledger
    assert read_ledger(directory).of(tmp_path, directory.path).artifacts[ArtifactKind.SDIST] == RECORD


def test_no_ledger_is_an_empty_one(directory: OutputDirectory) -> None:
    assert read_ledger(directory) == Ledger()


def test_it_is_hidden(directory: OutputDirectory, tmp_path: Path) -> None:
    written(directory, tmp_path)
    assert all(path.name.startswith(".") for path in directory.path.iterdir())


def test_projects_that_share_a_directory_do_not_see_each_other(directory: OutputDirectory, tmp_path: Path) -> None:
    written(directory, tmp_path / "one")
    assert read_ledger(directory).of(tmp_path / "other", directory.path) == ProjectRecords()


def test_moving_project_and_output_together_loses_nothing(directory: OutputDirectory, tmp_path: Path) -> None:
    written(directory, tmp_path)
    elsewhere = Path("/somewhere/else")
    assert read_ledger(directory).of(elsewhere, elsewhere / "dist").attempt == 3


def test_the_usual_duration_is_the_mean_of_the_remembered_ones() -> None:
    assert RECORD.usual_seconds == 0.375
    assert Record(target=None, attempt=1, outcome=Attempt.FAILED, started=0).usual_seconds is None


def change(**facts: object) -> Any:
    def apply(plain: dict[str, Any]) -> None:
        plain["projects"][".."]["artifacts"]["sdist"].update(facts)

    return apply


@pytest.mark.parametrize(
    "damage",
    [
        change(target="../../etc/passwd"),
        change(target="notes.txt"),
        change(target="demo-1.0-py3-none-any.whl"),
        change(target=".gitignore"),
        change(target=7),
        change(target="\ud800.tar.gz"),
        change(size=2**63),
        change(previous_size=10**400),
        change(attempt=10**4299),
        change(attempt=-1),
        change(started=2.0**40),
        change(started=10**400),
        lambda plain: plain["projects"][".."].update(attempt=10**4299),
        change(outcome="splendid"),
        change(started="yesterday"),
        change(started=float("inf")),
        change(started=-1),
        change(identity=[1, 2, 3]),
        change(identity=[1, 2, 3, 4, "5"]),
        change(size="large"),
        change(size=True),
        change(durations=None),
        change(old="eaten"),
        lambda plain: plain.update(format=2),
        lambda plain: plain.update(projects=[]),
        lambda plain: plain["projects"].update({"x": None}),
        lambda plain: plain["projects"][".."]["artifacts"].update({"egg": {}}),
        lambda plain: plain["projects"][".."]["artifacts"]["sdist"].pop("attempt"),
        lambda plain: plain.clear(),
    ],
)
def test_a_ledger_with_a_wrong_value_is_damaged(directory: OutputDirectory, tmp_path: Path, damage: Any) -> None:
    written(directory, tmp_path)
    path = directory.path / LEDGER
    plain = json.loads(path.read_text())
    damage(plain)
    path.write_text(json.dumps(plain))
    with pytest.raises(LedgerDamaged):
        read_ledger(directory)


@pytest.mark.parametrize("data", [b"", b"\0" * 4096, b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000])
def test_a_file_that_is_no_ledger_is_damaged(directory: OutputDirectory, data: bytes) -> None:
    (directory.path / LEDGER).write_bytes(data)
    with pytest.raises(LedgerDamaged):
        read_ledger(directory)


def test_a_folder_under_its_name_is_damaged_and_can_be_set_aside(directory: OutputDirectory) -> None:
    (directory.path / LEDGER).mkdir()
    with pytest.raises(LedgerDamaged):
        read_ledger(directory)
    name = set_ledger_aside(directory)
    assert read_ledger(directory) == Ledger()
    assert (directory.path / name).is_dir()


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda plain: plain.update(format=2), "ValueError: format 2, this version reads 1"),
        (change(size="large"), "TypeError: 'large' where a whole number belongs"),
        (change(sha256=7), "TypeError: 7 where str belongs"),
        (change(started="now"), "TypeError: 'now' where a number belongs"),
        (change(target="notes.txt"), "ValueError: 'notes.txt' is no name of sdist"),
        (change(started=-1), "ValueError: no time is so late, or below zero"),
        (change(ended=END_OF_TIME), "ValueError: no time is so late, or below zero"),
        (change(size=MOST + 1), "ValueError: no count has so many digits, or is below zero"),
        (change(previous_size=-1), "ValueError: no count has so many digits, or is below zero"),
        (lambda plain: plain.pop("format"), "KeyError: 'format'"),
    ],
)
def test_it_is_said_what_is_wrong_with_it(directory: OutputDirectory, tmp_path: Path, damage: Any, words: str) -> None:
    written(directory, tmp_path)
    path = directory.path / LEDGER
    plain = json.loads(path.read_text())
    damage(plain)
    path.write_text(json.dumps(plain))
    with pytest.raises(LedgerDamaged) as caught:
        read_ledger(directory)
    assert str(caught.value) == words


def test_the_first_second_is_a_time_and_none_and_most_are_counts(directory: OutputDirectory, tmp_path: Path) -> None:
    record = replace(RECORD, started=0, ended=1001, seconds=0.0, size=0, previous_size=MOST)
    written(directory, tmp_path, record)
    assert read_ledger(directory).of(tmp_path, directory.path).artifacts[ArtifactKind.SDIST] == record


def test_a_record_without_what_is_optional_is_read_again(directory: OutputDirectory, tmp_path: Path) -> None:
    record = Record(target=None, attempt=1, outcome=Attempt.FAILED, started=5.0)
    written(directory, tmp_path, record)
    assert read_ledger(directory).of(tmp_path, directory.path).artifacts[ArtifactKind.SDIST] == record


def test_the_last_ten_durations_are_remembered_to_a_tenth_of_a_millisecond(
    directory: OutputDirectory, tmp_path: Path
) -> None:
    written(directory, tmp_path, replace(RECORD, durations=tuple(number + 0.123456 for number in range(12))))
    read = read_ledger(directory).of(tmp_path, directory.path).artifacts[ArtifactKind.SDIST]
    assert read.durations == tuple(number + 0.1235 for number in range(2, 12))


def test_a_project_whose_path_is_no_utf8_has_its_records_too(directory: OutputDirectory, tmp_path: Path) -> None:
    root = tmp_path / os.fsdecode(b"caf\xe9")
    written(directory, root)
    assert read_ledger(directory).of(root, directory.path).attempt == 3


def failing(directory: OutputDirectory, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    written(directory, directory.path.parent)

    def fail(*_args: object, **_kwargs: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", fail)


def test_a_ledger_that_the_disk_refuses_is_damaged(directory: OutputDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(directory, monkeypatch, errno.EIO)
    with pytest.raises(LedgerDamaged, match=r"^OSError: .*Input/output error"):
        read_ledger(directory)


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.ENOMEM])
def test_a_good_ledger_is_not_to_blame_for_what_we_lack_ourselves(
    directory: OutputDirectory, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    failing(directory, monkeypatch, number)
    with pytest.raises(OutputUnusable) as caught:
        read_ledger(directory)
    assert (caught.value.path, caught.value.reason.errno) == (directory.path, number)


@pytest.mark.parametrize(
    ("attempt", "started", "newer"),
    [
        (4, 1000.5, True),
        (3, 1000.6, True),
        (3, 1000.5, False),
        (2, 1000.6, True),
        (4, 1000.4, True),
        (2, 1000.4, False),
    ],
)
def test_a_later_attempt_has_a_higher_number_or_began_later(attempt: int, started: float, newer: bool) -> None:
    assert replace(RECORD, attempt=attempt, started=started).is_newer_than(RECORD) is newer
    assert RECORD.is_newer_than(None)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)  # it writes to a disk
@given(value=json_values, key=st.sampled_from([*json.loads(json.dumps({"target": 0, "outcome": 0, "identity": 0}))]))
def test_no_json_value_anywhere_is_more_than_damage(
    tmp_path_factory: pytest.TempPathFactory, value: object, key: str
) -> None:
    root = tmp_path_factory.mktemp("project")
    with OutputDirectory.open(root / "dist") as directory:
        written(directory, root)
        path = directory.path / LEDGER
        plain = json.loads(path.read_text())
        plain["projects"][".."]["artifacts"]["sdist"][key] = value
        path.write_text(json.dumps(plain))
        try:
            record = read_ledger(directory).of(root, directory.path).artifacts[ArtifactKind.SDIST]
        except LedgerDamaged:
            return
        assert record.target is None or record.target.endswith(".tar.gz")
