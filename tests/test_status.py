"""The words of a status are total, distinct where it matters, and never call a failure a success."""

from __future__ import annotations

import itertools

import pytest

from atombuild.status import Attempt, Standing, Status, Tone

EVERY = [
    Status(attempt, standing, outdated=outdated)
    for attempt, standing, outdated in itertools.product(Attempt, Standing, (False, True))
]


@pytest.mark.parametrize(
    ("attempt", "standing", "words"),
    [
        (Attempt.BUILDING, Standing.NEVER, "building"),
        (Attempt.QUEUED, Standing.OLD_REMOVED, "queued"),
        (Attempt.SUCCEEDED, Standing.THIS_BUILD, "succeeded"),
        (Attempt.FAILED, Standing.OLD_REMOVED, "failed, old artifact removed"),
        (Attempt.FAILED, Standing.NEVER, "failed, no old artifact"),
        (Attempt.FAILED, Standing.OLD_KEPT, "failed, old artifact still there"),
        (Attempt.FAILED, Standing.OTHER, "failed, another file there now"),
        (Attempt.FAILED, Standing.UNKNOWN, "failed, file name not known"),
        (Attempt.NOT_REACHED, Standing.OLD_REMOVED, "not built, old artifact removed"),
        (Attempt.NOT_REACHED, Standing.NEVER, "not built"),
        (Attempt.NOT_REACHED, Standing.OLD_KEPT, "not built, old artifact still there"),
        (Attempt.CANCELLED, Standing.OLD_REMOVED, "cancelled, old artifact removed"),
        (Attempt.CANCELLED, Standing.NEVER, "cancelled"),
        (Attempt.INTERRUPTED, Standing.OLD_REMOVED, "interrupted, old artifact removed"),
        (Attempt.INTERRUPTED, Standing.OLD_KEPT, "interrupted, old artifact still there"),
        (Attempt.SUCCEEDED, Standing.OTHER, "changed on disk since built"),
        (Attempt.SUCCEEDED, Standing.OLD_KEPT, "changed on disk since built"),
        (Attempt.SUCCEEDED, Standing.NEVER, "deleted since built"),
        (Attempt.SUCCEEDED, Standing.OLD_REMOVED, "deleted since built"),
        (Attempt.SUCCEEDED, Standing.UNSEEN, "built, can't be seen now"),
        (Attempt.FAILED, Standing.UNSEEN, "failed, can't be seen now"),
        (Attempt.NOT_ATTEMPTED, Standing.UNSEEN, "not built yet"),
        (Attempt.NOT_ATTEMPTED, Standing.NEVER, "not built yet"),
        (Attempt.NOT_ATTEMPTED, Standing.UNKNOWN, "not built yet"),
        (Attempt.NOT_ATTEMPTED, Standing.OLD_KEPT, "not built yet, an older file is there"),
    ],
)
def test_the_words(attempt: Attempt, standing: Standing, words: str) -> None:
    assert Status(attempt, standing).words == words


def test_a_success_whose_sources_moved_on_is_out_of_date() -> None:
    assert Status(Attempt.SUCCEEDED, Standing.THIS_BUILD, outdated=True).words == "out of date"


@pytest.mark.parametrize("status", EVERY, ids=str)
def test_succeeded_is_said_only_of_this_builds_file_that_is_there_and_current(status: Status) -> None:
    truth = (Attempt.SUCCEEDED, Standing.THIS_BUILD, False)
    assert (status.words == "succeeded") == ((status.attempt, status.standing, status.outdated) == truth)
    assert (status.tone is Tone.GOOD) == (status.words == "succeeded")


@pytest.mark.parametrize("status", EVERY, ids=str)
def test_failed_is_said_of_every_failure_and_of_nothing_else(status: Status) -> None:
    assert status.words.startswith("failed") == (status.attempt is Attempt.FAILED)


@pytest.mark.parametrize("status", EVERY, ids=str)
def test_removed_is_said_only_where_nothing_stands(status: Status) -> None:
    if "removed" in status.words:
        assert status.standing is Standing.OLD_REMOVED


@pytest.mark.parametrize("status", EVERY, ids=str)
def test_every_status_has_a_symbol_of_one_character(status: Status) -> None:
    assert len(status.symbol) == 1


def test_symbols_tell_good_bad_busy_and_doubt_apart_without_colour() -> None:
    symbols = {tone: {status.symbol for status in EVERY if status.tone is tone} for tone in Tone}
    for one, other in itertools.combinations(Tone, 2):
        assert not symbols[one] & symbols[other]


def test_what_waits_for_its_turn_looks_different_from_what_is_being_built() -> None:
    symbols = [Status(attempt, Standing.NEVER).symbol for attempt in (Attempt.QUEUED, Attempt.BUILDING)]
    assert symbols == ["○", "●"]


@pytest.mark.parametrize("status", EVERY, ids=str)
def test_this_builds_file_stands_only_after_a_success(status: Status) -> None:
    assert status.holds_this_build == (status.words in {"succeeded", "out of date"})
