"""The environments that backends run in: made once, kept between builds and between starts.

An environment is kept under a key of all that it depends on. It counts only once ``facts.json`` stands in its folder,
which is written last: what a killed installer left is never taken for an environment, and goes with time. Environments
of the same key that two builders made at the same moment stand side by side; either serves.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion

from atombuild.errors import EnvironmentFailure, WriteFailed
from atombuild.folders import size_of
from atombuild.isolated.cache import LIMIT, environments_folder
from atombuild.isolated.grown import Grown, GrownTree
from atombuild.isolated.interpreter import Interpreter
from atombuild.isolated.process import START_HINT
from atombuild.processes import run_process
from atombuild.sanitise import visible_lines
from atombuild.units import seconds_words
from atombuild.workspace.never_asked import asked_for, constraints
from atombuild.workspace.sources import Tree

FORMAT: Final = 1

OLD_DAYS: Final = 30
"""After that a new one is made, since newer releases may fit; if none can be made, the old one serves."""

_DAY: Final = 86_400.0
_SUPERSEDED_SECONDS: Final = 900.0
"""How long an environment stays that was made of other contents: an edit may be taken back."""

_KEY_LENGTH: Final = 24
_LIBRARIES: Final = ("build", "pyproject_hooks", "packaging", "tomli", "importlib_metadata", "zipp")
_HARMLESS: Final = frozenset(
    {
        "UV",
        "UV_CACHE_DIR",
        "UV_HTTP_RETRIES",
        "UV_NO_PROGRESS",
        "UV_RUN_RECURSION_DEPTH",
        "PIP_CACHE_DIR",
        "PIP_PROGRESS_BAR",
    }
)
"""Settings of installers that change nothing of what is installed."""

_FILES: Final = frozenset({"PIP_CONSTRAINT", "PIP_CONFIG_FILE", "UV_CONSTRAINT", "UV_OVERRIDE", "UV_CONFIG_FILE"})
"""Settings that name files: what these say counts."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What an environment is to hold."""

    requirements: tuple[str, ...]
    constraints: tuple[str, ...]
    """Lines of a constraints file."""

    interpreter: Interpreter
    installer: str
    """``"uv"`` or ``"pip"``."""

    trees: tuple[Tree, ...] = ()
    """Folders of this disk that are built and installed too."""

    files: tuple[Path, ...] = ()
    """Files of this disk that the requirements name."""

    barred: tuple[Tree, ...] = ()
    """The members of the workspace, whose names no index is ever asked for."""

    config: str = ""
    """A ``uv.toml``: how uv finds and chooses what it installs."""

    @property
    def names(self) -> str:
        """What is wished for, for people."""
        return ", ".join((*self.requirements, *(f"{tree.name} from {tree.root}" for tree in self.trees)))

    @property
    def key(self) -> str:
        """Return the name of an environment that fulfils it."""
        settings = {
            name: _content(value) if name in _FILES else value
            for name, value in sorted(os.environ.items())
            if name.startswith(("PIP_", "UV_")) and name not in _HARMLESS
        }
        local = [
            *(_content(str(path)) for path in self.files),
            *([tree.name, str(tree.root), tree.editable, sorted(tree.extras)] for tree in self.trees),
        ]
        text = json.dumps(
            [
                FORMAT,
                self.requirements,
                self.constraints,
                self.interpreter.identity,
                self.installer,
                self.config,
                settings,
                local,
            ]
        )
        return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:_KEY_LENGTH]


