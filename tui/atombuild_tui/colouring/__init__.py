"""Colours of code, found in a process of their own.

Pygments knows some five hundred languages by regular expressions, and for several of them there is a text on which a
match never ends. Python can't stop a match, and no other thread runs meanwhile: in the process of the screen, one
member of an archive would hold it for ever. A process can be killed.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final, cast

_WORKER: Final = Path(__file__).parent / "inside" / "worker.py"

PATIENCE: Final = 2.0
"""Seconds that one text may take; what was coloured until then stays so."""

_PATIENCE_AT_START: Final = 20.0

Coloured = tuple[int, int, str]
"""First character, the one after the last, and the style."""


class Colourist:
    """Asks that process; starts it at the first text, and again after it was killed. One text at a time."""

    def __init__(self, *, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._lock = threading.Lock()
        self._worker: _Worker | None = None

    def colours(self, name: str, text: str) -> list[Coloured] | None:
        """Return what of a text has which style, as far as there was time; None: nobody knows what language it is.

        ``name`` is that of a file: it tells the language. Blocks, for ``patience`` seconds at most once it runs.
        """
        with self._lock:
            try:
                if self._worker is not None and self._worker.is_gone:
                    self._worker.end()
                    self._worker = None
                self._worker = self._worker or _Worker(self._patience)
                known, *pieces = self._worker.answers([name, text], self._patience) or [False]
            except OSError:
                # It can't be started, or was ended from outside meanwhile: then there are no colours.
                known, pieces = False, []
        return [(first, last, style) for piece in pieces for first, last, style in piece] if known else None

    def close(self) -> None:
        """End the process, whatever it does: a text that is asked for is left as it is."""
        if self._worker is not None:
            self._worker.kill()
        with self._lock:  # whoever asks has his answer now: there is none
            if self._worker is not None:
                self._worker.end()
                self._worker = None


class _Worker:
    """The process."""

    def __init__(self, patience: float) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(_WORKER), str(patience)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="ascii",
        )
        self._asks = cast("IO[str]", self._process.stdin)
        self._says = cast("IO[str]", self._process.stdout)
        with self._for_seconds(_PATIENCE_AT_START):
            self._says.readline()  # it is there

    @property
    def is_gone(self) -> bool:
        """It has ended, by us or by anybody else."""
        return self._process.poll() is not None

    def answers(self, question: object, seconds: float) -> list[Any]:
        """Return all that it says; less where it takes too long. Raises ``OSError``."""
        heard: list[Any] = []
        try:
            with self._for_seconds(seconds):
                self._asks.write(f"{json.dumps(question)}\n")
                self._asks.flush()
                heard += self._heard()
        finally:
            if None not in heard:  # it was killed
                self.end()
        return [each for each in heard if each is not None]

    def kill(self) -> None:
        """Let it say no more, to whoever waits for it in another thread."""
        self._process.kill()

    def end(self) -> None:
        """End it. Nobody may wait for it."""
        self._process.kill()
        for stream in (self._asks, self._says):
            with contextlib.suppress(OSError):  # what was not written yet is for nobody
                stream.close()
        self._process.wait()

    def _heard(self) -> Iterator[Any]:
        for line in self._says:
            if not line.endswith("\n"):
                return  # cut off
            answer = json.loads(line)
            yield answer
            if answer is None:
                return

    @contextlib.contextmanager
    def _for_seconds(self, seconds: float) -> Iterator[None]:
        """Kill it where it takes longer."""
        patience = threading.Timer(seconds, self._process.kill)
        patience.daemon = True
        patience.start()
        try:
            yield
        finally:
            patience.cancel()
