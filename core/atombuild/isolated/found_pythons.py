"""The Pythons of this machine: on PATH, kept by pyenv, installed by uv."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from atombuild.errors import UsageMistake
from atombuild.isolated.interpreter import Interpreter, ask, pyenv_root

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

_COMMAND: Final = re.compile(r"(?:python|pypy|graalpy)(\d+(?:\.\d+)?)?t?(?:\.exe)?")
_KEPT: Final = re.compile(r"(?:[a-z]+-)?(\d+\.\d+)(?:\.\d+)?.*")
_INSIDE: Final = "python.exe" if os.name == "nt" else "bin/python"


def found_pythons() -> tuple[tuple[Path, str], ...]:
    """Return interpreters, and which version each seems to be; empty: nothing tells. The likeliest first.

    Commands that pyenv puts on PATH are left out: which Python they start depends on where they are started.
    """
    return tuple(dict.fromkeys((*_on_path(), *_kept(pyenv_root() / "versions"), *_kept(_uv_folder()))))


def search(
    versions: SpecifierSet,
    admits: Callable[[Interpreter], bool],
    unusable: Callable[[UsageMistake], object] = lambda _: None,
) -> Interpreter | None:
    """Return the first interpreter that is admitted; ``versions`` spares the rest the asking.

    ``unusable`` is told of each that seems to be asked for, and can't build.
    """
    asked: set[Path] = set()
    for path, seems in found_pythons():
        if not _may_be(seems, versions):
            continue
        with suppress(OSError):  # a link that leads nowhere
            real = path.resolve()
            if real in asked:
                continue
            asked.add(real)
            try:
                interpreter = ask(path)
            except UsageMistake as mistake:
                if seems.count("."):
                    unusable(mistake)
                continue
            if admits(interpreter):
                return interpreter
    return None


def _may_be(seems: str, versions: SpecifierSet) -> bool:
    if seems.count(".") != 1:
        return True
    named = [each.version.removesuffix(".*") for each in versions]
    likely = [f"{seems}.0", f"{seems}.999", *(each for each in named if f"{each}.".startswith(f"{seems}."))]
    return any(versions.contains(each, prereleases=True) for each in likely)


def _on_path() -> Iterator[tuple[Path, str]]:
    shims = pyenv_root() / "shims"
    for folder in filter(None, os.environ.get("PATH", "").split(os.pathsep)):
        if Path(folder) == shims:
            continue
        found = ((name, match[1] or "") for name in _names(Path(folder)) if (match := _COMMAND.fullmatch(name)))
        for name, seems in sorted(found, key=lambda each: _rank(each[1]), reverse=True):
            yield Path(folder).absolute() / name, seems


def _kept(folder: Path) -> Iterator[tuple[Path, str]]:
    found = ((name, match[1]) for name in _names(folder) if (match := _KEPT.fullmatch(name)))
    for name, seems in sorted(found, key=lambda each: _rank(each[1]), reverse=True):
        path = folder / name / _INSIDE
        if path.exists():
            yield path, seems


def _rank(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split("."))) if version else ()


def _names(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208 (names are wanted, not paths)
    except OSError:
        return []


def _uv_folder() -> Path:
    named = os.environ.get("UV_PYTHON_INSTALL_DIR")
    if named:
        return Path(named)
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share"
    return Path(data) / "uv" / "python"