@dataclass(frozen=True, slots=True)
class Environment:
    """Where hooks run."""

    python: Path
    scripts: Path | None
    """Goes first on ``PATH``; None: nothing does."""

    versions: Mapping[str, str]
    """What is installed, by normalised name."""

    isolated: bool = True
    trees: tuple[GrownTree, ...] = ()
    """What was installed from folders of this disk, and how these were then."""

    behind: tuple[GrownTree, ...] = ()
    """Folders that what was installed from folders was built with."""

    files: tuple[tuple[Path, str], ...] = ()
    """Files of this disk that were installed, with a hash of each."""

    def environ(self) -> dict[str, str]:
        """Return the environment variables of its processes."""
        environ = {name: value for name, value in os.environ.items() if name != "__PYVENV_LAUNCHER__"}
        if self.isolated:
            environ["PYTHONPATH"] = ""
        if any(tree.editable for tree in self.trees):
            # Python takes a compiled module for current if the source has the second and the size that it had. A save
            # may come within that second, and nothing of ours belongs into those trees.
            environ["PYTHONDONTWRITEBYTECODE"] = "1"
        if self.scripts is not None:
            environ["PATH"] = os.pathsep.join([str(self.scripts), *filter(None, [environ.get("PATH")])])
        return environ

    @property
    def stands(self) -> bool:
        """Whether it is still there: somebody may have emptied the folder."""
        return self.python.exists()


