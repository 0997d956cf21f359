"""Which kept environment serves, and which one goes: told by what it says of itself."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from atombuild.errors import EnvironmentFailure
from atombuild.isolated import environment as environments
from atombuild.isolated.environment import (
    FORMAT,
    Wish,
    _allows,
    _failure,
    _fulfilled,
    _kept,
    _make_room,
    _remove_superseded,
    installed,
)
from atombuild.isolated.interpreter import find_interpreter
from atombuild.workspace.sources import Tree

VERSIONS: Mapping[str, str] = {"flit-core": "3.12", "odd": "no version"}
DAYS = 86_400.0


def laid(folder: Path, name: str, **facts: object) -> Path:
    """Lay a kept environment."""
    place = folder / name
    place.mkdir(parents=True)
    whole = {
        "format": FORMAT,
        "made": 0.0,
        "python": sys.executable,
        "scripts": str(place),
        "versions": dict(VERSIONS),
        "identity": "cpython",
        "size": 100,
        "constraints": [],
    }
    (place / "facts.json").write_text(json.dumps(whole | facts))
    return place


@pytest.mark.parametrize(
    ("requirement", "fulfilled"),
    [
        ("flit-core", True),
        ("Flit_Core>=3", True),
        ("flit-core<3", False),
        ("flit-core @ https://example.org/x.zip", False),
        ("hatchling", False),
        ("hatchling; python_version < '3'", True),
        ("odd>1", False),
        ("not a requirement", False),
    ],
)
def test_what_is_installed_fulfils_what_is_required(requirement: str, fulfilled: bool) -> None:
    markers = find_interpreter(None, isolation=True).markers
    assert _fulfilled(requirement, VERSIONS, markers) is fulfilled


@pytest.mark.parametrize(
    ("line", "allowed"),
    [
        ("", True),
        ("  # a remark", True),
        ("hatchling<1", True),
        ("flit-core<4  # a remark", True),
        ("flit-core<3", False),
        ("flit-core @ https://example.org/x.zip", False),
        ("--no-binary :all:", False),
    ],
)
def test_a_constraint_admits_what_is_installed(line: str, allowed: bool) -> None:
    assert _allows(line, VERSIONS) is allowed


def test_one_that_is_damaged_of_another_format_or_gone_is_not_there(tmp_path: Path) -> None:
    good = laid(tmp_path, "key-good")
    laid(tmp_path, "key-old", format=FORMAT - 1)
    laid(tmp_path, "key-gone", python=str(tmp_path / "nowhere"))
    laid(tmp_path, "key-odd", versions=3)
    (laid(tmp_path, "key-damaged") / "facts.json").write_text("{")
    (tmp_path / "key-begun").mkdir()
    laid(tmp_path, "other")
    assert [each.place for each in _kept(tmp_path, "key")] == [good]


def test_what_was_not_used_for_longest_makes_room_and_what_is_in_use_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environments, "LIMIT", 250)
    now = time.time()
    for name, days in (("today", 0.1), ("week", 7), ("month", 30), ("year", 365)):
        os.utime(laid(tmp_path, name) / "facts.json", (now - days * DAYS,) * 2)
    for name, days in (("killed", 3), ("begun", 0.1)):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (now - days * DAYS,) * 2)
    newest = laid(tmp_path, "newest")
    _make_room(tmp_path, newest)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["begun", "newest", "today"]


def test_a_requirement_that_lies_on_this_disk_is_another_one_when_it_changes(tmp_path: Path) -> None:
    interpreter = find_interpreter(None, isolation=True)
    file = tmp_path / "backend-1.0.tar.gz"
    tree = Tree(canonicalize_name("backend"), tmp_path, editable=True)

    def key(*trees: Tree) -> str:
        return Wish(("backend",), (), interpreter, "uv", trees, () if trees else (file,)).key

    missing = key()
    file.write_bytes(b"1")
    first = key()
    os.utime(file, (1, 1))
    assert key() == first != missing
    file.write_bytes(b"2")
    assert key() != first
    assert len({key(tree), key(replace(tree, editable=False)), key(replace(tree, root=tmp_path / "b")), first}) == 4


def test_what_was_installed_from_a_folder_stands_for_no_release(tmp_path: Path) -> None:
    interpreter = find_interpreter(None, isolation=True)
    tree = Tree(canonicalize_name("flit-core"), tmp_path / "tree", editable=True)
    other = replace(tree, root=tmp_path / "other")
    facts = {"identity": interpreter.identity, "trees": [["flit-core", str(tree.root), True, "state", []]]}
    laid(tmp_path, "key-a", **facts)
    (kept,) = _kept(tmp_path, "key")
    assert kept.fits(Wish((), (), interpreter, "uv", (tree,)))
    assert not kept.fits(Wish((), (), interpreter, "uv", (other,)))
    assert not kept.fits(Wish(("flit-core",), (), interpreter, "uv"))


def test_what_was_made_of_the_same_folders_at_another_time_goes_soon(tmp_path: Path) -> None:
    now = time.time()
    for name, minutes in (("key-newest", 60.0), ("key-long-ago", 16), ("key-lately", 14), ("other", 60)):
        os.utime(laid(tmp_path, name) / "facts.json", (now - minutes * 60,) * 2)
    _remove_superseded(tmp_path, "key", tmp_path / "key-newest")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["key-lately", "key-newest", "other"]


def test_an_environment_with_a_member_from_an_index_serves_no_more(tmp_path: Path) -> None:
    member = Tree(canonicalize_name("flit-core"), tmp_path / "tree", editable=True)
    laid(tmp_path, "key-a")
    laid(tmp_path, "key-b", trees=[["flit-core", str(member.root), True, "state", []]])
    first, second = _kept(tmp_path, "key")
    assert not first.asked_nothing_of((member,))
    assert second.asked_nothing_of((member,))
    assert first.asked_nothing_of((replace(member, name=canonicalize_name("elsewhere")),))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("error: Failed to fetch: dns error", "could not be fetched"),
        ("no solution found when resolving", "can't be had together"),
        ("it fell over", "could not be installed"),
    ],
)
def test_why_an_installer_failed_is_told_by_its_words(said: str, words: str) -> None:
    failure = _failure(Wish(("flit-core",), (), find_interpreter(None, isolation=True), "uv"), (said, ""))
    assert words in failure.reports()[0].what
    assert said in failure.reports()[0].why[0]


def test_an_environment_that_does_not_answer_is_said(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFailure, match="does not say what is installed"):
        installed(tmp_path / "python")
