"""Our end of a hook's process: started, heard, timed, cancelled, and never left behind.

:class:`HookServer` asks the server in :mod:`atombuild.isolated.inside.server`, where there is ``fork``;
:class:`PlainProcesses` starts the environment's Python anew for each hook, everywhere.
"""

from __future__ import annotations

import array
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Protocol

from atombuild.errors import BackendFailure, ProgramNotStarted
from atombuild.processes import GRACES, PATIENCE_SECONDS, Ended, run_process

_LAST_WAIT_SECONDS: Final = 2.0
"""For the server to say that everything ended, on top of the graces."""

_PIECE: Final = 1 << 16

START_HINT: Final = (
    "check the interpreter that --python names; or empty the kept environments: atombuild-tui --clean-cache"
)
"""Where an interpreter can't be started."""

_FOR_ONE_HOOK: Final = ("_PYPROJECT_HOOKS_", "DIST_EXTRA_CONFIG")
"""Variables that are another for each hook, and that nothing reads when Python starts or a backend is imported."""

_INSIDE: Final = Path(__file__).parent / "inside"


@dataclass(frozen=True, slots=True)
class Call:
    """One hook, as it is to be run."""

    arguments: tuple[str, ...]
    """Of ``hook.py``: report, root, script, hook, control folder."""

    cwd: str
    environ: Mapping[str, str]

    lock: int | None
    """A descriptor to hold for as long as anything of the hook runs."""

    backend: str | None = None
    """The backend's module, if it comes from the environment; None: from the project's own tree."""

    folders: tuple[str, ...] = ()
    """Where modules of the project may lie that hide others of their names."""


class HookProcesses(Protocol):
    """Runs hooks in one environment, one after another."""

    def run(self, call: Call, hear: Callable[[bytes], None], check: Callable[[], None]) -> Ended:
        """Run a hook to its end. ``hear`` takes its output as it comes; ``check`` raises to break it off.

        When this returns or raises, nothing that the hook started runs any more, as far as the system lets us find it.
        """

    def close(self) -> None:
        """Let everything go."""


def hook_processes(python: Path, *, warm: bool = True) -> HookProcesses:
    """Return what runs hooks with this interpreter in the best way that the system has."""
    return HookServer(python, warm=warm) if hasattr(os, "fork") and sys.platform != "win32" else PlainProcesses(python)


