"""One hook call, in a process of its own: run the script of ``pyproject-hooks``, and note what it did besides.

    python hook.py REPORT ROOT SCRIPT HOOK CONTROL_DIR

REPORT.writes gets a line, at once, for what this interpreter writes, removes or renames below ROOT, the project: the
path relative to it, and a slash at its end where it is a new folder. REPORT is written as JSON when the hook is over;
``error`` in it is the exception that the hook raised, with the innermost line of it that lies below ROOT, and its
frames. After that this process ends as Python ends: threads are waited for, what is registered by ``atexit`` is called,
files are flushed. What that writes is told in REPORT.writes as well.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from types import CodeType, FrameType, ModuleType, TracebackType

_NAMES_ONE = {"os.remove": 1, "os.rmdir": 1, "os.mkdir": 2, "os.truncate": None, "os.utime": 3, "os.chmod": 2}
"""Events about one path; which argument is the descriptor of the folder that a relative path starts at."""

_NAMES_TWO = {"os.rename": (2, 3), "os.link": (2, 3), "os.symlink": (None, 2)}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_MOST = 10_000
"""Paths that are told; beyond it the tree is looked at anyway."""


class Writes:
    """Hears from the interpreter what is opened for writing, removed or renamed below a folder; writes it down."""

    def __init__(self, root: str, file: str) -> None:
        """``file``: the path of the notes, absolute."""
        self._roots = tuple({os.path.join(root, ""), os.path.join(os.path.realpath(root), "")})
        self._file = file
        self._known: set[str] = set()
        self._gone: set[str] = set()
        """Folders that were removed or renamed, by their full paths: made again, they are not new."""

    def hear(self, event: str, arguments: tuple[object, ...]) -> None:
        """Take an audit event (PEP 578)."""
        try:
            self._hear(event, arguments)
        except Exception:  # noqa: S110 (no call of a backend fails for a note of ours; in the end modules are gone)
            pass

    def _hear(self, event: str, arguments: tuple[object, ...]) -> None:
        if event == "open":
            path, mode, flags = (*arguments, None, None, None)[:3]
            if isinstance(mode, str):
                if not set(mode) & set("wax+"):
                    return
            elif not (isinstance(flags, int) and flags & _WRITING) or path == self._file:
                return
            self._note(_full(path))
        elif event in _NAMES_ONE:
            full = _full(arguments[0], _descriptor(arguments, _NAMES_ONE[event]))
            if event == "os.rmdir" and full is not None:
                self._gone.add(full)
            self._note(full, "/" if event == "os.mkdir" else "")
        elif event in _NAMES_TWO:
            first, second = _NAMES_TWO[event]
            source = _full(arguments[0], _descriptor(arguments, first))
            if event == "os.rename" and source is not None and os.path.isdir(source):
                self._gone.add(source)
            self._note(source)
            self._note(_full(arguments[1], _descriptor(arguments, second)))

    def _note(self, full: str | None, end: str = "") -> None:
        if full is None or len(self._known) >= _MOST:
            return
        for root in self._roots:
            if full.startswith(root):
                if end and (os.path.exists(full) or self._was_there(full, root)):
                    return
                name = full[len(root) :].replace(os.sep, "/") + end
                if name not in self._known:
                    self._known.add(name)
                    self._write(name.encode("utf-8", "surrogateescape") + b"\n")
                return

    def _write(self, line: bytes) -> None:
        # Opened for each line: after a backend has closed every descriptor, a number that we kept is a file of its own.
        file = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(file, line)
        finally:
            os.close(file)

    def _was_there(self, full: str, root: str) -> bool:
        while full.startswith(root):
            if full in self._gone:
                return True
            full = os.path.dirname(full)
        return False


def _descriptor(arguments: tuple[object, ...], position: int | None) -> int:
    """Return the folder's descriptor among the arguments of an event; -1: there is none."""
    found = arguments[position] if position is not None and position < len(arguments) else -1
    return found if isinstance(found, int) else -1


def _full(path: object, folder: int = -1) -> str | None:
    """Return the path that a call means; None where that can't be told."""
    if not isinstance(path, (str, bytes)):
        return None
    name = os.fsdecode(path)
    if folder >= 0 and not os.path.isabs(name):
        try:
            name = os.path.join(os.readlink(f"/proc/self/fd/{folder}"), name)
        except OSError:
            return None
    # Relative to where the backend stands now, which is what the call itself goes by.
    return os.path.abspath(name)


