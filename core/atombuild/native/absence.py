"""Why a build does not find what the settings name, though it may well be there: excluded, outside, hidden, misspelled.

Asked only once a build has failed, so it looks at the disk as often as it needs to.
"""

from __future__ import annotations

import errno
import os
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from atombuild.errors import Location, system_reason
from atombuild.native.glob_check import Dialect, GlobFault
from atombuild.native.globs import GlobSet, exclude_text, parse
from atombuild.native.modules import SETTINGS, inside_project, join
from atombuild.native.patterns import DEFAULT_EXCLUDES
from atombuild.native.tree import Kind, SourceTree
from atombuild.native.walk import walk
from atombuild.project.model import Project

_FAR_ENOUGH: Final = 2000
"""How many entries of a folder are looked at for a file that an exclude took."""


@dataclass(frozen=True, slots=True)
class Absence:
    """Why something is not found."""

    words: str
    """What is so, to be put after its path."""

    hint: str
    """What to do about it; "" where nothing at all is there, and only the caller knows what it is for."""

    where: Location | None = None
    """The setting that is the cause, where one is."""

    @property
    def is_plain(self) -> bool:
        """Whether nothing at all is there."""
        return not self.hint


@dataclass(frozen=True, slots=True)
class Exclude:
    """One item of an exclude list, or a default one."""

    words: str
    where: Location
    globs: GlobSet

    def takes(self, path: str) -> bool:
        """Whether it takes a path, or a folder on the way to it."""
        parts = path.split("/")
        # "/" alone stands for the project itself.
        return self.globs.matches("") or any(
            self.globs.matches("/".join(parts[:depth])) for depth in range(1, len(parts) + 1)
        )


def why_absent(project: Project, tree: SourceTree, path: str, *, folder: bool = False) -> Absence:
    """Return why no file, or no folder, is found at ``path``, relative to the project."""
    packed_from = tree.packed_from
    inside = inside_project(path)
    if packed_from is not None:
        if inside is None:
            return Absence(
                "lies outside of the project, and an sdist holds only what is below it",
                "copy it into the project, and name that; or build the wheel from the tree: --wheel",
            )
        if packed_from.is_file(inside) is not folder and packed_from.exists(inside):
            return _not_packed(project, packed_from, inside)
        return why_absent(project, packed_from, path, folder=folder)
    return _on_disk(tree, path if inside is None else inside, folder=folder)


def exclude_taking(project: Project, path: str, *, wheel: bool = False) -> Exclude | None:
    """Return the exclude that leaves a path out of the sdist; ``wheel``: or out of the wheel."""
    return next((each for each in _excludes(project, wheel=wheel) if each.takes(path)), None)


def exclude_emptying(project: Project, tree: SourceTree, folder: str, *, wheel: bool = False) -> Exclude | None:
    """Return an exclude that takes a folder, or the first file of it that one takes; None: no exclude took any."""
    paths = [folder] if folder else []
    if tree.kind(folder) is Kind.DIRECTORY or not folder:
        entries = islice(walk(tree, folder, lambda _: True), _FAR_ENOUGH)
        paths += [entry.path for entry in entries if entry.kind is not Kind.DIRECTORY]
    return next(filter(None, (exclude_taking(project, path, wheel=wheel) for path in paths)), None)


def _excludes(project: Project, *, wheel: bool) -> Iterator[Exclude]:
    for key in ("source-exclude", "wheel-exclude")[: 1 + wheel]:
        written = project.settings.source_exclude if key == "source-exclude" else project.settings.wheel_exclude
        for index, text in enumerate(written):
            yield from _exclude(f'the {key} "{text}"', project.pyproject.at(*SETTINGS, key, index), text)
    if project.settings.default_excludes:
        for text in DEFAULT_EXCLUDES:
            where = project.pyproject.at(*SETTINGS)
            yield from _exclude(f'"{text}", which is excluded by default (default-excludes)', where, text)


def _exclude(words: str, where: Location, text: str) -> Iterator[Exclude]:
    glob = parse(exclude_text(text), Dialect.UV)
    if not isinstance(glob, GlobFault):
        yield Exclude(words, where, GlobSet((glob,)))


