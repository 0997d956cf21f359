"""Supervises the hook calls of one build environment: forks for each, and outlives none of what they leave behind.

    python server.py SOCKET warm|cold

SOCKET is the number of an inherited descriptor. A request is one line of JSON with the hook's output (and perhaps a
lock to hold) attached as descriptors; see :mod:`atombuild.isolated.process` for the other end.

    request ──► modules still as they were imported? ──no──► start over
                     │ yes
                     ▼
                 fork ──► child: own session, its output, its environment ──► hook.py
                     │
                     ├── child ends ──► what it left running is killed ──► answer ──► import what it had imported
                     ├── "stop" ──► TERM to its group, a while, KILL to everything below us ──► answer
                     └── the other end is gone ──► KILL to everything below us, exit

Warm: after a hook, the modules that it imported from the environment are imported here as well, where nobody ever
calls them. The next child is forked with them loaded, and so pays for no import, and inherits no state. Where that
can't be done safely (a module that fails here, or that starts threads) the server starts over, cold.

On Linux everything that a hook starts stays below this process, daemons too (``PR_SET_CHILD_SUBREAPER``); elsewhere
its process group is what can be found.
"""

from __future__ import annotations

import array
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from types import CodeType
from typing import Any

_SUBREAPER = 36
_LARGEST_REQUEST = 1 << 20
_HOOK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "hook.py")
_MAX_DESCRIPTORS = 4


class Server:
    """See the module."""

    def __init__(self, descriptor: int, *, warm: bool) -> None:
        self._descriptor = descriptor
        self._socket = socket.socket(fileno=descriptor)
        self._warm = warm
        self._loaded: dict[str, tuple[str, int, int]] = {}
        """By module: its file, as it was when it was imported."""

        self._compiled: dict[str, CodeType] = {}
        self._hook: Callable[..., int] = runpy.run_path(_HOOK, run_name="atombuild_hook")["main"]
        self._subreaper = _become_subreaper()
        read, write = os.pipe()
        os.set_blocking(write, False)
        self._wakeup = read
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)

    def serve(self) -> None:
        """Answer requests until the other end is gone."""
        while True:
            request, descriptors = self._receive()
            if request is None:
                return
            if not self._is_current():
                self._start_over(warm=True, request=request, descriptors=descriptors)
            self._answer(request, descriptors)

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

    def _answer(self, request: dict[str, Any], descriptors: list[int]) -> None:
        if self._warm:
            self._compile(str(request["arguments"][2]))
        gc.freeze()
        child = os.fork()
        if child == 0:
            self._be_the_hook(request, descriptors)
        os.close(descriptors[0])  # its end is the end of the output
        self._send({"process": child})
        status, gone = self._wait_for(child)
        strays = self._end_all(child)
        for descriptor in descriptors[1:]:
            os.close(descriptor)
        if gone:
            sys.exit(0)
        names = _modules_in(str(request["report"])) if self._warm and status == 0 else []
        self._send({"status": status, "strays": strays})
        if names:
            self._import(names)

    def _compile(self, script: str) -> None:
        """Have the script of ``pyproject-hooks`` ready: it is the same for every hook."""
        if script not in self._compiled:
            with open(script, "rb") as file:
                self._compiled[script] = compile(file.read(), script, "exec")

    def _be_the_hook(self, request: dict[str, Any], descriptors: list[int]) -> None:
        """Become the child: everything that tells it from a process started anew is undone here."""
        status = 1
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
            for descriptor in (self._descriptor, self._wakeup):
                os.close(descriptor)
            for descriptor in descriptors[1:]:
                os.set_inheritable(descriptor, True)
            environ = request["environ"]
            os.environ.clear()
            os.environ.update(environ)
            if hasattr(time, "tzset"):
                time.tzset()
            os.chdir(request["cwd"])
            arguments = [str(each) for each in request["arguments"]]
            if self._warm:
                status = self._hook(arguments, self._compiled)
            else:
                os.execve(sys.executable, [sys.executable, _HOOK, *arguments], dict(os.environ))
        except BaseException:  # the end of this process, whatever happened
            import traceback

            traceback.print_exc()
        finally:
            for stream in (sys.stdout, sys.stderr):
                try:
                    stream.flush()
                except (OSError, ValueError):
                    status = status or 1
            os._exit(status)

    def _wait_for(self, child: int) -> tuple[int, bool]:
        """Return the child's wait status, and whether the other end went away meanwhile."""
        deadline: float | None = None
        gone = False
        while True:
            status = _reap(child)
            if status is not None:
                return status, gone
            patience = None if deadline is None else max(0.0, deadline - time.monotonic())
            watched = [self._wakeup] if deadline is not None else [self._wakeup, self._descriptor]
            ready, _, _ = select.select(watched, [], [], patience)
            if self._wakeup in ready:
                os.read(self._wakeup, 4096)
            if self._descriptor in ready:
                wish, _ = self._receive()
                gone = wish is None
                _signal_group(child, signal.SIGKILL if gone else signal.SIGTERM)
                deadline = time.monotonic() + (0.0 if wish is None else float(wish["grace"]))
            if deadline is not None and time.monotonic() >= deadline:
                _signal_group(child, signal.SIGKILL)
                _signal(child, signal.SIGKILL)
                deadline = None
                return _reap_certainly(child), gone

    def _end_all(self, child: int) -> int:
        """End whatever the hook left running; return how many processes that were."""
        ended: set[int] = set()
        if self._group_runs(child):
            ended.add(child)
            _signal_group(child, signal.SIGKILL)
        give_up = time.monotonic() + 2
        while self._subreaper and time.monotonic() < give_up:
            while _reap_any():
                pass
            children = _children()
            if not children:
                break
            ended.update(children)
            for each in children:
                (_signal_group if _leads_a_group(each) else _signal)(each, signal.SIGKILL)
            time.sleep(0.001)
        return len(ended)

    def _group_runs(self, child: int) -> bool:
        try:
            os.killpg(child, 0)
        except OSError:
            return False
        return not self._subreaper  # a subreaper finds them one by one, and counts them

    # Warm.

    def _import(self, names: list[str]) -> None:
        new = [name for name in names if name not in sys.modules]
        try:
            for name in new:
                importlib.import_module(name)
        except BaseException:  # it objects to being imported here: then it never is again
            self._start_over(warm=False)
        if _threads() > 1:
            self._start_over(warm=False)
        for name in new:
            found = _identity(getattr(sys.modules.get(name), "__file__", None))
            if found is not None:
                self._loaded[name] = found

    def _is_current(self) -> bool:
        """Whether the modules loaded here are those that stand on the disk: an environment may be changed under us."""
        return all(_identity(found[0]) == found for found in self._loaded.values())

    def _start_over(
        self, *, warm: bool, request: dict[str, Any] | None = None, descriptors: list[int] | None = None
    ) -> None:
        """Begin anew in this very process: its children stay its children, its socket open."""
        signal.set_wakeup_fd(-1)
        for descriptor in (self._descriptor, *(descriptors or ())):
            os.set_inheritable(descriptor, True)
        pending = [json.dumps([request, descriptors])] if request is not None else []
        mode = "warm" if warm else "cold"
        os.execv(sys.executable, [sys.executable, *_flags(), __file__, str(self._descriptor), mode, *pending])

    def resume(self, pending: str) -> None:
        """Answer the request during which this server started over."""
        request, descriptors = json.loads(pending)
        self._answer(request, descriptors)

    def _send(self, answer: dict[str, object]) -> None:
        self._socket.sendall(json.dumps(answer).encode() + b"\n")


