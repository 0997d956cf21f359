"""A file for each defect of ours that came to light, so that its finder has something to send.

One defect, one file: it is named after where it struck, and written anew when it strikes again.
"""

from __future__ import annotations

import hashlib
import platform
import sys
import time
import traceback
from pathlib import Path

from atombuild import __version__
from atombuild.private import write_private

_folder: Path | None = None


def keep_bug_reports(folder: Path | None) -> None:
    """Keep reports in this folder from now on; it is made when it is needed. None: keep none, as at first."""
    global _folder  # noqa: PLW0603 (where a command keeps its reports is one fact of the process)
    _folder = folder


def write_bug_report(cause: BaseException, doing: str) -> Path | None:
    """Write down a defect; return where. None: none is kept, or it could not be written."""
    if _folder is None:
        return None
    frames = traceback.extract_tb(cause.__traceback__)
    struck = "\n".join([type(cause).__name__, *(f"{Path(frame.filename).name}:{frame.name}" for frame in frames)])
    path = _folder / f"bug-{hashlib.sha256(struck.encode()).hexdigest()[:12]}.txt"
    lines = (
        f"atombuild-tui {__version__} failed while {doing}",
        f"at {time.strftime('%Y-%m-%d %H:%M:%S %z')}",
        f"Python {sys.version}",
        f"on {platform.platform()}",
        "",
        *traceback.format_exception(cause),
    )
    try:
        write_private(path, "\n".join(lines).encode("utf-8", "backslashreplace"))
    except OSError:
        return None  # there is no room even for that; what is told on the screen must do
    return path
