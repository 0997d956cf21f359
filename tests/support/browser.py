"""A real Chromium without a window, driven by its DevTools protocol."""

from __future__ import annotations

import asyncio
import base64
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from support.eventually import soon

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
PATIENCE = 40.0


def chromium() -> str | None:
    """Return where it is; None: there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Tab:
    """One tab."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self.frames: list[str] = []
        """What came over the page's own sockets, as text."""

        self._asked: list[str] = []
        self.requests = self._asked
        """Every address that the page asked for."""

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        while True:
            message = await asyncio.wait_for(self._socket.receive_json(), PATIENCE)
            if message.get("id") == number:
                assert "error" not in message, message
                return dict(message["result"])
            self._hear(message)

    def _hear(self, message: dict[str, Any]) -> None:
        if message.get("method") == "Network.requestWillBeSent":
            self._asked.append(message["params"]["request"]["url"])

    async def open(self, url: str) -> None:
        await self.call("Network.enable")
        await self.call("Page.enable")
        await self.call("Page.navigate", url=url)

    async def value(self, script: str) -> Any:
        """Return what a script comes to in the page."""
        result = await self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        return result["result"].get("value")

    async def wait_for(self, script: str) -> Any:
        """Wait until a script comes to something true."""
        until = asyncio.get_running_loop().time() + PATIENCE
        while not (found := await self.value(script)):
            assert asyncio.get_running_loop().time() < until, f"never true: {script}"
            await asyncio.sleep(0.05)  # a page says nothing when it changes
        return found

    async def press(self, key: str) -> None:
        for kind in ("keyDown", "keyUp"):
            text = {"text": key} if kind == "keyDown" else {}
            await self.call("Input.dispatchKeyEvent", type=kind, key=key, **text)

    async def screenshot(self) -> bytes:
        return base64.b64decode((await self.call("Page.captureScreenshot"))["data"])


class Browser:
    """A running Chromium."""

    def __init__(self, session: aiohttp.ClientSession, port: int) -> None:
        self._session = session
        self._port = port

    @asynccontextmanager
    async def tab(self) -> AsyncIterator[Tab]:
        async with self._session.put(f"http://127.0.0.1:{self._port}/json/new") as answer:
            made = await answer.json()
        async with self._session.ws_connect(made["webSocketDebuggerUrl"], max_msg_size=0) as socket:
            yield Tab(socket)
        async with self._session.get(f"http://127.0.0.1:{self._port}/json/close/{made['id']}"):
            pass


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Start one with an empty profile, and end it."""
    program = chromium()
    assert program is not None
    profile = Path(tempfile.mkdtemp(prefix="chromium-"))
    options = (
        "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
        "--disable-component-update --disable-sync --remote-debugging-port=0 --window-size=1200,800"
    )
    process = subprocess.Popen(  # noqa: ASYNC220 - it takes a moment, and nothing else runs yet
        [program, *options.split(), f"--user-data-dir={profile}", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "HOME": str(profile)},
    )
    try:
        async with aiohttp.ClientSession() as session:
            yield Browser(session, await _port(profile, process))
    finally:
        process.terminate()
        process.wait(20)
        shutil.rmtree(profile, ignore_errors=True)


async def _port(profile: Path, process: subprocess.Popen[bytes]) -> int:
    told = profile / "DevToolsActivePort"
    await soon(
        lambda: (told.exists() and "\n" in told.read_text()) or process.poll() is not None, "chromium never listened"
    )
    assert process.poll() is None, "chromium ended"
    return int(told.read_text().splitlines()[0])
