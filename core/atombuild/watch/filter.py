"""What is not worth watching, and why: a rule with a name for every path that is passed over.

    path below the root
      ├─ our own file, output directory, editor dropping   always ignored
      ├─ keep(path): an artifact holds it                  always watched
      └─ version control, cache, virtual environment       ignored

Only parts *below the root* are judged, so a project that itself lives under ``.venv/`` is watched as any
other, and they are judged as whole names, so ``dist`` does not hide ``distribution``.
"""

from __future__ import annotations

import enum
import os
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final, Protocol

from atombuild.own_files import own_places, temporary_places
from atombuild.places import places_below


class Rule(enum.Enum):
    """Why a path is not watched; the value is what the thing is, in words."""

    OURS = "atombuild's own file"
    """Temporaries, ledger and lock of the publish protocol, wherever they stand."""

    OUTPUT = "the output directory"
    """Where artifacts go: watching it would make every build the cause of the next."""

    SAID = "atombuild's own output"
    """The file that our standard output or error goes to, or the debug log."""

    TEMPORARY = "the folder for temporary files"
    """``TMPDIR``: builds write there, ours and those of the programs that they start."""

    DROPPING = "an editor's temporary file"
    """Swap, backup and lock files and probes that live for a moment beside the file being edited."""

    VERSION_CONTROL = "version control"
    CACHE = "a cache"
    """What tools keep for themselves and can make again: by well-known names, or marked by ``CACHEDIR.TAG``."""

    ENVIRONMENT = "a virtual environment"
    """Any folder that holds ``pyvenv.cfg``."""

    REPOSITORY = "another repository"
    """A folder with a ``.git`` of its own, such as another work tree; submodules that are tracked are none."""

    GIT = "ignored by git"
    """By one of git's ignore files, in a project of another backend; see :mod:`atombuild.watch.git_ignore`."""

    SETTING = "ignored by [tool.atombuild]"
    """By its ``ignore``."""

    TOO_MANY = "more files beyond the project than are watched"
    """See :data:`atombuild.watch.walk.MOST_BEYOND`."""


ALWAYS: Final = frozenset({Rule.OURS, Rule.OUTPUT, Rule.SAID, Rule.TEMPORARY, Rule.DROPPING})
"""The rules that hold whatever an artifact holds."""

