"""The pages, the socket, and whose turn it is.

One view at a time: each is an engine of its own, and two engines would build every change twice. Who comes second is
told that the view is open elsewhere, and may take it over; then the other one is ended first.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
import sys
import time
from html import escape
from pathlib import Path
from typing import Final

from aiohttp import web
from textual_serve.server import Server

from atombuild.sanitise import visible
from atombuild_tui.serve.guard import QUERY, Guard
from atombuild_tui.serve.view import END_SECONDS, run_view

_OWN: Final = Path(__file__).parent / "assets"


class WebServer(Server):
    """Serves one app to one browser tab."""

    def __init__(self, command: str, *, host: str, port: int, token: str, title: str) -> None:
        super().__init__(command, host=host, port=port, title=visible(title))
        self._guard = Guard(token, host, port)
        self._token = token
        self._view: web.Request | None = None
        self._since = 0.0
        self._task: asyncio.Task[object] | None = None

    @property
    def address(self) -> str:
        """The URL to open; whoever has it may build here."""
        return f"http://{self.host}:{self.port}/?{QUERY}={self._token}"

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.middlewares.append(self._guard.middleware())
        app.router.add_static("/own", _OWN)
        app.router.add_post("/take", self.handle_take)
        return app

    async def on_startup(self, app: web.Application) -> None:
        """Say nothing: the address was printed."""
        del app

    async def on_shutdown(self, app: web.Application) -> None:
        """End the view, and wait for its app."""
        del app
        await self._end_view()

    async def handle_index(self, request: web.Request) -> web.StreamResponse:
        """Show the app, or who has it."""
        del request
        if self._view is not None:
            since = time.strftime("%H:%M:%S", time.localtime(self._since))
            page = (_OWN / "taken.html").read_text(encoding="utf-8")
            return _html(page.replace("{since}", since).replace("{title}", escape(self.title)))
        page = (_OWN / "view.html").read_text(encoding="utf-8")
        return _html(page.replace("{port}", str(self.port)).replace("{title}", escape(self.title)))

    async def handle_take(self, request: web.Request) -> web.StreamResponse:
        """End the view that is open, and give the page to who asked."""
        del request
        await self._end_view()
        return web.Response(status=303, headers={"Location": "/"})

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Run the app for this view."""
        if self._view is not None:
            raise web.HTTPConflict(text="409: the view is open elsewhere\n")
        self._view, self._since, self._task = request, time.time(), asyncio.current_task()
        try:
            return await run_view(request, self.command, self.download_manager)
        finally:
            self._view = self._task = None

    async def _end_view(self) -> None:
        task = self._task
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, asyncio.TimeoutError):
                # A moment more than an app has: it is killed then, and nobody may begin before it is gone.
                await asyncio.wait_for(asyncio.shield(task), 2 * END_SECONDS)


def _html(page: str) -> web.Response:
    return web.Response(text=page, content_type="text/html")


def address_for(port: int) -> str:
    """Return the address to listen on: one that no other server has, where the system has more than one.

    Browsers send a cookie to every port of an address. On Linux all of 127.0.0.0/8 is this machine, so a server gets
    an address of its own, and its cookie goes nowhere else. Whoever chooses the port wants to know where it is.
    """
    if port or not sys.platform.startswith("linux"):
        return "127.0.0.1"
    return ".".join(map(str, (127, *(secrets.randbelow(254) + 1 for _ in range(3)))))


def listening(host: str, wanted: int) -> socket.socket:
    """Return a socket that listens on this port of an address, on any free one for 0. Raises ``OSError``."""
    made = socket.socket()
    try:
        if sys.platform != "win32":  # where it would let two servers share a port
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, wanted))
        made.listen()
    except OSError:
        made.close()
        raise
    return made
