"""Copying: through the terminal, which may do it or not and never says, and into a file, which is always there.

OSC 52 works over ssh and inside tmux if they are set up for it; nobody can ask whether they are. So what was copied
stands in a file of the user's as well, and both are said; and where one of them did not get it, that.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from atombuild.folders import state_folder
from atombuild.private import write_private
from atombuild.sanitise import visible
from atombuild_tui import format as shown

if TYPE_CHECKING:
    from textual.app import App

LARGEST: Final = 74_000
"""Bytes that are sent to the terminal: most refuse more than 100,000 of base64."""


def copied_file() -> Path:
    """Return the file; it may not be there yet."""
    return state_folder() / "copied.txt"


def write_copy(text: str) -> Path | None:
    """Put the text into the file, in one step; return the file, or None where that can't be done."""
    path = copied_file()
    try:
        write_private(path, f"{text}\n".encode())
    except OSError:
        return None
    return path


def copy(app: App[None], text: str) -> None:
    """Copy both ways, and say which of them was possible."""
    if not text:
        app.notify("there is nothing to copy here", markup=False)
        return
    text = text.encode("utf-8", "replace").decode()
    path = write_copy(text)
    to_terminal = len(text.encode()) <= LARGEST
    if to_terminal:
        app.copy_to_clipboard(text)
    app.notify(
        _words(shown.counted(text.count("\n") + 1, "line"), to_terminal=to_terminal, to_file=path is not None),
        severity="information" if to_terminal or path is not None else "warning",
        markup=False,
    )


def _words(lines: str, *, to_terminal: bool, to_file: bool) -> str:
    file = shown.home_shortened(visible(str(copied_file())), Path.home())
    if to_terminal:
        return f"copied {lines}; also in {file}" if to_file else f"copied {lines}; {file} can't be written"
    if to_file:
        return f"copied {lines} into {file}: too much for the terminal"
    return f"nothing was copied: {lines} are too much for the terminal, and {file} can't be written"
