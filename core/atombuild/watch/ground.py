"""What a look covers: the project's folder, and the inputs that its latest reading names beyond it.

One :class:`Ground` is shared by those who must agree on it: the looker, the notifier, and the filter of hints. It is
told what each reading of the project says (:meth:`Ground.learn`) and which folders the latest look went through.

    name of a path          where it stands
    src/x/__init__.py       below the root
    ../lib/src/lib/a.py     below an outer input that lies near
    /opt/lib/a.py           below one that lies far away
    .git/HEAD               below the root, where the filter looks at nothing; named as an input all the same
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from atombuild.watch.filter import ALWAYS, Ignored, Rule, WatchFilter
from atombuild.watch.git_refs import History
from atombuild.watch.project_rules import ProjectRules
from atombuild.watch.removal import times_of_change

_NEAR: Final = 3
"""How many ``..`` a name may begin with before it is told by its absolute path."""


class Watchable(Protocol):
    """The part of :class:`atombuild.builder.BuildableProject` that says what to watch."""

    @property
    def outer_inputs(self) -> tuple[Path, ...]:
        """Files and folders beyond the root, or passed over below it, that a build depends on."""

    @property
    def follows_history(self) -> bool:
        """Whether a commit or a tag can change an artifact."""

    @property
    def ignore(self) -> tuple[str, ...]:
        """Patterns of what its author does not want watched, as ``.gitignore`` files hold them."""

    @property
    def heeds_gitignore(self) -> bool:
        """Whether what git ignores is no input, as long as no artifact holds it."""


@dataclass(frozen=True, slots=True)
class OuterInput:
    """A file or folder that is an input though it is not below the root, or passed over there."""

    path: str
    """Absolute."""

    name: str
    """What its entries are called; see the table above."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What one reading of a project says about what to watch."""

    outer: tuple[Path, ...] = ()
    history: bool = False
    """Commits and tags count."""

    ignore: tuple[str, ...] = ()
    gitignore: bool = False
    """What git ignores does not count."""

    @classmethod
    def of(cls, project: Watchable) -> Scope:
        """Return what this project says now."""
        outer = tuple(dict.fromkeys(project.outer_inputs))
        return cls(outer, project.follows_history, project.ignore, project.heeds_gitignore)


class Ground:
    """What is watched of one project. Its values are replaced, never changed, so any thread may read them."""

    def __init__(self, root: Path, out_dir: Path) -> None:
        self.root = root
        self.out_dir = out_dir
        self.outer: tuple[OuterInput, ...] = ()
        self.listened: tuple[OuterInput, ...] = ()
        """The outer inputs, and the files of version control in which a commit or a tag shows."""

        self.history: History | None = None
        """What commits and tags are read from, where they count."""

        self._history = History(root)
        self._rules = ProjectRules(root)
        self.folders: frozenset[str] | None = None
        """The folders that the latest look went through, by name ("" is the root); None before the first."""

        self.said: frozenset[str] = frozenset()
        """The files that our own output goes to, as the latest look found them."""

        self.passed_over: tuple[str, ...] = ()
        """The folders below the root that the latest look passed over, but for those that are ours; absolute."""

        self.keep: Callable[[str], bool] = _nothing
        """What belongs to an artifact, whatever the filter says, as the latest look was told."""

        self._scope = Scope()
        self._readings: tuple[weakref.ref[Watchable], ...] = ()

    def learn(self, project: Watchable) -> None:
        """Take over what a reading of the project says. The project is not kept alive: it may hold open files."""
        self._readings = (*self._readings[-1:], weakref.ref(project))
        self._take(Scope.of(project))

    def refresh(self) -> None:
        """Ask the latest reading again: some inputs are only found while the project is built."""
        for reading in reversed(self._readings):
            project = reading()
            if project is not None:
                self._take(Scope.of(project))
                return

    def _take(self, scope: Scope) -> None:
        if scope != self._scope:
            self.outer = tuple(map(self.input_at, scope.outer))
            self.history = self._history if scope.history else None
            self._rules = self._rules.following(scope.ignore, git=scope.gitignore)
            self._scope = scope
        listened = tuple(map(self.input_at, self._history.listened())) if scope.history else ()
        if self.outer + listened != self.listened:
            self.listened = self.outer + listened

    def input_at(self, path: Path) -> OuterInput:
        """Return an outer input with its name."""
        return OuterInput(_absolute(path), name_of(self.root, path))

    def filter(self, keep: Callable[[str], bool], *, looking: bool = False) -> WatchFilter:
        """Return what decides which paths are watched, as of now.

        ``looking``: for a look, which finds out by itself where our own output goes.
        """
        if looking:
            self._rules.refresh()
        beyond = {each.name: WatchFilter(Path(each.path), self.out_dir, _nothing) for each in self.listened}
        return WatchFilter(
            self.root, self.out_dir, keep, beyond, said=() if looking else self.said, ignoring=self._rules
        )

    def take_look(self, folders: frozenset[str], passed_over: tuple[Ignored, ...]) -> None:
        """Take over what a look went through, and what it passed over."""
        if folders != self.folders:
            self.folders = folders
        self.said = frozenset(each.culprit for each in passed_over if each.rule is Rule.SAID)
        self.passed_over = tuple(
            os.path.join(self.root, each.culprit)  # noqa: PTH118 (a name may begin with anything)
            for each in passed_over
            if each.rule not in ALWAYS
        )

    def unwatched_changes(self) -> Hashable:
        """Return another value whenever something vanished in a folder that is passed over."""
        return times_of_change(self.passed_over)

    def judge(self) -> WatchFilter:
        """Return that filter with what the latest look was told to keep."""
        return self.filter(self.keep)

    def is_outer(self, name: str) -> bool:
        """Whether an outer input has this very name."""
        return any(each.name == name for each in self.listened)

    def place_of(self, name: str, base: str) -> str:
        """Return the path of an entry; ``base`` is the root."""
        return place_of(name, base, self.listened)

    def name_of(self, path: str) -> str | None:
        """Return what the entry of an outer input at an absolute path is called; None: it belongs to none."""
        for each in self.listened:
            if path.startswith(each.path) and path[len(each.path) : len(each.path) + 1] in {"", os.sep}:
                return each.name + path[len(each.path) :].replace(os.sep, "/")
        return None


def place_of(name: str, base: str, outer: tuple[OuterInput, ...]) -> str:
    """Return the path of an entry; ``base`` is the root."""
    for each in outer:
        if name.startswith(each.name) and name[len(each.name) : len(each.name) + 1] in {"", "/"}:
            return each.path + name[len(each.name) :]
    return os.path.join(base, name) if name else base  # noqa: PTH118 (a hot path)


def name_of(root: Path, path: Path) -> str:
    """Return what an outer input is called: relative to the root where it lies near, else by its absolute path.

    Below a root that is reached through a link ``..`` leads elsewhere than it looks, so there only what is inside of
    the root has a relative name.
    """
    absolute, base = Path(_absolute(path)), Path(_absolute(root))
    try:
        relative = os.path.relpath(absolute, base).replace(os.sep, "/")
    except ValueError:  # Windows: another drive
        return absolute.as_posix()
    ups = relative.split("/").count("..")
    meets_at_the_top = ups >= len(base.parents)
    if ups and (ups > _NEAR or meets_at_the_top or base.resolve() != base):
        return absolute.as_posix()
    return relative


def _absolute(path: Path) -> str:
    return os.path.normpath(path.absolute())


def _nothing(_path: str) -> bool:
    return False
