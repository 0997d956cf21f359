"""The globs and folders that the settings of a project name, checked, each fault with the place of its setting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from atombuild.errors import Location, SourceRejected
from atombuild.native.glob_check import Dialect, GlobFault
from atombuild.native.globs import Glob, GlobSet, exact, exclude_text, globset_escaped, parse
from atombuild.native.modules import SETTINGS, Modules, inside_project
from atombuild.project.model import Project

DEFAULT_EXCLUDES: Final = ("__pycache__", "*.pyc", "*.pyo")
"""What is left out of both artifacts while ``default-excludes`` is not false."""

_INCLUDE_FIELD: Final = "tool.uv.build-backend.source-include"
_EXCLUDE_FIELD: Final = "tool.uv.build-backend.*-exclude"
_LICENSE_FIELD: Final = "project.license-files"


@dataclass(frozen=True, slots=True)
class DataFolder:
    """One entry of ``tool.uv.build-backend.data``."""

    scheme: str
    """purelib, platlib, headers, scripts or data."""

    folder: str
    """Relative to the project; "" is the project itself."""


def data_folders(project: Project) -> tuple[DataFolder, ...]:
    """Return the data folders. Raises :class:`SourceRejected` for one outside the project."""
    return tuple(_data_folder(project, scheme, path) for scheme, path in project.settings.data.items())


def source_includes(project: Project, modules: Modules, data: tuple[DataFolder, ...]) -> GlobSet:
    """Return what the sdist includes, but for the licence files. Raises :class:`SourceRejected`."""
    return GlobSet(_source_includes(project, modules, data))


def source_excludes(project: Project) -> GlobSet:
    """Return what the sdist leaves out. Raises :class:`SourceRejected`."""
    return GlobSet((*_default_excludes(project), *_excludes(project, "source-exclude")))


def wheel_excludes(project: Project) -> GlobSet:
    """Return what the wheel leaves out: what the sdist does, and more. Raises :class:`SourceRejected`."""
    return GlobSet(
        (*_default_excludes(project), *_excludes(project, "wheel-exclude"), *_excludes(project, "source-exclude"))
    )


def license_globs(project: Project) -> tuple[Glob, ...]:
    """Return ``project.license-files``. Raises :class:`SourceRejected`; as in uv, that names the glob itself."""
    return tuple(
        _parsed(text, Dialect.PEP639, text, project.pyproject.at("project", "license-files", index))
        for index, text in enumerate(project.metadata.license_files or ())
    )


def data_outside(project: Project, scheme: str) -> SourceRejected:
    """Return the error for a data folder that is not in the project."""
    return SourceRejected(
        f"The path for the data directory {scheme} must be inside the project: {project.settings.data[scheme]}",
        hint="name a folder of this project; a link must not lead out of it either",
        where=project.pyproject.at(*SETTINGS, "data", scheme),
    )


def _source_includes(project: Project, modules: Modules, data: tuple[DataFolder, ...]) -> Iterator[Glob]:
    metadata = project.metadata
    for index, text in enumerate(project.settings.source_include):
        yield _parsed(text, Dialect.UV, _INCLUDE_FIELD, project.pyproject.at(*SETTINGS, "source-include", index))
    yield exact("pyproject.toml")
    for folder in modules.folders:
        yield _below(folder, _INCLUDE_FIELD, project.pyproject.at(*SETTINGS, "module-root"))
    if metadata.readme is not None and metadata.readme.file is not None:
        readme = inside_project(metadata.readme.file)
        if readme is not None:
            yield exact(readme)
    if metadata.license is not None and metadata.license.file is not None:
        where = project.pyproject.at("project", "license", "file")
        yield _parsed(metadata.license.file, Dialect.PEP639, _LICENSE_FIELD, where)
    for entry in data:
        where = project.pyproject.at(*SETTINGS, "data", entry.scheme)
        yield _below(entry.folder, f"tool.uv.build-backend.data.{entry.scheme}", where)


def _below(folder: str, field: str, where: Location) -> Glob:
    # uv escapes a folder's name and then checks it by the rules for globs, so that a blank in it is refused. For the
    # project itself this gives a pattern that starts with a slash, and such a one matches nothing.
    return _parsed(f"{globset_escaped(folder)}/**", Dialect.UV, field, where)


def _default_excludes(project: Project) -> Iterator[Glob]:
    if project.settings.default_excludes:
        for text in DEFAULT_EXCLUDES:
            yield _parsed(exclude_text(text), Dialect.UV, _EXCLUDE_FIELD, project.pyproject.at(*SETTINGS))


def _excludes(project: Project, key: str) -> Iterator[Glob]:
    written = project.settings.source_exclude if key == "source-exclude" else project.settings.wheel_exclude
    for index, text in enumerate(written):
        yield _parsed(exclude_text(text), Dialect.UV, _EXCLUDE_FIELD, project.pyproject.at(*SETTINGS, key, index))


def _parsed(text: str, dialect: Dialect, field: str, where: Location) -> Glob:
    glob = parse(text, dialect)
    if isinstance(glob, GlobFault):
        raise SourceRejected(f"Unsupported glob expression in: {field}", hint=glob.hint, where=where, why=(glob.words,))
    return glob


def _data_folder(project: Project, scheme: str, written: str) -> DataFolder:
    folder = inside_project(written)
    if folder is None:
        raise data_outside(project, scheme)
    return DataFolder(scheme, folder)
