"""The history tells of builds across restarts, and nothing depends on it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from atombuild import history
from atombuild.errors import OutputUnusable
from atombuild.history import append_history, read_history
from atombuild.past import PastArtifact, PastAttempt
from atombuild.publish import HISTORY, OutputDirectory
from atombuild.status import ArtifactKind, Attempt

PAST = PastAttempt(
    7,
    1_700_000_000.5,
    0.25,
    "change",
    ("src/a.py",),
    4,
    Attempt.FAILED,
    "Expected a module",
    {ArtifactKind.SDIST: PastArtifact(Attempt.SUCCEEDED, 120, 0.1), ArtifactKind.WHEEL: PastArtifact(Attempt.FAILED)},
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "dist").mkdir()
    return tmp_path


def test_what_is_written_is_read_back_for_this_project_only(root: Path) -> None:
    with OutputDirectory.open(root / "dist", create=False) as directory:
        append_history(directory, root, PAST)
        append_history(directory, root / "another", PAST)
        assert read_history(directory, root) == (PAST,)


def test_lines_that_are_no_history_are_passed_over(root: Path) -> None:
    with OutputDirectory.open(root / "dist", create=False) as directory:
        append_history(directory, root, PAST)
        with (root / "dist" / HISTORY).open("ab") as file:
            file.write(b'{"project": "..", "attempt": 1\n\xff\xfe\n[]\n{"project": ".."}\n')
            file.write((root / "dist" / HISTORY).read_bytes().replace(b"1700000000.5", b"NaN"))
        append_history(directory, root, PAST)
        assert read_history(directory, root) == (PAST, PAST)


@pytest.mark.parametrize(
    "harm",
    [
        {"attempt": 10**400},
        {"total": -1},
        {"started": 2.0**40},
        {"artifacts": {"wheel": {"outcome": "succeeded", "size": 10**400, "seconds": 1}}},
    ],
)
def test_figures_that_nobody_could_show_are_passed_over(root: Path, harm: dict[str, object]) -> None:
    with OutputDirectory.open(root / "dist", create=False) as directory:
        append_history(directory, root, PAST)
        file = root / "dist" / HISTORY
        file.write_text(json.dumps({**json.loads(file.read_text()), **harm}) + "\n")
        assert read_history(directory, root) == ()


@pytest.mark.parametrize("most", [1 << 20, 600])
def test_a_line_that_was_cut_off_costs_itself_alone(root: Path, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(history, "_LARGEST", most)
    file = root / "dist" / HISTORY
    with OutputDirectory.open(root / "dist", create=False) as directory:
        for number in (1, 2):
            append_history(directory, root, replace(PAST, attempt=number))
        file.write_bytes(file.read_bytes()[:-40])
        append_history(directory, root, replace(PAST, attempt=3))
        found = [past.attempt for past in read_history(directory, root)]
    assert found == ([1, 3] if most > 600 else [3])


def test_a_long_history_loses_its_older_half(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "_LARGEST", 2_000)
    with OutputDirectory.open(root / "dist", create=False) as directory:
        for number in range(100):
            append_history(directory, root, PastAttempt(number, 1.0, None, "", (), 0, Attempt.INTERRUPTED))
        assert (root / "dist" / HISTORY).stat().st_size <= 2_000
        numbers = [past.attempt for past in read_history(directory, root)]
    assert numbers == list(range(numbers[0], 100))
    assert len(numbers) > 5


@pytest.mark.parametrize("most", [1 << 20, 300])
def test_a_file_that_has_another_name_elsewhere_is_copied_and_not_written(
    root: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(history, "_LARGEST", most)
    with OutputDirectory.open(root / "dist", create=False) as directory:
        append_history(directory, root, PAST)
        (root / "elsewhere").hardlink_to(root / "dist" / HISTORY)
        before = (root / "elsewhere").read_bytes()
        append_history(directory, root, PAST)
        append_history(directory, root, PAST)
        assert read_history(directory, root)[-1] == PAST
    assert (root / "elsewhere").read_bytes() == before


def test_a_link_in_its_place_is_neither_followed_nor_fatal(root: Path) -> None:
    (root / "elsewhere").write_text("mine")
    (root / "dist" / HISTORY).symlink_to(root / "elsewhere")
    with OutputDirectory.open(root / "dist", create=False) as directory:
        assert read_history(directory, root) == ()
        with pytest.raises(OutputUnusable):
            append_history(directory, root, PAST)
    assert (root / "elsewhere").read_text() == "mine"
