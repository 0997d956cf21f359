"""Copying: through the terminal, which may do it or not and never says, and into a file, which is always there.

OSC 52 works over ssh and inside tmux if they are set up for it; nobody can ask whether they are. So what was copied
stands in a file of the user's as well, and both are said.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Final

from atombuild.after.allowed import state_folder
from atombuild.sanitise import visible
from atombuild_tui import format as shown

if TYPE_CHECKING:
    from textual.app import App

LARGEST: Final = 74_000
"""Characters that are sent to the terminal: most refuse more than 100,000 bytes of base64."""


def write_copy(text: str) -> Path | None:
    """Put the text into the file, in one step; return the file, or None where that can't be done."""
    path = state_folder() / "copied.txt"
    temporary = path.with_name(f".copied-{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(temporary, "x", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(f"{text}\n")
        temporary.replace(path)
    except (OSError, UnicodeError):
        with contextlib.suppress(OSError):
            temporary.unlink()
        return None
    return path


def copy(app: App[None], text: str) -> None:
    """Copy both ways, and say so."""
    path = write_copy(text)
    if len(text) <= LARGEST:
        app.copy_to_clipboard(text)
    where = f"; also in {shown.home_shortened(visible(str(path)), Path.home())}" if path is not None else ""
    app.notify(f"copied {shown.counted(text.count(chr(10)) + 1, 'line')}{where}", markup=False)
