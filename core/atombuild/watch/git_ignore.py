"""What git ignores below a project's folder, and which other repositories lie there.

for a path, from the work tree's top downwards:
a folder above it is ignored ──► so is the path
it holds a ``.git`` ──► another repository, unless it is a submodule that is tracked
the nearest .gitignore with a pattern about it, then info/exclude, then core.excludesFile ──► its last such pattern
and what git tracks all the same is not ignored
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from atombuild.watch.git_folder import GitFolder, git_output
from atombuild.watch.ignore_patterns import IgnorePatterns

_LARGEST: Final = 1 << 20
_SUBMODULE: Final = b"160000 "

_Signature = tuple[int, int, int, int] | None


@dataclass(slots=True)
class _Level:
    """What holds in one folder."""

    patterns: tuple[tuple[IgnorePatterns, str], ...]
    """Those of the folder and those above it, nearest first, each with the folder that they are about and a slash."""

    outer: str | None
    """By which line the folder is ignored, or one above it: it is entered for what is tracked in it."""

    answers: dict[tuple[str, bool], str | None] = field(default_factory=dict)
    """By name, and whether it is a folder: by which line it is ignored."""


@dataclass(frozen=True, slots=True)
class _Tracked:
    """What git knows by name."""

    ignored: frozenset[str]
    """The tracked files that patterns match all the same, and the folders above them; relative to the work tree."""

    submodules: frozenset[str]


class GitIgnore:
    """The rules of one repository, read again where their files are others. One for a session."""

    def __init__(self, root: Path, git: GitFolder, first: IgnorePatterns | None = None) -> None:
        """``first``: patterns about the root's folder that outweigh all of git's."""
        self.git = git
        self._root = root
        self._prefix = "" if root == git.work_tree else f"{os.path.relpath(root, git.work_tree)}/".replace(os.sep, "/")
        self._first = ((first, self._prefix),) if first else ()
        self._files: dict[str, tuple[_Signature, IgnorePatterns]] = {}
        self._levels: dict[str, _Level] = {}
        self._shared: tuple[IgnorePatterns, ...] = ()
        self._excludes_file: tuple[_Signature, Path | None] = (None, None)
        self._tracked: tuple[object, _Tracked] | None = None
        self._checked: set[str] = set()
        """The files that were looked at since the last refresh."""

    def refresh(self) -> bool:
        """Look at the index and at the rules that are no part of the tree; whether git says what it tracks."""
        self._checked = set()
        self._shared = tuple(self._read(path, name) for path, name in self._shared_files())
        old, self._levels = self._levels, {}
        for name, level in old.items():  # what holds as before keeps its answers
            now = self._level(name)
            if (now.patterns, now.outer) == (level.patterns, level.outer):
                now.answers = level.answers
        state = (_signature(self.git.own / "index"), *(found for found, _ in tuple(self._files.values())))
        if self._tracked is None or self._tracked[0] != state:
            tracked = self._ask()
            if tracked is None:
                return False
            self._tracked = state, tracked
            self._levels = {}
        return True

    def why(self, path: str, *, folder: bool) -> str | None:
        """Return why a path below the root is ignored, as ``.gitignore:3``; None: it is not.

        The empty text stands for another repository. What holds for the folders above it is not asked here.
        """
        above, _, name = path.rpartition("/")
        if folder and self._is_repository(path):
            return ""
        level = self._level(above)
        key = (name, folder)
        if key not in level.answers:
            level.answers[key] = level.outer or self._find(level, self._prefix + path, folder=folder)
        found = level.answers[key]
        return None if found is None or (self._tracked and self._prefix + path in self._tracked[1].ignored) else found

    def _find(self, level: _Level, path: str, *, folder: bool) -> str | None:
        for patterns, start in level.patterns:
            found = patterns.find(path[len(start) :], folder=folder)
            if found is not None:
                ignored, line = found
                return f"{patterns.source}:{line}" if ignored else None
        return None

    def _level(self, folder: str) -> _Level:
        """Return what holds in a folder, by its name below the root."""
        level = self._levels.get(folder)
        if level is None:
            inside = self._prefix + folder if folder else self._prefix.rstrip("/")
            parts = inside.split("/") if inside else []
            # A submodule knows nothing of the rules around it.
            names = ["/".join(parts[:count]) for count in range(len(parts) + 1)]
            found: list[tuple[IgnorePatterns, str]] = []
            for each in names:
                if each and self._tracked is not None and each in self._tracked[1].submodules:
                    found.clear()
                start = f"{each}/" if each else ""
                patterns = self._read(self.git.work_tree / each / ".gitignore", f"{start}.gitignore")
                if patterns:
                    found.append((patterns, start))
            shared = tuple((patterns, "") for patterns in self._shared if patterns)
            level = self._levels[folder] = _Level((*self._first, *reversed(found), *shared), self._outer(folder))
        return level

    def _outer(self, folder: str) -> str | None:
        if not folder or (self._tracked is not None and self._prefix + folder in self._tracked[1].submodules):
            return None
        above = self._level(folder.rpartition("/")[0])
        return above.outer or self._find(above, self._prefix + folder, folder=True)

    def _is_repository(self, path: str) -> bool:
        place = self._root / path / ".git"
        if not os.path.lexists(place):
            return False
        return self._tracked is None or self._prefix + path not in self._tracked[1].submodules

    def _read(self, path: Path, name: str) -> IgnorePatterns:
        known = self._files.get(name)
        if known is not None and name in self._checked:
            return known[1]
        self._checked.add(name)
        signature = _signature(path)
        if known is not None and known[0] == signature:
            return known[1]
        lines: list[str] = []
        if signature is not None:
            try:
                with path.open("rb") as file:
                    data = file.read(_LARGEST)
            except OSError:
                data = b""
            lines = os.fsdecode(data.removeprefix(b"\xef\xbb\xbf")).split("\n")
        patterns = IgnorePatterns(name, lines)
        self._files[name] = signature, patterns
        return patterns

    def _shared_files(self) -> tuple[tuple[Path, str], ...]:
        """Return the files of rules that are no part of the tree, the weightiest first."""
        info = self.git.common / "info/exclude"
        config = _signature(self.git.common / "config")
        if self._excludes_file[1] is None or self._excludes_file[0] != config:
            said = git_output(self.git, self._root, "config", "--get", "--path", "core.excludesFile")
            named = os.fsdecode(said.removesuffix(b"\n")) if said else ""
            home = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")  # noqa: PTH111 (may be no path)
            self._excludes_file = config, Path(named) if named else Path(home, "git", "ignore")
        excludes = self._excludes_file[1]
        return ((info, ".git/info/exclude"), *(((excludes, str(excludes)),) if excludes is not None else ()))

    def _ask(self) -> _Tracked | None:
        ignored = git_output(self.git, self._root, "ls-files", "--full-name", "-c", "-i", "--exclude-standard", "-z")
        staged = git_output(self.git, self._root, "ls-files", "--full-name", "-s", "-z")
        if ignored is None or staged is None:
            return None
        paths = {os.fsdecode(path) for path in ignored.split(b"\0") if path}
        above = {path[:at] for path in paths for at in range(len(path)) if path[at] == "/"}
        modules = {os.fsdecode(line.partition(b"\t")[2]) for line in staged.split(b"\0") if line.startswith(_SUBMODULE)}
        return _Tracked(frozenset(paths | above), frozenset(modules))


def _signature(path: Path) -> _Signature:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
