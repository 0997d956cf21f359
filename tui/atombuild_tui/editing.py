"""Opening the editor from the screen: suspended where the editor needs the terminal, untouched where it does not."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from atombuild.errors import Location, system_reason
from atombuild.sanitise import visible
from atombuild_tui.editor import Command, NoEditor, opening, run_in_terminal, start_beside

if TYPE_CHECKING:
    from textual.app import App


def open_in_editor(app: App[None], place: Location | None, root: Path | None, chosen: Command = "") -> int | None:
    """Open a place; say what went wrong where something did. Return the number of a signal that asked us to end."""
    if place is None:
        app.notify("there is no file to open here", markup=False)
        return None
    # Not by Path: before Python 3.14 that raises where a name is too long or a folder may not be entered.
    if not os.path.isfile(place.path):  # noqa: PTH113
        app.notify(f"{visible(str(place.path))} is not there any more", severity="warning", markup=False)
        return None
    if app.is_web:
        app.notify("no editor can be opened from a browser; y copies the place", severity="warning", markup=False)
        return None
    try:
        editor = opening(place, os.environ, chosen)
        if not editor.in_terminal:
            start_beside(editor.command, root)
            app.notify(f"opened in {visible(editor.name)}", markup=False, timeout=2)
            return None
        with app.suspend():
            return run_in_terminal(editor.command, root)
    except (NoEditor, SuspendNotSupported) as error:
        app.notify(visible(str(error)), severity="warning", markup=False)
    except OSError as error:
        app.notify(f"the editor can't be started: {system_reason(error)}", severity="warning", markup=False)
    return None
