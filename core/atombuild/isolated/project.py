"""The isolated builder as a plan sees it: one project, whoever its backend is."""

from __future__ import annotations

import contextlib
import hashlib
import zipfile
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, TypeAlias

from packaging.utils import canonicalize_name

from atombuild.archive.damage import ZIP_DAMAGE
from atombuild.descriptors import close_read
from atombuild.errors import (
    AtombuildError,
    BackendFailure,
    Location,
    Problem,
    ProjectInvalid,
    ProjectMissing,
    SdistRejected,
    SourceRejected,
    StagedUnreadable,
    WriteFailed,
)
from atombuild.events import Level, Log, Preparing, Warned
from atombuild.finding import Finding
from atombuild.isolated.acceptance import Accepted, accept
from atombuild.isolated.asking import ask
from atombuild.isolated.cache import work_folder
from atombuild.isolated.choice import Choice, Note, Wanted, wanted
from atombuild.isolated.circumstances import Circumstances
from atombuild.isolated.description import Description, describe
from atombuild.isolated.environment import (
    Environment,
    Maker,
    Wish,
    bare_environment,
    installer,
)
from atombuild.isolated.expected import Expected
from atombuild.isolated.found_pythons import found_pythons
from atombuild.isolated.from_sdist import UnpackedSdist, not_a_source
from atombuild.isolated.grown import Grower, GrownTree, TreeWheel
from atombuild.isolated.held import Held
from atombuild.isolated.history import follows_history
from atombuild.isolated.hooks import HookAbsent, Hooks, Surroundings
from atombuild.isolated.interpreter import Interpreter
from atombuild.isolated.names import Release
from atombuild.isolated.needs import Needs, needs_of
from atombuild.isolated.options import Options
from atombuild.isolated.other_texts import other_texts
from atombuild.isolated.process import HookProcesses, hook_processes
from atombuild.isolated.release import CurrentRelease, may_be_tagged
from atombuild.isolated.setuptools_tree import build_elsewhere, has_setuptools, without_new_egg_info
from atombuild.isolated.tree_state import TreeStates
from atombuild.isolated.work_area import unpack_for_wheel
from atombuild.project.build_system import UV_BACKEND
from atombuild.project.pyproject import Pyproject, parse_pyproject, read_bytes
from atombuild.project.settings import read_own_settings
from atombuild.status import ArtifactKind
from atombuild.watch.ground import name_of
from atombuild.workbench import Workbench
from atombuild.workspace.belonging import as_placed, workspace_of
from atombuild.workspace.documents import Documents
from atombuild.workspace.sources import Asker, Tree

_PIECE: Final = 1 << 18


@dataclass(frozen=True, slots=True)
class Home:
    """The project that an environment is for."""

    root: Path
    isolated: bool = True
    """It gets one of its own."""


NativeWheel: TypeAlias = Callable[[Path, bool, Path, Workbench], Path | None]
"""Builds the wheel of a folder natively, editable or not, into another folder; None: it is not ours to build."""


