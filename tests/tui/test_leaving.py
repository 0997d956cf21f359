"""However early somebody wants to leave: the engine is told, and the app ends."""

from __future__ import annotations

import asyncio
import signal

from support.eventually import soon
from support.screen import scenes
from support.screen.engine import OverheardApp, ScriptedEngine


class HurriedApp(OverheardApp):
    """A signal comes the moment it is listened to: before there is a screen."""

    def on_mount(self) -> None:
        asyncio.get_running_loop().call_soon(self.leave, 128 + signal.SIGTERM)


async def test_a_signal_before_the_first_paint_is_not_lost() -> None:
    engine = ScriptedEngine(*scenes.opening(), *scenes.success(0.0))
    app = HurriedApp(engine)
    async with app.run_test(notifications=True):
        await soon(lambda: app.return_code is not None, "it never left", seconds=10)
    assert app.return_code == 128 + signal.SIGTERM
    assert engine.commands == [("stop",)]
    assert engine.joined
