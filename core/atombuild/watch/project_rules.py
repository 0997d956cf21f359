"""What a project's own rules pass over: ``[tool.atombuild] ignore``, and what git ignores."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from atombuild.watch.filter import Ignored, Rule
from atombuild.watch.git_folder import find_git_folder
from atombuild.watch.git_ignore import GitIgnore
from atombuild.watch.ignore_patterns import IgnorePatterns

_SETTING: Final = "ignore"


class ProjectRules:
    """See :class:`atombuild.watch.filter.Ignoring`. The setting is asked first: it may bring back what git ignores."""

    def __init__(self, root: Path, ignore: tuple[str, ...] = (), *, git: bool = False) -> None:
        """``ignore``: the patterns of the setting. ``git``: what git ignores is passed over as well."""
        self._root = root.absolute()
        self._heeds_git = git
        self._patterns = IgnorePatterns(_SETTING, ignore)
        self._ignore = ignore
        self._git: GitIgnore | None = None
        self._git_speaks = False

    def following(self, ignore: tuple[str, ...], *, git: bool) -> ProjectRules:
        """Return the rules for other settings."""
        other = ProjectRules(self._root, ignore, git=git)
        other._git = self._git
        return other

    @property
    def any(self) -> bool:
        """Whether there are any rules now."""
        return bool(self._patterns) or (self._heeds_git and self._git_speaks)

    def refresh(self) -> None:
        """Look at the files that rules are in."""
        if not self._heeds_git:
            return
        folder = find_git_folder(self._root)
        if folder is None:
            self._git = None
        elif self._git is None or self._git.git != folder:
            self._git = GitIgnore(self._root, folder, self._patterns)
        self._git_speaks = self._git is not None and self._git.refresh()

    def __call__(self, path: str, *, folder: bool) -> Ignored | None:
        """Judge a path by itself."""
        if self._patterns:
            found = self._patterns.find(path, folder=folder)
            if found is not None:
                ignored, number = found
                return Ignored(Rule.SETTING, path, f"ignore: {self._ignore[number - 1]}") if ignored else None
        if not self._heeds_git or not self._git_speaks or self._git is None:
            return None
        why = self._git.why(path, folder=folder)
        if why is None:
            return None
        return Ignored(Rule.GIT, path, why) if why else Ignored(Rule.REPOSITORY, path)
