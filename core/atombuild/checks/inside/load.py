"""Import modules there, one after the other, and get the objects that entry points name.

    python -I load.py ANSWERS ASKED

ASKED is a JSON list of ``module`` or ``module:attributes``. ANSWERS gets two lines of JSON for each: ``begins``, and
then ``of`` with ``error`` (empty: it worked), ``missing`` (the module that was not found), ``raised`` (the module that
the exception's class comes from) and ``where``. What lies in a package that failed is not tried.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import traceback


def main(answers: str, asked: str) -> None:
    """Write down how it goes, whatever the modules do on their way: they may print, raise, or end the process."""
    with open(asked, encoding="utf-8") as file:
        names = json.load(file)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # who is told to stop ends: it is no exception of a module
    failed: set[str] = set()
    with open(answers, "w", encoding="utf-8", errors="backslashreplace") as out:
        for name in names:
            parts = name.partition(":")[0].split(".")
            if any(".".join(parts[:count]) in failed for count in range(1, len(parts))):
                continue
            _write(out.fileno(), {"begins": name})
            said = _loaded(name)
            if said["error"]:
                failed.add(name)
            _write(out.fileno(), {"of": name, **said})
    sys.stdout.flush()
    os._exit(0)  # what the modules registered for the end is no part of importing them


def _loaded(name: str) -> dict[str, str]:
    module, _, attributes = name.partition(":")
    said = {"error": "", "missing": "", "raised": "", "where": ""}
    try:
        found = importlib.import_module(module)
        for attribute in filter(None, attributes.split(".")):
            found = getattr(found, attribute)
    except BaseException as error:  # whatever a module raises as it is imported, also an exit, is the answer
        said["error"] = "".join(traceback.format_exception_only(type(error), error)).strip() or type(error).__name__
        said["missing"] = getattr(error, "name", None) or "" if isinstance(error, ModuleNotFoundError) else ""
        said["raised"] = type(error).__module__
        frames = [
            frame
            for frame in traceback.extract_tb(error.__traceback__)
            if frame.filename != __file__ and "importlib" not in frame.filename
        ]
        if frames:
            said["where"] = f"{frames[-1].filename}:{frames[-1].lineno}"
    return said


def _write(descriptor: int, line: dict[str, str]) -> None:
    os.write(descriptor, json.dumps(line).encode() + b"\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
