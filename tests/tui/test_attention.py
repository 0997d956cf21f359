"""The bell rings when good turns to bad and back; the title follows settled states."""

from __future__ import annotations

from atombuild.events import ChangesSeen, Event, Mode, ModeChanged
from atombuild.status import Attempt, Standing, Status
from atombuild_tui.attention import Attention
from atombuild_tui.state import Dashboard
from support.screen import scenes
from support.screen.scenes import BOTH, SDIST

OUTDATED = Status(Attempt.SUCCEEDED, Standing.THIS_BUILD, outdated=True)


def followed(*events: Event) -> tuple[list[str], int]:
    """Return the titles in their order, and how often it rang."""
    board, attention, rings, titles = Dashboard(), Attention(), 0, [""]
    for event in events:
        board = board.apply(event, 0.0)
        attention, rang = attention.after(board)
        rings += rang
        if attention.title != titles[-1]:
            titles.append(attention.title)
    return titles[1:], rings


GOOD, BAD = scenes.success(0.0), scenes.failure(0.0)


def test_good_to_bad_and_back_rings_twice() -> None:
    titles, rings = followed(*scenes.opening(), *GOOD, *BAD, *GOOD)
    assert rings == 2
    assert titles[-3:] == ["✓ orrery 0.4.0", "✗ orrery: failed, old artifact removed", "✓ orrery 0.4.0"]


def test_the_first_result_and_more_of_the_same_are_silent() -> None:
    assert followed(*scenes.opening(), *GOOD, *GOOD)[1] == 0
    assert followed(*scenes.opening(), *BAD, *BAD)[1] == 0


def test_a_build_in_between_does_not_flicker_in_the_title() -> None:
    titles, _ = followed(*scenes.opening(), *GOOD, ChangesSeen(9, ("a",), 1, 1), *GOOD)
    assert titles.count("✓ orrery 0.4.0") == 1
    assert not [title for title in titles if "building" in title or "queued" in title]


def test_a_save_about_to_be_built_is_no_news() -> None:
    late = [scenes.status(kind, OUTDATED, 0.0) for kind in BOTH]
    titles, _ = followed(*scenes.opening(), *GOOD, ChangesSeen(9, ("a",), 1, 1), *late)
    assert titles[-1] == "✓ orrery 0.4.0"


def test_while_paused_out_of_date_is_told_without_a_ring() -> None:
    late = [scenes.status(kind, OUTDATED, 0.0) for kind in BOTH]
    titles, rings = followed(*scenes.opening(), *GOOD, ModeChanged(Mode.PAUSED), ChangesSeen(9, ("a",), 1, 1), *late)
    assert (titles[-1], rings) == ("! orrery: out of date", 0)


def test_a_project_that_becomes_unusable_rings() -> None:
    titles, rings = followed(*scenes.opening(), *GOOD, scenes.unusable()[-1])
    assert rings == 1
    assert titles[-1].startswith("✗ orrery: no Python project")


def test_an_artifact_deleted_behind_our_back_is_told() -> None:
    gone = scenes.status(SDIST, Status(Attempt.SUCCEEDED, Standing.NEVER), 0.0)
    assert followed(*scenes.opening(), *GOOD, gone)[0][-1] == "! orrery: deleted since built"
