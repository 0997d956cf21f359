"""One hostile input: how it is laid, the door it comes in by, and all that must hold after."""

from __future__ import annotations

import enum
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fuzz.oracle import check_nothing_acts
from hostile.grounds import Grounds
from support.wholeness import check_whole, finals

BOTH: Final = ("foo-1.0-py3-none-any.whl", "foo-1.0.tar.gz")
"""The artifacts of the native project that cases are laid in."""

ROOT: Final = Path(__file__).parents[2]


class Door(enum.Enum):
    """How it comes in; the value is what the command is given beside the path."""

    ONCE = ("--once",)
    JSON = ("--once", "--json")
    LIST = ("--list",)
    PLAIN = ("--plain",)
    """Watching; it is asked to end once it has built."""

    SDIST = ("--once", "--wheel")


@dataclass(frozen=True)
class Case:
    """One input."""

    name: str
    lay: Callable[[Grounds], object]
    door: Door
    status: int
    says: tuple[str, ...] = ()
    """Whole lines that must be told; ``{root}`` is the project's folder, ``…`` at the end stands for any rest."""

    stands: tuple[str, ...] = ()
    """The artifacts that stand afterwards; each is whole."""

    seconds: float = 30.0
    megabytes: int = 400
    """Of memory, at most, for any one process."""

    quotes_a_traceback: bool = False
    """The backend's own, which belongs into the log."""

    at_length: bool = False
    """Too long for a test run: ``python -m tests.hostile`` lets it in."""


@dataclass(frozen=True)
class Told:
    """What came of it."""

    status: int
    lines: tuple[str, ...]
    seconds: float
    megabytes: float


def run(case: Case, folder: Path, cache: Path) -> Told:
    """Lay the input, let it in, and judge what came of it. Raises ``AssertionError``."""
    grounds = Grounds(folder)
    case.lay(grounds)
    before = grounds.canaries()
    scratch = folder / "tmp"
    scratch.mkdir()
    told, raw = _let_in(case, grounds, cache, scratch)
    check_nothing_acts(raw.decode("utf-8", "surrogateescape"))
    text = "\n".join(told.lines)
    assert case.quotes_a_traceback or "Traceback" not in text, text
    assert "atombuild itself failed" not in text, text
    assert told.status == case.status, f"status {told.status}\n{text}"
    for line in case.says:
        wanted = line.replace("{root}", str(grounds.root))
        found = any(each.startswith(wanted[:-1]) if wanted.endswith("…") else each == wanted for each in told.lines)
        assert found, f"not told: {wanted}\n{text}"
    assert grounds.canaries() == before, "something outside was touched"
    assert list(scratch.iterdir()) == [], "temporaries were left"
    assert {path.name for path in folder.iterdir()} <= {"beside", grounds.root.name, "tmp"}
    standing = [path for path in finals(grounds.dist) if path != grounds.target]
    assert sorted(path.name for path in standing) == sorted(case.stands), text
    for path in standing:
        check_whole(path)
        assert not path.is_symlink()
        assert path.stat().st_mode & 0o7133 == 0, f"{path.stat().st_mode:o}"
    assert told.seconds < case.seconds, f"{told.seconds:.1f} s"
    assert told.megabytes < case.megabytes, f"{told.megabytes:.0f} MB"
    return told


def _let_in(case: Case, grounds: Grounds, cache: Path, scratch: Path) -> tuple[Told, bytes]:
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(str(ROOT / name) for name in ("core", "tui")),
        "PYTHONIOENCODING": "utf-8:surrogateescape",
        "ATOMBUILD_CACHE_DIR": str(cache),
        "TMPDIR": str(scratch),
        **grounds.environment,
    }
    command = [sys.executable, "-m", "atombuild", *case.door.value, str(grounds.target)]
    with tempfile.TemporaryFile() as out:
        began = time.monotonic()
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env=environment, cwd=grounds.folder
        )
        giving_up = threading.Timer(case.seconds, process.kill)
        giving_up.start()
        try:
            if case.door is Door.PLAIN:
                _end_when_built(process, out.fileno())
            _, status, used = os.wait4(process.pid, 0)
        finally:
            giving_up.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - began
        out.seek(0)
        raw = out.read()
    lines = tuple(raw.decode("utf-8", "surrogateescape").splitlines())
    return Told(process.returncode, lines, seconds, used.ru_maxrss / 1024), raw


_BUILT: Final = re.compile(rb"^\S+ wheel +\S", re.MULTILINE)


def _end_when_built(process: subprocess.Popen[bytes], out: int) -> None:
    while not _BUILT.search(os.pread(out, 1 << 20, 0)):
        if os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGINT)