@dataclass(slots=True)
class KeptBackend:
    """What the builds of one session leave for the next: who builds, where, and what came of it. To be closed."""

    options: Options = field(default_factory=Options)
    accepted: dict[ArtifactKind, Accepted] = field(default_factory=dict)
    """The newest artifact of each kind that passed all checks."""

    built: set[str] = field(default_factory=set)
    """The names of all of them."""

    failing: set[ArtifactKind] = field(default_factory=set)
    """The kinds whose last build failed, or has not ended."""

    wheel_from_sdist: bool = True
    other_texts: tuple[str, ...] = ()
    """Python files of the newest sdist whose text is not that of the tree."""

    asked_with: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    """What the backend said that it needs for a wheel when it was asked for a version, by ``build-system.requires``."""

    _held: Held = field(default_factory=lambda: Held(()))
    _described: tuple[bytes | None, Description] | None = None
    _chosen: tuple[Wanted, tuple[object, ...], Choice] | None = None
    """Which Python builds, what that follows from, and what was here to choose from where none was right."""

    told: set[Note] = field(default_factory=set)
    """What was said about the choice."""

    _environments: dict[str, Environment] = field(default_factory=dict)
    _processes: dict[Path, HookProcesses] = field(default_factory=dict)
    native_wheel: NativeWheel = lambda _root, _editable, _folder, _bench: None
    documents: Documents = field(default_factory=Documents)
    chain: tuple[Path, ...] = ()
    """The projects that wait for this one to be built, outermost first."""

    trees: tuple[GrownTree, ...] = ()
    """What the newest environment was installed from, and what that was built with."""

    tree_writes: set[tuple[Path, str]] = field(default_factory=set)
    """What hooks wrote into such folders in this attempt: the folder, and the path as of :attr:`Hooks.written`."""

    _states: TreeStates = field(default_factory=TreeStates)
    _seen: dict[tuple[Path, bool], str] = field(default_factory=dict)
    """The states of folders as of this attempt: what is written in mid-attempt is for the next."""

    @property
    def interpreter(self) -> Interpreter:
        """The Python that builds."""
        if self._chosen is None:
            raise RuntimeError("no project was read yet that would be built")
        return self._chosen[2].interpreter

    def choose_interpreter(self, want: Wanted) -> Choice:
        """Choose the Python that builds, as far as anything changed. Raises :class:`atombuild.errors.UsageMistake`."""
        known = self._chosen
        if known is not None and known[0] == want and known[2].interpreter.executable.exists():
            # Where none was right, one that was installed since may be.
            here = found_pythons() if known[2].notes else ()
            if known[1] == here:
                return known[2]
        choice = want.choose()
        self._chosen = want, found_pythons() if choice.notes else (), choice
        return choice

    def description(self, root: Path, pyproject: Pyproject | None) -> Description:
        """Return the description of a project, read once for each content of ``pyproject.toml``."""
        data = pyproject.data if pyproject is not None else None
        if self._described is None or self._described[0] != data or self._described[1].root != root:
            self._described = data, describe(root, pyproject)
        return self._described[1]

    def asker(self, root: Path, pyproject: Pyproject | None) -> Asker:
        """Return who asks for the requirements of the project in ``root``.

        Raises :class:`ProjectInvalid` and others where its workspace can't be read.
        """
        if pyproject is None:
            return Asker(root, None, None, self.interpreter.markers)
        placed = as_placed(pyproject)
        return Asker(placed.path.parent, placed, workspace_of(placed, self.documents), self.interpreter.markers)

    def environment(self, needs: Needs, around: Circumstances, bench: Workbench, home: Home) -> Environment:
        """Return an environment that holds what is needed: one of this session, a kept one, or a new one."""
        if not home.isolated:
            key = "\n".join((str(self.interpreter.executable), *needs.requirements))
            bare = self._environments.get(key)
            if bare is None or not bare.stands:
                bare = self._environments[key] = bare_environment(self.interpreter, needs.requirements)
            return bare
        wish = Wish(
            needs.requirements,
            tuple(each.line for each in around.constraints),
            self.interpreter,
            installer(),
            needs.trees,
            needs.files,
            needs.barred,
            around.uv_config,
        )
        maker = Maker(
            say=lambda words: bench.emit(Preparing(words)),
            log=lambda lines: bench.emit(Log(lines, Level.DETAIL)),
            warn=lambda what, hint: bench.emit(Warned(what, hint)),
            check=bench.check_cancelled,
            grow=Grower(
                lambda tree: self._build_tree(tree, around, bench, home.root), self._tree_asker, self._tree_state
            ).grow,
            state=self._tree_state,
        )
        known = self._environments.get(wish.key)
        if known is None or not known.stands or not maker.is_current(known):
            found = maker.environment(wish)
            if known is not None and known.python != found.python and known.python in self._processes:
                self._processes.pop(known.python).close()
            self._environments[wish.key] = known = found
        self.trees = (*known.trees, *known.behind)
        return known

    def _tree_asker(self, root: Path) -> Asker:
        return self.asker(root, self._document(root))

    def _document(self, root: Path) -> Pyproject | None:
        try:
            document = self.documents.read(root)
        except ProjectMissing:
            return None
        if isinstance(document, Pyproject):
            return document
        raise document

    def _tree_state(self, tree: Tree | GrownTree) -> str:
        key = tree.root, tree.editable
        if key not in self._seen:
            self._seen[key] = self._states.state(tree.root, editable=tree.editable)
        return self._seen[key]

    def look_again(self) -> None:
        """Take folders for what they are now."""
        self._seen.clear()
        self.tree_writes.clear()

    def _as_tool(self, tree: GrownTree) -> GrownTree:
        """Return a tree that builds another one: no edit of it shows in a wheel that is made already."""
        whole = replace(tree, editable=False)
        return replace(whole, state=self._tree_state(whole))

    def _build_tree(self, tree: Tree, around: Circumstances, bench: Workbench, home: Path) -> TreeWheel:
        """Build the wheel of a folder that is to be installed, by its own backend."""
        chain = (*self.chain, home)
        if tree.root in chain:
            raise _cycle(tree, chain)
        below = replace(self, accepted={}, failing=set(), chain=chain, trees=(), _described=None)
        around = around.without_config_settings()
        bench.emit(Preparing(f"building {tree.name} from {tree.root}, which the build requires"))
        private = bench.private_folder()
        is_free = around.why_not_native(UV_BACKEND, self.interpreter.markers) is None
        path = self.native_wheel(tree.root, tree.editable, private, bench) if is_free else None
        if path is not None:
            return TreeWheel(path, metadata_of(path), tree.editable)
        description = below.description(tree.root, self._document(tree.root))
        project = IsolatedProject(description, tree.root / "dist", below, around)
        try:
            wheel = project.to_be_installed(bench, editable=tree.editable)
        except BackendFailure as error:
            error.what = f"{tree.name}, which the build requires, can't be built: {error.what}"
            error.where = error.where or description.where
            raise
        finally:
            self.tree_writes.update((tree.root, path) for path in project.written)
        made = (path for path in sorted(project.written) if path.endswith("/") and (tree.root / path).is_dir())
        left = tuple(made) if wheel.editable else ()
        return replace(wheel, behind=tuple(map(self._as_tool, below.trees)), left=left)

    def take(self, artifact: Accepted) -> None:
        """Take an artifact for the newest of its kind."""
        self.accepted[artifact.kind] = artifact
        self.built.add(artifact.path.name)
        self.failing.discard(artifact.kind)
        self._held = Held(self.accepted.values())

    def holds(self, path: str) -> bool:
        """Whether the newest artifacts hold a path of the project, or one below it. From any thread."""
        return self._held(path)

    def processes(self, environment: Environment) -> HookProcesses:
        """Return what runs hooks in an environment."""
        found = self._processes.get(environment.python)
        if found is None:
            found = self._processes[environment.python] = hook_processes(environment.python, warm=self.options.warm)
        return found

    @property
    def installed(self) -> frozenset[str] | None:
        """What is in the build environments, by normalised name; None: there is none yet."""
        if not self._environments:
            return None
        return frozenset(name for each in self._environments.values() for name in each.versions)

    def close(self) -> None:
        """Let all processes go."""
        for processes in self._processes.values():
            processes.close()
        self._processes.clear()