@dataclass(frozen=True, slots=True)
class Maker:
    """Finds and makes environments; tells what it does."""

    say: Callable[[str], None]
    """Takes what is being done, for people who wait; empty when it is over."""

    log: Callable[[tuple[str, ...]], None]
    warn: Callable[[str, str], None]
    """Takes what is odd and what to do about it."""

    check: Callable[[], None]
    """Raises to give up."""

    grow: Callable[[tuple[Tree, ...]], Grown] = lambda _trees: Grown()
    """Builds what is to be installed from folders. Raises whatever is wrong with them."""

    state: Callable[[GrownTree], str] = lambda tree: tree.state
    """What stands in such a folder now."""

    def is_current(self, environment: Environment) -> bool:
        """Whether the folders and files that an environment was installed from are as they were."""
        trees = (*environment.trees, *environment.behind)
        return all(tree.is_whole and self.state(tree) == tree.state for tree in trees) and all(
            _content(str(path)) == content for path, content in environment.files
        )

    def environment(self, wish: Wish) -> Environment:
        """Return a kept environment, or make one. Raises :class:`EnvironmentFailure` and :class:`WriteFailed`."""
        folder = environments_folder()
        found = [each for each in _kept(folder, wish.key) if each.asked_nothing_of(wish.barred)]
        kept = sorted(
            (each for each in found if self.is_current(each.environment)), key=lambda each: each.made, reverse=True
        )
        if kept and time.time() - kept[0].made < OLD_DAYS * _DAY:
            kept[0].note_use()
            return kept[0].environment
        try:
            return self._make(folder, wish)
        except EnvironmentFailure as error:
            fitting = kept or sorted(
                (each for each in _kept(folder, "") if each.fits(wish) and self.is_current(each.environment)),
                key=lambda each: each.made,
                reverse=True,
            )
            if not fitting:
                raise
            self.warn(
                f"{error.what}; an environment of {time.strftime('%Y-%m-%d', time.localtime(fitting[0].made))} serves, "
                f"which has what is required: {_some(fitting[0].environment.versions)}",
                error.hint,
            )
            fitting[0].note_use()
            return fitting[0].environment

    def _make(self, folder: Path, wish: Wish) -> Environment:
        began = time.monotonic()
        self.say(f"making a build environment with {wish.installer}: {wish.names or 'nothing'}")
        place = folder / f"{wish.key}-{secrets.token_hex(4)}"
        try:
            environment = self._grown_and_installed(place, wish)
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise
        finally:
            self.say("")
        self.log((f"environment ready after {seconds_words(time.monotonic() - began)}: {_some(environment.versions)}",))
        if environment.trees or environment.files:
            _remove_superseded(folder, wish.key, place)
        _make_room(folder, place)
        return environment

    def _grown_and_installed(self, place: Path, wish: Wish) -> Environment:
        """Install all of it; what comes from the index may require a member, which then comes from its tree, too."""
        trees = wish.trees
        while True:
            grown = self.grow(trees)
            if trees:  # the builds of these had something else to say
                self.say(f"installing into the build environment: {wish.names}")
            try:
                return self._install(place, wish, grown)
            except _MemberAsked as asked:
                trees = (*trees, asked.tree)
                shutil.rmtree(place, ignore_errors=True)

    def _install(self, place: Path, wish: Wish, grown: Grown) -> Environment:
        order, answer = place / "order.json", place / "answer.json"
        here = {tree.name: path for tree, path in zip(grown.trees, grown.wheels, strict=True)}
        barred = {tree.name: tree for tree in wish.barred if tree.name not in here}
        held = [*(f"{name} @ {path.as_uri()}" for name, path in here.items()), *constraints(barred, place)]
        # Without a file of its own uv reads the settings of the folder that we were started in.
        config = place / "uv.toml" if wish.installer == "uv" else None
        try:
            place.mkdir(mode=0o700)
            if config is not None:
                config.write_text(wish.config, encoding="utf-8")
            order.write_text(
                json.dumps(
                    {
                        "path": str(place / "venv"),
                        "installer": wish.installer,
                        "requirements": (*wish.requirements, *grown.requirements),
                        "constraints": wish.constraints,
                        "held": held,
                        "wheels": [f"{name} @ {path.as_uri()}" for name, path in here.items()],
                        "config": None if config is None else str(config),
                        "libraries": _libraries(),
                    }
                ),
                encoding="utf-8",
            )
        except OSError as error:
            raise WriteFailed(place, error) from error
        output = bytearray()

        def hear(data: bytes) -> None:
            output.extend(data)
            del output[: -(1 << 18)]

        script = Path(__file__).parent / "inside" / "make_environment.py"
        command = [str(wish.interpreter.executable), str(script), str(order), str(answer)]
        environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        ended = run_process(command, None, environ, hear, self.check, hint=START_HINT)
        said = tuple(visible_lines(bytes(output)))
        if ended.status != 0:
            asked = asked_for(barred, said)
            if asked is not None:
                raise _MemberAsked(next(tree for tree in wish.barred if tree.name == asked))
            self.log(said)
            raise _failure(wish, said)
        try:
            found = json.loads(answer.read_text(encoding="utf-8"))
            python, scripts = Path(found["python"]), Path(found["scripts"])
            versions = installed(python)
            facts = {"format": FORMAT, "made": time.time(), "python": str(python), "scripts": str(scripts)}
            facts |= {"versions": versions, "identity": wish.interpreter.identity, "size": size_of(place)}
            facts["constraints"] = wish.constraints
            files = tuple((path, _content(str(path))) for path in (*wish.files, *grown.files))
            facts["files"] = [[str(path), content] for path, content in files]
            facts["trees"] = [_tree_facts(each) for each in grown.trees]
            facts["behind"] = [_tree_facts(each) for each in grown.behind]
            partial = place / "facts.json.part"
            partial.write_text(json.dumps(facts), encoding="utf-8")
            partial.replace(place / "facts.json")
        except OSError as error:
            raise WriteFailed(place, error) from error
        return Environment(python, scripts, versions, trees=grown.trees, behind=grown.behind, files=files)


class _MemberAsked(Exception):
    """Something that is installed from an index requires a member of the workspace."""

    def __init__(self, tree: Tree) -> None:
        super().__init__(tree.name)
        self.tree = tree


def bare_environment(interpreter: Interpreter, requirements: tuple[str, ...]) -> Environment:
    """Return the interpreter's own environment, for builds without isolation.

    Raises :class:`EnvironmentFailure` where it lacks what the backend requires.
    """
    versions = installed(interpreter.executable)
    missing = [each for each in requirements if not _fulfilled(each, versions, interpreter.markers)]
    if missing:
        raise EnvironmentFailure(
            f"{interpreter.executable} lacks what the build requires: {', '.join(missing)}",
            hint="install that there, or leave out --no-isolation",
            why=("with --no-isolation nothing is installed",),
        )
    return Environment(interpreter.executable, None, versions, isolated=False)