def _reopen(name: str, descriptor: int) -> None:
    old = getattr(sys, name)
    stream = open(descriptor, "w", encoding=old.encoding, errors=old.errors, buffering=1, closefd=False)  # noqa: SIM115 (it stays)
    setattr(sys, name, stream)
    setattr(sys, f"__{name}__", stream)


def _modules_in(report: str) -> list[str]:
    """Return what a hook says that it imported; nothing where it could not say."""
    try:
        with open(report, encoding="utf-8", errors="surrogateescape") as file:
            return [str(name) for name in json.load(file)["modules"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _flags() -> list[str]:
    return ["-B"] if sys.flags.dont_write_bytecode else []


def _become_subreaper() -> bool:
    if not sys.platform.startswith("linux"):
        return False
    try:
        import ctypes

        return bool(ctypes.CDLL(None, use_errno=True).prctl(_SUBREAPER, 1, 0, 0, 0) == 0)
    except (ImportError, OSError, AttributeError):
        return False


def _children() -> list[int]:
    """Return the processes whose parent we are now; only asked for on Linux."""
    me = os.getpid()
    try:
        with open(f"/proc/self/task/{me}/children", encoding="ascii") as file:
            return [int(number) for number in file.read().split()]
    except OSError:
        return [int(name) for name in os.listdir("/proc") if name.isdigit() and _parent(name) == me]


def _parent(number: str) -> int | None:
    try:
        with open(f"/proc/{number}/stat", encoding="utf-8", errors="replace") as file:
            return int(file.read().rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return None


def _threads() -> int:
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        import threading

        return threading.active_count()


def _identity(path: str | None) -> tuple[str, int, int] | None:
    if path is None:
        return None
    try:
        found = os.stat(path)
    except OSError:
        return None
    return path, found.st_mtime_ns, found.st_size


def _leads_a_group(process: int) -> bool:
    try:
        return os.getpgid(process) == process
    except OSError:
        return False


def _signal_group(process: int, number: int) -> None:
    try:
        os.killpg(process, number)
    except OSError:
        pass  # it has no group any more: that is what was wanted


def _signal(process: int, number: int) -> None:
    try:
        os.kill(process, number)
    except OSError:
        pass  # gone already


def _reap(child: int) -> int | None:
    """Return the child's wait status if it ended; other processes that ended below us are let go."""
    while True:
        try:
            process, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return 1 << 8
        if process == child:
            return status
        if process == 0:
            return None


def _reap_certainly(child: int) -> int:
    while True:
        try:
            process, status = os.waitpid(child, 0)
        except ChildProcessError:
            return signal.SIGKILL
        if process == child:
            return status


def _reap_any() -> bool:
    try:
        return os.waitpid(-1, os.WNOHANG)[0] > 0
    except ChildProcessError:
        return False


def main(arguments: list[str]) -> None:
    """Serve until the other end is gone."""
    del sys.path[0]  # the folder of this script, which no hook may see
    descriptor, mode, *pending = arguments
    os.set_inheritable(int(descriptor), False)
    server = Server(int(descriptor), warm=mode == "warm")
    if pending:
        server.resume(pending[0])
    server.serve()


if __name__ == "__main__":
    main(sys.argv[1:])
