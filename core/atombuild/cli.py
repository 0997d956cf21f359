"""The command ``atombuild-tui``, and the same without a screen: ``python -m atombuild``.

Nothing here imports the screen: it is handed in, as a function that is called when a screen is really wanted. Nor is
anything imported that builds: a screen is there at once, and what it shows comes while it is looked at.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from atombuild import __version__
from atombuild.bug_report import keep_bug_reports
from atombuild.debug_log import debug_log
from atombuild.errors import AtombuildError, OurBug, UsageMistake, system_reason
from atombuild.exit_status import FAILED, SUCCEEDED, UNUSABLE_STATUS
from atombuild.folders import state_folder
from atombuild.plain import Output, PlainView, standard_outputs
from atombuild.settings.registry import Place
from atombuild.settings.schema import schema

if TYPE_CHECKING:
    from atombuild.wiring import ProjectSetup


@dataclass(frozen=True, slots=True)
class ScreenOrder:
    """What a screen is to show."""

    root: Path
    """The project's folder."""

    make_setup: Callable[[], ProjectSetup]
    """Puts together what builds; that takes a moment."""

    hint: str | None
    """What to try first, for ``--demo``."""

    bell: bool
    serve: int | None = None
    """The port for a browser, 0 for any; None: it is shown in this terminal."""

    arguments: tuple[str, ...] = ()
    """Of the app that the browser shows."""

    server: int | None = None
    """This is that app, and this the process that shows it; None: the terminal does."""


Screen = Callable[[ScreenOrder], int]
"""Shows the user interface until it is left; returns the exit status."""


def main(
    argv: list[str] | None = None, *, screen: Screen | None = None, actions: Callable[[], Sequence[str]] = tuple
) -> int:
    """Run the command; return its exit status. Without a screen, watching is done in plain lines.

    ``actions`` names what the screen's keys can do, for the schema of the settings.
    """
    given = sys.argv[1:] if argv is None else argv
    arguments = _parser(with_screen=screen is not None).parse_args(given)
    out, err = standard_outputs()
    keep_bug_reports(state_folder() / "bugs")
    try:
        with debug_log(arguments.debug, Path(arguments.path or ".").absolute()):
            status = _run(arguments, screen, out, err, _Given(tuple(given), actions))
    except Exception as error:  # noqa: BLE001 (the command's boundary: a report that can be acted on, never a traceback)
        told = error if isinstance(error, AtombuildError) else OurBug(error, doing="starting")
        view = PlainView(out, err, watching=False)
        for report in told.reports():
            view.report(report)
        return FAILED if told is not error else UNUSABLE_STATUS
    if out.lost is not None and not isinstance(out.lost, BrokenPipeError):
        err.line(f"warning: standard output could not be written: {system_reason(out.lost)}")
        err.line("  next: what was built stands; look at the exit status, or run it again with room for the output")
    return status


