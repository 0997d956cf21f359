"""The members of a workspace, found as uv finds them (``uv workspace list`` is the oracle).

    a path that a glob of `members` names
      ├─ excluded, a plain file, hidden without pyproject.toml, nothing in it,
      │  or `managed = false`                                                 ► Skipped, and why
      ├─ no pyproject.toml, one that can't be read or breaks the schema,
      │  no [project], a name that another member has, a workspace of its own ► Unusable, and the error
      └─ else                                                                 ► Member

uv gives up at the first that is unusable. Here one unusable member never stops the others.
"""

from __future__ import annotations

import enum
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeAlias

from packaging.utils import InvalidName, NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version

from atombuild.errors import AtombuildError, Location, Problem, ProjectInvalid, ProjectMissing
from atombuild.project.dependencies import invalid_name
from atombuild.project.pyproject import Pyproject
from atombuild.workspace.documents import Documents
from atombuild.workspace.member_globs import PatternError, check, excludes, expand, includes

KEYS: Final = ("tool", "uv", "workspace")


class Reason(enum.Enum):
    """Why a path that a glob names is no member; the value completes "it is"."""

    EXCLUDED = "excluded"
    HIDDEN = "hidden, without a pyproject.toml"
    EMPTY = "a folder that holds no file"
    FILE = "a file, not a folder"
    UNMANAGED = "not managed by uv (`managed = false`)"


@dataclass(frozen=True, slots=True)
class Member:
    """A package of the workspace."""

    folder: Path
    """As the glob led to it, links not followed."""

    name: NormalizedName
    pyproject: Pyproject
    buildable: bool
    """``tool.uv.package``, or else whether there is a ``[build-system]``."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A path that is no member, as its author wants it."""

    folder: Path
    reason: Reason


@dataclass(frozen=True, slots=True)
class Unusable:
    """A path that must be a member and can't be."""

    folder: Path
    error: AtombuildError
    likely_names: frozenset[NormalizedName]
    """What it is probably called, as far as that can be told of a file that can't be read."""


Outcome: TypeAlias = Member | Skipped | Unusable


@dataclass(frozen=True)
class Workspace:
    """A root and what its globs lead to; a project without a workspace is one of its own, of one member."""

    root: Path
    pyproject: Pyproject
    """Of the root."""

    outcomes: tuple[Outcome, ...]
    """The root's own first, if it has a ``[project]``; then each glob in order, each folder once."""

    @property
    def is_declared(self) -> bool:
        """Whether there is a ``[tool.uv.workspace]``."""
        return workspace_table(self.pyproject) is not None

    @cached_property
    def members(self) -> Mapping[NormalizedName, Member]:
        """The members by name."""
        return {each.name: each for each in self.outcomes if isinstance(each, Member)}

    @cached_property
    def unusable(self) -> tuple[Unusable, ...]:
        """What must be a member and can't be."""
        return tuple(each for each in self.outcomes if isinstance(each, Unusable))


def workspace_table(pyproject: Pyproject) -> Mapping[str, Any] | None:
    """Return ``[tool.uv.workspace]``, if there is one."""
    table = uv_table(pyproject).get("workspace")
    return table if isinstance(table, dict) else None


def uv_table(pyproject: Pyproject) -> Mapping[str, Any]:
    """Return ``[tool.uv]``, empty where there is none."""
    tool = pyproject.table.get("tool")
    table = tool.get("uv") if isinstance(tool, dict) else None
    return table if isinstance(table, dict) else {}


def find_members(pyproject: Pyproject, documents: Documents) -> Workspace:
    """Return the workspace whose root has this document.

    Raises :class:`ProjectInvalid` for globs that can't be read.
    """
    root = pyproject.path.parent
    outcomes: list[Outcome] = []
    names: dict[NormalizedName, Path] = {}
    if isinstance(pyproject.table.get("project"), dict):
        outcomes.append(_claimed(_judged(root, pyproject, is_root=True), names))
    globs, excluded = _globs(pyproject)
    seen: set[Path] = set()
    for glob in globs:
        for path in expand(glob, root):
            if path in seen:
                continue
            seen.add(path)
            relative = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
            if any(excludes(each, root, "" if path == root else relative) for each in excluded):
                if path != root:
                    outcomes.append(Skipped(path, Reason.EXCLUDED))
            elif path != root:
                outcomes.append(_claimed(_look_at(path, glob, pyproject, documents), names))
            elif not outcomes or outcomes[0].folder != root:
                outcomes.insert(0, _judged(root, pyproject, is_root=True))
    return Workspace(root, pyproject, tuple(outcomes))


def names_as_member(pyproject: Pyproject, folder: Path) -> bool:
    """Whether the workspace of this root names the folder and does not exclude it, whatever stands there.

    Raises :class:`ProjectInvalid` for globs that can't be read.
    """
    root = pyproject.path.parent
    globs, excluded = _globs(pyproject)
    if not folder.is_relative_to(root):
        return False
    relative = folder.relative_to(root).as_posix()
    return any(includes(each, root, relative) for each in globs) and not any(
        excludes(each, root, relative) for each in excluded
    )


