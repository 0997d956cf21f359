"""The pictures in ``screenshots/``: the real app, fed with scripted events, its clock and sizes pinned.

Remake them with ``python -m pytest tests/tui/test_screenshots.py --remake-screenshots``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timezone
from pathlib import Path

from atombuild.events import Event
from atombuild_tui import themes
from atombuild_tui.app import AtombuildApp
from support.screen import scenes
from support.screen.engine import NOON, Clock, ScriptedEngine, settle

FOLDER = Path(__file__).parents[3] / "screenshots"
FONTS = 'ui-monospace, "DejaVu Sans Mono", "Cascadia Mono", Menlo, Consolas, monospace'


Act = tuple[float, list[Event]]
"""When, and what happens then."""


@dataclass(frozen=True)
class Picture:
    """One picture: the acts before the shot, and how it is looked at."""

    name: str
    acts: tuple[Act, ...]
    size: tuple[int, int] = (120, 34)
    theme: str = themes.DARK.name
    keys: tuple[str, ...] = ()
    hint: str | None = None
    at: float = NOON


_BEFORE: Act = (NOON - 190, [*scenes.opening(), *scenes.success(NOON - 190, 12, change=0)])
_SUCCEEDED = (
    _BEFORE,
    (NOON - 41, scenes.success(NOON - 41, 13, "src/orrery/planets.py", "src/orrery/moons.py", "README.md")),
    (NOON - 20, [scenes.ignored()]),
)
_BUILDING = (_BEFORE, (NOON - 0.6, scenes.building(NOON - 0.6)))
_FAILED = (_BEFORE, (NOON - 3, scenes.failure(NOON - 3, paths=("src/orrery/__init__.py",))))
_FAILED_PYPROJECT = (_BEFORE, (NOON - 3, scenes.broken_pyproject(NOON - 3)))
_PAUSED = (_BEFORE, (NOON - 12, scenes.paused(NOON - 190)))
_UNUSABLE = ((NOON, scenes.unusable()),)

PICTURES = (
    Picture("succeeded", _SUCCEEDED),
    Picture("building", _BUILDING),
    Picture("failed-old-removed", _FAILED),
    Picture("failed-pyproject", _FAILED_PYPROJECT),
    Picture("paused", _PAUSED),
    Picture("unusable", _UNUSABLE),
    Picture("help", _SUCCEEDED, keys=("question_mark",)),
    Picture("light", _FAILED, theme=themes.LIGHT.name),
    Picture("succeeded-80x24", _SUCCEEDED, size=(80, 24)),
    Picture("failed-80x24", _FAILED, size=(80, 24)),
)


async def shoot(picture: Picture) -> str:
    """Return the picture as SVG, the same on every machine and without references to the outside."""
    clock, engine = Clock(), ScriptedEngine()
    app = AtombuildApp(engine, clock=clock, zone=timezone.utc, hint=picture.hint, bell=False)
    async with app.run_test(size=picture.size) as pilot:
        app.theme = picture.theme
        await settle(pilot)
        for clock.now, events in picture.acts:
            engine.play(*events)
            await settle(pilot)
        clock.now = picture.at
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
