"""The hand-over from the engine's thread: in order, coalesced, bounded."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from atombuild.after.runner import AfterBuild
from atombuild.events import (
    AttemptFinished,
    AttemptStarted,
    Cause,
    CommandEnded,
    CommandOutput,
    Event,
    Level,
    Log,
    Outcome,
    Progress,
)
from atombuild_tui import feed as feeding
from atombuild_tui.feed import Feed
from support.projects import sample_project
from support.screen import scenes
from support.screen.scenes import SDIST, WHEEL

if TYPE_CHECKING:
    import pytest


def lines_of(events: list[Event]) -> list[str]:
    return [line for event in events if isinstance(event, Log) for line in event.lines]


def printed(events: list[Event]) -> list[str]:
    return [line for event in events if isinstance(event, CommandOutput) for line in event.lines]


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


def test_what_a_command_prints_waits_in_one_block_and_is_taken_bit_by_bit() -> None:
    feed = Feed(lambda: None)
    for number in range(300):
        feed.put(CommandOutput(tuple(f"{number}.{line}" for line in range(10))))
    assert len(feed) == 1
    assert len(printed(feed.take(1000))) == 1000
    assert len(printed(feed.take(10_000))) == 2000


def test_a_flood_of_a_command_takes_no_line_of_the_build() -> None:
    feed = Feed(lambda: None)
    feed.put(Log(("error: what the reader looks for",)))
    for start in range(0, feeding.KEPT_LINES + 500, 100):
        feed.put(CommandOutput(tuple(map(str, range(start, start + 100)))))
    taken = feed.take(10**9)
    assert taken[:2] == [
        Log(("error: what the reader looks for",)),
        CommandOutput(("(500 lines came too fast to be kept)",)),
    ]
    assert printed(taken[2:]) == list(map(str, range(500, feeding.KEPT_LINES + 500)))


def test_a_command_that_prints_without_end_neither_fills_the_memory_nor_holds_the_screen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATOMBUILD_STATE_DIR", str(tmp_path / "state"))
    root = sample_project(tmp_path)
    prints = [sys.executable, "-c", "for _ in range(1000): print('y\\n' * 25_000)"]
    with (root / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[tool.atombuild]\non-failure = {prints!r}\n")
    ended = threading.Event()
    feed = Feed(lambda: None)

    def put(event: Event) -> None:
        feed.put(event)
        if isinstance(event, CommandEnded):
            ended.set()

    after = AfterBuild(root, root / "dist", put, always=True)
    after.note(AttemptStarted(1, Cause.REQUEST, (), 0, 0, (WHEEL,)))
    after.note(AttemptFinished(1, Outcome.FAILED, 0.1))
    assert ended.wait(60)
    after.close()
    assert len(feed) == 3, "that it began, its output, that it ended"
    batches = []
    while len(feed):
        batches.append(printed(feed.take(1000)))
    assert max(map(len, batches)) <= 1000
    assert sum(map(len, batches)) <= feeding.KEPT_LINES + 1
    assert any("bytes of output are not shown" in line for batch in batches for line in batch)


_EVENTS = st.lists(
    st.one_of(
        st.builds(
            Log,
            st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map(tuple),
            st.sampled_from([Level.DETAIL, Level.INFO]),
        ),
        st.builds(CommandOutput, st.lists(st.sampled_from("xyz"), min_size=1, max_size=4).map(tuple)),
        st.sampled_from([*scenes.opening(), *scenes.failure(0.0)]),
    )
)


@given(_EVENTS, st.integers(1, 7))
def test_nothing_is_lost_and_the_order_stays(events: list[Event], most: int) -> None:
    def flat(stream: list[Event]) -> list[object]:
        split: list[object] = []
        for event in stream:
            if isinstance(event, Log):
                split += [(line, event.level) for line in event.lines]
            else:
                split += event.lines if isinstance(event, CommandOutput) else [event]
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
