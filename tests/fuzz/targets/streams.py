"""Streams of events with random text in them: the dashboard, the journal, and the whole screen at random sizes."""

from __future__ import annotations

import asyncio
import dataclasses
import enum
import types
import typing
from collections.abc import Mapping
from datetime import timezone
from pathlib import Path
from typing import Any, Final

from atombuild import events
from atombuild.events import Event
from atombuild_tui.door import cleaned
from atombuild_tui.journal import after_entries, entries
from atombuild_tui.state import Dashboard
from atombuild_tui.widgets.log_buffer import LogBuffer
from fuzz import material
from fuzz.choices import Choices
from fuzz.oracle import Broken, Playground, Views, check_nothing_acts
from fuzz.target import Target
from support.screen.engine import OverheardApp, ScriptedEngine, settle, shown

EVENTS: Final = tuple(events._NAMES)
WHOLE: Final = (0, 1, 2, 7, 12, 999, 1000, 10**6, 2**31, 2**40)
SECONDS: Final = (0.0, 0.0004, 0.0123, 1.0, 59.996, 3600.0, 1_772_366_531.0, 1_772_366_500.25, 2.0**40 - 1)
KEYS: Final = (
    "1", "2", "3", "4", "5", "6", "7", "up", "down", "pagedown", "end", "home", "enter", "escape", "n", "slash", "f",
    "z", "tab", "question_mark", "ctrl+p", "a", "y", "left", "right", "c", "space", "b", "s", "w", "p",
)  # fmt: skip


def attempt(choices: Choices, _playground: Playground) -> None:
    """Play them to everything that shows events and draws nothing."""
    views, board = Views(), Dashboard()
    log = LogBuffer(width=1 + choices.below(200), kept=5 + choices.below(100))
    for _ in range(1 + choices.below(12)):
        event = event_of(choices)
        views.show(event)
        at = choices.pick(SECONDS)
        clean = cleaned(event)
        before, board = board, board.apply(clean, at)
        made = entries(clean, before, board, at, timezone.utc) + after_entries(clean)
        for entry in made:
            check_nothing_acts(entry.text + entry.label)
        log.append(made)
        if choices.one_in(4):
            log.resize(1 + choices.below(200))
    views.check(reports=False)
    for number in range(log.rows):
        row = log.row(number)
        if row is None or log.entry_at(number) >= len(log):
            raise Broken(f"row {number} of {log.rows} is not there")
    _ = board.activity.tone, board.anything_known


def event_of(choices: Choices) -> Event:
    """Return any event, of any values that its types allow."""
    event = _value(choices, choices.pick(EVENTS))
    assert isinstance(event, Event)
    how = getattr(event, "how", ())
    if how:  # beside each path stands how it changed
        paths = event.paths  # type: ignore[attr-defined]
        return dataclasses.replace(event, how=tuple(how[at % len(how)] for at in range(len(paths))))  # type: ignore[call-arg]
    return event


def _value(choices: Choices, kind: Any) -> Any:  # noqa: C901, PLR0911 - one case a type
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in {types.UnionType, typing.Union}:
        chosen = choices.pick([each for each in inner if each is not type(None)] or [type(None)])
        return None if type(None) in inner and choices.one_in(3) else _value(choices, chosen)
    if origin is tuple:
        if len(inner) == 2 and inner[1] is Ellipsis:
            return tuple(_value(choices, inner[0]) for _ in choices.many(4))
        return tuple(_value(choices, each) for each in inner)
    if origin is not None and issubclass(origin, Mapping):
        return {_value(choices, inner[0]): _value(choices, inner[1]) for _ in choices.many(3)}
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        hints = typing.get_type_hints(kind)
        return kind(**{each.name: _value(choices, hints[each.name]) for each in dataclasses.fields(kind)})
    if issubclass(kind, enum.Enum):
        return choices.pick(list(kind))
    if kind is bool:
        return choices.one_in(2)
    if kind is int:
        return choices.pick(WHOLE)
    if kind is float:
        return choices.pick(SECONDS)
    if issubclass(kind, Path):
        return Path("/" + material.text(choices, lone=True).replace("\0", ""))
    if kind is str:
        return material.text(choices, lone=True)
    raise Broken(f"nobody knows how to make a {kind}")


EVENT_STREAMS: Final = Target("events", attempt, examples=200, on_disk=False, size=500)


def attempt_on_screen(choices: Choices, _playground: Playground) -> None:
    """Play them to the whole app, in a terminal of any size, press keys, and look at what is drawn."""
    asyncio.run(_on_screen(choices))


async def _on_screen(choices: Choices) -> None:
    engine = ScriptedEngine()
    app = OverheardApp(engine)
    size = (choices.pick((1, 8, 20, 44, 76, 80, 120, 200)), choices.pick((1, 3, 10, 16, 24, 40, 60)))
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        for _ in range(1 + choices.below(3)):
            engine.play(*(event_of(choices) for _ in range(1 + choices.below(8))))
            await settle(pilot)
            for key in (choices.pick(KEYS) for _ in choices.many(4)):
                await pilot.press(key)
            await settle(pilot)
            if not app.is_running:
                return
            check_nothing_acts("\n".join(shown(app)))
            if choices.one_in(3):
                await pilot.resize_terminal(1 + choices.below(150), 1 + choices.below(60))


SCREEN: Final = Target("screen", attempt_on_screen, examples=2, on_disk=False, size=600, seconds=30.0)
