"""Work on other cores: in order, the first error wins, and nothing goes on after the end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from typing import TypeVar

import pytest

from atombuild.errors import Cancelled
from atombuild.native.ahead import Breathe, Done, Job, in_order, leave_a_core

HEAVY = 1 << 20
Result = TypeVar("Result")


def never() -> None:
    """Breathe, and go on."""


def taken(*jobs: Job[Result] | Done[Result], breathe: Breathe = never) -> list[Result]:
    return list(in_order(jobs, breathe))


@pytest.fixture(autouse=True)
def cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("atombuild.native.ahead._Hands.number", 2)


def test_results_come_in_order_whoever_is_done_first() -> None:
    second_done = threading.Event()

    def first(_breathe: Breathe) -> str:
        assert second_done.wait(30)
        return "first"

    def second(_breathe: Breathe) -> str:
        second_done.set()
        return "second"

    jobs = (Done("ready"), Job(first, HEAVY), Done("between"), Job(second, HEAVY), Done("last"))
    assert taken(*jobs) == ["ready", "first", "between", "second", "last"]


def test_the_error_of_the_first_counts_though_a_later_one_came_earlier() -> None:
    second_failed = threading.Event()

    def first(_breathe: Breathe) -> str:
        assert second_failed.wait(30)
        raise ValueError("first")

    def second(_breathe: Breathe) -> str:
        second_failed.set()
        raise ValueError("second")

    with pytest.raises(ValueError, match="first"):
        taken(Job(first, HEAVY), Job(second, HEAVY))


def test_a_small_piece_of_work_is_done_here() -> None:
    names: list[str] = []
    jobs: list[Job[None] | Done[None]] = [
        Job(lambda _: names.append(threading.current_thread().name), HEAVY, elsewhere=False)
    ]
    jobs.extend([Done(None)] * 500)
    assert len(taken(*jobs)) == 501
    assert names == [threading.current_thread().name]


def test_much_work_is_done_elsewhere_and_by_more_than_one() -> None:
    meeting = threading.Barrier(2, timeout=30)

    def work(_breathe: Breathe) -> threading.Thread:
        meeting.wait()
        return threading.current_thread()

    threads = set(taken(*(Job(work, HEAVY) for _ in range(4))))
    assert len(threads) == 2
    assert threading.current_thread() not in threads
    assert not any(thread.is_alive() for thread in threads)


def test_a_core_can_be_left_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("atombuild.native.ahead._cores", lambda: 2)
    leave_a_core()
    leave_a_core()
    here = threading.current_thread()
    assert taken(*(Job(lambda _: threading.current_thread(), HEAVY) for _ in range(3))) == [here] * 3


def test_giving_up_stops_those_who_work_and_waits_for_them() -> None:
    begun, ended = threading.Event(), threading.Event()

    def work(breathe: Breathe) -> None:
        begun.set()
        try:
            while True:
                breathe()
        finally:
            ended.set()

    def breathe() -> None:
        if begun.is_set():
            raise Cancelled

    with pytest.raises(Cancelled):
        taken(Job(work, HEAVY), breathe=breathe)
    assert ended.is_set()


def test_no_more_is_begun_than_memory_has_room_for() -> None:
    begun: list[int] = []

    def numbered() -> Iterator[Job[int]]:
        for number in range(40):
            begun.append(number)
            yield Job(partial(_itself, number), HEAVY)

    results: Iterator[int] = in_order(numbered(), never)
    for number, result in enumerate(results):
        assert result == number
        assert len(begun) - number <= 18
    assert len(begun) == 40


def _itself(number: int, _breathe: Breathe) -> int:
    return number
