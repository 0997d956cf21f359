"""``.python-version``: which Python a project asks to be built with, in the forms that uv and pyenv know.

    3.12   3.12.4   3.13t   cp312   cpython@3.12   cpython-3.12-linux-x86_64-gnu   pypy3.10   >=3.11,<3.13
    a path, or the name of an environment that pyenv keeps

The nearest file counts, from the project's folder upward; of several lines the first that says something.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from atombuild.descriptors import read_regular
from atombuild.errors import Location
from atombuild.isolated.interpreter import Interpreter, pyenv_root

_NAMES: Final = (".python-version", ".python-versions")
_MOST: Final = 1 << 16
_COMMENT: Final = re.compile(r"(^|\s)#.*$")
_FORM: Final = re.compile(
    r"(?:(?P<implementation>cpython|cp|pypy|pp|graalpy|gp|python|py)[-@]?)?"
    r"(?P<version>\d+(?:\.\d+){0,2}(?:(?:a|b|rc)\d+)?)(?P<threads>t|\+freethreaded)?(?:-.*)?",
    re.IGNORECASE,
)
_IMPLEMENTATIONS: Final = {"cp": "cpython", "pp": "pypy", "gp": "graalpy"}
_RELEASE: Final = 3
"""Numbers of a version that names one release."""


@dataclass(frozen=True, slots=True)
class PythonRequest:
    """What a file asks for."""

    text: str
    where: Location
    versions: SpecifierSet = field(default_factory=SpecifierSet)
    implementation: str | None = None
    """As ``platform.python_implementation`` has it, in lower case; None: any."""

    free_threaded: bool = False
    path: Path | None = None
    """The interpreter itself, or the folder of its environment."""

    def admits(self, interpreter: Interpreter) -> bool:
        """Whether an interpreter is one of those that are asked for."""
        return (
            self.versions.contains(interpreter.version, prereleases=True)
            and self.implementation in {None, interpreter.implementation}
            and self.free_threaded == interpreter.is_free_threaded
        )


@dataclass(frozen=True, slots=True)
class VersionFile:
    """The file that counts."""

    path: Path
    request: PythonRequest | None
    unknown: tuple[tuple[str, Location], ...] = ()
    """Lines before it that are no request, and where."""


def find_version_file(folder: Path) -> VersionFile | None:
    """Return the nearest file, from this folder upward; None: there is none that can be read."""
    for each in (folder, *folder.parents):
        for name in _NAMES:
            path = each / name
            try:
                text = read_regular(path, _MOST).decode("utf-8", "replace")
            except (OSError, ValueError):  # not there, mostly; a folder is none of those files
                continue
            return _read(path, text)
    return None


def _read(path: Path, text: str) -> VersionFile:
    unknown: list[tuple[str, Location]] = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        asked = _COMMENT.sub("", line).strip()
        if not asked:
            continue
        where = Location(path, number)
        request = parse_request(asked, where)
        if request is not None:
            return VersionFile(path, request, tuple(unknown))
        unknown.append((asked, where))
    return VersionFile(path, None, tuple(unknown))


def parse_request(text: str, where: Location) -> PythonRequest | None:
    """Return what a line asks for; None: nothing that is known."""
    if text[0] in "<>=!~":
        try:
            return PythonRequest(text, where, SpecifierSet(text))
        except InvalidSpecifier:
            return None
    found = _FORM.fullmatch(text)
    if found is not None:
        implementation = (found["implementation"] or "").lower()
        implementation = _IMPLEMENTATIONS.get(implementation, implementation)
        named = implementation if implementation not in {"", "python", "py"} else None
        return PythonRequest(text, where, _versions(found["version"]), named, found["threads"] is not None)
    kept = pyenv_root() / "versions" / text
    for path in (where.path.parent / text, kept):
        if (path is kept or os.sep in text or "/" in text) and os.path.exists(path):  # noqa: PTH110 (pathlib's raises for some names)
            return PythonRequest(text, where, path=path)
    return None


def _versions(text: str) -> SpecifierSet:
    numbers = text.split(".")
    if len(numbers) == 1 and len(text) > 1 and text.isdigit():  # 312
        numbers = [text[0], text[1:]]
    version = ".".join(numbers)
    exact = len(numbers) >= _RELEASE or not numbers[-1].isdigit()
    return SpecifierSet(f"=={version}" if exact else f"=={version}.*")