OF_THE_PROJECT: Final = frozenset({Rule.REPOSITORY, Rule.GIT, Rule.SETTING})
"""The rules of :class:`Ignoring`: they come and go with what the project says."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """A path is not watched."""

    rule: Rule
    """Why."""

    culprit: str
    """The path itself, or the folder above it that the rule speaks of; relative to the root."""

    detail: str = ""
    """Where the rule stands, if that is not clear by itself: file and line."""

    @property
    def why(self) -> str:
        """Return the rule in words."""
        return f"{self.rule.value} ({self.detail})" if self.detail else self.rule.value

    def __str__(self) -> str:
        """Return the sentence for people. Not sanitised."""
        return f"{self.culprit} is not watched: {self.why}"


class Ignoring(Protocol):
    """Rules that a project or its author has made."""

    def __call__(self, path: str, *, folder: bool) -> Ignored | None:
        """Judge a path below the root by itself; what holds for a folder above it holds for it anyway."""


def ignore_nothing(path: str, *, folder: bool) -> Ignored | None:
    """Ignore nothing. See :class:`Ignoring`."""
    del path, folder
    return None


_MOST_FILES: Final = 1000


_FOLDERS: Final = {
    **dict.fromkeys((".git", ".hg", ".svn", ".jj", ".bzr", "_darcs"), Rule.VERSION_CONTROL),
    **dict.fromkeys(
        (
            "__pycache__",
            ".mypy_cache",
            ".pytest_cache",
            ".ruff_cache",
            ".hypothesis",
            ".tox",
            ".nox",
            ".eggs",
            ".cache",
            "node_modules",
        ),
        Rule.CACHE,
    ),
}

# Vim tries whether it may create files here with the name 4913, adding 123 while that name is taken.
_VIM_PROBES: Final = "|".join(str(4913 + 123 * attempt) for attempt in range(8))

_NAMES: Final = re.compile(
    rf"""
      (?P<OURS> \.atombuild.* )
    | (?P<DROPPING>
          {_VIM_PROBES}
        | \.(?:.*\.)?sw(?:[a-z]|px)                  # Vim's swap files
        | .*~                                        # backups
        | \.\#.* | \#.*\#                            # Emacs: locks, auto-save
        | \.~lock\..*\# | ~\$.*                      # LibreOffice, Microsoft Office
        | .*___jb_(?:tmp|old)___                     # JetBrains
        | \.goutputstream-.*                         # GIO: gedit and its kin
        | \..*\.kate-swp | \.subl.*\.tmp | .*\.vsctmp
        | \.nfs[0-9a-f]{{12,}}                       # removed while open, on NFS
      )
    | (?P<CACHE> .*\.py[co] | \.coverage(?:\..*)? | \.DS_Store )
    """,
    re.VERBOSE | re.DOTALL,
)


_UNJUDGED: Final = object()


@lru_cache(maxsize=1 << 16)
def _rule_of_name(name: str) -> Rule | None:
    found = _NAMES.fullmatch(name)
    return Rule[found.lastgroup] if found and found.lastgroup else _FOLDERS.get(name)


def _above(path: str) -> str:
    return path.rpartition("/")[0]


class WatchFilter:
    """Decides which paths below a project's root are watched."""

    def __init__(
        self,
        root: Path,
        out_dir: Path,
        keep: Callable[[str], bool],
        beyond: Mapping[str, WatchFilter] | None = None,
        *,
        said: Collection[str] = (),
        ignoring: Ignoring = ignore_nothing,
    ) -> None:
        """Judge paths below ``root``.

        ``keep`` is asked about files *and* folders: may an artifact hold this path or anything below it? Its
        yes beats the rules that only guess. ``beyond``: by name, the inputs that are watched whatever lies around them,
        and what decides below each that is a folder; see :mod:`atombuild.watch.ground`. ``said``: the files that our
        output goes to. ``ignoring``: what else is passed over, unless it is kept.
        """
        self._ignoring = ignoring
        self._files: dict[str, Ignored] = {}
        """Files that were passed over by a rule of the project's; the first ones."""
        self._root = os.fspath(root)
        self.beyond = beyond or {}
        self._keep = keep
        self._places: dict[str, Rule] = {
            **dict.fromkeys(said, Rule.SAID),
            **dict.fromkeys(temporary_places(root), Rule.TEMPORARY),
            **dict.fromkeys(own_places(root), Rule.OURS),
            **dict.fromkeys(places_below(root, out_dir), Rule.OUTPUT),
        }
        self._folders: dict[str, Ignored | None] = {}
        self._not_entered: dict[str, Ignored] = {}
        """What :meth:`descends` said no to: what is told to people follows from the decision itself."""

    def refresh(self) -> None:
        """Forget what was learned from the disk; every scan starts with this."""
        self._folders.clear()
        self._not_entered.clear()
        self._files.clear()

    def verdict(self, path: str, *, folder: bool | None = None) -> Ignored | None:
        """Return why ``path`` is not watched, or None when it is.

        ``path`` is relative to the root with ``/`` between its parts and surrogate escapes for undecodable
        bytes. ``folder`` says what stands there, where the caller knows: only a folder can be an environment.
        """
        if self.beyond and (inner := self.inner(path)) is not None:
            outer, rest = inner
            if not rest or outer.verdict(rest, folder=folder) is None:
                return None
        above, _, name = path.rpartition("/")
        if folder is False and self._folders.get(above, _UNJUDGED) is None and self._rule(above, name) is None:
            if self._ignoring is ignore_nothing:
                return None
            ignored = self._ignoring(path, folder=False)
        else:
            ignored = self._judge(path, folder=folder)
        if ignored is None or ignored.rule in ALWAYS or not self._keep(path):
            if ignored is not None and ignored.culprit == path and len(self._files) < _MOST_FILES:
                self._files[path] = ignored
            return ignored
        return None

    def passed_by(self, path: str) -> Ignored | None:
        """Return why a file was not looked at since the last refresh, by the rules of then; None: not known."""
        return self._files.get(path) or self._folders.get(_above(path))

    def passed_over(self) -> tuple[Ignored, ...]:
        """Return what was met since the last refresh and is not looked at, sorted.

        The topmost of the folders that were not entered, and some of the files that a rule of the project's names.
        """
        tops: list[str] = []
        for path in sorted(self._not_entered, key=lambda path: path.split("/")):
            if not tops or not path.startswith(f"{tops[-1]}/"):
                tops.append(path)
        met = {path: self._not_entered[path] for path in tops}
        met |= {path: ignored for path, ignored in self._files.items() if ignored.rule in OF_THE_PROJECT}
        return tuple(met[path] for path in sorted(met))

    def descends(self, path: str) -> bool:
        """Whether anything below the folder ``path`` may be watched."""
        if self.beyond and (inner := self.inner(path)) is not None:
            outer, rest = inner
            if not rest or outer.descends(rest):
                return True
        ignored = self._folder(path)
        if ignored is None or (ignored.rule not in ALWAYS and self._keep(path)):
            return True
        self._not_entered[path] = replace(ignored, culprit=path)
        return False

    def inner(self, path: str) -> tuple[WatchFilter, str] | None:
        """Return the filter of the outer input that a path is or lies below, and the path as that filter knows it."""
        for name, outer in self.beyond.items():
            if path.startswith(name):
                rest = path[len(name) :]
                if not rest or rest[0] == "/":
                    return outer, rest[1:]
        return None

    def _judge(self, path: str, *, folder: bool | None) -> Ignored | None:
        above, _, name = path.rpartition("/")
        outer = self._folder(above)
        if outer is not None and outer.rule in ALWAYS:
            return outer
        rule = self._rule(above, name)
        if rule is not None and (rule in ALWAYS or outer is None):
            return Ignored(rule, path)
        if outer is not None:
            return outer
        if folder is False:
            return self._ignoring(path, folder=False)
        as_folder = self._folder(path)
        # Of what is neither known to be a file nor a folder, both must be ignored.
        if folder is None and as_folder is not None and as_folder.rule in OF_THE_PROJECT and as_folder.culprit == path:
            return as_folder if as_folder.rule is Rule.REPOSITORY else self._ignoring(path, folder=False)
        return as_folder

    def _rule(self, above: str, name: str) -> Rule | None:
        """Return the rule that speaks of ``name`` itself, whatever it is."""
        place = self._places.get(f"{above}/{name}" if above else name)
        if place is not None:
            return place
        if not above and "" in self._places and name.endswith((".whl", ".tar.gz")):
            return Rule.OUTPUT
        return _rule_of_name(name)

    def _folder(self, path: str) -> Ignored | None:
        """Judge ``path`` as a folder, with all above it; the rules that always hold win over the others."""
        if not path:
            return None
        if path in self._folders:
            return self._folders[path]
        outer = self._folder(_above(path))
        if outer is None or outer.rule not in ALWAYS:
            name = path.rpartition("/")[2]
            if path in self._places:
                outer = Ignored(self._places[path], path)
            elif name.startswith(".atombuild"):
                outer = Ignored(Rule.OURS, path)
            elif outer is None and name in _FOLDERS:
                outer = Ignored(_FOLDERS[name], path)
            elif outer is None and os.path.isfile(f"{self._root}/{path}/pyvenv.cfg"):  # noqa: PTH113 - a hot path
                outer = Ignored(Rule.ENVIRONMENT, path)
            elif outer is None and os.path.isfile(f"{self._root}/{path}/CACHEDIR.TAG"):  # noqa: PTH113 - a hot path
                outer = Ignored(Rule.CACHE, path)
            elif outer is None:
                outer = self._ignoring(path, folder=True)
        self._folders[path] = outer
        return outer
