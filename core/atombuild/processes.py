"""Programs that we start: heard, ended with all that they started, and never left behind."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from atombuild.errors import ProgramNotStarted

GRACES: Final = (2.0, 1.0)
"""Seconds from asking a process to stop, as Ctrl+C does, to telling it to end; and from there to killing it."""

PATIENCE_SECONDS: Final = 0.05
"""Between two looks at whether somebody asked to stop."""

_LAST_WAIT_SECONDS: Final = 2.0
"""For what a process said last, once its group is no more."""

_PIECE: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended."""

    status: int
    """Exit status; the negative number of a signal that killed it."""

    strays: int = 0
    """Processes that it left running, and that were ended."""


def run_process(
    command: list[str] | str,
    cwd: str | None,
    environ: Mapping[str, str],
    hear: Callable[[bytes], None],
    check: Callable[[], None],
    *,
    inherited: tuple[int, ...] = (),
    hint: str = "check that this program is there, and may be run",
) -> Ended:
    """Run a command in a group of its own to its end; when this returns or raises, its group is no more.

    A string is a command line as Windows takes it, quoted already. ``hear`` takes what it prints; what ``check`` raises
    ends it. ``inherited`` are descriptors that it keeps open, where systems have such. Raises
    :class:`ProgramNotStarted`, with this hint.
    """
    try:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            **_own_group(inherited),
        )
    except OSError as error:
        program = command if isinstance(command, str) else command[0]
        raise ProgramNotStarted(Path(program), error, hint=hint) from error
    pieces: queue.Queue[bytes] = queue.Queue(maxsize=16)  # a process that floods us waits
    over = threading.Event()
    reader = threading.Thread(target=_read, args=(process, pieces, over), name="atombuild-output", daemon=True)
    reader.start()
    try:
        while process.poll() is None or not pieces.empty():
            with contextlib.suppress(queue.Empty):
                hear(pieces.get(timeout=PATIENCE_SECONDS))
            check()
    except BaseException:
        _end_group(process, pieces)
        raise
    finally:
        _kill_group(process)
        over.set()
        reader.join(_LAST_WAIT_SECONDS)  # no longer: a process that left the group may keep the output open
        if not reader.is_alive() and process.stdout is not None:
            process.stdout.close()
    while not pieces.empty():
        hear(pieces.get())
    return Ended(process.returncode)


def _own_group(inherited: tuple[int, ...]) -> dict[str, Any]:
    """Return what makes a process the first of a group, which can be ended as a whole and hears no Ctrl+C of ours."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True, "pass_fds": inherited}


def _read(process: subprocess.Popen[bytes], pieces: queue.Queue[bytes], over: threading.Event) -> None:
    """Pass the output on; once it is over, what does not fit any more is nobody's business."""
    if process.stdout is None:
        return
    while data := os.read(process.stdout.fileno(), _PIECE):
        while True:
            try:
                pieces.put(data, timeout=PATIENCE_SECONDS)
            except queue.Full:
                if over.is_set():
                    return
            else:
                break


def _end_group(process: subprocess.Popen[bytes], pieces: queue.Queue[bytes]) -> None:
    """Ask the group to stop, then to end; wait until nothing of it is left, or until it had time for that."""
    if sys.platform == "win32":
        with contextlib.suppress(OSError):
            os.kill(process.pid, signal.CTRL_BREAK_EVENT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(sum(GRACES))
    else:
        for number, grace in zip((signal.SIGINT, signal.SIGTERM), GRACES, strict=True):
            deadline = time.monotonic() + grace
            with contextlib.suppress(OSError):
                os.killpg(process.pid, number)
            while _group_runs(process) and time.monotonic() < deadline:
                with contextlib.suppress(queue.Empty):  # what it says now would hold it up if nothing took it
                    pieces.get(timeout=PATIENCE_SECONDS / 5)
    _kill_group(process)
    process.wait()


def _group_runs(process: subprocess.Popen[bytes]) -> bool:
    """Whether anything of the group is left: what a process started has something to clear away, too."""
    if process.poll() is None:
        return True
    try:
        os.killpg(process.pid, 0)
    except OSError:
        return False
    return True


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        if process.poll() is None:
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], check=False, capture_output=True)
    else:
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
