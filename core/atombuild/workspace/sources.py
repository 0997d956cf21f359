"""Where a requirement comes from: what ``[tool.uv.sources]`` says of it, as uv follows it for build requirements.

    a requirement, and the entry for its name in the project, or else in the workspace's root
      ├─ its marker does not hold here                  ► Nothing
      ├─ `workspace = true`                             ► Tree, editable
      ├─ `path`, or a `file:` URL: a folder             ► Tree, editable if it says so
      ├─ `path`, or a `file:` URL: a file               ► Requirement with that URL, and the file
      ├─ `git`, `url`                                   ► Requirement with that URL
      ├─ `index`                                        ► an error: see below
      └─ no entry                                       ► Requirement as it is written

The name of a member is never asked of an index: a stranger who registers it there would run code on its author's
machine. uv does so where the entry's marker does not hold; here that is an error. So is an entry that names an index,
since what installs build requirements asks one index for all of them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn, TypeAlias
from urllib.request import url2pathname

from packaging.markers import InvalidMarker, Marker
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from atombuild.errors import Location, Problem, ProjectInvalid
from atombuild.project.build_system import filled_in
from atombuild.project.pyproject import Pyproject
from atombuild.workspace.members import Workspace, location_of_members, uv_table

KINDS: Final = ("git", "url", "path", "index", "workspace")
_KEYS: Final = ("tool", "uv", "sources")


@dataclass(frozen=True, slots=True)
class Nothing:
    """Its marker does not hold here."""


@dataclass(frozen=True, slots=True)
class Required:
    """What an installer gets to read."""

    text: str
    """PEP 508."""

    file: Path | None = None
    """The file on this disk that it names."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A folder of this disk, which is built and installed from there."""

    name: NormalizedName
    root: Path
    editable: bool
    extras: frozenset[str] = frozenset()
    """Normalised."""


Origin: TypeAlias = Nothing | Required | Tree


