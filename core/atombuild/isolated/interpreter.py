"""The Python that builds: which one, and what it says of itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import metadata
from pathlib import Path
from typing import Any, Final

import packaging
from packaging.specifiers import SpecifierSet
from packaging.tags import Tag, parse_tag

from atombuild.errors import UsageMistake

_SECONDS: Final = 60.0

_OLDEST_MINOR: Final = 9
"""What we run in a build's environment is written for Python 3.9 and newer ones."""

_LIBRARIES: Final = ("build", "packaging", "pyproject-hooks")
"""What runs there besides, as it is installed with us."""

_QUESTION: Final = """
import sys
if sys.version_info < (3, int(sys.argv[2])):
    mine, oldest = "%d.%d" % sys.version_info[:2], "3." + sys.argv[2]
    sys.exit("Python " + mine + " is too old, " + oldest + " is the oldest that can build here")
import json
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

    @property
    def version(self) -> str:
        """All of it, such as 3.12.1."""
        return self.markers["python_full_version"]

    @property
    def implementation(self) -> str:
        """``cpython``, ``pypy`` and the like."""
        return self.markers["implementation_name"]

    @property
    def is_free_threaded(self) -> bool:
        """Whether it is built without the global lock (PEP 703)."""
        return any(tag.interpreter.startswith("cp") and tag.abi == f"{tag.interpreter}t" for tag in self.tags)


def find_interpreter(wanted: Path | None, *, isolation: bool) -> Interpreter:
    """Return the interpreter that builds.

    With isolation: ``wanted``, or the one that runs us. Without: ``wanted``, else that of the virtual environment
    that is active or stands as ``.venv`` in this folder, else the one that runs us. Raises :class:`UsageMistake`.
    """
    if wanted is None:
        wanted = None if isolation else _environment_nearby()
    return ask(_executable(wanted) if wanted is not None else Path(sys.executable))


def _environment_nearby() -> Path | None:
    named = os.environ.get("VIRTUAL_ENV")
    for folder in (Path(named) if named else None, Path(".venv")):
        if folder is not None and (folder / "pyvenv.cfg").is_file():
            return folder
    return None


def _executable(wanted: Path) -> Path:
    """Return the file that ``--python`` means: a path, an environment's folder, a command, or a version."""
    if os.path.isdir(wanted):  # noqa: PTH112 (pathlib's raises for a name that is too long)
        inside = wanted / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        if inside.exists():
            return inside.absolute()
    if os.path.isfile(wanted):  # noqa: PTH113 (the same)
        return wanted.absolute()
    for command in (str(wanted), f"python{wanted}"):
        found = shutil.which(command)
        if found is not None and not _is_shim(Path(found)):
            return Path(found).absolute()
    kept = _kept_by_pyenv(str(wanted))
    if kept is not None:
        return kept
    raise UsageMistake(
        f"no Python interpreter is found for --python {wanted}",
        hint="give the path of an interpreter or of a virtual environment, or a version that is on PATH, such as 3.12",
    )


def pyenv_root() -> Path:
    """Return where pyenv keeps its Pythons, if it is there."""
    return Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")


def _is_shim(path: Path) -> bool:
    """Whether it is a command that pyenv puts on PATH: which Python that starts depends on where it is started."""
    return path.parent == pyenv_root() / "shims"


def _kept_by_pyenv(wanted: str) -> Path | None:
    """Return the Python that pyenv keeps under a name, or the newest of a version."""
    folder = pyenv_root() / "versions"
    name = wanted.removeprefix("python")
    try:
        kept = os.listdir(folder)  # noqa: PTH208 (names are wanted, not paths)
    except OSError:  # there is no pyenv
        return None
    newest_first = sorted((each for each in kept if each.startswith(f"{name}.")), key=_numbers, reverse=True)
    named = (*(each for each in kept if each == name), *newest_first)
    pythons = (folder / each / "bin/python" for each in named if name)
    return next((each for each in pythons if each.exists()), None)


def _numbers(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in name.split(".") if part.isdecimal())


def ask(executable: Path) -> Interpreter:
    """Return what an interpreter says of itself. Raises :class:`UsageMistake` where it says nothing."""
    try:
        found = executable.stat()
    except OSError:
        return _ask(executable, ())  # it is told how it fails
    return _ask(executable, (found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size))


@lru_cache(maxsize=1)
def oldest_minor() -> int:
    """Return which Python 3 is the oldest that can build: all that we run in its environment must admit it."""
    asked = (metadata(name)["Requires-Python"] for name in _LIBRARIES)
    admitted = [SpecifierSet(text) for text in asked if text]
    minors = range(_OLDEST_MINOR, sys.version_info.minor)
    # Its last release: ">=3.9.1" admits 3.9, too.
    fitting = (minor for minor in minors if all(each.contains(f"3.{minor}.99") for each in admitted))
    return next(fitting, sys.version_info.minor)


@lru_cache(maxsize=32)
def _ask(executable: Path, stamp: tuple[int, ...]) -> Interpreter:
    del stamp  # another file under the same name is another interpreter
    library = str(Path(packaging.__file__).parent.parent)
    try:
        answer = subprocess.run(
            [str(executable), "-I", "-c", _QUESTION, library, str(oldest_minor())],
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
            hint=f"give a working interpreter with --python (Python 3.{oldest_minor()} or newer)",
        ) from error
    tags = frozenset(tag for text in facts["tags"] for tag in parse_tag(text))
    identity = " ".join((facts["base"], facts["version"], str(facts["implementation"])))
    return Interpreter(executable, identity, tags, facts["markers"])