def _cycle(tree: Tree, chain: tuple[Path, ...]) -> ProjectInvalid:
    way = " ► ".join(str(each) for each in (*chain[chain.index(tree.root) :], tree.root))
    problem = Problem(
        f"Cyclic build dependency detected for `{tree.name}`",
        "take one of these requirements out: nothing can be built before itself",
        Location(tree.root / "pyproject.toml"),
        (f"each of these requires the next: {way}",),
    )
    return ProjectInvalid((problem,))


def read_isolated_project(
    root: Path,
    out_dir: Path,
    pyproject: Pyproject | None,
    kept: KeptBackend,
    *,
    around: Circumstances,
    source: str = "the source tree",
    release: Release | None = None,
) -> IsolatedProject:
    """Return the project in ``root``. ``pyproject`` is None where there is ``setup.py`` or ``setup.cfg`` alone.

    ``release``: of the sdist that was unpacked there; its PKG-INFO knows what only the backend could say.

    Raises :class:`ProjectMissing`, :class:`atombuild.errors.ProjectInvalid` and
    :class:`atombuild.errors.UsageMistake` for an interpreter that can't be used.
    """
    description = kept.description(root, pyproject)
    if release is not None:
        description = replace(description, name=description.name or release.name, version=str(release.version))
    kept.look_again()
    isolated = around.isolates(description.name)
    want = wanted(around.options.python, around.place or root, pyproject, isolated=isolated)
    kept.choose_interpreter(want)  # now, so that a mistake in the command is told before anything falls
    return IsolatedProject(description, out_dir, kept, around, source=source, want=want)


