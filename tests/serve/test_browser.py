"""The same screen in a real browser: seen, steered, taken over, and ended when its tab is closed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.browser import Tab, browser, chromium
from support.eventually import soon
from support.projects import sample_project, visible_files
from support.serving import Serving

pytestmark = pytest.mark.skipif(chromium() is None, reason="there is no Chromium here (Debian: apt install chromium)")

# The page draws on a canvas: what the terminal holds is heard on its way there.
LISTEN = """
    window.heard = "";
    const Before = window.WebSocket;
    window.WebSocket = class extends Before {
      constructor(...given) {
        super(...given);
        window.sockets = (window.sockets || 0) + 1;
        const reader = new TextDecoder();
        // One after another, and nothing is read before what it waits for is there:
        // "heard += await ..." takes the old text first, and two messages at once lose one.
        let before = Promise.resolve();
        this.addEventListener("message", (event) => {
          before = before.then(async () => {
            const said = event.data instanceof Blob ? reader.decode(await event.data.arrayBuffer())
              : typeof event.data === "string" ? event.data : reader.decode(event.data);
            window.heard += said;
          });
        });
      }
    };
"""


def heard(words: str) -> str:
    return f"window.heard.replace(/\\x1b\\[[0-9;]*[A-Za-z]/g, '').includes({words!r})"


async def opened(tab: Tab, url: str) -> None:
    await tab.call("Page.enable")
    await tab.call("Page.addScriptToEvaluateOnNewDocument", source=LISTEN)
    await tab.open(url)


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    serving = Serving(sample_project(tmp_path / "a b"))
    yield serving
    serving.end()


async def gone(process: int) -> None:
    await soon(lambda: not runs(process), f"{process} is still there")


def runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


async def test_it_is_seen_and_steered_and_builds(serving: Serving) -> None:
    async with browser() as chrome, chrome.tab() as tab:
        await opened(tab, serving.url)
        await tab.wait_for(heard("succeeded in "))
        assert visible_files(serving.root / "dist") == ["orrery-0.1.0-py3-none-any.whl", "orrery-0.1.0.tar.gz"]
        assert await tab.value("location.search") == "", "the token is not in the address any more"
        assert await tab.value("document.querySelectorAll('canvas').length") > 0
        await tab.press("?")
        await tab.wait_for(heard("Here: log"))
        await tab.press("q")
        await tab.value("window.heard = ''")
        (serving.root / "src/orrery/__init__.py").unlink()
        await tab.wait_for(heard("failed, old artifact removed"))
        assert visible_files(serving.root / "dist") == []
        elsewhere = [
            url
            for url in tab.requests
            if not url.startswith((serving.base, "data:", serving.base.replace("http", "ws")))
        ]
        assert elsewhere == [], "everything comes from this server"


async def test_one_view_at_a_time_and_the_second_may_take_it_over(serving: Serving) -> None:
    async with browser() as chrome, chrome.tab() as first, chrome.tab() as second:
        await opened(first, serving.url)
        await first.wait_for(heard("succeeded in "))
        (child,) = serving.children()
        await opened(second, serving.url)
        await second.wait_for("document.body && document.body.innerText.includes('open in another tab')")
        assert serving.children() == [child]
        await second.value("document.querySelector('button').click()")
        await second.wait_for(heard("succeeded in "))
        await gone(child)
        await first.wait_for("document.body.classList.contains('-closed')")


async def test_closing_the_tab_ends_the_app(serving: Serving) -> None:
    async with browser() as chrome:
        async with chrome.tab() as tab:
            await opened(tab, serving.url)
            await tab.wait_for(heard("succeeded in "))
            (child,) = serving.children()
        await gone(child)
        async with chrome.tab() as again:
            await opened(again, serving.url)
            await again.wait_for(heard("succeeded in "))


@pytest.mark.parametrize("number", [2, 9])
async def test_when_the_server_ends_the_app_ends(serving: Serving, number: int) -> None:
    async with browser() as chrome, chrome.tab() as tab:
        await opened(tab, serving.url)
        await tab.wait_for(heard("succeeded in "))
        (child,) = serving.children()
        serving.end(number)
        await gone(child)
