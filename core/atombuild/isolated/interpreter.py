"""The Python that builds: which one, and what it says of itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import packaging
from packaging.tags import Tag, parse_tag

from atombuild.errors import UsageMistake

_SECONDS: Final = 60.0

_QUESTION: Final = """
import json, sys
sys.path.append(sys.argv[1])
from packaging.markers import default_environment
from packaging.tags import sys_tags
facts = {
    "executable": sys.executable, "base": sys.base_prefix, "prefix": sys.prefix, "version": sys.version,
    "implementation": sys.implementation.cache_tag, "markers": default_environment(),
    "tags": [str(tag) for tag in sys_tags()],
}
print(json.dumps(facts))
"""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """One Python installation or environment."""

    executable: Path
    """Absolute, links not followed: a virtual environment is told by the name it is started with."""

    identity: str
    """Which build of Python it is: another one makes another environment."""

    tags: frozenset[Tag]
    """Of the wheels that can be installed into it."""

    markers: dict[str, str]
    """The values of environment markers there (dependency specifiers, "Environment markers")."""


def find_interpreter(wanted: Path | None, *, isolation: bool) -> Interpreter:
    """Return the interpreter that builds.

    With isolation: ``wanted``, or the one that runs us. Without: ``wanted``, else that of the virtual environment
    that is active or stands as ``.venv`` in this folder, else the one that runs us. Raises :class:`UsageMistake`.
    """
    if wanted is None:
        wanted = None if isolation else _environment_nearby()
    return _ask(_executable(wanted) if wanted is not None else Path(sys.executable))


def _environment_nearby() -> Path | None:
    named = os.environ.get("VIRTUAL_ENV")
    for folder in (Path(named) if named else None, Path(".venv")):
        if folder is not None and (folder / "pyvenv.cfg").is_file():
            return folder
    return None


def _executable(wanted: Path) -> Path:
    """Return the file that ``--python`` means: a path, an environment's folder, a command, or a version."""
    if wanted.is_dir():
        inside = wanted / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        if inside.exists():
            return inside.absolute()
    if wanted.is_file():
        return wanted.absolute()
    for command in (str(wanted), f"python{wanted}"):
        found = shutil.which(command)
        if found is not None:
            return Path(found).absolute()
    raise UsageMistake(
        f"no Python interpreter is found for --python {wanted}",
        hint="give the path of an interpreter or of a virtual environment, or a version that is on PATH, such as 3.12",
    )


@lru_cache(maxsize=8)
def _ask(executable: Path) -> Interpreter:
    library = str(Path(packaging.__file__).parent.parent)
    try:
        answer = subprocess.run(
            [str(executable), "-I", "-c", _QUESTION, library],
            capture_output=True,
            check=True,
            stdin=subprocess.DEVNULL,
            timeout=_SECONDS,
        ).stdout
        facts: dict[str, Any] = json.loads(answer)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        said = getattr(error, "stderr", None) or b""
        raise UsageMistake(
            f"{executable} is no Python that can be asked what it is"
            + (f": {said.decode('utf-8', 'replace').strip().splitlines()[-1]}" if said.strip() else ""),
            hint="give a working interpreter with --python (Python 3.9 or newer)",
        ) from error
    tags = frozenset(tag for text in facts["tags"] for tag in parse_tag(text))
    identity = " ".join((facts["base"], facts["version"], str(facts["implementation"])))
    return Interpreter(executable, identity, tags, facts["markers"])