def _parser(*, with_screen: bool) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="atombuild-tui" if with_screen else "python -m atombuild",
        description="Watch a Python project, rebuild its sdist and wheel atomically on every change, and show what "
        "really happened. A failed build leaves no broken file in the output directory, and no older one of the "
        "version that it was for.",
        epilog="Exit status with --once: 0 all succeeded, 1 a build failed, 2 the command or the project can't be "
        "used, 130 interrupted.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "path",
        nargs="?",
        type=_path,
        metavar="PATH",
        help="the project's folder (default: here), or with --once --wheel an sdist",
    )
    parser.add_argument("--once", action="store_true", help="build once and exit: plain lines, no screen")
    parser.add_argument(
        "--plain",
        action="store_true",
        help="watch without the screen: plain lines (the default when standard output is no terminal)",
    )
    parser.add_argument(
        "--json", action="store_true", help="with --once, --plain, --list or --compare: one JSON object a line"
    )
    parser.add_argument("-o", "--out-dir", type=_path, metavar="DIR", help="where artifacts go (default: PATH/dist)")
    parser.add_argument("--sdist", action="store_true", help="build the sdist; with --wheel: both from the tree")
    parser.add_argument("--wheel", action="store_true", help="build the wheel from the tree")
    parser.add_argument(
        "--list", action="store_true", help="print what each artifact would hold, and advice; publish nothing"
    )
    parser.add_argument(
        "--compare",
        action="store_true",
        help="build the wheel from the sdist and from the tree, apart, and print where they differ; publish nothing",
    )
    parser.add_argument(
        "--demo", action="store_true", help="work on a copy of a sample project in a new temporary folder"
    )
    backends = parser.add_argument_group("other build backends than uv_build")
    backends.add_argument(
        "--no-isolation", action="store_true", help="install nothing: what the backend requires must be there"
    )
    backends.add_argument(
        "--python",
        type=_path,
        metavar="PYTHON",
        help="the interpreter that builds: a path, a virtual environment, or a version on PATH or of pyenv "
        "(default: as .python-version or requires-python ask, else our own; with --no-isolation the active virtual "
        "environment, or .venv here)",
    )
    backends.add_argument(
        "-C",
        "--config-setting",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="given to the backend; repeatable",
    )
    backends.add_argument(
        "--build-constraint",
        action="append",
        type=_path,
        metavar="FILE",
        help="constraints on what is installed for the build, and on uv_build itself; repeatable",
    )
    backends.add_argument(
        "--clean-cache",
        action="store_true",
        help="remove all that is kept between builds, build environments above all, say how much that was, and exit",
    )
    parser.add_argument(
        "--allow-commands",
        action="store_true",
        help="with --plain: run on-success and on-failure of the project, this time",
    )
    if with_screen:
        parser.add_argument(
            "--serve",
            nargs="?",
            type=_port,
            const=0,
            metavar="PORT",
            help="show the screen in a browser on this machine, behind a token (default: a free port)",
        )
        parser.add_argument("--in-browser", type=int, metavar="SERVER", help=argparse.SUPPRESS)
    parser.add_argument("--no-bell", action="store_true", help="neither ring nor set the terminal's title")
    parser.add_argument(
        "--settings-schema",
        nargs="?",
        const="user",
        choices=("user", "project"),
        help="print the JSON Schema of your settings.toml, or of [tool.atombuild], and exit",
    )
    parser.add_argument(
        "--debug", type=_path, metavar="FILE", help="write what goes on to FILE, a JSON object a line, for a bug report"
    )
    parser.add_argument("--version", action="version", version=f"atombuild-tui {__version__}")
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or not int(text) < 1 << 16:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535; PATH goes before --serve")
    return int(text)


def _path(text: str) -> Path:
    # Most likely a variable that is not set: to build whatever stands here would be a guess.
    if not text:
        raise argparse.ArgumentTypeError("the path is empty; leave it out to mean the folder you are in")
    return Path(text)


def _run(arguments: argparse.Namespace, screen: Screen | None, out: Output, err: Output, given: _Given) -> int:
    _check_usage(arguments, screen)
    if arguments.settings_schema:
        return _settings_schema(arguments, out, given.actions())
    if arguments.clean_cache:
        from atombuild.headless import clean_cache  # noqa: PLC0415 (see above)

        return clean_cache(out)
    root, hint = _project_folder(arguments)
    if screen is not None and _is_for_a_screen(arguments) and _may_be_a_project(root, arguments.out_dir):
        _check_options(arguments, root)
        return screen(_screen_order(arguments, root, hint, given.words))
    from atombuild.headless import run  # noqa: PLC0415 (see above)

    return run(arguments, root, hint, out, err)


def _is_for_a_screen(arguments: argparse.Namespace) -> bool:
    if arguments.once or arguments.list or arguments.compare:
        return False
    return arguments.serve is not None or arguments.in_browser is not None or (not arguments.plain and _on_a_terminal())


def _may_be_a_project(root: Path, out_dir: Path | None) -> bool:
    """Whether the screen has something to show; without, what is the matter is said here, and there is no screen."""
    if any((root / name).is_file() for name in ("pyproject.toml", "setup.py", "setup.cfg")):
        return True
    # A project that lost its description is a failed build, and the screen shows that one.
    return ((out_dir or root / "dist") / ".atombuild.json").is_file()


