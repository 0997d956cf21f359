"""What is known of a project before its backend is asked: its ``[build-system]``, and name and version if static."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from packaging.utils import InvalidName, canonicalize_name
from packaging.version import Version

from atombuild.errors import Location, Problem, ProjectInvalid, ProjectMissing
from atombuild.project.build_system import build_system_of
from atombuild.project.pyproject import Pyproject
from atombuild.project.settings import read_own_settings

LEGACY_BACKEND: Final = "setuptools.build_meta:__legacy__"
"""What PEP 517 takes for a project that names no backend."""

LEGACY_REQUIRES: Final = ("setuptools >= 40.8.0",)

LEGACY_FILES: Final = ("setup.py", "setup.cfg")


@dataclass(frozen=True, slots=True)
class Description:
    """One project, as far as it speaks for itself."""

    root: Path
    pyproject: Pyproject | None
    """None: there is ``setup.py`` or ``setup.cfg`` alone."""

    requires: tuple[str, ...]
    backend: str
    """``module:object``, as in ``build-backend``."""

    backend_path: tuple[str, ...] = ()
    name: str | None = None
    """As written, if static."""

    version: str | None = None
    """In normal form, if static."""

    hook_timeout: float | None = None

    @property
    def where(self) -> Location:
        """Where the backend is named, or would be."""
        if self.pyproject is None:
            return Location(next((self.root / name for name in LEGACY_FILES if (self.root / name).exists()), self.root))
        return self.pyproject.at("build-system", "build-backend")


def describe(root: Path, pyproject: Pyproject | None) -> Description:
    """Return the description of the project in ``root``.

    Raises :class:`ProjectMissing` where nothing says that there is one, and :class:`ProjectInvalid`.
    """
    if pyproject is None:
        return Description(root, None, LEGACY_REQUIRES, LEGACY_BACKEND)
    build_system = build_system_of(pyproject)
    _require_a_package(root, pyproject)
    own, _ = read_own_settings(pyproject)  # what is wrong with it, advice tells
    name, version = _static(pyproject)
    if build_system is None:
        return Description(root, pyproject, LEGACY_REQUIRES, LEGACY_BACKEND, (), name, version, own.hook_timeout)
    backend_path = _inside(root, pyproject, build_system.backend_path)
    backend = build_system.backend or LEGACY_BACKEND
    return Description(root, pyproject, build_system.requires, backend, backend_path, name, version, own.hook_timeout)


def _require_a_package(root: Path, pyproject: Pyproject) -> None:
    """Refuse a file of tool settings: setuptools would make a package called UNKNOWN of the folder."""
    if pyproject.table.keys() & {"build-system", "project"} or any((root / name).exists() for name in LEGACY_FILES):
        return
    raise ProjectMissing(
        root, why="pyproject.toml has neither [build-system] nor [project], and there is no setup.py or setup.cfg"
    )


def _static(pyproject: Pyproject) -> tuple[str | None, str | None]:
    """Return name and version where ``[project]`` gives them; what is wrong with them is the backend's to say."""
    project = pyproject.table.get("project")
    table: dict[str, Any] = project if isinstance(project, dict) else {}
    dynamic = table.get("dynamic")
    name, version = table.get("name"), table.get("version")
    try:
        canonicalize_name(name if isinstance(name, str) else "", validate=True)
    except InvalidName:
        return None, None
    try:
        version = str(Version(version)) if isinstance(version, str) else None
    except ValueError:  # InvalidVersion is one; so is a number of more digits than Python reads
        version = None
    return name, None if isinstance(dynamic, list) and "version" in dynamic else version


def _inside(root: Path, pyproject: Pyproject, backend_path: tuple[str, ...]) -> tuple[str, ...]:
    """Return ``backend-path`` if all of it lies in the tree, wherever links lead (PEP 517, "In-tree build")."""
    real_root = root.resolve()
    problems = [
        Problem(
            f"`build-system.backend-path` leads out of the project: {path}",
            "name a folder of the project, relative to it; a backend from elsewhere belongs into requires",
            pyproject.at("build-system", "backend-path", index),
        )
        for index, path in enumerate(backend_path)
        if not _is_inside(root, path, real_root)
    ]
    if problems:
        raise ProjectInvalid(tuple(problems))
    return backend_path


def _is_inside(root: Path, path: str, real_root: Path) -> bool:
    try:
        return not Path(path).is_absolute() and (root / path).resolve().is_relative_to(real_root)
    except (ValueError, RuntimeError, OSError):  # a NUL; links in a circle, for some Pythons; no right to look
        return False
