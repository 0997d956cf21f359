"""One hostile input: how it is laid, the door it comes in by, and all that must hold after."""

from __future__ import annotations

import contextlib
import enum
import gzip
import os
import re
import signal
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import zipfile
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
    """Of memory, at most, for the command itself."""

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
        _check_whole(path)
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
            peak = _peak_until_its_end(process)
        finally:
            giving_up.cancel()
        seconds = time.monotonic() - began
        out.seek(0)
        raw = out.read()
    lines = tuple(raw.decode("utf-8", "surrogateescape").splitlines())
    return Told(process.wait(), lines, seconds, peak / 1024), raw


def _peak_until_its_end(process: subprocess.Popen[bytes]) -> int:
    """Wait for the end; return the most memory that it had, in KiB; 0 where the system does not tell.

    Asked while it runs: what the system adds up at the end begins with the memory of the one who started it.
    """
    status, peak = Path(f"/proc/{process.pid}/status"), 0
    while process.poll() is None:
        with contextlib.suppress(OSError):
            found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
            peak = max(peak, int(found.group(1)) if found else 0)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.02)
    return peak


def _check_whole(path: Path) -> None:
    """Check an artifact; one that unpacks to more than memory should hold, piece by piece."""
    if path.name.endswith(".whl"):
        with zipfile.ZipFile(path) as wheel:
            if sum(info.file_size for info in wheel.infolist()) > _LARGE:
                assert wheel.testzip() is None
                return
    else:
        with gzip.open(path) as packed, tarfile.open(fileobj=packed) as sdist:
            if sum(member.size for member in sdist) > _LARGE:
                return
    check_whole(path)


_LARGE: Final = 256 << 20

_BUILT: Final = re.compile(rb"^\S+ wheel +\S", re.MULTILINE)


def _end_when_built(process: subprocess.Popen[bytes], out: int) -> None:
    while not _BUILT.search(os.pread(out, 1 << 20, 0)):
        if os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGINT)