def installed(python: Path) -> dict[str, str]:
    """Return what is installed for an interpreter: versions by normalised name. Raises :class:`EnvironmentFailure`."""
    script = Path(__file__).parent / "inside" / "installed.py"
    try:
        answer = subprocess.run([str(python), str(script)], capture_output=True, check=True, stdin=subprocess.DEVNULL)
        return {canonicalize_name(name): str(version) for name, version in json.loads(answer.stdout).items()}
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise EnvironmentFailure(
            f"{python} does not say what is installed for it",
            hint="empty the kept environments with atombuild-tui --clean-cache, then build again",
            why=(str(error),),
        ) from error


def installer() -> str:
    """Return ``"uv"`` where uv is there, which is faster; otherwise ``"pip"``."""
    return "uv" if importlib.util.find_spec("uv") is not None or shutil.which(os.environ.get("UV", "uv")) else "pip"


@dataclass(frozen=True, slots=True)
class _Kept:
    place: Path
    made: float
    used: float
    size: int
    identity: str
    constraints: tuple[str, ...]
    environment: Environment

    def note_use(self) -> None:
        with contextlib.suppress(OSError):
            os.utime(self.place / "facts.json")

    def asked_nothing_of(self, barred: tuple[Tree, ...]) -> bool:
        """Whether no member of the workspace was installed from an index: there may be more of them by now."""
        grown = {tree.name for tree in self.environment.trees}
        return all(tree.name in grown or tree.name not in self.environment.versions for tree in barred)

    def fits(self, wish: Wish) -> bool:
        """Whether it has what is wished for, though it was made for something else."""
        if self.identity != wish.interpreter.identity:
            return False
        here = {(tree.name, tree.root) for tree in self.environment.trees}
        if not here >= {(tree.name, tree.root) for tree in wish.trees} or (here and not wish.trees):
            return False  # what is installed from a folder is no release of that name
        if not self.asked_nothing_of(wish.barred):
            return False
        versions, markers = self.environment.versions, wish.interpreter.markers
        return all(_fulfilled(each, versions, markers) for each in wish.requirements) and all(
            _allows(each, versions) for each in wish.constraints
        )


def _kept(folder: Path, key: str) -> list[_Kept]:
    """Return the environments of this key, or all."""
    found = []
    for place in sorted(folder.glob(f"{key}*")):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):  # damaged: as if it were not there
            facts: dict[str, Any] = json.loads((place / "facts.json").read_text(encoding="utf-8"))
            used = (place / "facts.json").stat().st_mtime
            environment = Environment(
                Path(facts["python"]),
                Path(facts["scripts"]),
                dict(facts["versions"]),
                trees=_trees(facts.get("trees", ())),
                behind=_trees(facts.get("behind", ())),
                files=tuple((Path(path), content) for path, content in facts.get("files", ())),
            )
            if facts["format"] == FORMAT and environment.stands:
                constraints = tuple(facts["constraints"])
                kept = _Kept(place, facts["made"], used, facts["size"], facts["identity"], constraints, environment)
                found.append(kept)
    return found


def _remove_superseded(folder: Path, key: str, newest: Path) -> None:
    """Remove what was made of the same folders at other times: each edit of one that is not editable makes another."""
    for each in _kept(folder, key):
        if each.place != newest and time.time() - each.used > _SUPERSEDED_SECONDS:
            shutil.rmtree(each.place, ignore_errors=True)


def _tree_facts(tree: GrownTree) -> list[object]:
    return [tree.name, str(tree.root), tree.editable, tree.state, list(tree.left)]


def _trees(facts: Iterable[Any]) -> tuple[GrownTree, ...]:
    return tuple(
        GrownTree(name, Path(root), editable, state, tuple(left)) for name, root, editable, state, left in facts
    )