def main(arguments: list[str], code: CodeType | None = None) -> int:
    """Run the hook; return the exit status. ``code`` is that of the script, if it is compiled already."""
    report_path, root, script, *rest = arguments
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a line is told when it is whole, not when a buffer is full
            stream.reconfigure(line_buffering=True)
    # A shell has what it starts in the background ignore this, and a hook that is to stop is told so by it first.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(signal, "SIGBREAK"):  # Windows: Ctrl+C can't be sent to a group, and this one would end us at once
        signal.signal(signal.SIGBREAK, signal.default_int_handler)
    sys.addaudithook(Writes(root, report_path + ".writes").hear)
    sys.argv = [script, *rest]
    if hasattr(sys, "orig_argv"):
        sys.orig_argv = [sys.executable, *sys.argv]
    status, error = 0, None
    try:
        _become_main(script, code or compiled(script))
    except SystemExit as stop:
        status = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
        if isinstance(stop.code, str):
            sys.stderr.write(stop.code + "\n")
        if status:
            error = _described(stop, root, script)
    except BaseException as raised:  # whatever it is, it is told and ends this process
        status, error = 1, _described(raised, root, script)
        _print(raised, script)
    with open(report_path, "w", encoding="utf-8", errors="surrogateescape") as file:
        json.dump({"error": error}, file)
    return status


def compiled(script: str) -> CodeType:
    """Return the code of a script."""
    with open(script, "rb") as file:
        return compile(file.read(), script, "exec")


def _become_main(script: str, code: CodeType) -> None:
    """Run code as the main module."""
    module = ModuleType("__main__")
    module.__file__ = script
    sys.modules["__main__"] = module
    exec(code, module.__dict__)  # noqa: S102 (the script of pyproject-hooks)


def _print(raised: BaseException, script: str) -> None:
    """Print the traceback without the frames that lead from here into the backend: they are ours."""
    traceback.print_exception(type(raised), raised, _beyond_ours(raised, script))
    sys.stderr.flush()


def _beyond_ours(raised: BaseException, script: str) -> TracebackType | None:
    """Return where the traceback enters the backend."""
    here = {os.path.abspath(__file__), os.path.abspath(script)}
    frame = raised.__traceback__
    while frame is not None and frame.tb_frame.f_code.co_filename in here:
        frame = frame.tb_next
    return frame


def _described(raised: BaseException, root: str, script: str) -> dict[str, object]:
    place, number = None, None
    inside = os.path.join(os.path.realpath(root), "")
    frames: list[str] = []
    run = None
    """The setup.py that setuptools runs as a text without a name."""
    step = _beyond_ours(raised, script)
    while step is not None:
        frame = step.tb_frame
        run = _setup_script(frame) or run
        name = frame.f_code.co_filename
        if name == "<string>" and run is not None:
            name = run
        real = os.path.realpath(name)
        if os.path.isfile(real) and real.startswith(inside) and not real.startswith(os.path.join(sys.prefix, "")):
            place, number = [name, step.tb_lineno], len(frames)
        summary = traceback.FrameSummary(name, step.tb_lineno, frame.f_code.co_name)
        frames += traceback.StackSummary.from_list([summary]).format()
        step = step.tb_next
    words = str(raised)
    if isinstance(raised, SyntaxError) and raised.filename:
        name = run if raised.filename == "<string>" and run is not None else raised.filename
        if os.path.isfile(name) and os.path.realpath(name).startswith(inside):
            place, number = [name, raised.lineno], None
            words = words.replace("<string>", os.path.basename(name))
    return {"type": type(raised).__name__, "words": words, "place": place, "frames": frames, "own_frame": number}


def _setup_script(frame: FrameType) -> str | None:
    """Return the setup.py that this frame of setuptools runs: it compiles the text alone, and drops the file's name."""
    name = frame.f_locals.get("__file__")
    runs = frame.f_code.co_name == "run_setup" and isinstance(name, str) and os.path.isfile(name)
    return name if runs else None


def _forget_own_folder() -> None:
    """Take the folder of this script off the path: no backend may find our modules by their names."""
    if sys.path and os.path.abspath(sys.path[0]) == os.path.dirname(os.path.abspath(__file__)):
        del sys.path[0]


if __name__ == "__main__":
    _forget_own_folder()
    sys.exit(main(sys.argv[1:]))
