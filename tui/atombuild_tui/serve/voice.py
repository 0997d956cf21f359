"""What the server's libraries, and the app when it crashes, say in the terminal of whoever started the server.

It may hold whatever a project holds, so it passes the sanitiser, and it goes to standard error.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

from atombuild.plain import Output
from atombuild.sanitise import visible_lines


class _Safe(io.TextIOBase):
    """Takes what is meant for standard output: textual-serve writes there what the app's standard error held."""

    def __init__(self, err: Output) -> None:
        self._err = err

    def write(self, text: str) -> int:
        """Print it, harmless."""
        for line in visible_lines(text):
            self._err.line(line)
        return len(text)


class _Handler(logging.Handler):
    """Prints what libraries log: errors of connections, and an app that did not start."""

    def __init__(self, err: Output) -> None:
        super().__init__(logging.ERROR)
        self._err = err

    def emit(self, record: logging.LogRecord) -> None:
        """Print its message; a traceback helps nobody here."""
        for line in visible_lines(f"{record.name}: {record.getMessage()}"):
            self._err.line(line)


@contextmanager
def harmless(err: Output) -> Iterator[None]:
    """While the block runs, let nothing reach the terminal as it is."""
    root, handler = logging.getLogger(), _Handler(err)
    root.addHandler(handler)
    try:
        with redirect_stdout(_Safe(err)):
            yield
    finally:
        root.removeHandler(handler)
