"""Which files go into the sdist and into the wheel, and in which order.

Builds and ``--list`` take these very functions, and :class:`Selection` asks the same globs for the watcher, so that
they can't disagree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from atombuild.errors import SourceRejected
from atombuild.native.absence import why_absent
from atombuild.native.globs import GlobSet, exact
from atombuild.native.modules import SETTINGS, Modules, find_modules, inside_project, join
from atombuild.native.patterns import (
    DataFolder,
    data_folders,
    data_outside,
    license_globs,
    source_excludes,
    source_includes,
    wheel_excludes,
)
from atombuild.native.tree import Entry, Kind, SourceTree
from atombuild.native.walk import refuse_virtual_environment, walk
from atombuild.project.model import Project

_WRITTEN_APART: Final = frozenset({"pyproject.toml", "pyproject.toml.orig"})
"""The sdist's walk skips them: the first is rewritten, the second is what the first was."""

_MOST_ANSWERS: Final = 200_000

_INITS: Final = ("__init__.py", "__init__.pyi")


@dataclass(frozen=True, slots=True)
class Selected:
    """A file on its way into an archive."""

    path: str
    """In the archive; in an sdist relative to its top folder."""

    source: str
    """In the tree."""


def sdist_files(project: Project, modules: Modules, licenses: tuple[str, ...], tree: SourceTree) -> Iterator[Selected]:
    """Yield the files of the sdist but ``pyproject.toml``. Raises :class:`SourceRejected`."""
    includes = source_includes(project, modules, data_folders(project)) | GlobSet(map(exact, licenses))
    excludes = source_excludes(project)
    if excludes.matches("pyproject.toml"):
        raise SourceRejected(
            "`pyproject.toml` must not be excluded from source distribution build",
            hint="write excludes that don't match it: every sdist needs its pyproject.toml",
            where=project.pyproject.at(*SETTINGS, "source-exclude"),
        )

    if excludes.matches(""):
        return  # the pattern "/" stands for the project itself

    def admits(path: str) -> bool:
        return includes.may_hold(path) and not excludes.matches(path)

    for entry in walk(tree, "", admits):
        if entry.path in _WRITTEN_APART and entry.kind is not Kind.DIRECTORY:
            continue
        # A link to a folder can't be packed. uv_build says so wherever files below it could have been meant.
        if not includes.matches(entry.path) and (entry.kind is not Kind.SYMLINK or tree.is_file(entry.path)):
            continue
        refuse_virtual_environment(tree, entry.path)
        if entry.kind is not Kind.DIRECTORY:
            yield Selected(entry.path, entry.path)


def wheel_files(project: Project, modules: Modules, licenses: tuple[str, ...], tree: SourceTree) -> Iterator[Selected]:
    """Yield the files of the wheel but those of its dist-info that are made. Raises :class:`SourceRejected`."""
    excludes = wheel_excludes(project)
    skip = _prefix_length(modules.root)
    for folder, spelled in _module_starts(modules):
        for entry in _module_entries(project, folder, spelled, excludes, tree):
            refuse_virtual_environment(tree, entry.path)
            if entry.kind is not Kind.DIRECTORY:
                yield Selected(entry.path[skip:], entry.path)
    for path in licenses:
        yield Selected(f"{project.stem}.dist-info/licenses/{path}", path)
    yield from data_files(project, excludes, tree)


def data_files(project: Project, excludes: GlobSet, tree: SourceTree) -> Iterator[Selected]:
    """Yield the files of the data folders, as every wheel holds them. Raises :class:`SourceRejected`."""
    for data in data_folders(project):
        yield from _data_files(project, data, excludes, tree)


def _module_starts(modules: Modules) -> Iterator[tuple[str, str]]:
    """Yield the folders to walk, each with its spelling in uv_build: a slash ends the root that is itself a module."""
    for folder, module in zip(modules.folders, modules.modules, strict=True):
        yield folder, folder if module.path or not folder else f"{folder}/"


def _module_entries(
    project: Project, folder: str, spelled: str, excludes: GlobSet, tree: SourceTree
) -> Iterator[Entry]:
    kind = tree.kind(folder)
    if kind is None:
        absence = why_absent(project, tree, folder, folder=True)
        hint = f"create the folder {folder}, or fix module-name in [{'.'.join(SETTINGS)}]"
        raise SourceRejected(
            f"Failed to walk source tree: {folder} {absence.words}",
            hint=hint if absence.is_plain else absence.hint,
            where=absence.where or project.pyproject.at(*SETTINGS, "module-name"),
        )
    # uv_build decides by the whole absolute path what it enters, and by the relative one what it takes.
    mount = f"{tree.mount.rstrip('/')}/"

    def admits(path: str) -> bool:
        return not excludes.matches(mount + path)

    if not admits(spelled):
        return
    start = Entry(folder, kind)
    below = walk(tree, folder, admits) if kind is Kind.DIRECTORY else iter(())
    yield from (entry for entry in (start, *below) if not excludes.matches(entry.path))


