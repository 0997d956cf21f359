"""A short piece of what ``python -m tests.soak`` does for long."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from soak.author import Author
from soak.crowd import crowd
from soak.saves import soak
from soak.watched import reference
from support.projects import big_project

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="needs a pty and SIGKILL"),
    pytest.mark.skipif(shutil.which("git") is None, reason="needs git"),
]


def test_no_save_is_lost_and_nothing_grows(tmp_path: Path) -> None:
    report = soak(big_project(tmp_path, 0, name="soaked"), "soaked", 240, every=40, say=lambda _line: None)
    assert (report.lost, report.grown) == ([], [])
    assert report.saves >= 240
    assert report.looks >= 6


def test_an_author_saves_in_every_way_and_breaks_nothing_for_good(tmp_path: Path) -> None:
    root = big_project(tmp_path, 0, name="soaked")
    author = Author(root, "soaked", seed=3)
    while author.saves < 200:
        author.work()
    assert set(reference(root)) == {"soaked-1.0.tar.gz", "soaked-1.0-py3-none-any.whl"}


def test_many_builders_and_kills_in_one_directory_break_nothing(tmp_path: Path) -> None:
    report = crowd(tmp_path, 6, say=lambda _line: None, seed=1)
    assert report.broke == []
    assert report.builds >= 8
    assert report.kills
    assert report.reads
