"""A project that is being removed is told from one that lost a file, by what is deleted next and how soon."""

from __future__ import annotations

import os
from pathlib import Path

from atombuild.watch.removal import LONGEST, PAUSE, Removal, times_of_change


def test_nothing_was_deleted_so_nothing_goes_on() -> None:
    assert not Removal().goes_on(0.0)


def test_it_goes_on_until_a_pause_is_long_enough() -> None:
    removal = Removal()
    removal.note(0.0)
    removal.note(0.9 * PAUSE)
    assert removal.goes_on(1.8 * PAUSE)
    assert not removal.goes_on(2.0 * PAUSE)


def test_deletions_without_an_end_hold_nobody_for_ever() -> None:
    removal = Removal()
    steps = int(LONGEST / PAUSE) * 4
    for step in range(steps):
        removal.note(step * PAUSE / 2)
    assert not removal.goes_on(steps * PAUSE / 2)


def test_after_a_pause_the_next_removal_is_another_one() -> None:
    removal = Removal()
    removal.note(0.0)
    removal.note(LONGEST + PAUSE)
    assert removal.goes_on(LONGEST + PAUSE)


def test_what_vanishes_where_nobody_watches_keeps_a_removal_going_for_as_long_as_it_may() -> None:
    left = list(range(1000))
    removal = Removal(lambda: len(left))
    removal.note(0.0)
    assert removal.goes_on(0.1)
    now = 0.1
    while now < LONGEST - PAUSE:
        left.pop()
        now += PAUSE
        assert removal.goes_on(now), "something vanished since it was asked last"
    assert not removal.goes_on(now + PAUSE)
    left.pop()
    assert not removal.goes_on(now + 2 * PAUSE)


def test_what_vanished_elsewhere_before_the_first_deletion_is_no_part_of_it() -> None:
    left = [1, 2, 3]
    removal = Removal(lambda: len(left))
    removal.note(0.0)
    assert removal.goes_on(0.1)
    left.pop()
    removal.note(10.0)
    assert removal.goes_on(10.1)
    assert not removal.goes_on(10.0 + PAUSE)


def test_the_times_of_folders_tell_when_something_vanishes_below_them(tmp_path: Path) -> None:
    deep = tmp_path / "node_modules/a/b"
    deep.mkdir(parents=True)
    (deep / "file").touch()
    os.utime(deep, (1, 1))
    top = [str(tmp_path / "node_modules"), str(tmp_path / "never")]
    before = times_of_change(top)
    assert times_of_change(top) == before
    (deep / "file").unlink()
    after = times_of_change(top)
    assert after != before
    deep.rmdir()
    assert times_of_change(top) != after