class HookServer:
    """Keeps a server process that forks for each hook. See :mod:`atombuild.isolated.inside.server`."""

    def __init__(self, python: Path, *, warm: bool = True) -> None:
        self._python = python
        self._warm = warm
        self._environ: dict[str, str] = {}
        """What the server was started with: Python, and what is imported there, read it then."""

        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._said: IO[bytes] | None = None

    def run(self, call: Call, hear: Callable[[bytes], None], check: Callable[[], None]) -> Ended:
        """See :class:`HookProcesses`."""
        link = self._link(call.environ)
        output, theirs = os.pipe()
        try:
            try:
                self._ask(link, call, theirs)
            finally:
                os.close(theirs)
            conversation = _Conversation(link, output, hear)
            try:
                ended = conversation.follow(check)
            except BaseException:
                self._break_off(conversation)
                raise
            if ended is None:
                raise self._died(conversation)
            conversation.drain()
            return ended
        finally:
            os.close(output)

    def close(self) -> None:
        """End the server; it ends what runs below it."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_LAST_WAIT_SECONDS)
            if self._process.poll() is None:
                self._process.kill()
                self._process.wait()
            self._process = None
        if self._said is not None:
            self._said.close()
            self._said = None

    def _link(self, environ: Mapping[str, str]) -> socket.socket:
        environ = {name: value for name, value in environ.items() if not name.startswith(_FOR_ONE_HOOK)}
        alive = self._process is not None and self._process.poll() is None
        if self._socket is not None and alive and environ == self._environ:
            return self._socket
        self.close()
        self._environ = environ
        ours, theirs = socket.socketpair()
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 (open for as long as the server runs)
        mode = "warm" if self._warm else "cold"
        try:
            self._process = subprocess.Popen(
                # -S: code that an environment runs when Python starts is the hook's, in the folder of the project.
                [str(self._python), "-S", str(_INSIDE / "server.py"), mode, str(theirs.fileno())],
                cwd=os.sep,  # in no project
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._said,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        except OSError as error:
            ours.close()
            raise ProgramNotStarted(self._python, error, hint=START_HINT) from error
        finally:
            theirs.close()
        self._socket = ours
        return ours

    def _ask(self, link: socket.socket, call: Call, output: int) -> None:
        request = {
            "arguments": call.arguments,
            "cwd": call.cwd,
            "environ": dict(call.environ),
            "backend": call.backend,
            "folders": call.folders,
            "graces": GRACES,
        }
        descriptors = array.array("i", [output, *([] if call.lock is None else [call.lock])])
        data = json.dumps(request).encode() + b"\n"
        try:
            sent = link.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptors)])
            link.sendall(data[sent:])
        except OSError as error:
            raise self._died(None) from error

    def _break_off(self, conversation: _Conversation) -> None:
        if not conversation.stop(sum(GRACES) + _LAST_WAIT_SECONDS):
            conversation.kill()
            self.close()

    def _died(self, conversation: _Conversation | None) -> BackendFailure:
        if conversation is not None:
            conversation.kill()
        said = b""
        if self._said is not None:
            self._said.seek(0)
            said = self._said.read(_PIECE)
        self.close()
        last = said.decode("utf-8", "replace").strip().splitlines()[-1:]
        return BackendFailure(
            "the process that runs the build backend's hooks was ended from outside",
            hint="build again; if the backend itself does that, look what it ends",
            why=tuple(last),
        )


class _Conversation:
    """One hook's request, from the moment it was sent."""

    def __init__(self, link: socket.socket, output: int, hear: Callable[[bytes], None]) -> None:
        self._link = link
        self._output = output
        self._hear = hear
        self._heard_all = False
        self._pending = b""
        self._process: int | None = None

    def follow(self, check: Callable[[], None]) -> Ended | None:
        """Return how the hook ended; None: the server is gone."""
        while True:
            ended, gone = self._turn(self._hear)
            if ended is not None:
                return ended
            if gone:
                return None
            check()

    def stop(self, patience: float) -> bool:
        """Have everything ended; return whether the server says that it is."""
        deadline = time.monotonic() + patience
        try:
            self._link.sendall(b'{"stop": true}\n')
        except OSError:
            return False
        while time.monotonic() < deadline:
            ended, gone = self._turn(lambda _data: None)
            if ended is not None or gone:
                return ended is not None
        return False

    def kill(self) -> None:
        """Kill the hook's group: the server can't do it any more."""
        if self._process is not None:
            with contextlib.suppress(OSError):
                os.killpg(self._process, signal.SIGKILL)

    def drain(self) -> None:
        """Hear what is left: nobody writes any more."""
        os.set_blocking(self._output, False)
        with contextlib.suppress(BlockingIOError):
            while data := os.read(self._output, _PIECE):
                self._hear(data)

    def _turn(self, hear: Callable[[bytes], None]) -> tuple[Ended | None, bool]:
        link = self._link.fileno()
        watched = [link] if self._heard_all else [link, self._output]
        ready, _, _ = select.select(watched, [], [], PATIENCE_SECONDS)
        if self._output in ready:
            data = os.read(self._output, _PIECE)
            self._heard_all = not data
            if data:
                hear(data)
        if link in ready:
            try:
                data = self._link.recv(_PIECE)
            except ConnectionError:
                data = b""
            if not data:
                return None, True
            self._pending += data
            while b"\n" in self._pending:
                line, _, self._pending = self._pending.partition(b"\n")
                answer = json.loads(line)
                if "process" in answer:
                    self._process = answer["process"]
                else:
                    return Ended(_exit_code(answer["status"]), answer["strays"]), False
        return None, False


class PlainProcesses:
    """Starts the interpreter anew for each hook: for systems without ``fork``."""

    def __init__(self, python: Path) -> None:
        self._python = python

    def run(self, call: Call, hear: Callable[[bytes], None], check: Callable[[], None]) -> Ended:
        """See :class:`HookProcesses`."""
        return run_process(
            [str(self._python), str(_INSIDE / "hook.py"), *call.arguments],
            call.cwd,
            call.environ,
            hear,
            check,
            inherited=() if call.lock is None else (call.lock,),
            hint=START_HINT,
        )

    def close(self) -> None:
        """Nothing is kept."""


def _exit_code(wait_status: int) -> int:
    return os.waitstatus_to_exitcode(wait_status)
