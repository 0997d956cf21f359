"""A project that is being removed is told from one that lost a file, by what is deleted next and how soon."""

from __future__ import annotations

from atombuild.watch.removal import LONGEST, PAUSE, Removal


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
