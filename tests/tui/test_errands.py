"""What takes long is done off the loop: the newest answer is given once, to somebody who is still there."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

from atombuild.errors import ArtifactUnreadable, Report
from atombuild.events import ArtifactStatus
from atombuild_tui.errands import Answer, Errands
from atombuild_tui.pages.inside import InsidePage
from support.archives import wheel
from support.eventually import soon
from support.screen import scenes
from support.screen.engine import OverheardApp, ScriptedEngine, settle, shown
from support.screen.scenes import GOOD, WHEEL

Breathe = Callable[[], None]


def refused(_breathe: Breathe) -> int:
    raise ArtifactUnreadable(Path("a.whl"), "gone")


def broken(_breathe: Breathe) -> int:
    raise ZeroDivisionError


class Asker:
    """Asks, and keeps what it is answered and told."""

    def __init__(self) -> None:
        self.answers: list[Answer[int]] = []
        self.told: list[Report] = []
        self.errands = Errands(asyncio.get_running_loop(), self.told.extend)

    async def done(self) -> list[Answer[int]]:
        await soon(lambda: self.errands.idle, "an errand was never answered")
        return self.answers


async def test_a_value_comes_back_and_so_does_what_went_wrong() -> None:
    asker = Asker()
    for number, work in enumerate((lambda _breathe: 7, refused, broken)):
        asker.errands.ask(f"doing {number}", work, asker.answers.append)
    value, unreadable, bug = await asker.done()
    assert value == Answer(7)
    assert "a.whl" in unreadable.reports[0].what
    assert "doing 2" in bug.reports[0].what, "it is said what was being done"


async def test_who_asks_again_gets_one_answer() -> None:
    asker, begun, go_on = Asker(), threading.Event(), threading.Event()

    def slow(breathe: Breathe) -> int:
        begun.set()
        assert go_on.wait(30)
        breathe()
        return 1

    asker.errands.ask("reading", slow, asker.answers.append)
    await asyncio.to_thread(begun.wait, 30)
    asker.errands.ask("reading", lambda _breathe: 2, asker.answers.append)
    asker.errands.ask("reading", lambda _breathe: 3, asker.answers.append)
    go_on.set()
    assert await asker.done() == [Answer(3)]


async def test_an_answer_that_can_not_be_taken_is_told_and_stops_nothing() -> None:
    asker = Asker()
    asker.errands.ask("drawing", lambda _breathe: 0, lambda answer: [][answer.value or 0])
    asker.errands.ask("reading", lambda _breathe: 5, asker.answers.append)
    assert await asker.done() == [Answer(5)]
    (report,) = asker.told
    assert "drawing" in report.what


async def test_an_answer_for_a_page_that_is_gone_is_dropped(tmp_path: Path) -> None:
    path = wheel(tmp_path / "demo-1.0-py3-none-any.whl", {"a.py": b"x"})
    status = ArtifactStatus(WHEEL, GOOD, path.name, path, attempt=1, behind=0, ended=0.0)
    app = OverheardApp(ScriptedEngine(*scenes.opening(), status))
    async with app.run_test(size=(120, 34), notifications=True) as pilot:
        await settle(pilot)
        page, go_on = app.screen.query_one(InsidePage), threading.Event()
        app.errands().ask("waiting", lambda _breathe: go_on.wait(30), lambda _answer: None)
        page.show(app._view)
        await page.remove()
        go_on.set()
        await soon(lambda: app.errands().idle, "an errand was never answered")
        await settle(pilot)
        assert "a bug in atombuild" not in "\n".join(shown(app))