class IsolatedProject:
    """See :class:`atombuild.builder.BuildableProject`."""

    def __init__(
        self,
        description: Description,
        out_dir: Path,
        kept: KeptBackend,
        around: Circumstances,
        *,
        source: str = "the source tree",
        want: Wanted | None = None,
    ) -> None:
        """``want``: what the choice of the interpreter follows from, where this project has a say in it."""
        self.source = source
        self._description = description
        self._out_dir = out_dir
        self._kept = kept
        self._around = around
        self._want = want
        self._isolated = around.isolates(description.name)
        self._written: set[str] = set()
        self._sdist: Accepted | None = None
        tagged = may_be_tagged(description, has_settings=bool(around.config_settings))
        self._release = CurrentRelease(_static_release(description), tagged)
        lock = description.root / "Cargo.lock"
        new = (description.root / "Cargo.toml").is_file() and not lock.exists()
        self._new_locks = frozenset({lock.name}) if new else frozenset[str]()
        self._asks: Asker | None = None
        self._outer: tuple[Path, ...] | None = None

    @property
    def name(self) -> str:
        """The project's name, or that of its folder while only the backend knows it."""
        known = self._release.known
        return self._description.name or (known.name if known else self._description.root.name)

    @property
    def version(self) -> str:
        """In normal form; empty while only the backend knows it."""
        known = self._release.known
        return str(known.version) if known else self._description.version or ""

    @property
    def backend(self) -> str:
        """The backend that the project names."""
        module = self._description.backend.partition(":")[0]
        return module if self._isolated else f"{module}, not isolated"

    @property
    def written(self) -> frozenset[str]:
        """What hooks wrote into the tree, as far as it is known; a folder that they made ends with a slash.

        Programs that a hook starts don't say what they write. Of cargo, which makes a lock file where there is none,
        it is known.
        """
        root = self._description.root
        elsewhere = (f"{name_of(root, tree)}/{path}" for tree, path in self._kept.tree_writes if tree != root)
        return frozenset(self._written) | self._new_locks | frozenset(elsewhere)

    def target(self, kind: ArtifactKind) -> str | None:
        """Return the exact file name; of a wheel it is never known before: its tags are the backend's to choose."""
        known = self._release.known
        return known.sdist_name if known and kind is ArtifactKind.SDIST else None

    def outdates(self, kind: ArtifactKind, names: tuple[str, ...], remembered: str | None) -> tuple[str, ...] | None:
        """Return which old artifacts fall: of this name and version, as far as this interpreter could make them."""
        return self._release.outdated(kind, names, remembered, self._kept.interpreter.tags)

    def superseded(self, kind: ArtifactKind) -> tuple[str, ...]:
        """Return what this session built under versions that have moved on."""
        return self._release.superseded(kind, self._kept.built)

    def check(self, kinds: tuple[ArtifactKind, ...], bench: Workbench) -> None:
        """Have the environment ready; and ask the backend for the version where that tells which old artifacts fall."""
        del kinds
        self._tell_choice(bench)
        must_ask = self._release.must_ask
        self._release.ask()
        self._environment(self._description, (), bench)
        if must_ask:
            self._ask_for_release(bench, build_if_missing=False)

    def settle(self, bench: Workbench, *, may_build: bool) -> None:
        """Say which release this was for, though nothing was built: a wheel tells it, where much depends on it."""
        try:
            if may_build and self._release.has_no_hook and self._release.rivals and self._release.known is None:
                bench.emit(Log(("building a wheel, only to know which version this is",)))
                self._ask_for_release(bench, build_if_missing=True)
        finally:
            self._release.assume()

    def _tell_choice(self, bench: Workbench) -> None:
        """Say once which Python builds, and what is odd about that."""
        if self._want is None:
            return
        choice = self._kept.choose_interpreter(self._want)
        if choice.why:
            found = f"{choice.why}: building with {choice.interpreter.version}, {choice.interpreter.executable}"
            bench.emit(Log((found,), Level.DETAIL))
        for note in choice.notes:
            if note not in self._kept.told:
                self._kept.told.add(note)
                bench.emit(Warned(note.what, note.hint))

    def sdist(self, bench: Workbench) -> BuiltContent:
        """Have the backend make the sdist from the tree."""
        self._sdist = self._build(ArtifactKind.SDIST, self._description, bench)
        self._kept.other_texts = other_texts(self._sdist, self._description.root, self._description.pyproject)
        return BuiltContent(self._sdist, bench)

    def wheel(self, bench: Workbench, *, from_sdist: bool) -> BuiltContent:
        """Have the backend make the wheel, from the sdist that was just made or from the tree."""
        self._kept.wheel_from_sdist = from_sdist
        if not from_sdist:
            return BuiltContent(self._build(ArtifactKind.WHEEL, self._description, bench), bench)
        if self._sdist is None:
            raise RuntimeError("the wheel comes from the sdist, and there is none yet")
        unpacked = self._unpacked(self._sdist.path)
        with unpacked.telling():
            description = self._described(unpacked)
            return BuiltContent(self._build(ArtifactKind.WHEEL, description, bench), bench)

    def give_up_files(self, kind: ArtifactKind) -> bool:
        """Nothing of old artifacts is kept open."""
        del kind
        return False

    def advise(self, breathe: Callable[[], object]) -> tuple[Finding, ...]:
        """Return what its author should know though it builds."""
        from atombuild.isolated.advice import advise  # noqa: PLC0415 (after the build is early enough to load it)

        unfollowed = self._around.advise(installs=self._isolated)
        return advise(
            self._description, self._kept.accepted, self._out_dir, self._kept, breathe=breathe, others=unfollowed
        )

    def as_read(self) -> IsolatedProject:
        """Return itself: what was built of it is on the disk."""
        return self

    @property
    def outer_inputs(self) -> tuple[Path, ...]:
        """What its environment is, or is to be, made from on this disk, and what says how.

        A file of settings that is not there yet may be tomorrow.
        """
        if self._outer is None:
            self._outer = self._required_here()
        later = (tree.root for tree in self._kept.trees)
        root = self._description.root
        file = self._want.file if self._want is not None else None
        asked = (file.path,) if file is not None else ()
        found = (path for path in (*self._outer, *later, *asked) if not path.is_relative_to(root))
        return tuple(dict.fromkeys((*self._around.inputs, root / "uv.toml", *found)))

    def _required_here(self) -> tuple[Path, ...]:
        found: list[Path] = []
        with contextlib.suppress(AtombuildError):  # a build of it says what is wrong
            asker = self._asker()
            if asker.workspace is not None:
                found.append(asker.workspace.pyproject.path)
            for text in self._requires(self._description):
                with contextlib.suppress(AtombuildError):
                    needs = needs_of(asker, ((text, None),))
                    found += (*(tree.root for tree in needs.trees), *needs.files)
        return tuple(found)

    @property
    def follows_history(self) -> bool:
        """Whether the version is the backend's to find, or something that asks version control takes part."""
        return follows_history(self._description)

    def admits(self, path: str) -> bool:
        """Whether a change at this path can change an artifact: only the backend knows, so any may."""
        del path
        return True

    @property
    def ignore(self) -> tuple[str, ...]:
        """As the project says."""
        document = self._description.pyproject
        return () if document is None else read_own_settings(document)[0].ignore

    @property
    def heeds_gitignore(self) -> bool:
        """Once it is known what the artifacts hold, and while none of them fails: until then anything may matter."""
        return bool(self._kept.accepted) and not self._kept.failing

    def keeps(self, path: str) -> bool:
        """Whether the newest artifacts hold this path, or one below it."""
        return self._kept.holds(path)

    def _environment(self, description: Description, extra: tuple[str, ...], bench: Workbench) -> Environment:
        """Return where the hooks of a description run: the project itself, or a copy of it out of its sdist."""
        home, pyproject = self._description.root, self._description.pyproject
        texts = tuple(dict.fromkeys((*self._requires(description), *extra)))
        if not self._isolated:
            return self._kept.environment(Needs(texts), self._around, bench, Home(home, isolated=False))
        known = {text: place for place, text in enumerate(self._description.requires)}

        def where(text: str) -> Location | None:
            if pyproject is None:
                return None
            return pyproject.at("build-system", "requires", known[text]) if text in known else self._description.where

        asker = self._asker()
        needs = needs_of(asker, ((text, where(text)) for text in texts))
        return self._kept.environment(needs, self._around, bench, Home(asker.root))

    def _requires(self, description: Description) -> tuple[str, ...]:
        """Return what is required whatever the backend says: by the project, and by uv's settings for it."""
        return (*description.requires, *self._around.settings.extra_for(self._description.name))

    def _asker(self) -> Asker:
        if self._asks is None:
            self._asks = self._new_asker()
        return self._asks

    def _new_asker(self) -> Asker:
        root, pyproject = self._description.root, self._description.pyproject
        if self.source == "the sdist":
            # It belongs to no workspace, and what lies around the folder that it is unpacked in has no say.
            return Asker(root, None, None, self._kept.interpreter.markers)
        return self._kept.asker(root, pyproject)

    def to_be_installed(self, bench: Workbench, *, editable: bool) -> TreeWheel:
        """Have the backend make a wheel from the tree that goes into an environment on this machine."""
        if editable:
            try:
                return _installable(
                    *self._staged(ArtifactKind.WHEEL, self._description, bench, editable=True), editable=True
                )
            except HookAbsent as error:
                bench.emit(Log((f"{error.what}: {self.name} is installed as it is now",), Level.DETAIL))
        return _installable(*self._staged(ArtifactKind.WHEEL, self._description, bench), editable=False)

    def _hooks(
        self, description: Description, environment: Environment, bench: Workbench, extra_environ: dict[str, str]
    ) -> Hooks:
        around = Surroundings(
            processes=self._kept.processes(environment),
            environment=environment,
            settings=self._around.config_settings,
            extra_environ=extra_environ,
            timeout=description.hook_timeout,
            lock=bench.lock,
            emit=bench.emit,
            check=bench.check_cancelled,
        )
        in_tree = description.root == self._description.root
        written = self._written if in_tree else set[str]()
        return Hooks(description.root, description, around, written, None if in_tree else self._description.root)

    def _extra_environ(
        self, kind: ArtifactKind, description: Description, environment: Environment, private: Path
    ) -> dict[str, str]:
        from_tree = description.root == self._description.root
        if from_tree and kind is ArtifactKind.WHEEL and has_setuptools(description.backend, environment.versions):
            return build_elsewhere(description.root, private)
        return {}

    def _build(self, kind: ArtifactKind, description: Description, bench: Workbench) -> Accepted:
        self._kept.failing.add(kind)
        hooks, staging, answer = self._staged(kind, description, bench)
        expected = self._expected(kind)
        accepted = accept(hooks.name, kind, staging, answer, expected, breathe=bench.check_cancelled)
        self._note_release(accepted.name.release, bench)
        self._kept.take(accepted)
        return accepted

    def _staged(
        self, kind: ArtifactKind, description: Description, bench: Workbench, *, editable: bool = False
    ) -> tuple[Hooks, Path, object]:
        """Have the backend write an artifact into a folder of its own; return that, and what the backend says."""
        private = bench.private_folder()
        staging = private / "out"
        _make_folder(staging)
        environment = self._environment(description, (), bench)
        extra_environ = self._extra_environ(kind, description, environment, private)
        hooks = self._hooks(description, environment, bench, extra_environ)
        with without_new_egg_info(self._description.root, self._written):
            needed = self._environment(description, hooks.requires(kind, editable=editable), bench)
            if needed is not environment:
                extra_environ = self._extra_environ(kind, description, needed, private)
                hooks = self._hooks(description, needed, bench, extra_environ)
            answer = hooks.build(kind, staging, editable=editable)
        return hooks, staging, answer

    def _note_release(self, release: Release, bench: Workbench) -> None:
        before, self._release.known = self._release.known, release
        if self._release.static is None and before not in {None, release}:
            bench.emit(Log((f"the backend said {before}, and built {release}: the version moved meanwhile",)))

    def _expected(self, kind: ArtifactKind) -> Expected | None:
        """Return what the artifact must be of: as the sdist of this attempt is, or as the project says."""
        if kind is ArtifactKind.WHEEL and self._sdist is not None:
            release = self._sdist.name.release
            return Expected(release.name, release.version, "the sdist", exactly=True)
        static = _static_release(self._description)
        if static is not None:
            return Expected(static.name, static.version, "the sdist" if self.source == "the sdist" else "the project")
        name = self._description.name
        return Expected(canonicalize_name(name)) if name is not None else None

    def _ask_for_release(self, bench: Workbench, *, build_if_missing: bool) -> None:
        """Ask the backend which version the project has now. That it can't say is no failure: perhaps it can build."""
        private, requires = bench.private_folder(), self._description.requires

        def hooks_with(extra: tuple[str, ...]) -> Hooks:
            environment = self._environment(self._description, extra, bench)
            extra_environ = self._extra_environ(ArtifactKind.WHEEL, self._description, environment, private)
            return self._hooks(self._description, environment, bench, extra_environ)

        try:
            with without_new_egg_info(self._description.root, self._written):
                before = self._kept.asked_with.get(requires)
                said = ask(hooks_with, before, private, build_if_missing=build_if_missing)
        except BackendFailure as error:
            words = error.reports()[0].what
            bench.emit(Log((f"which version this is can't be told: {words}",), Level.WARNING))
            return
        self._kept.asked_with[requires] = said.needs
        self._release.has_no_hook = said.release is None
        self._release.known = said.release

    def _unpacked(self, sdist: Path) -> UnpackedSdist:
        try:
            top = unpack_for_wheel(sdist, work_folder(self._description.root, self._out_dir))
        except SdistRejected as error:
            raise not_a_source(error, self._description, self._out_dir / sdist.name) from error
        return UnpackedSdist(sdist.name, top, self._description)

    def _described(self, unpacked: UnpackedSdist) -> Description:
        """Describe the project in the sdist: that one is built."""
        try:
            pyproject = parse_pyproject(unpacked.top / "pyproject.toml", read_bytes(unpacked.top))
        except ProjectMissing as error:
            if self._description.pyproject is not None:
                raise SourceRejected(
                    "no wheel can be made from an sdist without 'pyproject.toml'",
                    hint="have the backend pack it",
                    where=Location(self._description.pyproject.path),
                ) from error
            pyproject = None
        return describe(unpacked.top, pyproject)


