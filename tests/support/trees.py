"""A tree in a dictionary, for sessions that need none on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field


@dataclass
class Tree:
    """A tree in a dictionary: each write gets a new stamp, as a stat would show it."""

    files: dict[str, tuple[int, str]] = field(default_factory=dict)
    stamp: int = 0
    looks: int = 0

    def write(self, path: str, content: str) -> None:
        self.stamp += 1
        self.files[path] = (self.stamp, content)

    def look(self, keep: Callable[[str], bool], breathe: Callable[[], object]) -> TreeView:
        assert callable(keep)
        breathe()
        self.looks += 1
        return TreeView(dict(self.files))


@dataclass
class TreeView:
    found: dict[str, tuple[int, str]]

    def changed_since(self, earlier: TreeView, *, by_stat: bool = False) -> tuple[str, ...]:
        part = slice(None) if by_stat else slice(1, None)
        nothing = ("",)
        return tuple(
            sorted(
                path
                for path in self.found.keys() | earlier.found.keys()
                if self.found.get(path, nothing)[part] != earlier.found.get(path, nothing)[part]
            )
        )

    @property
    def files(self) -> int:
        return len(self.found)

    @property
    def passed_over(self) -> tuple[tuple[str, str], ...]:
        return ((".git", "version control"),)

    def newest(self, paths: Iterable[str]) -> float | None:
        return max((float(self.found[path][0]) for path in paths if path in self.found), default=None)

    def lacks(self, paths: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(set(paths) - self.found.keys()))

    def fingerprint(self, admits: Callable[[str], bool]) -> str | None:
        return repr(sorted((path, content) for path, (_, content) in self.found.items() if admits(path)))
