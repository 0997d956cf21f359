"""``python -m`` looks for modules in the folder it is started in first, and ours is most often started in a project.

A file ``zlib_ng.py`` there would be run in the library's place. The commands that pip installs have no such entry.
"""

from __future__ import annotations

import os
import sys


def leave_out_this_folder() -> None:
    """Take the folder that we were started in off the path, before anything else is imported."""
    if not getattr(sys.flags, "safe_path", False) and sys.path and sys.path[0] in ("", os.getcwd()):  # noqa: PTH109
        del sys.path[0]
