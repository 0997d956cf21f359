"""Which Python builds a project.

    --python, UV_PYTHON                     that one
    without isolation                       the environment that is active or stands nearby
    .python-version                         the one that runs us if it is asked for, else the first here that is
    requires-python                         the one that runs us if it is admitted, else the first here that is
    else                                    the one that runs us

One that the project does not admit, or did not ask for, builds only after that was said.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from atombuild.errors import AtombuildError, Location, UsageMistake
from atombuild.isolated.found_pythons import search
from atombuild.isolated.interpreter import Interpreter, find_interpreter
from atombuild.isolated.options import Options
from atombuild.isolated.python_request import PythonRequest, VersionFile, find_version_file
from atombuild.project.pyproject import Pyproject, read_pyproject


@dataclass(frozen=True, slots=True)
class Note:
    """What to know about the choice before anything is built."""

    what: str
    hint: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The interpreter, and why it is that one."""

    interpreter: Interpreter
    why: str = ""
    """Empty: nothing asked for another than the one that runs us."""

    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """All that the choice follows from."""

    python: Path | None
    isolated: bool
    file: VersionFile | None
    requires: str | None
    """``requires-python``."""

    requires_at: Location | None = None

    def choose(self) -> Choice:
        """Return the choice. Raises :class:`atombuild.errors.UsageMistake` where a named interpreter is none."""
        admitted = _specifiers(self.requires)
        if self.python is not None or not self.isolated:
            chosen = find_interpreter(self.python, isolation=self.isolated)
            return Choice(chosen, notes=self._unless_admitted(chosen, admitted))
        own = find_interpreter(None, isolation=True)
        notes = _unknown(self.file)
        request = self.file.request if self.file is not None else None
        mistakes: list[UsageMistake] = []
        if request is not None:
            asked_for = _asked_for(request, own, mistakes.append)
            if asked_for is not None:
                why = f"{request.where} asks for {request.text}" if asked_for is not own else ""
                return Choice(asked_for, why, (*notes, *self._unless_admitted(asked_for, admitted)))
        chosen = own
        if admitted is not None and not _admits(admitted, own):
            chosen = search(admitted, lambda each: _admits(admitted, each)) or own
        if request is not None:
            # One that is here and can't build is not said to be missing.
            missing = f"and {mistakes[0].what}" if mistakes else "which is not found here"
            notes += (
                Note(
                    f"{request.where} asks for Python {request.text}, {missing}: building with {chosen.version}",
                    "install it, or name an interpreter with --python",
                ),
            )
        why = f"requires-python is {self.requires}" if chosen is not own else ""
        return Choice(chosen, why, (*notes, *self._unless_admitted(chosen, admitted)))

    def _unless_admitted(self, chosen: Interpreter, admitted: SpecifierSet | None) -> tuple[Note, ...]:
        if admitted is None or _admits(admitted, chosen):
            return ()
        at = f"{self.requires_at}: " if self.requires_at is not None else ""
        return (
            Note(
                f"{at}requires-python is {self.requires} and this is {chosen.version}: building with {chosen.version}",
                "name an interpreter that the project admits with --python, or in .python-version",
            ),
        )


def wanted(python: Path | None, folder: Path, pyproject: Pyproject | None, *, isolated: bool) -> Wanted:
    """Return what the choice for a project follows from; ``folder`` is where ``.python-version`` is looked for."""
    named = os.environ.get("UV_PYTHON")
    python = python or (Path(named) if named and isolated else None)
    project = pyproject.table.get("project") if pyproject is not None else None
    requires = project.get("requires-python") if isinstance(project, Mapping) else None
    at = pyproject.at("project", "requires-python") if pyproject is not None and requires is not None else None
    file = find_version_file(folder) if python is None and isolated else None
    return Wanted(python, isolated, file, requires if isinstance(requires, str) else None, at)


def interpreter_of(root: Path, options: Options) -> Interpreter:
    """Return the Python that a project is built with, or would be. Raises :class:`UsageMistake`."""
    pyproject = None
    with suppress(AtombuildError):  # a project of today's setup.py has none; and what is wrong with one, a build says
        pyproject = read_pyproject(root)
    return wanted(options.python, root, pyproject, isolated=True).choose().interpreter


def _asked_for(
    request: PythonRequest, own: Interpreter, unusable: Callable[[UsageMistake], object]
) -> Interpreter | None:
    if request.path is not None:
        try:
            return find_interpreter(request.path, isolation=True)
        except UsageMistake:  # the project is to blame, and not the command
            return None
    if request.admits(own):
        return own
    return search(request.versions, request.admits, unusable)


def _unknown(file: VersionFile | None) -> tuple[Note, ...]:
    return tuple(
        Note(f"{where} asks for `{text}`, which is no Python that is known here: it is passed over", "write a version")
        for text, where in (file.unknown if file is not None else ())
    )


def _admits(specifiers: SpecifierSet, interpreter: Interpreter) -> bool:
    return specifiers.contains(interpreter.version, prereleases=True)


def _specifiers(text: str | None) -> SpecifierSet | None:
    try:
        return SpecifierSet(text) if text is not None else None
    except InvalidSpecifier:  # the backend says so
        return None
