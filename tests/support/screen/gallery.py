"""The pictures in ``screenshots/``: the real app, told the events of real builds, its clock and sizes pinned.

Remake them with ``python -m pytest tests/tui/test_screenshots.py --remake-screenshots``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timezone
from pathlib import Path

from atombuild.events import Event
from atombuild_tui import themes
from atombuild_tui.app import AtombuildApp
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
    return (NOON - 190, story.start), (NOON - 41, story.change), (NOON - 20, story.ignored)


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


PICTURES = (
    Picture("succeeded", _succeeded),
    Picture("building", _building),
    Picture("failed-old-removed", _failed),
    Picture("failed-pyproject", _failed_pyproject),
    Picture("paused", _paused),
    Picture("unusable", _unusable),
    Picture("help", _succeeded, keys=("question_mark",)),
    Picture("light", _failed, theme=themes.LIGHT.name),
    Picture("succeeded-80x24", _succeeded, size=(80, 24)),
    Picture("failed-80x24", _failed, size=(80, 24)),
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
        await pilot.press(*picture.keys)
        app.show_time()
        await settle(pilot)
        return _self_contained(app.export_screenshot(title="atombuild", simplify=True))


def _self_contained(svg: str) -> str:
    """Take out what a font server would have to answer; every viewer has a monospace font of its own."""
    svg = re.sub(r"@font-face\s*{[^}]*}\s*", "", svg)
    svg = svg.replace("font-family: Fira Code, monospace", f"font-family: {FONTS}")
    svg = re.sub(r"font-family: arial", "font-family: sans-serif", svg)
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"
