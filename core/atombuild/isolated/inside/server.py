"""Supervises the hook calls of one build environment: forks for each, and outlives none of what they leave behind.

    python -S server.py SOCKET warm|cold

SOCKET is the number of an inherited descriptor. A request is one line of JSON with the hook's output (and perhaps a
lock to hold) attached as descriptors; see :mod:`atombuild.isolated.process` for the other end.

    request ──► what is imported here is what its own process would have? ──no──► start over, or a process of its own
                     │ yes
                     ▼
                 fork ──► child: own session, its output, its environment ──► hook.py ──► ends as Python ends
                     │
                     ├── child ends ──► what it left running is killed ──► answer
                     ├── "stop" ──► INT to its group, a while, TERM, a while, KILL to everything below us ──► answer
                     └── the other end is gone ──► the same, exit

Warm: what the hooks of a well-known backend import first of all is imported here, once, where it is never called; see
``warmth.py`` for what that may be. A child is forked with it loaded, and so pays for no import, and inherits no state.
Cold: each hook gets a process of its own.

On Linux everything that a hook starts stays below this process, daemons too (``PR_SET_CHILD_SUBREAPER``); elsewhere
its process group is what can be found.
"""

from __future__ import annotations

import array
import functools
import gc
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any

_HERE = os.path.dirname(os.path.abspath(__file__))
_HOOK = os.path.join(_HERE, "hook.py")
_LARGEST_REQUEST = 1 << 20
_MAX_DESCRIPTORS = 4
_LOOK_SECONDS = 0.05
"""Between two looks at a group that was told to end: nothing tells when the last of it has."""


def _sibling(name: str) -> ModuleType:
    """Load another script of this folder, which no backend may find among the modules or on the path."""
    path = os.path.join(_HERE, f"{name}.py")
    module = ModuleType(f"atombuild_{name}")
    module.__file__ = path
    with open(path, "rb") as file:
        exec(compile(file.read(), path, "exec"), module.__dict__)  # noqa: S102 (a file of ours)
    return module


if TYPE_CHECKING:
    from atombuild.isolated.inside import hook, reaping, warmth
else:
    hook, reaping, warmth = map(_sibling, ("hook", "reaping", "warmth"))


