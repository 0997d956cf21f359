"""The quiet timer waits for quiet, not for ever, and loses nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atombuild.watch.settle import CALM, Settle

gaps = st.lists(st.floats(0, 1, allow_nan=False), max_size=50)


def test_without_a_hint_nothing_is_due() -> None:
    settle = Settle()
    assert settle.deadline() is None
    assert not settle.due(1e9)


def test_it_is_due_when_quiet_has_passed_since_the_last_hint() -> None:
    settle = Settle(quiet=1, cap=10)
    settle.hint(100)
    settle.hint(100.5)
    assert settle.deadline() == 101.5
    assert not settle.due(101.4)
    assert settle.due(101.5)


def test_it_stays_due_until_it_is_reset() -> None:
    settle = Settle(quiet=1, cap=10)
    settle.hint(0)
    assert settle.due(5)
    assert settle.due(6)
    settle.reset()
    assert not settle.due(7)
    assert settle.deadline() is None


def test_a_hint_after_the_reset_is_waited_for_anew() -> None:
    settle = Settle(quiet=1, cap=2)
    settle.hint(0)
    settle.reset()
    settle.hint(50)
    assert settle.deadline() == 51


def test_a_clock_that_steps_back_brings_no_deadline_forward() -> None:
    settle = Settle(quiet=1, cap=10)
    settle.hint(5)
    settle.hint(3)
    assert settle.deadline() == 6


@pytest.mark.parametrize(("quiet", "cap"), [(-1, 1), (2, 1)])
def test_a_quiet_that_does_not_fit_under_the_cap_is_refused(quiet: float, cap: float) -> None:
    with pytest.raises(ValueError, match="between 0 and cap"):
        Settle(quiet=quiet, cap=cap)


@given(gaps)
def test_a_storm_never_puts_the_deadline_beyond_the_cap(gaps: list[float]) -> None:
    settle, now = Settle(quiet=0.3, cap=2), 10.0
    settle.hint(now)
    for gap in gaps:
        now += gap
        settle.hint(now)
        deadline = settle.deadline()
        assert deadline is not None
        assert deadline <= 12
    assert settle.due(max(now + 0.3, 12))


@given(gaps)
def test_every_hint_is_followed_by_a_look(gaps: list[float]) -> None:
    settle, now, last, looks = Settle(quiet=0.3, cap=2), 0.0, float("-inf"), 0
    for gap in gaps:
        now += gap
        if settle.due(now):
            settle.reset()
            looks += 1
        if now - last >= CALM:
            looks = 0
        settle.hint(now)
        last = now
        # Each look within one burst doubles the wait for the next, up to the cap.
        deadline = settle.deadline()
        assert deadline is not None
        assert deadline <= now + min(0.3 * 2**looks, 2)
        assert settle.due(max(now, deadline))


def acts(gap: float, seconds: float) -> int:
    """Return how often a save every ``gap`` seconds is acted on in so many seconds, with the timers as shipped."""
    settle, now, count = Settle(), 0.0, 0
    next_save = 0.0
    while now < seconds:
        deadline = settle.deadline()
        if deadline is not None and deadline <= next_save:
            now = deadline
            assert settle.due(now)
            settle.reset()
            count += 1
        else:
            now = next_save
            settle.hint(now)
            next_save += gap
    return count


def test_a_save_now_and_then_is_acted_on_every_time() -> None:
    assert acts(gap=0.5, seconds=10) == 20


def test_a_burst_of_saves_is_acted_on_a_few_times_a_second() -> None:
    assert 15 <= acts(gap=0.05, seconds=10) <= 30