def _make_room(folder: Path, newest: Path) -> None:
    """Remove what was not used for longest until the rest is within the limit, and what killed installers left."""
    now = time.time()
    kept = sorted((each for each in _kept(folder, "") if each.place != newest), key=lambda each: each.used)
    total = size_of(newest) + sum(each.size for each in kept)
    for each in kept:
        if total <= LIMIT:
            break
        if now - each.used > _DAY:  # one of today may be in use at this moment
            shutil.rmtree(each.place, ignore_errors=True)
            total -= each.size
    for place in folder.iterdir():
        with contextlib.suppress(OSError):
            if not (place / "facts.json").exists() and now - place.stat().st_mtime > _DAY:
                shutil.rmtree(place, ignore_errors=True)


def _fulfilled(text: str, versions: Mapping[str, str], markers: Mapping[str, str]) -> bool:
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return False
    if requirement.marker is not None and not requirement.marker.evaluate({**markers, "extra": ""}):
        return True
    version = versions.get(canonicalize_name(requirement.name))
    if version is None or requirement.url is not None:
        return False
    with contextlib.suppress(InvalidVersion):
        return requirement.specifier.contains(version, prereleases=True)
    return False


def _allows(line: str, versions: Mapping[str, str]) -> bool:
    """Whether a line of constraints admits what is installed; a line that is not understood admits nothing."""
    text = line.partition("#")[0].strip()
    if not text:
        return True
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return False
    version = versions.get(canonicalize_name(requirement.name))
    return version is None or (requirement.url is None and requirement.specifier.contains(version, prereleases=True))


def _failure(wish: Wish, said: tuple[str, ...]) -> EnvironmentFailure:
    """Tell the common reasons apart by the installers' own words."""
    text = "\n".join(said).lower()
    names = wish.names
    last = tuple(line for line in said if line.strip())[-12:]
    if any(words in text for words in _WRONG_HASH):
        return EnvironmentFailure(
            f"what was fetched for the build has another hash than the constraints demand: {names}",
            hint="find out why before you use it: compare with what the index says, then correct the constraints",
            why=("\n".join(last),),
        )
    if any(words in text for words in _NO_NETWORK):
        return EnvironmentFailure(
            f"what the backend requires could not be fetched: {names}",
            hint="check the network and the package index (UV_INDEX_URL, PIP_INDEX_URL, proxies), then build again",
            why=("\n".join(last),),
        )
    if any(words in text for words in _NOT_FOUND):
        return EnvironmentFailure(
            f"what the backend requires can't be had together: {names}",
            hint="check the names and versions in build-system.requires"
            + (" and in the constraints" if wish.constraints else ""),
            why=("\n".join(last),),
        )
    return EnvironmentFailure(
        f"what the backend requires could not be installed: {names}",
        hint="mend what the installer says above, then build again",
        why=("\n".join(last),),
    )


_WRONG_HASH: Final = ("hash mismatch", "do not match the hashes")
_NO_NETWORK: Final = (
    "failed to fetch", "connection refused", "name resolution", "network is unreachable", "could not connect",
    "dns error", "timed out", "connection error", "newconnectionerror", "error sending request", "proxyerror",
    "failed to lookup", "temporary failure",
)  # fmt: skip

_NOT_FOUND: Final = (
    "no solution found", "conflict", "no matching distribution", "could not find a version", "was not found in",
    "unsatisfiable",
)  # fmt: skip


def _some(versions: Mapping[str, str]) -> str:
    most = 6
    shown = ", ".join(f"{name} {version}" for name, version in list(versions.items())[:most])
    return shown + (f" and {len(versions) - most} more" if len(versions) > most else "") or "nothing"


def _libraries() -> list[str]:
    """Return the folders in which an interpreter that is not ours finds the library ``build`` and what it needs."""
    folders: dict[str, None] = {}
    for name in _LIBRARIES:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None:
            folders[str(Path(spec.origin).parent.parent)] = None
    return list(folders)


def _content(path: str) -> str:
    with contextlib.suppress(OSError, ValueError):
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    return path
