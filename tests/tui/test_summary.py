"""When the screen is gone, the terminal still says what is in dist/."""

from __future__ import annotations

import pytest

from atombuild.checks.result import Check
from atombuild.events import CheckStarted, Event
from atombuild_tui.door import cleaned
from atombuild_tui.state import Dashboard
from atombuild_tui.summary import left_early, summary
from support.screen import scenes
from support.screen.engine import NOON


def told(*events: Event) -> tuple[str, ...]:
    board = Dashboard()
    for event in events:
        board = board.apply(cleaned(event), NOON)
    return summary(board)


def test_a_success_says_what_stands_and_which_save_it_holds() -> None:
    assert told(*scenes.opening(), *scenes.success(NOON)) == (
        "orrery 0.4.0, in dist/:",
        "  ✓ sdist  succeeded  orrery-0.4.0.tar.gz  48.2 kB  holds your latest change",
        "  ✓ wheel  succeeded  orrery-0.4.0-py3-none-any.whl  39.9 kB  holds your latest change",
    )


def test_a_failure_says_what_is_gone() -> None:
    assert told(*scenes.opening(), *scenes.success(NOON), *scenes.failure(NOON))[1:] == (
        "  ✗ sdist  failed, old artifact removed  orrery-0.4.0.tar.gz",
        "  ✗ wheel  not built, old artifact removed  orrery-0.4.0-py3-none-any.whl",
    )


def test_an_unusable_project_says_why() -> None:
    what, hint = told(*scenes.unusable())
    assert what.startswith("✗ no Python project at")
    assert hint.startswith("  next: ")


def test_of_a_project_that_became_unusable_it_is_said_what_stands_all_the_same() -> None:
    head, sdist, wheel, what, hint = told(*scenes.opening(), *scenes.success(NOON), scenes.unusable()[-1])
    assert head == "orrery 0.4.0, in dist/:"
    assert sdist.startswith("  ✓ sdist  succeeded")
    assert wheel.startswith("  ✓ wheel  succeeded")
    assert what.startswith("✗ no Python project at")
    assert hint.startswith("  next: ")


@pytest.mark.parametrize(
    ("events", "words"),
    [
        (scenes.building(NOON), "left while a build was still being stopped; the next start tells what became of it"),
        (
            [CheckStarted(Check.PARITY), *scenes.command()[:1]],
            "left while a check and the project's command was still being ended",
        ),
        (scenes.command()[:1], "left while the project's command was still being ended"),
        (scenes.success(NOON), "left while something was still being ended"),
    ],
    ids=["a build", "both others", "a command", "nothing known"],
)
def test_what_was_left_in_the_middle_is_called_by_its_name(events: list[Event], words: str) -> None:
    board = Dashboard()
    for event in (*scenes.opening(), *events):
        board = board.apply(event, NOON)
    assert left_early(board).startswith(words)


def test_before_anything_is_known_nothing_is_said() -> None:
    assert told() == ()
