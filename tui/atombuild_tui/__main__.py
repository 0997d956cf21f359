"""The command ``atombuild-tui``. The screen is imported only when there is one to show."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from atombuild.safe_path import leave_out_this_folder

if __name__ == "__main__":
    leave_out_this_folder()

from atombuild import cli  # only now: see there
from atombuild.exit_status import FAILED, SUCCEEDED
from atombuild.plain import standard_outputs

if TYPE_CHECKING:
    from atombuild_tui.engine import Engine

_LAST_SECONDS: Final = 3.0
"""For an engine to end whose screen is gone already: longer than a process has that is asked to end before it must."""


def show_screen(order: cli.ScreenOrder) -> int:
    """Run the user interface until it is left; return the exit status."""
    if order.serve is not None:
        from atombuild_tui.serve.command import serve  # noqa: PLC0415 (only --serve needs a web server)

        return serve(order.serve, order.arguments, order.root)
    from atombuild.folders import settings_path  # noqa: PLC0415
    from atombuild_tui.app import AtombuildApp  # noqa: PLC0415 (--once and --help load no screen)
    from atombuild_tui.late import LateEngine  # noqa: PLC0415
    from atombuild_tui.quickness import be_quick  # noqa: PLC0415
    from atombuild_tui.serve.child import when_orphaned  # noqa: PLC0415
    from atombuild_tui.summary import left_early, summary  # noqa: PLC0415

    be_quick()
    engine = LateEngine(lambda: _engine(order))
    app = AtombuildApp(engine, hint=order.hint, bell=order.bell, settings=settings_path())
    if order.server is not None:
        when_orphaned(order.server, app.leave_from_outside)
    app.run()
    out, err = standard_outputs()
    for line in () if order.server is not None else summary(app.dashboard):
        out.line(line)
    # Also when the screen did not wait for it: what it runs is ended by force meanwhile, and must not outlive us.
    if not engine.join(_LAST_SECONDS):
        err.line(left_early(app.dashboard))
    return app.return_code or (FAILED if engine.failed else SUCCEEDED)


def _engine(order: cli.ScreenOrder) -> Engine:
    """Put together what builds, checks and runs the project's commands."""
    from atombuild.after.runner import AfterBuild  # noqa: PLC0415 (after the first paint)
    from atombuild.checks.checker import Checker  # noqa: PLC0415

    setup = order.make_setup()
    return setup.engine(
        beside_a_screen=True,
        make_checker=lambda emit: Checker(setup, emit),
        make_after=lambda emit: AfterBuild(setup.root, setup.out_dir, emit),
    )


def main() -> int:
    """Run the command with a screen at hand."""
    return cli.main(screen=show_screen, actions=_action_names)


def _action_names() -> list[str]:
    from atombuild_tui.actions import ACTIONS  # noqa: PLC0415 (it imports textual)

    return [action.id for action in ACTIONS]


if __name__ == "__main__":
    sys.exit(main())
