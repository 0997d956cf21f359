"""The hand-over from the engine's thread: in order, coalesced, bounded."""

from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st

from atombuild.events import Event, Level, Log, Progress
from atombuild_tui import feed as feeding
from atombuild_tui.feed import Feed
from support.screen import scenes
from support.screen.scenes import SDIST, WHEEL


def lines_of(events: list[Event]) -> list[str]:
    return [line for event in events if isinstance(event, Log) for line in event.lines]


def test_the_loop_is_woken_once_for_a_burst() -> None:
    woken: list[int] = []
    feed = Feed(lambda: woken.append(1))
    for number in range(1000):
        feed.put(Log((str(number),)))
    assert len(woken) == 1
    feed.take(10_000)
    feed.put(Log(("again",)))
    assert len(woken) == 2


def test_a_newer_progress_takes_the_place_of_the_one_before() -> None:
    feed = Feed(lambda: None)
    for event in (Progress(SDIST, 1, 9), Progress(SDIST, 2, 9), Progress(WHEEL, 1, 9)):
        feed.put(event)
    assert feed.take(10) == [Progress(SDIST, 2, 9), Progress(WHEEL, 1, 9)]


def test_no_more_is_taken_at_once_than_was_asked_for() -> None:
    feed = Feed(lambda: None)
    feed.put(Log(tuple(map(str, range(5000)))))
    feed.put(scenes.ignored())
    assert len(lines_of(feed.take(2000))) == 2000
    assert len(lines_of(feed.take(2000))) == 2000
    assert len(lines_of(feed.take(1000))) == 1000
    assert feed.take(1) == [scenes.ignored()]
    assert len(feed) == 0


def test_lines_that_nobody_could_read_are_dropped_and_it_is_said() -> None:
    feed = Feed(lambda: None)
    for start in range(0, feeding.KEPT_LINES + 500, 100):
        feed.put(Log(tuple(map(str, range(start, start + 100)))))
    taken = feed.take(10**9)
    assert taken[0] == Log(("(500 lines came too fast to be kept)",), Level.WARNING)
    assert lines_of(taken[1:]) == list(map(str, range(500, feeding.KEPT_LINES + 500)))


_EVENTS = st.lists(
    st.one_of(
        st.builds(
            Log,
            st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map(tuple),
            st.sampled_from([Level.DETAIL, Level.INFO]),
        ),
        st.sampled_from([*scenes.opening(), *scenes.failure(0.0)]),
    )
)


@given(_EVENTS, st.integers(1, 7))
def test_nothing_is_lost_and_the_order_stays(events: list[Event], most: int) -> None:
    def flat(stream: list[Event]) -> list[object]:
        split: list[object] = []
        for event in stream:
            split += [(line, event.level) for line in event.lines] if isinstance(event, Log) else [event]
        return split

    feed, taken = Feed(lambda: None), []
    for event in events:
        feed.put(event)
    while len(feed):
        taken += feed.take(most)
    assert flat(taken) == flat(events)


def test_putting_and_taking_at_the_same_time_loses_nothing() -> None:
    feed, taken = Feed(lambda: None), []

    def put() -> None:
        for number in range(20_000):
            feed.put(Log((str(number),)))

    thread = threading.Thread(target=put)
    thread.start()
    while thread.is_alive() or len(feed):
        taken += lines_of(feed.take(500))
    assert taken == list(map(str, range(20_000)))
