"""``atombuild-tui --serve``: the server's life, from the address it prints to the last app it ends."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import socket
from pathlib import Path
from typing import Final

from aiohttp import web

from atombuild.errors import UsageMistake, system_reason
from atombuild.exit_status import SIGNALLED
from atombuild.plain import Output, standard_outputs
from atombuild.sanitise import visible
from atombuild_tui.serve.child import child_command
from atombuild_tui.serve.server import WebServer, address_for, listening
from atombuild_tui.serve.voice import harmless

_SHUTDOWN_SECONDS: Final = 1.0


def serve(port: int, arguments: tuple[str, ...], root: Path) -> int:
    """Serve until somebody asks to end; return the exit status. Raises :class:`UsageMistake` for a port in use."""
    host = address_for(port)
    try:
        door = listening(host, port)
    except OSError as error:
        raise UsageMistake(
            f"nothing can be served on port {port}: {system_reason(error)}",
            hint="choose another one, or leave the number out for a free one",
        ) from error
    command = child_command(list(arguments), os.getpid())
    port, token = door.getsockname()[1], secrets.token_urlsafe(32)
    server = WebServer(command, host=host, port=port, token=token, title=root.name)
    out, err = standard_outputs()
    try:
        with contextlib.closing(door), harmless(err):
            return asyncio.run(_serve(server, door, root, out))
    except KeyboardInterrupt:  # Windows, where a loop hears no signals: it has cleaned up behind it
        return SIGNALLED + signal.SIGINT


async def _serve(server: WebServer, door: socket.socket, root: Path, out: Output) -> int:
    loop, asked = asyncio.get_running_loop(), asyncio.Event()
    received: list[int] = []

    def end(number: int) -> None:
        received.append(number)
        asked.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl+C ends the loop by itself
            loop.add_signal_handler(number, end, int(number))
    app = await server._make_app()  # noqa: SLF001 (the library's seam)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        # The very socket that got the port: between two of them, somebody else could take it.
        await web.SockSite(runner, door).start()
        out.line(f"{visible(str(root))} is shown at {server.address}")
        out.line("Whoever has this address can build here; it works on this machine only. Ctrl+C ends it.")
        await asked.wait()
    finally:
        await runner.cleanup()
    return SIGNALLED + received[0] if received else 0