def _not_packed(project: Project, tree: SourceTree, path: str) -> Absence:
    """Return why the sdist lacks what the tree has."""
    exclude = exclude_taking(project, path)
    is_folder = not tree.is_file(path)
    if exclude is None and is_folder:
        exclude = exclude_emptying(project, tree, path)
    if exclude is not None:
        return Absence(
            f"is left out of the sdist by {exclude.words}",
            "narrow that exclude: the wheel is made from the sdist, and needs it",
            exclude.where,
        )
    if is_folder and not any(True for entry in walk(tree, path, lambda _: True) if entry.kind is not Kind.DIRECTORY):
        return Absence("holds no file, and an sdist holds no empty folders", "put a file into it, or do not name it")
    if tree.kind(path) is Kind.SYMLINK and is_folder:
        return Absence(
            "is a symbolic link to a folder, and an sdist holds files alone", "put the folder itself in its place"
        )
    return Absence(
        "is not in the sdist, though no exclude takes it",
        f'add "{join(path, "**") if is_folder else path}" to source-include in [{".".join(SETTINGS)}]',
    )


def _on_disk(tree: SourceTree, path: str, *, folder: bool) -> Absence:
    """Go down the path, and return what is wrong with the first part that is."""
    hidden = tree.hidden_by(path)
    if hidden is not None:
        return Absence(
            f"lies in {hidden}, of which no artifact may hold anything",
            "choose another folder for it (for the output directory: --out-dir), or move what is to be packed",
        )
    at = tree.root
    parts = [part for part in path.split("/") if part not in {"", "."}]
    if not parts and not folder:
        return Absence("is the folder of the project, not a file", "name a file in it")
    for number, part in enumerate(parts, start=1):
        at /= part
        found = _on_the_way(tree, at, folder=folder or number < len(parts), is_last=number == len(parts))
        if found is not None:
            return found
    return Absence("was not there when it was looked for, and is there now", "build again")


def _on_the_way(tree: SourceTree, at: Path, *, folder: bool, is_last: bool) -> Absence | None:
    """Return what is wrong with one part of a path, of which all before it are folders."""
    try:
        mode = at.stat().st_mode
    except ValueError:  # a NUL byte
        return Absence("is a path that no file can have", "write it without control characters")
    except OSError as error:
        if error.errno in _REFUSED:
            words = f"can't be looked at: {system_reason(error)}"
            return Absence(words, f"check the permissions of {_shown(tree, at.parent)}")
        return _dead_link(tree, at, error) if os.path.islink(at) else _misspelled(tree, at)  # noqa: PTH114 (never raises)
    if stat.S_ISDIR(mode) if folder else stat.S_ISREG(mode):
        return None
    words = "is" if is_last else f"can't be there: {_shown(tree, at)} is"
    return Absence(f"{words} {_kind(mode)}, not a {'folder' if folder else 'file'}", _other_kind(tree, at, mode))


_REFUSED: Final = frozenset({errno.EACCES, errno.EPERM})


def _other_kind(tree: SourceTree, at: Path, mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "name a file in it, or put a file in its place"
    if stat.S_ISREG(mode):
        return f"name the folder that holds it: {_shown(tree, at.parent)}"
    return "put a regular file or a folder in its place"


def _dead_link(tree: SourceTree, at: Path, error: OSError) -> Absence:
    shown = _shown(tree, at)
    try:
        target = os.fspath(at.readlink())
    except OSError:
        target = "what can't be read"
    words = (
        "that leads in a circle" if not isinstance(error, FileNotFoundError) else f"to {target}, which does not exist"
    )
    return Absence(f"can't be read: {shown} is a symbolic link {words}", "remove the link, or fix where it leads")


def _misspelled(tree: SourceTree, at: Path) -> Absence:
    """Return that it is not there, and what has nearly its name."""
    try:
        names = sorted(each.name for each in at.parent.iterdir())
    except OSError:
        names = []
    other = next((each for each in names if _folded(each) == _folded(at.name)), None)
    if other is None:
        return Absence("is not there", "")
    if other.strip() != other or at.name.strip() != at.name:
        how = "in the blanks around them"
    else:
        how = "in upper and lower case" if other.casefold() == at.name.casefold() else "in the form of their characters"
    shown = _shown(tree, at.parent / other)
    return Absence(f"is there as {shown!r}: the names differ {how}", f"write {shown!r}, or rename it")


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _shown(tree: SourceTree, path: Path) -> str:
    return os.path.relpath(path, tree.root).replace(os.sep, "/")


def _kind(mode: int) -> str:
    return _KINDS.get(stat.S_IFMT(mode), "a device")


_KINDS: Final = {
    stat.S_IFREG: "a file",
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
}