@dataclass(frozen=True, slots=True)
class BuiltContent:
    """An accepted artifact, on its way to its name. See :class:`atombuild.builder.Content`."""

    accepted: Accepted
    bench: Workbench

    @property
    def filename(self) -> str:
        """Its final name."""
        return self.accepted.path.name

    @property
    def file_count(self) -> int:
        """How many files are in it."""
        return len(self.accepted.members)

    @property
    def sources(self) -> Iterable[str]:
        """Only the backend knows."""
        return ()

    def chunks(self) -> Generator[bytes]:
        """Yield its bytes: those that were checked. Raises :class:`StagedUnreadable` and :class:`BackendFailure`."""
        digest = hashlib.sha256()
        try:
            with self.accepted.path.open("rb") as file:
                while piece := file.read(_PIECE):
                    digest.update(piece)
                    yield piece
        except OSError as error:
            raise StagedUnreadable(self.accepted.path, error) from error
        if digest.hexdigest() != self.accepted.sha256:
            raise BackendFailure(
                f"{self.filename} changed while it was taken over",
                hint="look which process still writes into the output directory, then build again",
            )

    def stands_in(self, descriptor: int) -> None:
        """Nothing is read back from it."""
        close_read(descriptor)


def _installable(hooks: Hooks, staging: Path, answer: object, *, editable: bool) -> TreeWheel:
    """Return a wheel that is installed here and published nowhere: what an installer takes is good enough."""
    path = staging / answer if isinstance(answer, str) and answer == Path(answer).name else None
    try:
        if path is not None:
            return TreeWheel(path, metadata_of(path), editable)
    except (OSError, KeyError, *ZIP_DAMAGE) as error:
        why: tuple[str, ...] = (f"{type(error).__name__}: {error}",)
    else:
        why = ()
    raise BackendFailure(
        f"{hooks.name} said that {answer!r} is built, which is no wheel", hint="report it to its maintainers", why=why
    )


def metadata_of(wheel: Path) -> bytes:
    """Return the METADATA of a wheel. Raises OSError and KeyError, and what a damaged archive does."""
    with zipfile.ZipFile(wheel) as archive:
        name = next((each for each in archive.namelist() if each.endswith(".dist-info/METADATA")), "METADATA")
        return archive.read(name)


def _static_release(description: Description) -> Release | None:
    if description.name is None or description.version is None:
        return None
    return Release.of(description.name, description.version)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise WriteFailed(folder, error) from error
