"""One look at a project for all advice: what each artifact takes, and what its walk met and did not take.

The selections are those of the builds themselves, over a tree that remembers each folder once it was listed, so that
advice can't disagree with a build and costs one walk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from atombuild.errors import AtombuildError, Cancelled, Location
from atombuild.native.advice.memory import AdviceMemory
from atombuild.native.glob_check import Dialect, GlobFault
from atombuild.native.globs import GlobSet, exact, exclude_text, parse
from atombuild.native.licenses import matched_license_files
from atombuild.native.modules import SETTINGS, Modules, find_modules
from atombuild.native.patterns import DataFolder, data_folders, source_excludes, source_includes, wheel_excludes
from atombuild.native.selection import Selected, sdist_files, wheel_files
from atombuild.native.tree import Entry, Kind, SourceTree, TreeOver
from atombuild.project.model import Project

EXCLUDES: Final = ("source-exclude", "wheel-exclude")


class ListedTree(TreeOver):
    """A tree that remembers which of its folders were entered, and shares their listings with others like it."""

    def __init__(self, tree: SourceTree, listings: dict[str, tuple[Entry, ...]], breathe: Callable[[], object]) -> None:
        super().__init__(tree)
        self._listings = listings
        self._breathe = breathe
        self.entered: dict[str, tuple[Entry, ...]] = {}
        """The folders that were listed through this tree."""

    def scan(self, directory: str) -> tuple[Entry, ...]:
        """Return the children of ``directory``, listed at most once."""
        self._breathe()
        found = self._listings.get(directory)
        if found is None:
            found = self._listings[directory] = self._tree.scan(directory)
        self.entered[directory] = found
        return found


@dataclass(frozen=True, slots=True)
class Pattern:
    """One item of ``source-include``, ``source-exclude`` or ``wheel-exclude``."""

    key: str
    text: str
    """As written."""

    globs: GlobSet
    where: Location

    def matches(self, path: str) -> bool:
        """Whether it matches this very path."""
        return self.globs.matches(path)

    def matches_way(self, path: str) -> bool:
        """Whether it matches the path or a folder on the way to it."""
        parts = path.split("/")
        return any(self.matches("/".join(parts[:depth])) for depth in range(1, len(parts) + 1))


@dataclass(frozen=True, slots=True)
class Picked:
    """What one artifact takes from the tree."""

    name: str
    """sdist or wheel."""

    files: tuple[Selected, ...]
    sources: frozenset[str]
    """Their paths in the tree."""

    entered: dict[str, tuple[Entry, ...]]
    """The folders that the walk entered, with their children."""

    passed_over: tuple[Entry, ...]
    """What the walk met and neither took nor entered."""

    whole: bool
    """False where the build refuses something on the way: then there may be more."""


@dataclass(frozen=True, slots=True)
class Survey:
    """A project whose settings can be understood, and its artifacts."""

    project: Project
    tree: SourceTree
    """Asked for what the walks did not meet."""

    modules: Modules
    data: tuple[DataFolder, ...]
    licenses: tuple[str, ...]
    """The licence files; empty where the build refuses them."""

    includes: GlobSet
    source_excludes: GlobSet
    wheel_excludes: GlobSet
    include_items: tuple[Pattern, ...]
    exclude_items: tuple[Pattern, ...]
    """Of both lists."""

    sdist: Picked
    wheel: Picked
    """As built from the tree."""

    memory: AdviceMemory

    @property
    def whole(self) -> bool:
        """Whether both walks came to their end: only then absence means something."""
        return self.sdist.whole and self.wheel.whole

    def packed(self) -> frozenset[str]:
        """Return what either artifact takes."""
        return self.sdist.sources | self.wheel.sources

    def links(self) -> frozenset[str]:
        """Return the symbolic links that the walks met."""
        folders = (*self.sdist.entered.values(), *self.wheel.entered.values())
        return frozenset(entry.path for folder in folders for entry in folder if entry.kind is Kind.SYMLINK)

    def at(self, path: str) -> Location:
        """Return the place of a file of the project."""
        return Location(self.project.root / path)

    def setting(self, *keys: str | int) -> Location:
        """Return the place of a setting of the build backend."""
        return self.project.pyproject.at(*SETTINGS, *keys)


def survey(
    project: Project, tree: SourceTree, breathe: Callable[[], object], memory: AdviceMemory | None = None
) -> Survey | None:
    """Look at the project; None where its settings can't be understood, which every build says.

    ``breathe`` is called for every folder; what it raises ends the look. ``memory`` is of the look before.
    """
    try:
        modules, data = find_modules(project), data_folders(project)
        includes = source_includes(project, modules, data)
        excluded, excluded_from_wheel = source_excludes(project), wheel_excludes(project)
    except AtombuildError:
        return None
    listings: dict[str, tuple[Entry, ...]] = {}
    try:
        licenses = matched_license_files(project, ListedTree(tree, listings, breathe))
    except Cancelled:
        raise
    except AtombuildError:
        licenses = ()
    sdist_tree, wheel_tree = ListedTree(tree, listings, breathe), ListedTree(tree, listings, breathe)
    sdist = _picked("sdist", sdist_files(project, modules, licenses, sdist_tree), sdist_tree, ())
    folders = (*modules.folders, *(entry.folder for entry in data))
    wheel = _picked("wheel", wheel_files(project, modules, licenses, wheel_tree), wheel_tree, folders)
    return Survey(
        project,
        ListedTree(tree, listings, breathe),
        modules,
        data,
        licenses,
        includes | GlobSet(map(exact, licenses)),
        excluded,
        excluded_from_wheel,
        tuple(_items(project, "source-include")),
        tuple(item for key in EXCLUDES for item in _items(project, key)),
        sdist,
        wheel,
        memory or AdviceMemory(),
    )


def _picked(name: str, selected: Iterator[Selected], tree: ListedTree, starts: tuple[str, ...]) -> Picked:
    files: list[Selected] = []
    whole = True
    try:
        for file in selected:
            files.append(file)  # noqa: PERF402 (kept when the next one is refused)
    except Cancelled:
        raise
    except AtombuildError:
        whole = False
    sources = frozenset(file.source for file in files)
    met = [entry for children in tree.entered.values() for entry in children]
    # An exclude can keep a walk from its very start, and then nobody meets that folder on the way.
    met += [Entry(start, Kind.DIRECTORY) for start in starts if start and tree.kind(start) is Kind.DIRECTORY]
    passed_over = tuple(entry for entry in met if entry.path not in sources and entry.path not in tree.entered)
    return Picked(name, tuple(files), sources, tree.entered, passed_over, whole)


def _items(project: Project, key: str) -> Iterator[Pattern]:
    written = getattr(project.settings, key.replace("-", "_"))
    for index, text in enumerate(written):
        glob = parse(text if key == "source-include" else exclude_text(text), Dialect.UV)
        if not isinstance(glob, GlobFault):
            yield Pattern(key, text, GlobSet((glob,)), project.pyproject.at(*SETTINGS, key, index))
