"""The native builder as a plan sees it: one project, read once, with its sdist and its wheel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, Protocol

from atombuild.errors import AtombuildError, Problem, ProjectInvalid
from atombuild.finding import Finding
from atombuild.native.disk_tree import DiskTree, Look
from atombuild.native.distribution import Distribution, Listed
from atombuild.native.kept import Kept
from atombuild.native.layout import check_layout
from atombuild.native.licenses import matched_license_files
from atombuild.native.metadata import core_metadata
from atombuild.native.modules import find_modules
from atombuild.native.sdist import SdistDistribution, build_sdist, list_sdist, planned_members, sdist_filename
from atombuild.native.selection import Selection, make_selection
from atombuild.native.wheel import build_wheel, list_wheel, wheel_filename
from atombuild.own_files import own_places, temporary_places
from atombuild.places import places_below
from atombuild.project.build_system import OWN_BACKEND, UV_BACKEND, build_system_of
from atombuild.project.load import load_project
from atombuild.project.model import Project
from atombuild.project.pyproject import parse_pyproject, read_bytes
from atombuild.status import ArtifactKind
from atombuild.watch.ground import name_of
from atombuild.workbench import Workbench


def read_native_project(
    root: Path,
    out_dir: Path,
    source: str = "the source tree",
    kept: Kept | None = None,
    *,
    seen: Look = lambda _path: None,
    around: Around | None = None,
) -> NativeProject:
    """Read the project in ``root``, whose backend is one that we stand in for; ``source`` is what that is, in words.

    Raises any mistake in ``pyproject.toml``.
    ``kept`` is what its last build left, and is handed on to the next. ``seen``: see :class:`DiskTree`. ``around``:
    what else the choice of the native builder follows from.
    """
    kept = kept if kept is not None else Kept()
    data = read_bytes(root)
    if kept.project is None or kept.project.pyproject.data != data:
        kept.project = None
        pyproject = parse_pyproject(root.absolute() / "pyproject.toml", data)
        project = load_project(pyproject)
        _require_short_names(project)
        kept.project = project
    return NativeProject(kept.project, source_tree(root, out_dir, seen), source, kept, around)


class Around(Protocol):
    """What else a build follows: :class:`atombuild.isolated.circumstances.Circumstances`."""

    @property
    def inputs(self) -> tuple[Path, ...]:
        """The files that say so."""

    def advise(self, *, installs: bool) -> Iterator[Finding]:
        """Yield what of it is not followed."""


class NativeProject:
    """See :class:`atombuild.builder.BuildableProject`."""

    def __init__(self, project: Project, tree: DiskTree, source: str, kept: Kept, around: Around | None = None) -> None:
        self.source = source
        self._project = project
        self._kept = kept
        self._tree = tree
        self._sdist: SdistDistribution | None = None
        self._around = around
        root = project.pyproject.path.parent
        # A file that is not there yet may hold settings tomorrow.
        found = (*(around.inputs if around is not None else ()), root / "uv.toml")
        self._outer = tuple(path for path in dict.fromkeys(found) if path != project.pyproject.path)
        self._outer_names = frozenset(name_of(root, path) for path in self._outer)

    @property
    def name(self) -> str:
        """The project's name, verbatim."""
        return self._project.metadata.name

    @property
    def version(self) -> str:
        """In normal form."""
        return str(self._project.metadata.version)

    @property
    def named_files(self) -> tuple[tuple[str, str], ...]:
        """The files that metadata is made of: the key that names each, and its path as written there."""
        readme, licence = self._project.metadata.readme, self._project.metadata.license
        files = (("readme", readme and readme.file), ("license", licence and licence.file))
        return tuple((f"project.{key}", path) for key, path in files if path)

    @property
    def backend(self) -> str:
        """The backend that the project names: uv_build, which we stand in for, or our own."""
        build_system = build_system_of(self._project.pyproject)
        return OWN_BACKEND if build_system and build_system.backend == OWN_BACKEND else f"{UV_BACKEND}, natively"

    @property
    def written(self) -> frozenset[str]:
        """Nothing: a native build writes nothing but artifacts."""
        return frozenset()

    def target(self, kind: ArtifactKind) -> str:
        """Return the exact file name."""
        return sdist_filename(self._project) if kind is ArtifactKind.SDIST else wheel_filename(self._project)

    def outdates(self, kind: ArtifactKind, names: tuple[str, ...], remembered: str | None) -> tuple[str, ...]:
        """Return the exact file name, and no other."""
        del names, remembered
        return (self.target(kind),)

    def superseded(self, kind: ArtifactKind) -> tuple[str, ...]:
        """Nothing: its version is the author's to choose, and the files of another one stay."""
        del kind
        return ()

    def check(self, kinds: tuple[ArtifactKind, ...], bench: Workbench) -> None:
        """Raise what makes every distribution of this project impossible, in the order in which uv_build finds it."""
        del bench
        if kinds[:1] == (ArtifactKind.SDIST,):
            self._check_metadata()
            self._check_layout()
        else:
            self._check_layout()
            self._check_metadata()

    def settle(self, bench: Workbench, *, may_build: bool) -> None:
        """Nothing: the names of its artifacts are known from the beginning."""

    def sdist(self, bench: Workbench) -> Distribution:
        """Make the sdist."""
        self._sdist = build_sdist(self._project, self._tree, bench.pulse, self._kept)
        return self._sdist

    def wheel(self, bench: Workbench, *, from_sdist: bool) -> Distribution:
        """Make the wheel, from the sdist that was just made or from the tree."""
        if not from_sdist:
            return build_wheel(self._project, self._tree, bench.pulse, self._kept)
        if self._sdist is None:
            raise RuntimeError("the wheel comes from the sdist, and there is none yet")
        return build_wheel(self._project, self._sdist.tree, bench.pulse, self._kept)

    def give_up_files(self, kind: ArtifactKind) -> bool:
        """Close the files of old artifacts that something is kept in; whether there were any."""
        return self._kept.give_up_files(kind.value)

    def listing(self, kind: ArtifactKind, *, from_sdist: bool) -> tuple[Listed, ...]:
        """Return what a distribution would hold, but RECORD. Raises what its build would raise.

        ``from_sdist``: the wheel is to be made from the sdist.
        """
        if kind is ArtifactKind.SDIST:
            return list_sdist(self._project, self._tree)
        return list_wheel(self._project, planned_members(self._project, self._tree) if from_sdist else self._tree)

    def advise(self, breathe: Callable[[], object]) -> tuple[Finding, ...]:
        """Return what its author should know though it builds."""
        from atombuild.native.advice import advise  # noqa: PLC0415 (after the build is early enough to load it)
        from atombuild.native.advice.memory import AdviceMemory  # noqa: PLC0415 (the same)

        if not isinstance(self._kept.advice, AdviceMemory):
            self._kept.advice = AdviceMemory()
        unfollowed = self._around.advise(installs=False) if self._around is not None else ()
        return advise(self._project, self._tree, breathe, self._kept.advice, unfollowed)

    def as_read(self) -> NativeProject:
        """Return the same project without the sdist that was made of it."""
        return NativeProject(self._project, self._tree, self.source, self._kept, self._around)

    @property
    def outer_inputs(self) -> tuple[Path, ...]:
        """What the choice of the native builder follows from: files of constraints, and of uv's settings."""
        return self._outer

    @property
    def follows_history(self) -> bool:
        """No: every version is in ``pyproject.toml``, and files are selected by their names."""
        return False

    @property
    def ignore(self) -> tuple[str, ...]:
        """As the project says."""
        return self._project.own.ignore

    @property
    def heeds_gitignore(self) -> bool:
        """No: what is selected is an input, whatever git does with it, and nothing else is."""
        return False

    def admits(self, path: str) -> bool:
        """Whether a change at this path can change an artifact."""
        if path in self._outer_names:
            return True
        selection = self._known_selection()
        return selection is not None and selection.admits(path)

    def keeps(self, path: str) -> bool:
        """Whether :meth:`admits` says yes to this path, or may do so to one below it."""
        selection = self._known_selection()
        return selection is not None and (selection.admits(path) or selection.may_hold(path))

    def _check_metadata(self) -> None:
        core_metadata(self._project, self._tree, matched_license_files(self._project, self._tree))

    def _check_layout(self) -> None:
        # Not by the whole selection: a setting of the other artifact is no reason to refuse this one.
        check_layout(self._project, find_modules(self._project), self._tree)

    def _known_selection(self) -> Selection | None:
        kept = self._kept.selection
        if kept is not None and kept[0] is self._project:
            return kept[1]
        try:
            selection = make_selection(self._project)
        except AtombuildError:
            return None  # such a project fails its check, and then every change counts
        self._kept.selection = self._project, selection
        return selection


def source_tree(root: Path, out_dir: Path, seen: Look = lambda _path: None) -> DiskTree:
    """Return the project on disk, as the builds into ``out_dir`` see it: no sdist may hold what is ours."""
    # Where that is the project's folder itself, nothing can be told apart.
    hidden = (places_below(root, out_dir) - {""}) | own_places(root) | temporary_places(root)
    return DiskTree(root, tuple(sorted(hidden)), seen)


_LONGEST_NAME: Final = 255
"""Bytes in a file name, on nearly every file system."""


def _require_short_names(project: Project) -> None:
    """Raise :class:`ProjectInvalid` for a name and version that no file can bear together."""
    name = wheel_filename(project)
    if len(name) > _LONGEST_NAME:
        key = max(("name", "version"), key=lambda key: len(str(getattr(project.metadata, key))))
        raise ProjectInvalid(
            (
                Problem(
                    f"the wheel's file name would be {len(name)} characters long",
                    f"shorten the {key}",
                    project.pyproject.at("project", key),
                    (f"file systems take {_LONGEST_NAME} at most",),
                ),
            )
        )