def _data_files(project: Project, data: DataFolder, excludes: GlobSet, tree: SourceTree) -> Iterator[Selected]:
    if not tree.exists(data.folder):
        absence = why_absent(project, tree, data.folder, folder=True)
        where = project.pyproject.at(*SETTINGS, "data", data.scheme)
        if absence.is_plain:
            raise SourceRejected(
                f"No such file or directory: {data.folder}",
                hint=f"create the folder {data.folder}, or remove it from [{'.'.join(SETTINGS)}.data]",
                where=where,
            )
        raise SourceRejected(
            f"The data folder {data.folder} can't be packed",
            hint=absence.hint,
            where=absence.where or where,
            why=(f"{data.folder} {absence.words}",),
        )
    if tree.leads_out(data.folder):
        raise data_outside(project, data.scheme)
    if tree.is_file(data.folder) or excludes.matches(data.folder):
        return
    skip = _prefix_length(data.folder)
    # uv_build walks here by the glob "**", whose star does not match a line feed.
    for entry in walk(tree, data.folder, lambda path: not excludes.matches(path) and "\n" not in path):
        refuse_virtual_environment(tree, entry.path)
        if entry.kind is not Kind.DIRECTORY:
            yield Selected(f"{project.stem}.data/{data.scheme}/{entry.path[skip:]}", entry.path)


@dataclass(frozen=True, slots=True)
class Selection:
    """What the settings select, whatever is on disk: the watcher's question. Made by :func:`make_selection`."""

    modules: Modules
    data: tuple[DataFolder, ...]
    includes: GlobSet
    """Of the sdist."""

    source_excludes: GlobSet
    wheel_excludes: GlobSet
    licenses: GlobSet
    """The metadata needs what they match, whatever the excludes say."""

    looked_for: frozenset[str]
    """Paths whose being there, or not, decides something."""

    mount: str
    """See :attr:`atombuild.native.tree.SourceTree.mount`."""

    answers: dict[str, bool] = field(default_factory=dict, compare=False)
    """Of :meth:`admits`: the same paths are asked for again and again."""

    def admits(self, path: str) -> bool:
        """Whether the builds read, or look for, a file at this path."""
        answer = self.answers.get(path)
        if answer is None:
            if len(self.answers) > _MOST_ANSWERS:
                self.answers.clear()
            answer = self.answers[path] = self._admits(path)
        return answer

    def _admits(self, path: str) -> bool:
        return (
            path in self.looked_for
            or self.licenses.matches(path)
            or (self.includes.matches(path) and not any(map(self.source_excludes.matches, _with_parents(path))))
            or self._is_in_wheel(path)
        )

    def may_hold(self, folder: str) -> bool:
        """Whether a file that :meth:`admits` would take may lie below this folder."""
        below = f"{folder}/"
        return (
            self.licenses.may_hold(folder)
            or any(path.startswith(below) for path in self.looked_for)
            or (self.includes.may_hold(folder) and not any(map(self.source_excludes.matches, _with_parents(folder))))
            # Files that the sdist leaves out can still be in a wheel that is built from the tree.
            or any(f"{top}/".startswith(below) for top in self._wheel_folders())
            or self._modules_reach(folder)
            or self._data_reach(folder)
        )

    def _is_in_wheel(self, path: str) -> bool:
        return (self._modules_reach(path) and not self.wheel_excludes.matches(path)) or self._data_reach(path)

    def _modules_reach(self, path: str) -> bool:
        """Whether the wheel's walk through a module comes to this path."""
        prefix = f"{self.mount}/"
        return any(self._walk_reaches(path, top, prefix, spelled) for top, spelled in _module_starts(self.modules))

    def _data_reach(self, path: str) -> bool:
        """Whether the wheel's walk through a data folder comes to this path."""
        return any(self._walk_reaches(path, data.folder, "", data.folder) for data in self.data)

    def _walk_reaches(self, path: str, top: str, prefix: str, spelled: str) -> bool:
        below_top = (part for part in _with_parents(path) if len(part) > len(top))
        return _is_below(path, top) and not any(
            self.wheel_excludes.matches(prefix + part) for part in (spelled, *below_top)
        )

    def _wheel_folders(self) -> tuple[str, ...]:
        return (*self.modules.folders, *(data.folder for data in self.data))


def make_selection(project: Project) -> Selection:
    """Return what the settings of a project select. Raises :class:`SourceRejected` for any that can't be."""
    modules = find_modules(project)
    data = data_folders(project)
    return Selection(
        modules,
        data,
        source_includes(project, modules, data),
        source_excludes(project),
        wheel_excludes(project),
        GlobSet(license_globs(project)),
        frozenset(_looked_for(project, modules)),
        project.root.as_posix().rstrip("/"),
    )


def _looked_for(project: Project, modules: Modules) -> Iterator[str]:
    metadata = project.metadata
    yield "pyproject.toml"
    if metadata.readme is not None and metadata.readme.file is not None:
        yield inside_project(metadata.readme.file) or metadata.readme.file
    if metadata.license is not None and metadata.license.file is not None:
        yield inside_project(metadata.license.file) or metadata.license.file
    for module in modules.modules:
        if module.init is not None:
            yield module.init
        yield from (join(folder, init) for folder in module.bare for init in _INITS)


def _prefix_length(folder: str) -> int:
    return len(folder) + 1 if folder else 0


def _with_parents(path: str) -> Iterator[str]:
    """Yield the path's folders from the top, then the path."""
    at = path.find("/")
    while at >= 0:
        yield path[:at]
        at = path.find("/", at + 1)
    yield path


def _is_below(path: str, folder: str) -> bool:
    return not folder or path.startswith(f"{folder}/")