def _globs(pyproject: Pyproject) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return ``members`` and ``exclude``."""
    table = workspace_table(pyproject) or {}
    problems: list[Problem] = []
    found = []
    for key in ("members", "exclude"):
        value = table.get(key, [])
        if not isinstance(value, list):
            problems.append(_wrong(pyproject, (key,), "expected a sequence", f'write a list: {key} = ["packages/*"]'))
            value = []
        for index, item in enumerate(value):
            if not isinstance(item, str):
                problems.append(_wrong(pyproject, (key, index), "expected a string", "put each item in double quotes"))
                continue
            try:
                check(item)
            except PatternError as error:
                problems.append(_wrong(pyproject, (key, index), str(error), "write a glob such as packages/*"))
        found.append(tuple(item for item in value if isinstance(item, str)))
    if problems:
        raise ProjectInvalid(tuple(problems))
    members, exclude = found
    return members, exclude


def _wrong(pyproject: Pyproject, keys: tuple[str | int, ...], why: str, hint: str) -> Problem:
    return Problem(f"`tool.uv.workspace.{keys[0]}` can't be read", hint, where=pyproject.at(*KEYS, *keys), why=(why,))


def _look_at(path: Path, glob: str, root: Pyproject, documents: Documents) -> Outcome:
    if not path.exists():
        return _unusable(path, f"the link {path} leads to nothing", "remove it, or exclude it from the workspace", root)
    if not path.is_dir():
        return Skipped(path, Reason.FILE)
    try:
        document = documents.read(path)
    except ProjectMissing:
        return _without_document(path, glob, root)
    if isinstance(document, AtombuildError):
        return Unusable(path, document, _likely_names(path))
    return _judged(path, document, is_root=False)


def _without_document(path: Path, glob: str, root: Pyproject) -> Outcome:
    if path.name.startswith(".") and path.name != "..":
        return Skipped(path, Reason.HIDDEN)
    if not any(_files(path)):
        return Skipped(path, Reason.EMPTY)
    what = f"Workspace member `{path}` is missing a `pyproject.toml` (matches: `{glob}`)"
    return _unusable(path, what, "add one, or exclude the folder from the workspace", root)


def _unusable(path: Path, what: str, hint: str, root: Pyproject) -> Unusable:
    problem = Problem(what, hint, where=root.at(*KEYS, "members"))
    return Unusable(path, ProjectInvalid((problem,)), _likely_names(path))


def _judged(path: Path, pyproject: Pyproject, *, is_root: bool) -> Outcome:
    """Judge a folder by its document, in uv's order."""
    project = pyproject.table.get("project")
    problem = _schema_problem(pyproject, project) if isinstance(project, dict) else None
    if problem is None and uv_table(pyproject).get("managed") is False and not is_root:
        return Skipped(path, Reason.UNMANAGED)
    if problem is None and not isinstance(project, dict):
        problem = Problem(
            f"No `project` table found in: {pyproject.path}",
            "add [project] with a name and a version, or exclude the folder from the workspace",
            pyproject.at(),
        )
    if problem is None and not is_root and workspace_table(pyproject) is not None:
        problem = Problem(
            "Nested workspaces are not supported, but workspace member has a `tool.uv.workspace` table",
            "remove that table, or exclude the folder from the workspace around it",
            pyproject.at_key(*KEYS),
        )
    if problem is not None or not isinstance(project, dict):
        return Unusable(path, ProjectInvalid((problem,) if problem else ()), _likely_names(path))
    package = uv_table(pyproject).get("package")
    buildable = package if isinstance(package, bool) else "build-system" in pyproject.table
    return Member(path, canonicalize_name(project["name"]), pyproject, buildable)


def _schema_problem(pyproject: Pyproject, project: Mapping[str, Any]) -> Problem | None:
    name, version, dynamic = project.get("name"), project.get("version"), project.get("dynamic")
    start = "`pyproject.toml` is using the `[project]` table, but the required "
    if not isinstance(name, str) or not name:
        words = f"{start}`project.name` field is not set"
        return Problem(words, 'add name = "…" to [project]', pyproject.at_key("project"))
    try:
        canonicalize_name(name, validate=True)
    except InvalidName:
        return Problem(
            f"`project.name` is no name: {name}",
            "use letters, digits, -, _ and ., with a letter or digit at both ends",
            pyproject.at("project", "name"),
            (invalid_name(name),),
        )
    if version is None and not (isinstance(dynamic, list) and "version" in dynamic):
        words = f"{start}`project.version` field is neither set nor present in the `project.dynamic` list"
        return Problem(words, 'add version = "0.1.0" to [project]', pyproject.at_key("project"))
    try:
        Version(version if isinstance(version, str) else "0")
    except (InvalidVersion, ValueError):
        return Problem(
            f"`project.version` is no version: {version}", "write one like 1.2.3", pyproject.at("project", "version")
        )
    return None


def _claimed(outcome: Outcome, names: dict[NormalizedName, Path]) -> Outcome:
    """Refuse a member whose name another one has."""
    if not isinstance(outcome, Member):
        return outcome
    first = names.setdefault(outcome.name, outcome.folder)
    if first == outcome.folder:
        return outcome
    problem = Problem(
        f"Two workspace members are both named `{outcome.name}`: `{first}` and `{outcome.folder}`",
        "rename one of the two, or exclude it from the workspace",
        outcome.pyproject.at("project", "name"),
    )
    return Unusable(outcome.folder, ProjectInvalid((problem,)), frozenset({outcome.name}))


_NAME_LINE: Final = re.compile(rb"""^\s*["']?name["']?\s*=\s*["']([A-Za-z0-9._-]+)["']""", re.MULTILINE)


def _likely_names(folder: Path) -> frozenset[NormalizedName]:
    found = {folder.name}
    try:
        with (folder / "pyproject.toml").open("rb") as file:
            found.update(each.decode() for each in _NAME_LINE.findall(file.read(1 << 20)))
    except OSError:
        pass  # then its folder's name is all there is
    return frozenset(canonicalize_name(each) for each in found)


def _files(folder: Path) -> Iterator[str]:
    for _, _, files in os.walk(folder):
        yield from files


def location_of_members(workspace: Workspace) -> Location:
    """Return where the root names its members."""
    return workspace.pyproject.at(*KEYS, "members")
