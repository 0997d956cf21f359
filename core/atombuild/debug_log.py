"""``--debug FILE``: what went on, one JSON object a line, for a bug report.

Written through :mod:`logging`, so that every module can say something under its own name and pays nothing while nobody
listens. ASCII only: whatever a text holds, no terminal acts on it when the file is shown.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import platform
import stat
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from atombuild import __version__
from atombuild.errors import UsageMistake, system_reason
from atombuild.events import Event, as_json
from atombuild.own_files import hold, let_go

_ROOT: Final = logging.getLogger("atombuild")
_EVENTS: Final = logging.getLogger("atombuild.events")


@contextlib.contextmanager
def debug_log(path: Path | None, root: Path) -> Iterator[None]:
    """Write what is said to ``path`` while the block runs; None: nowhere. Raises :class:`UsageMistake`.

    ``root`` is the project that is watched: a file in it would change with every line that tells of a change.
    """
    if path is None:
        yield
        return
    handler = _JsonLines(path, root)
    _ROOT.addHandler(handler)
    _ROOT.setLevel(logging.DEBUG)
    _ROOT.info(
        "begun",
        extra={"facts": {"atombuild": __version__, "python": sys.version, "platform": platform.platform()}},
    )
    try:
        yield
    finally:
        _ROOT.setLevel(logging.NOTSET)
        _ROOT.removeHandler(handler)
        handler.close()


def logged(emit: Callable[[Event], None]) -> Callable[[Event], None]:
    """Return ``emit``, which writes each event down as well."""

    def tell(event: Event) -> None:
        if _EVENTS.isEnabledFor(logging.DEBUG):
            _EVENTS.debug(type(event).__name__, extra={"facts": as_json(event)})
        emit(event)

    return tell


class _JsonLines(logging.Handler):
    def __init__(self, path: Path, root: Path) -> None:
        super().__init__(logging.DEBUG)
        absolute = path.absolute()
        if absolute.is_relative_to(root):
            raise UsageMistake(
                f"--debug {path} lies in the project, which is watched: it would never be quiet",
                hint="name a file outside of the project",
            )
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
        try:
            descriptor = os.open(absolute, flags, 0o600)
        except OSError as error:
            raise UsageMistake(
                f"--debug {path} can't be written: {system_reason(error)}", hint="name another file"
            ) from error
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise UsageMistake(f"--debug {path} is no regular file", hint="name another file")
        self._descriptor = descriptor
        hold(descriptor)  # through a link it may be in the project all the same
        self._file = os.fdopen(descriptor, "w", encoding="ascii", buffering=1)

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; what a full disk has no room for is left out, and nothing else stops for it."""
        with contextlib.suppress(OSError):
            self._file.write(json.dumps(_plain(record), ensure_ascii=True, default=str) + "\n")

    def close(self) -> None:
        """Close the file."""
        let_go(self._descriptor)
        with contextlib.suppress(OSError):
            self._file.close()
        super().close()


def _plain(record: logging.LogRecord) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "time": round(record.created, 4),
        "level": record.levelname.lower(),
        "thread": record.threadName,
        "module": record.name,
        "words": record.getMessage(),
    }
    facts = getattr(record, "facts", None)
    if facts is not None:
        plain["facts"] = facts
    if record.exc_info is not None and record.exc_info[1] is not None:
        plain["traceback"] = traceback.format_exception(record.exc_info[1])
    return plain
