"""The command ``atombuild-tui``. The screen is imported only when there is one to show."""

from __future__ import annotations

import sys
from typing import Final

from atombuild import cli

_TURN: Final = 0.001
"""Seconds that a thread of Python runs before another gets its turn. A build is thousands of short calls: with the
usual 5 ms, it would wait that long after each of them while the screen is busy."""


def show_screen(order: cli.ScreenOrder) -> int:
    """Run the user interface until it is left; return the exit status."""
    from atombuild_tui.app import AtombuildApp  # noqa: PLC0415 (--once and --help never import textual)

    # The build and the screen share an interpreter: a slow paint must not stall the build, nor the build a key.
    sys.setswitchinterval(_TURN)
    engine = order.setup.engine(beside_a_screen=True)
    app = AtombuildApp(engine, hint=order.hint, bell=order.bell)
    app.run()
    if not app.left_in_time:
        sys.stderr.write("left while a build was still being stopped; the next start tells what became of it\n")
    return app.return_code or (cli.FAILED if engine.failed else cli.SUCCEEDED)


def main() -> int:
    """Run the command with a screen at hand."""
    return cli.main(screen=show_screen)


if __name__ == "__main__":
    sys.exit(main())
