"""One view: an app of its own behind a socket. What the socket says is bounded, and so is how long the app stays on."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING, Final

from aiohttp import WSMsgType, web
from textual_serve.app_service import AppService

if TYPE_CHECKING:
    from textual_serve.download_manager import DownloadManager

END_SECONDS: Final = 6.0
"""For an app to end what it was at, when its view is gone; then it is killed, which the next start tells."""

_GONE_SECONDS: Final = 1.0

_LARGEST_MESSAGE: Final = 64 * 1024
"""Bytes. A paste may be long; what is longer would keep the app from everything else."""

_LARGEST_SIDE: Final = 1000
"""Cells of a terminal. Each costs memory, and a browser asks for what it likes."""

_LONGEST_NUMBER: Final = 20

_HEARTBEAT: Final = 15.0


async def run_view(request: web.Request, command: str, downloads: DownloadManager) -> web.WebSocketResponse:
    """Run the app for this socket until either ends."""
    websocket = web.WebSocketResponse(heartbeat=_HEARTBEAT, max_msg_size=_LARGEST_MESSAGE)
    await websocket.prepare(request)

    async def close() -> None:
        await websocket.close()

    app = AppService(
        command,
        write_bytes=websocket.send_bytes,
        write_str=websocket.send_str,
        close=close,
        download_manager=downloads,
    )
    width, height = (side(request.query.get(name), usual) for name, usual in (("width", 80), ("height", 24)))
    try:
        await app.start(width, height)
        await _pass_on(websocket, app)
    finally:
        await _end(app)
        await websocket.close()
    return websocket


def side(given: object, usual: int) -> int:
    """Return a side of the terminal as one that can be drawn; ``usual`` where it is no number."""
    text = str(given).strip()
    if not text.lstrip("-").isdecimal() or len(text) > _LONGEST_NUMBER:
        return usual
    return min(max(int(text), 1), _LARGEST_SIDE)


async def _pass_on(websocket: web.WebSocketResponse, app: AppService) -> None:
    """Pass on what the browser says; what makes no sense ends the view."""
    async for message in websocket:
        if message.type is not WSMsgType.TEXT:
            continue
        try:
            kind, *details = json.loads(message.data)
            if kind == "stdin":
                await app.send_bytes(str(details[0]).encode("utf-8", "replace"))
            elif kind == "resize":
                await app.set_terminal_size(side(details[0]["width"], 80), side(details[0]["height"], 24))
            elif kind == "ping":
                await websocket.send_json(["pong", str(details[0])[:100]])
            elif kind in {"blur", "focus"}:
                await (app.blur() if kind == "blur" else app.focus())
        except (ValueError, TypeError, LookupError, RecursionError):
            await websocket.close(code=1008, message=b"that was no message of ours")
            return


async def _end(app: AppService) -> None:
    """End the app; kill it if it does not."""
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(app.stop(), END_SECONDS)
    process = app._process  # noqa: SLF001 (the library has no other way to its app)
    if process is None:
        return
    with contextlib.suppress(asyncio.TimeoutError):
        # It has said goodbye, or nothing: what counts is that it is gone.
        await asyncio.wait_for(process.wait(), _GONE_SECONDS)
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
