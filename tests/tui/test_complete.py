"""What comes into sight hears its size and is drawn, also where Textual believes that it was there before."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from textual.app import App, ComposeResult
from textual.containers import Container
from textual.widgets import Static

from atombuild_tui.screens.complete import CompleteScreen

if TYPE_CHECKING:
    from textual.screen import Screen


class Late(Static):
    """Comes into sight with its container."""

    def __init__(self) -> None:
        super().__init__("here I am")
        self.sizes: list[int] = []

    def on_resize(self) -> None:
        self.sizes.append(self.size.width)


class Early(CompleteScreen[None]):
    """One thing in sight, and another that is not yet."""

    def compose(self) -> ComposeResult:
        yield Static("look")
        with Container() as container:
            container.display = False
            yield Late()


class Overseen(App[None]):
    """Keeps what it writes to a terminal."""

    def __init__(self) -> None:
        super().__init__()
        self.painted = ""

    def get_default_screen(self) -> Screen[None]:
        return Early()

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        if renderable is not None:
            self.painted += renderable.render_segments(self.console)
        super()._display(screen, renderable)


async def painted(app: App[None]) -> None:
    """Wait until the screen has drawn what it was asked to draw, twice: what is seen then may ask for more."""
    for _ in range(2):
        done = asyncio.Event()
        app.screen.call_after_refresh(done.set)
        await done.wait()


@pytest.mark.parametrize("asked", [False, True], ids=["told", "asked for its size meanwhile"])
async def test_what_comes_into_sight_hears_its_size_and_is_drawn(asked: bool) -> None:
    app = Overseen()
    async with app.run_test(size=(50, 10)) as pilot:
        late, container = app.screen.query_one(Late), app.screen.query_one(Container)
        await painted(app)
        late.refresh()  # what is not in sight makes all places doubtful
        await painted(app)
        container.display = True
        if asked:
            assert container.size.width == 50  # all places are reckoned anew, this one's as if it had been there before
        app.painted = ""
        await painted(app)
        await pilot.pause()
        assert late.size.width == 50
        assert set(late.sizes) == {50}
        assert "here I am" in app.painted


async def test_what_stays_where_it_was_is_not_drawn_again() -> None:
    app = Overseen()
    async with app.run_test(size=(50, 10)) as pilot:
        await pilot.pause()
        app.painted = ""
        app.screen.refresh(repaint=False, layout=True)
        await painted(app)
        assert "look" not in app.painted
