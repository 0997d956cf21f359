"""The user's editor at a line: which one, how it wants the place said, and whether it takes over the terminal.

Presets are the editors that people named; anything else is started with the file alone, which every editor understands.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from types import FrameType
from typing import Final

from atombuild.errors import Location


@dataclass(frozen=True, slots=True)
class Preset:
    """How one editor is told where to go."""

    arguments: Callable[[str, int, int], list[str]]
    """From file, line and column, both from 1."""

    in_terminal: bool
    """It takes over the terminal: we make room for it, and are back when it is closed."""


def _plus_line(file: str, line: int, _column: int) -> list[str]:
    return [f"+{line}", file]


def _colons(file: str, line: int, column: int) -> list[str]:
    return [f"{file}:{line}:{column}"]


_VIM: Final = Preset(lambda file, line, column: [f"+call cursor({line},{column})", file], in_terminal=True)
_CODE: Final = Preset(lambda file, line, column: ["--goto", f"{file}:{line}:{column}"], in_terminal=False)
_JETBRAINS: Final = Preset(
    lambda file, line, column: ["--line", str(line), "--column", str(column), file], in_terminal=False
)

PRESETS: Final[Mapping[str, Preset]] = {
    "vi": Preset(_plus_line, in_terminal=True),
    "vim": _VIM,
    "nvim": _VIM,
    "emacs": Preset(lambda file, line, column: ["-nw", f"+{line}:{column}", file], in_terminal=True),
    "emacsclient": Preset(lambda file, line, column: ["-t", f"+{line}:{column}", file], in_terminal=True),
    "nano": Preset(lambda file, line, column: [f"+{line},{column}", file], in_terminal=True),
    "micro": Preset(lambda file, line, column: [f"+{line}:{column}", file], in_terminal=True),
    "hx": Preset(_colons, in_terminal=True),
    "helix": Preset(_colons, in_terminal=True),
    "kak": Preset(_plus_line, in_terminal=True),
    "code": _CODE,
    "codium": _CODE,
    "cursor": _CODE,
    "zed": Preset(_colons, in_terminal=False),
    "subl": Preset(_colons, in_terminal=False),
    "pycharm": _JETBRAINS,
    "charm": _JETBRAINS,
    "idea": _JETBRAINS,
}
"""By the name of the program."""

_UNKNOWN: Final = Preset(lambda file, _line, _column: [file], in_terminal=True)


@dataclass(frozen=True, slots=True)
class Opening:
    """An editor, ready to be started."""

    command: tuple[str, ...]
    name: str
    in_terminal: bool


class NoEditor(Exception):
    """There is none, or its command can't be understood; the text says what to do."""


Command = str | tuple[str, ...]
"""As people set it: in one string, as a shell would read it, or word by word."""


def opening(place: Location, environ: Mapping[str, str], chosen: Command = "") -> Opening:
    """Return how to open a place. ``chosen``: the user's setting, before ``$VISUAL`` and ``$EDITOR``.

    Raises :class:`NoEditor`.
    """
    said = chosen or environ.get("VISUAL") or environ.get("EDITOR") or ""
    if not said:
        said = next(
            (name for name in ("nvim", "vim", "nano", "vi") if shutil.which(name, path=environ.get("PATH"))), ""
        )
    if not said:
        raise NoEditor("no editor is known: set $EDITOR, or `editor` in the settings")
    words = split(said, posix=os.name == "posix") if isinstance(said, str) else said
    program = shutil.which(words[0], path=environ.get("PATH")) if words else None
    if program is None:
        raise NoEditor(f"{words[0] if words else said} is not to be found: set $EDITOR, or `editor` in the settings")
    name = PurePath(words[0]).name.removesuffix(".exe").removesuffix(".cmd")
    preset = PRESETS.get(name, _UNKNOWN)
    # What was found is what is started: Windows would not find code.cmd by the name of code, and from the project's
    # folder a relative path is another one.
    program = os.path.abspath(program)  # noqa: PTH100 (it may be a link, which is to be called by its name)
    # What starts with a dash would be an option, and a plus a line: a path from / on is neither.
    file = os.fspath(place.path.absolute())
    return Opening(
        (program, *words[1:], *preset.arguments(file, place.line or 1, place.column or 1)), name, preset.in_terminal
    )


def split(said: str, *, posix: bool) -> tuple[str, ...]:
    r"""Return the words of a command. Not ``posix``: a backslash is one, and quotes hold a word together.

    Raises :class:`NoEditor`.
    """
    try:
        words = shlex.split(said, posix=posix)
    except ValueError as error:
        raise NoEditor(f"the editor's command can't be read ({error}): {said}") from None
    return tuple(words if posix else [word.strip('"') for word in words])


def run_in_terminal(command: tuple[str, ...], folder: Path | None) -> int | None:
    """Run an editor in our terminal and wait for its end; return the number of a signal that asked *us* to end.

    It gets the interrupts of the keyboard, not we. Asked to end, we end it first: nobody else will. Asked again, we
    wait for it no more. Raises ``OSError``.
    """
    asked: list[int] = []
    # No standard output of ours: the screen is suspended, and whatever catches prints must not catch an editor.
    process = subprocess.Popen(command, cwd=folder)
    in_front = _in_front()

    def end(number: int, _frame: FrameType | None) -> None:
        (process.kill if asked else process.terminate)()
        asked.append(number)

    handlers: dict[int, Callable[[int, FrameType | None], None]] = {signal.SIGINT: lambda _number, _frame: None}
    handlers |= {getattr(signal, name): end for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)}
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        process.wait()
    finally:
        if in_front is not None:
            _bring_to_front(in_front)
        for number, handler in before.items():
            signal.signal(number, handler)
    return asked[0] if asked else None


def _in_front() -> int | None:
    """Return the process group that the keyboard belongs to; None: there is no keyboard, or nothing like groups."""
    if sys.platform == "win32" or not os.isatty(0):
        return None
    return os.tcgetpgrp(0)


def _bring_to_front(group: int) -> None:
    """Give the keyboard back to this group: an editor may have taken it, as shells do, and ended with it."""
    if sys.platform == "win32":
        return
    # Who is not in front is stopped for asking, unless this signal is ignored.
    before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    try:
        # The terminal may be gone, and the editor with it: then there is nothing to get back.
        with contextlib.suppress(OSError):
            os.tcsetpgrp(0, group)
    finally:
        signal.signal(signal.SIGTTOU, before)


def start_beside(command: tuple[str, ...], folder: Path | None) -> None:
    """Start an editor with a window of its own; it outlives us. Raises ``OSError``."""
    silent = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=folder, stdin=silent, stdout=silent, stderr=silent, start_new_session=True)
    # Somebody has to take notice of its end, or it stays in the system's list for as long as we run.
    threading.Thread(target=process.wait, name="atombuild-editor", daemon=True).start()
