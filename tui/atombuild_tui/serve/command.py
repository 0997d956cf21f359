"""``atombuild-tui --serve``: the server's life, from the address it prints to the last app it ends."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import signal
from pathlib import Path

from aiohttp import web

from atombuild.errors import UsageMistake, system_reason
from atombuild.plain import standard_outputs
from atombuild.sanitise import visible
from atombuild_tui.serve.child import child_command
from atombuild_tui.serve.server import WebServer, free_port


def serve(port: int, arguments: tuple[str, ...], root: Path) -> int:
    """Serve until somebody asks to end; return the exit status. Raises :class:`UsageMistake` for a port in use."""
    try:
        port = free_port(port)
    except OSError as error:
        raise UsageMistake(
            f"nothing can be served on port {port}: {system_reason(error)}",
            hint="choose another one, or leave the number out for a free one",
        ) from error
    logging.getLogger("aiohttp").setLevel(logging.ERROR)
    server = WebServer(child_command(list(arguments)), port=port, token=secrets.token_urlsafe(32), title=root.name)
    return asyncio.run(_serve(server, root))


async def _serve(server: WebServer, root: Path) -> int:
    loop, asked = asyncio.get_running_loop(), asyncio.Event()
    received: list[int] = []

    def end(number: int) -> None:
        received.append(number)
        asked.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl+C ends the loop by itself
            loop.add_signal_handler(number, end, int(number))
    runner = web.AppRunner(await server._make_app(), access_log=None, shutdown_timeout=1.0)  # noqa: SLF001 (the library's seam)
    await runner.setup()
    try:
        await web.TCPSite(runner, server.host, server.port).start()
        out, _ = standard_outputs()
        out.line(f"{visible(str(root))} is shown at {server.address}")
        out.line("Whoever has this address can build here; it works on this machine only. Ctrl+C ends it.")
        await asked.wait()
    finally:
        await runner.cleanup()
    return 128 + received[0] if received else 0
