"""Import a module there, and get the object that an entry point names.

    python -I load.py ANSWER MODULE [ATTRIBUTES]

ANSWER gets ``error`` (empty: it worked), ``missing`` (the module that was not found) and ``where``.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback


def main(answer: str, module: str, attributes: str = "") -> None:
    """Write down how it went, whatever the module does on its way: it may print, raise, or end the process."""
    said = {"error": f"importing {module} ended the process", "missing": "", "where": ""}
    _write(answer, said)
    try:
        found = importlib.import_module(module)
        for name in filter(None, attributes.split(".")):
            found = getattr(found, name)
        said["error"] = ""
    except BaseException as error:
        said["error"] = "".join(traceback.format_exception_only(type(error), error)).strip()
        said["missing"] = getattr(error, "name", None) or "" if isinstance(error, ModuleNotFoundError) else ""
        frames = [
            frame
            for frame in traceback.extract_tb(error.__traceback__)
            if frame.filename != __file__ and "importlib" not in frame.filename
        ]
        if frames:
            said["where"] = f"{frames[-1].filename}:{frames[-1].lineno}"
    _write(answer, said)
    sys.stdout.flush()
    os._exit(0)  # what the module registered for the end is no part of importing it


def _write(answer: str, said: dict[str, str]) -> None:
    with open(answer, "w", encoding="utf-8", errors="backslashreplace") as file:
        json.dump(said, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