class Server:
    """See the module."""

    def __init__(self, descriptor: int, mode: str) -> None:
        """``mode``: ``warm``; ``plain``, without the backend's modules; ``cold``."""
        self._socket = socket.socket(fileno=descriptor)
        self._mode = mode
        self._warmth = warmth.Warmth()
        self._compiled: dict[str, CodeType] = {}
        self._subreaper = reaping.become_subreaper()
        self._wakeup, write = os.pipe()
        os.set_blocking(write, False)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)

    def serve(self) -> Callable[[], int] | None:
        """Answer requests until the other end is gone. In a child: return the hook, for the caller to call."""
        while True:
            request, descriptors = self._receive()
            if request is None:
                return None
            child = self.answer(request, descriptors)
            if child is not None:
                return child

    def _receive(self) -> tuple[dict[str, Any] | None, list[int]]:
        data = b""
        descriptors: list[int] = []
        size = array.array("i").itemsize * _MAX_DESCRIPTORS
        while not data.endswith(b"\n"):
            chunk, ancillary, _, _ = self._socket.recvmsg(_LARGEST_REQUEST, socket.CMSG_SPACE(size))
            for level, kind, content in ancillary:
                if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                    numbers = array.array("i")
                    numbers.frombytes(content[: len(content) - len(content) % numbers.itemsize])
                    descriptors.extend(numbers)
            if not chunk:
                return None, descriptors
            data += chunk
        return json.loads(data), descriptors

    def answer(self, request: dict[str, Any], descriptors: list[int]) -> Callable[[], int] | None:
        """Run a hook to its end, and say how it ended. In the child: return the hook."""
        forked = self._mode != "cold" and self._is_ready(request, descriptors)
        gc.freeze()
        child = os.fork()
        if child == 0:
            return self._become_the_hook(request, descriptors, forked=forked)
        os.close(descriptors[0])  # its end is the end of the output
        self._send({"process": child})
        status, gone = self._wait_for(child, request["graces"])
        strays = self._end_all(child)
        for descriptor in descriptors[1:]:
            os.close(descriptor)
        if gone:
            sys.exit(0)
        self._send({"status": status, "strays": strays})
        return None

    def _is_ready(self, request: dict[str, Any], descriptors: list[int]) -> bool:
        """Import what this hook may find imported; return whether it can be forked with that."""
        backend = request["backend"] if self._mode == "warm" else None
        if not (self._warmth.serves(backend) and self._warmth.is_current()):
            self._start_over("warm", request, descriptors)
        if not self._warmth.prepare(backend):
            self._start_over("plain" if self._mode == "warm" else "cold", request, descriptors)
        script = str(request["arguments"][2])
        if script not in self._compiled:  # that of pyproject-hooks, the same for every hook
            self._compiled[script] = hook.compiled(script)
        return not self._warmth.is_hidden_by(request["folders"])

    def _become_the_hook(
        self, request: dict[str, Any], descriptors: list[int], *, forked: bool
    ) -> Callable[[], int] | None:
        """Become the child: everything that tells it from a process started anew is undone here."""
        try:
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            os.setsid()
            os.dup2(descriptors[0], 1)
            os.dup2(descriptors[0], 2)
            os.close(descriptors[0])
            # Those of the server were made for another kind of file, which can be told (by seeking, for one).
            _reopen("stdout", 1)
            _reopen("stderr", 2)
            for descriptor in (self._socket.detach(), self._wakeup):
                os.close(descriptor)
            for descriptor in descriptors[1:]:
                os.set_inheritable(descriptor, True)
            os.environ.clear()
            os.environ.update(request["environ"])
            os.chdir(request["cwd"])
            arguments = [str(each) for each in request["arguments"]]
            if not forked:
                os.execve(sys.executable, [sys.executable, _HOOK, *arguments], dict(os.environ))
            _forget_listings()
            return functools.partial(hook.main, arguments, self._compiled[arguments[2]])
        except BaseException:  # nothing of the hook has begun
            import traceback

            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)

    def _wait_for(self, child: int, graces: list[float]) -> tuple[int, bool]:
        """Return the child's wait status, and whether the other end went away meanwhile.

        Told to stop, it waits for the child's group as well: what the child started has something to clear away, too.
        """
        signals = list(zip((signal.SIGINT, signal.SIGTERM, signal.SIGKILL), (*graces, 0.0)))  # noqa: B905 (Python 3.9)
        stopping = gone = False
        deadline = 0.0
        status: int | None = None
        while True:
            status = reaping.reap(child) if status is None else status
            if status is not None:
                while reaping.reap_any():
                    pass
                if not stopping or not reaping.group_runs(child):
                    return status, gone
            if stopping and time.monotonic() >= deadline:
                number, grace = signals.pop(0)
                if not reaping.signal_group(child, number) and status is None:
                    reaping.signal_one(child, number)  # it leads no group yet
                deadline = time.monotonic() + grace
                if not signals:
                    return (reaping.reap_certainly(child) if status is None else status), gone
            watched = [self._wakeup] if stopping else [self._wakeup, self._socket.fileno()]
            ready, _, _ = select.select(watched, [], [], _LOOK_SECONDS if stopping else None)
            if self._wakeup in ready:
                os.read(self._wakeup, 4096)
            if self._socket.fileno() in ready:
                stopping = True
                gone = self._receive()[0] is None

    def _end_all(self, child: int) -> int:
        """End whatever the hook left running; return how many processes that were."""
        ended: set[int] = set()
        if reaping.group_runs(child):
            if not self._subreaper:  # a subreaper finds them one by one, and counts them
                ended.add(child)
            reaping.signal_group(child, signal.SIGKILL)
        give_up = time.monotonic() + 2
        while self._subreaper and time.monotonic() < give_up:
            while reaping.reap_any():
                pass
            children = reaping.children()
            if not children:
                break
            ended.update(children)
            for each in children:
                if not (reaping.leads_a_group(each) and reaping.signal_group(each, signal.SIGKILL)):
                    reaping.signal_one(each, signal.SIGKILL)
            time.sleep(0.001)
        return len(ended)

    def _start_over(self, mode: str, request: dict[str, Any], descriptors: list[int]) -> None:
        """Begin anew in this very process: its children stay its children, its socket open."""
        signal.set_wakeup_fd(-1)
        for descriptor in (self._socket.fileno(), *descriptors):
            os.set_inheritable(descriptor, True)
        _run_this(mode, str(self._socket.fileno()), json.dumps([request, descriptors]), site=mode == "plain")

    def _send(self, answer: dict[str, object]) -> None:
        self._socket.sendall(json.dumps(answer).encode() + b"\n")


def _reopen(name: str, descriptor: int) -> None:
    old = getattr(sys, name)
    stream = open(descriptor, "w", encoding=old.encoding, errors=old.errors, buffering=1, closefd=False)  # noqa: SIM115 (it stays)
    setattr(sys, name, stream)
    setattr(sys, f"__{name}__", stream)


def _forget_listings() -> None:
    """Forget what folders held when something was looked for in them."""
    sys.path_importer_cache.clear()
    metadata = sys.modules.get("importlib.metadata")
    forget = getattr(metadata.FastPath.__new__, "cache_clear", None) if metadata is not None else None
    if forget is not None:
        forget()


def _run_this(mode: str, *arguments: str, site: bool) -> None:
    """Become this script, started again; ``site``: with all that Python does at its start."""
    flags = ["-B"] if sys.flags.dont_write_bytecode else []
    flags += [] if site else ["-S"]
    os.execv(sys.executable, [sys.executable, *flags, os.path.abspath(__file__), mode, *arguments])


def main(mode: str, descriptor: str, pending: str = "") -> int:
    """Serve until the other end is gone. In a child: run the hook."""
    if sys.path and os.path.abspath(sys.path[0]) == _HERE:
        del sys.path[0]  # the folder of this script, which no hook may see
    if sys.flags.no_site and mode != "cold":
        if not warmth.acts_at_start():
            _run_this(mode, descriptor, *([pending] if pending else []), site=True)
        mode = "cold"
    os.set_inheritable(int(descriptor), False)
    server = Server(int(descriptor), mode)
    child = server.answer(*json.loads(pending)) if pending else None
    child = child or server.serve()
    del server
    return 0 if child is None else child()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