def _check_options(arguments: argparse.Namespace, root: Path) -> None:
    """Raise what is wrong with the options, while there is no screen yet."""
    given = (
        arguments.config_setting,
        arguments.build_constraint or os.environ.get("UV_BUILD_CONSTRAINT"),
        arguments.python,
        arguments.no_isolation,
        arguments.out_dir,
    )
    if any(given):
        from atombuild.headless import setup_of  # noqa: PLC0415 (see above)

        setup_of(arguments, root)


def _screen_order(arguments: argparse.Namespace, root: Path, hint: str | None, words: tuple[str, ...]) -> ScreenOrder:
    def make_setup() -> ProjectSetup:
        from atombuild.headless import setup_of  # noqa: PLC0415 (see above)

        return setup_of(arguments, root)

    order = ScreenOrder(root, make_setup, hint, bell=not arguments.no_bell, server=arguments.in_browser)
    if arguments.serve is not None:
        return replace(order, serve=arguments.serve, arguments=_passed_on(words, root))
    return order


@dataclass(frozen=True, slots=True)
class _Given:
    """What the caller of the command brought along."""

    words: tuple[str, ...]
    """The arguments, as they were given."""

    actions: Callable[[], Sequence[str]]


def _check_usage(arguments: argparse.Namespace, screen: Screen | None) -> None:
    """Raise what is said twice over, or in vain."""
    if arguments.json and not (arguments.once or arguments.plain or arguments.list or arguments.compare):
        raise UsageMistake(
            "--json needs --once, --plain, --list or --compare", hint="the screen has no JSON form: add one of them"
        )
    for what, of in (("--once", arguments.once), ("--list", arguments.list), ("--compare", arguments.compare)):
        if of and arguments.allow_commands:
            raise UsageMistake(
                f"{what} runs no commands of the project, so there are none to allow",
                hint="leave out --allow-commands, or watch with --plain",
            )
    if arguments.list and arguments.compare:
        raise UsageMistake("--list and --compare are two questions", hint="ask one after the other")
    if screen is None:
        return
    for what, of in (
        ("--once", arguments.once),
        ("--plain", arguments.plain),
        ("--list", arguments.list),
        ("--compare", arguments.compare),
    ):
        if of and arguments.serve is not None:
            raise UsageMistake(f"--serve shows the screen, and {what} shows none", hint="leave out one of the two")
    if arguments.allow_commands and _is_for_a_screen(arguments):
        raise UsageMistake(
            "the screen asks before it runs a command of the project",
            hint="leave out --allow-commands, and allow with a what is shown; or watch with --plain",
        )


def _passed_on(given: Sequence[str], root: Path) -> tuple[str, ...]:
    """Return the arguments for the app in the browser: ours, without the order to serve and its port."""
    passed = []
    skip = False
    for word in given:
        if skip and word.isdecimal():
            skip = False
            continue
        skip = word == "--serve"
        if not skip and not word.startswith("--serve=") and word != "--demo":
            passed.append(word)
    # --demo made its folder already; the path is said once more where it was left out.
    return (*passed, str(root)) if "--demo" in given else tuple(passed)


def _on_a_terminal() -> bool:
    """Whether there is a terminal for the screen: keys come from standard input, and it is drawn on standard error."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def _settings_schema(arguments: argparse.Namespace, out: Output, actions: Sequence[str]) -> int:
    place = Place.PROJECT if arguments.settings_schema == "project" else Place.USER
    out.line(json.dumps(schema(place, actions), indent=2))
    return SUCCEEDED


def _project_folder(arguments: argparse.Namespace) -> tuple[Path, str | None]:
    if not arguments.demo:
        # absolute(), not resolve(): a project reached through a link keeps the name its user knows.
        return Path(arguments.path or ".").absolute(), None
    if arguments.path is not None:
        raise UsageMistake("--demo brings its own project", hint="leave out either --demo or the path")
    from atombuild.demo import make_demo  # noqa: PLC0415 (only --demo needs it)

    demo = make_demo()
    return demo.root, demo.hint
