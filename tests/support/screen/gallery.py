"""The pictures in ``screenshots/``: the real app, told the events of real builds, its clock and sizes pinned.

Remake them with ``python -m pytest tests/tui/test_screenshots.py --remake-screenshots``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timezone
from pathlib import Path

from textual.widgets import Input

from atombuild.events import ArtifactStatus, AttemptFinished, AttemptStarted, Compared, Event, Remembered
from atombuild.status import ArtifactKind
from atombuild_tui import themes
from atombuild_tui.app import AtombuildApp
from support.screen import scenes
from support.screen.engine import NOON, Clock, ScriptedEngine, settle
from support.screen.story import Story, at

FOLDER = Path(__file__).parents[3] / "screenshots"
FONTS = 'ui-monospace, "DejaVu Sans Mono", "Cascadia Mono", Menlo, Consolas, monospace'


Act = tuple[float, tuple[Event, ...]]
"""When, and what happens then."""


@dataclass(frozen=True)
class Picture:
    """One picture: the acts before the shot, and how it is looked at."""

    name: str
    acts: Callable[[Story], tuple[Act, ...]]
    size: tuple[int, int] = (120, 34)
    theme: str = themes.DARK.name
    keys: tuple[str, ...] = ()


def _succeeded(story: Story) -> tuple[Act, ...]:
    return (NOON - 190, story.start), (NOON - 41, story.change), (NOON - 6, story.ignored)


def _building(story: Story) -> tuple[Act, ...]:
    return (NOON - 190, story.start), (NOON - 0.6, story.building)


def _failed(story: Story) -> tuple[Act, ...]:
    return (NOON - 190, story.start), (NOON - 3, story.missing_module)


def _failed_pyproject(story: Story) -> tuple[Act, ...]:
    return (NOON - 190, story.start), (NOON - 3, story.broken_pyproject)


def _paused(story: Story) -> tuple[Act, ...]:
    return (NOON - 190, story.start), (NOON - 190, story.paused)


def _unusable(story: Story) -> tuple[Act, ...]:
    return ((NOON, story.unusable),)


def _start_only(story: Story) -> tuple[Act, ...]:
    return ((NOON - 190, story.start),)


def _starting(_story: Story) -> tuple[Act, ...]:
    return ()


def _lost(story: Story) -> tuple[Act, ...]:
    return (NOON - 190, story.start), (NOON - 41, story.lost)


def _history(story: Story) -> tuple[Act, ...]:
    earlier = scenes.history(NOON)
    began, built = story.start[:1], _numbered(story.start[1:], len(earlier.attempts) + 1)
    return (NOON - 190, (*began, earlier)), (NOON - 190, built)


def _numbered(events: tuple[Event, ...], number: int) -> tuple[Event, ...]:
    """Return the events of an attempt as those of a later one."""

    def later(event: Event) -> Event:
        if isinstance(event, Remembered):
            return Remembered(tuple(replace(past, attempt=number) for past in event.attempts))
        if isinstance(event, AttemptStarted | AttemptFinished | ArtifactStatus | Compared):
            return replace(event, attempt=number)
        return event

    return tuple(later(event) for event in events)


def _targets(story: Story) -> dict[ArtifactKind, str]:
    statuses = [event for event in story.start if isinstance(event, ArtifactStatus)]
    return {event.kind: event.target for event in statuses if event.target is not None}


def _checks(story: Story) -> tuple[Act, ...]:
    return (NOON - 190, story.start), (NOON, tuple(scenes.checks(NOON, _targets(story), 1)))


def _after(story: Story) -> tuple[Act, ...]:
    return (NOON - 190, story.start), (NOON, tuple(scenes.command(_targets(story))))


def _noisy(story: Story) -> tuple[Act, ...]:
    return (NOON - 190, story.start), (NOON, (scenes.chatter(),))


LIGHT, CONTRAST, TERMINAL = themes.LIGHT.name, themes.CONTRAST.name, themes.TERMINAL.name
SMALL, MIDDLE, LARGE, TALL = (80, 24), (100, 30), (200, 60), (44, 60)
INSIDE_PLANETS = ("2", *["down"] * 7, "enter")
INSIDE_METADATA = ("2", "slash", *"METADATA", "enter", "enter")

PICTURES = (
    # At a glance
    Picture("succeeded", _succeeded),
    Picture("building", _building),
    Picture("failed-old-removed", _failed),
    Picture("failed-pyproject", _failed_pyproject),
    Picture("problem", _failed_pyproject, keys=("n", "n")),
    Picture("paused", _paused),
    Picture("unusable", _unusable),
    Picture("starting", _starting),
    Picture("help", _succeeded, keys=("question_mark",)),
    Picture("palette", _succeeded, keys=("ctrl+p", *"check")),
    # The pages
    Picture("log-colours", _noisy),
    Picture("log-search", _noisy, keys=("slash", *"module_02")),
    Picture("log-filter", _noisy, keys=("f", *"warning")),
    Picture("log-cut", _noisy, keys=("z",), size=SMALL),
    Picture("inside", _succeeded, keys=("2",)),
    Picture("inside-code", _succeeded, keys=INSIDE_PLANETS),
    Picture("inside-metadata", _succeeded, keys=INSIDE_METADATA),
    Picture("inside-search", _succeeded, keys=("2", "slash", *"planet")),
    Picture("inside-gone", _failed, keys=("2",)),
    Picture("inside-help", _succeeded, keys=("2", "question_mark"), size=SMALL),
    Picture("changes", _lost, keys=("3",)),
    Picture("changes-lines", _lost, keys=("3", "slash", *"planets", "enter", "enter")),
    Picture("changes-none", _start_only, keys=("3",), size=SMALL),
    Picture("history", _history, keys=("4",)),
    Picture("history-one", _history, keys=("4", "down", "down", "down", "down", "enter"), size=SMALL),
    Picture("checks", _checks, keys=("5",)),
    Picture("checks-new", _succeeded, keys=("5",), size=SMALL),
    Picture("watch", _succeeded, keys=("6",)),
    Picture("after", _after, keys=("7",)),
    Picture("after-none", _succeeded, keys=("7",), size=SMALL),
    # Sizes
    Picture("succeeded-80x24", _succeeded, size=SMALL),
    Picture("failed-80x24", _failed, size=SMALL),
    Picture("problem-80x24", _failed_pyproject, size=SMALL, keys=("n",)),
    Picture("inside-80x24", _succeeded, size=SMALL, keys=("2",)),
    Picture("changes-80x24", _lost, size=SMALL, keys=("3",)),
    Picture("history-80x24", _history, size=SMALL, keys=("4",)),
    Picture("checks-80x24", _checks, size=SMALL, keys=("5",)),
    Picture("watch-80x24", _succeeded, size=SMALL, keys=("6",)),
    Picture("failed-100x30", _failed, size=MIDDLE),
    Picture("inside-100x30", _succeeded, size=MIDDLE, keys=("2",)),
    Picture("changes-200x60", _lost, size=LARGE, keys=("3",)),
    Picture("history-200x60", _history, size=LARGE, keys=("4",)),
    Picture("failed-44x60", _failed, size=TALL),
    Picture("inside-44x60", _succeeded, size=TALL, keys=("2",)),
    Picture("changes-44x60", _lost, size=TALL, keys=("3",)),
    Picture("checks-44x60", _checks, size=TALL, keys=("5",)),
    # Themes
    Picture("light", _failed, theme=LIGHT),
    Picture("light-inside", _succeeded, theme=LIGHT, keys=INSIDE_PLANETS),
    Picture("light-changes", _lost, theme=LIGHT, keys=("3",)),
    Picture("light-checks", _checks, theme=LIGHT, keys=("5",)),
    Picture("contrast", _failed, theme=CONTRAST),
    Picture("contrast-changes", _lost, theme=CONTRAST, keys=("3",)),
    Picture("terminal", _failed, theme=TERMINAL),
    Picture("terminal-inside", _succeeded, theme=TERMINAL, keys=INSIDE_PLANETS),
)


async def shoot(picture: Picture, story: Story) -> str:
    """Return the picture as SVG, the same on every machine and without references to the outside."""
    clock, engine = Clock(), ScriptedEngine()
    app = AtombuildApp(engine, clock=clock, zone=timezone.utc, bell=False)
    async with app.run_test(size=picture.size) as pilot:
        app.theme = picture.theme
        await settle(pilot)
        for clock.now, events in picture.acts(story):
            engine.play(*at(clock.now, events))
            await settle(pilot)
        clock.now = NOON
        for key in picture.keys:
            await pilot.press(key)
            await settle(pilot)
        for entry in app.screen.query(Input):
            entry.cursor_blink = False  # a picture is taken at any moment
        app.show_ages()
        await settle(pilot)
        return _self_contained(app.export_screenshot(title="atombuild", simplify=True))


def _self_contained(svg: str) -> str:
    """Take out what a font server would have to answer; every viewer has a monospace font of its own."""
    svg = re.sub(r"@font-face\s*{[^}]*}\s*", "", svg)
    svg = svg.replace("font-family: Fira Code, monospace", f"font-family: {FONTS}")
    svg = re.sub(r"font-family: arial", "font-family: sans-serif", svg)
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"
