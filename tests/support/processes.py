"""The real command as a process: run to its end, or watched while it runs. We wait for output, never for a time."""

from __future__ import annotations

import os
import re
import selectors
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Self  # in the standard library from Python 3.11 on

PATIENCE_SECONDS = 30.0
"""How long anything may take before a test calls it hanging."""

COMMAND = (sys.executable, "-m", "atombuild")


def environment(**more: str) -> dict[str, str]:
    # Colour and width of the developer's terminal have no say here.
    return {**os.environ, "PYTHONIOENCODING": "utf-8", **more}


def once(
    root: Path, *arguments: object, before: Sequence[object] = (), cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run ``--once`` to its end; ``before`` is what comes before the command, as in ``nice``."""
    return subprocess.run(
        [*map(str, before), *COMMAND, "--once", *map(str, arguments), str(root)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
        env=environment(),
        cwd=cwd,
    )


class Running:
    """A process whose lines are read as they come. Leaving the ``with`` block kills what still runs."""

    def __init__(self, *arguments: object, before: Sequence[object] = (), cwd: Path | None = None) -> None:
        self.process = subprocess.Popen(
            [*map(str, before), *COMMAND, *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            env=environment(),
            cwd=cwd,
        )
        self._streams: dict[str, IO[bytes]] = {}
        self._heard = {"stdout": b"", "stderr": b""}
        self._selector = selectors.DefaultSelector()
        for name, stream in (("stdout", self.process.stdout), ("stderr", self.process.stderr)):
            assert stream is not None
            self._streams[name] = stream
            self._selector.register(stream, selectors.EVENT_READ, name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._selector.close()
        for stream in self._streams.values():
            stream.close()
        self.process.kill()
        self.process.wait()

    @property
    def stdout(self) -> str:
        """Everything heard so far."""
        return self._heard["stdout"].decode()

    @property
    def stderr(self) -> str:
        return self._heard["stderr"].decode()

    def wait_for(self, text: str) -> None:
        """Read on until ``text`` was printed."""
        while text not in self.stdout + self.stderr:
            assert self._read(PATIENCE_SECONDS), f"ended without {text!r}:\n{self.stdout}\n{self.stderr}"

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def close_stdout(self) -> None:
        """Go away as a reader does: ``| head -1``."""
        self._selector.unregister(self._streams["stdout"])
        self._streams["stdout"].close()

    def finish(self, seconds: float = PATIENCE_SECONDS) -> int:
        """Read to the end; return the exit status. Fails if the process takes longer."""
        end = time.monotonic() + seconds
        while self._read(end - time.monotonic()):
            pass
        return self.process.wait(max(0.0, end - time.monotonic()))

    def _read(self, seconds: float) -> bool:
        """Take what comes next; return whether anything can still come."""
        if not self._selector.get_map():
            return False
        ready = self._selector.select(max(0.0, seconds))
        assert ready, f"nothing happened for {seconds:.1f} s:\n{self.stdout}\n{self.stderr}"
        for key, _ in ready:
            data = os.read(key.fd, 1 << 16)
            self._heard[key.data] += data
            if not data:
                self._selector.unregister(key.fileobj)
        return bool(self._selector.get_map())


def told_words(stdout: str) -> dict[str, str]:
    """Return the words last printed about each artifact."""
    return {found["kind"]: found["words"] for found in _STATUS.finditer(stdout)}


_STATUS = re.compile(r"^\S (?P<kind>sdist|wheel) +(?P<words>.+?)(  .*)?$", re.MULTILINE)
