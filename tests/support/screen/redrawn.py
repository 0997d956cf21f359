"""The program itself, which draws all of its screen again when it is sent SIGUSR1.

Run as ``python -m support.screen.redrawn PROJECT``.
"""

from __future__ import annotations

import asyncio
import signal
import sys

from atombuild_tui import app
from atombuild_tui.__main__ import main


class RedrawnApp(app.AtombuildApp):
    """Obeys the signal."""

    def on_mount(self) -> None:
        super().on_mount()
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, self._draw_anew)

    def _draw_anew(self) -> None:
        self.screen.refresh()


if __name__ == "__main__":
    app.AtombuildApp = RedrawnApp  # type: ignore[misc] # the program takes the app from there
    sys.exit(main())