@dataclass(frozen=True, slots=True)
class Asker:
    """A project that requires something."""

    root: Path
    pyproject: Pyproject | None
    workspace: Workspace | None
    markers: Mapping[str, str]
    """The values of environment markers of the interpreter that builds."""

    def origin(self, text: str, where: Location | None, extras: frozenset[str] = frozenset()) -> Origin:
        """Return where a requirement comes from. ``extras``: those of the project that were asked for.

        ``where`` it stands. Raises :class:`ProjectInvalid` where uv refuses it, and where an index would be asked for
        a member. :class:`packaging.requirements.InvalidRequirement` for a text that is no requirement.
        """
        requirement = Requirement(text)
        if not self._holds(requirement.marker, extras):
            return Nothing()
        name = canonicalize_name(requirement.name)
        own, keys, asked = self._entry(name)
        self._require_sound(name, own, keys, asked, where)
        for index, entry in enumerate(own):
            place: tuple[str | int, ...] = (*keys, index) if len(own) > 1 else keys
            if self._applies(entry, asked, place):
                return self._follow(requirement, entry, _Place(asked, place))
        if own and self._is_own_member(name):
            _refuse(
                f"`{name}` is a member of this workspace, and no entry of `tool.uv.sources` for it holds here",
                "drop the marker, extra or group from the entry, or give the requirement the same marker; "
                "a member is never asked of an index",
                asked.at(*keys) if asked is not None else where,
            )
        return _as_written(text, requirement, self.root)

    def _holds(self, marker: Marker | None, extras: frozenset[str]) -> bool:
        return marker is None or any(marker.evaluate({**self.markers, "extra": each}) for each in ("", *extras))

    def _is_own_member(self, name: NormalizedName) -> bool:
        return self.workspace is not None and name in self.workspace.members

    def _entry(self, name: NormalizedName) -> tuple[tuple[Mapping[str, Any], ...], tuple[str, ...], Pyproject | None]:
        """Return the alternatives for a name, where they stand, and in which document; the project's first."""
        root = self.workspace.pyproject if self.workspace is not None and self.workspace.is_declared else None
        for document in (self.pyproject, root):
            sources = uv_table(document).get("sources") if document is not None else None
            for key, value in (sources if isinstance(sources, dict) else {}).items():
                if document is None or canonicalize_name(key) != name:
                    continue
                items = value if isinstance(value, list) else [value]
                for item in items:
                    if not isinstance(item, dict):
                        _refuse(
                            f"`tool.uv.sources.{key}` can't be read",
                            "write a table: { workspace = true }, { path = … }, { git = … } or { url = … }",
                            document.at(*_KEYS, key),
                            "expected a single source (as a map) or list of sources",
                        )
                return tuple(items), (*_KEYS, key), document
        return (), (), None

    def _require_sound(
        self,
        name: NormalizedName,
        entries: tuple[Mapping[str, Any], ...],
        keys: tuple[str, ...],
        document: Pyproject | None,
        where: Location | None,
    ) -> None:
        """Refuse what uv refuses of a member, and what would have it asked of an index."""
        if self.workspace is None:
            if document is not None:
                _refuse(
                    f"`{name}` has an entry in `tool.uv.sources`, which counts for nothing: the project is unmanaged",
                    "remove `managed = false`, or the entry if an index is to be asked for it",
                    document.at(*keys),
                )
            return
        if not self._is_own_member(name):
            self._require_not_unread(name, where)
            return
        if document is None and self.workspace.members[name].folder == self.root and not self.workspace.is_declared:
            return  # a project may be built with its own last release
        if document is None:
            _refuse(
                f"`{name}` is included as a workspace member, but is missing an entry in `tool.uv.sources` "
                f"(e.g., `{name} = {{ workspace = true }}`)",
                f"add to [tool.uv.sources]: {name} = {{ workspace = true }}; a member is never asked of an index",
                where,
            )
        for entry in entries:
            if entry.get("workspace") is not True:
                kind = next((each for each in KINDS if each in entry), "workspace")
                uses = _WORDS[kind]
                _refuse(
                    f"`{name}` is included as a workspace member, but {uses} in `tool.uv.sources`",
                    f"write {name} = {{ workspace = true }}",
                    document.at(*keys),
                )

    def _require_not_unread(self, name: NormalizedName, where: Location | None) -> None:
        """Refuse what may be a member whose document can't be read: its name is not known."""
        for each in self.workspace.unusable if self.workspace is not None else ():
            if name in each.likely_names:
                problems = tuple(
                    Problem(report.what, report.hint, report.where, report.why) for report in each.error.reports()
                )
                head = Problem(
                    f"the build requires `{name}`, a member of this workspace that can't be used: {each.folder}",
                    "correct what is said next",
                    where,
                )
                raise ProjectInvalid((head, *problems))

    def _applies(self, entry: Mapping[str, Any], document: Pyproject | None, keys: tuple[str | int, ...]) -> bool:
        if "extra" in entry or "group" in entry:
            return False  # of an extra or a group of this project, which no build requirement belongs to
        text = entry.get("marker")
        if text is None:
            return True
        try:
            return Marker(str(text)).evaluate({**self.markers, "extra": ""})
        except InvalidMarker as error:
            where = document.at(*keys, "marker") if document is not None else None
            _refuse(f"the marker of a source can't be read: {text}", "write it as in PEP 508", where, str(error))

    def _follow(self, requirement: Requirement, entry: Mapping[str, Any], place: _Place) -> Origin:
        kinds = [each for each in KINDS if each in entry]
        if len(kinds) != 1:
            words = (
                f"cannot specify both `{kinds[0]}` and `{kinds[1]}`" if kinds else f"expected one of {', '.join(KINDS)}"
            )
            _refuse(f"the source of `{requirement.name}` can't be read", "give one kind of source", place.where, words)
        if requirement.url is not None and kinds[0] in {"git", "url"}:
            _refuse(
                f"`{requirement.name}` has a URL and an entry in `tool.uv.sources`",
                "drop one of the two",
                place.where,
            )
        if kinds[0] == "workspace":
            return self._member(requirement, entry, place)
        if kinds[0] == "index":
            _refuse(
                f"`{requirement.name}` is to come from the index `{entry['index']}`, which is not followed for build "
                "requirements",
                "have that index asked for all of them (UV_DEFAULT_INDEX or PIP_INDEX_URL) and drop the entry, or give "
                "a git, url or path source",
                place.where,
                "any other index could hold something else under this name, so none is asked",
            )
        return _located(requirement, kinds[0], entry, place)

    def _member(self, requirement: Requirement, entry: Mapping[str, Any], place: _Place) -> Origin:
        name = canonicalize_name(requirement.name)
        member = self.workspace.members.get(name) if self.workspace is not None else None
        if member is None or self.workspace is None:
            root = self.workspace.root if self.workspace is not None else self.root
            broken = self.workspace.unusable if self.workspace is not None else ()
            why = tuple(f"{each.folder} can't be a member: {each.error}" for each in broken)
            _refuse(
                f"`{name}` references a workspace in `tool.uv.sources` (e.g., `{name} = {{ workspace = true }}`), but "
                "is not a workspace member",
                f"add it to `members` of the workspace in {root}"
                + (f" ({location_of_members(self.workspace)})" if self.workspace and self.workspace.is_declared else "")
                + ", or name another source",
                place.where,
                *why,
            )
        editable = entry.get("editable")
        package = uv_table(member.pyproject).get("package")
        return Tree(
            name,
            member.folder,
            editable if isinstance(editable, bool) else package is not False,
            frozenset(canonicalize_name(each) for each in requirement.extras),
        )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an entry stands."""

    document: Pyproject | None
    keys: tuple[str | int, ...]

    @property
    def where(self) -> Location | None:
        return self.document.at(*self.keys) if self.document is not None else None

    @property
    def folder(self) -> Path:
        """What its paths are relative to."""
        return self.document.path.parent if self.document is not None else Path()


_WORDS: Final = {
    "git": "references a Git repository",
    "url": "references a URL",
    "path": "references a path",
    "index": "references a registry",
    "workspace": "does not use `workspace = true`",
}


def _located(requirement: Requirement, kind: str, entry: Mapping[str, Any], place: _Place) -> Origin:
    """Return what a git, url or path source leads to."""
    value = entry[kind]
    subdirectory = entry.get("subdirectory")
    if not isinstance(value, str) or not isinstance(subdirectory, (str, type(None))):
        _refuse(f"the source of `{requirement.name}` can't be read", "put it in double quotes", place.where)
    fragment = f"#subdirectory={subdirectory}" if subdirectory else ""
    if kind == "path":
        return _at_path(
            requirement, Path(os.path.normpath(place.folder / value)), place, editable=entry.get("editable")
        )
    if kind == "url":
        return _with_url(requirement, f"{value}{fragment}", place.folder)
    revisions = [entry[each] for each in ("rev", "tag", "branch") if each in entry]
    if len(revisions) > 1 or not all(isinstance(each, str) for each in revisions) or entry.get("lfs"):
        _refuse(
            f"the git source of `{requirement.name}` can't be followed",
            "give at most one of `rev`, `tag` and `branch`, and no `lfs`",
            place.where,
        )
    revision = f"@{revisions[0]}" if revisions else ""
    return _with_url(requirement, f"git+{value.removeprefix('git+')}{revision}{fragment}", place.folder)


def _at_path(requirement: Requirement, path: Path, place: _Place, *, editable: object) -> Origin:
    if not path.exists():
        _refuse(
            f"Distribution not found at: {path.as_uri()}",
            "correct the path, which is relative to the pyproject.toml that names it",
            place.where,
        )
    if path.is_dir():
        extras = frozenset(canonicalize_name(each) for each in requirement.extras)
        return Tree(canonicalize_name(requirement.name), path, editable is True, extras)
    return Required(f"{_head(requirement)} @ {path.as_uri()}", path)


def _as_written(text: str, requirement: Requirement, root: Path) -> Origin:
    if requirement.url is None:
        if "extra" not in str(requirement.marker):
            return Required(text)
        requirement.marker = None  # it holds, and no installer knows of which extras
        return Required(str(requirement))
    return _with_url(requirement, requirement.url, root)


def _with_url(requirement: Requirement, url: str, root: Path) -> Origin:
    """Return a requirement with a URL; one that leads to this disk is what stands there."""
    url = filled_in(url, root)
    if not url.startswith("file:"):
        return Required(f"{_head(requirement)} @ {url}")
    path = Path(os.path.normpath(path_of(url)))
    if path.is_dir():
        fragment = dict(each.partition("=")[::2] for each in url.partition("#")[2].split("&"))
        extras = frozenset(canonicalize_name(each) for each in requirement.extras)
        return Tree(
            canonicalize_name(requirement.name), path / fragment.get("subdirectory", ""), editable=False, extras=extras
        )
    return Required(f"{_head(requirement)} @ {path.as_uri()}", path)


def path_of(url: str) -> Path:
    """Return the path that a ``file:`` URL leads to."""
    text = url.partition("#")[0].removeprefix("file:")
    if text.startswith("//"):
        text = "/" + text[2:].partition("/")[2]  # the host can only be this machine
    return Path(url2pathname(text))


def _head(requirement: Requirement) -> str:
    return f"{requirement.name}[{','.join(sorted(requirement.extras))}]" if requirement.extras else requirement.name


def _refuse(what: str, hint: str, where: Location | None, *why: str) -> NoReturn:
    raise ProjectInvalid((Problem(what, hint, where, why),))
