"""Patterns as ``.gitignore`` files hold them (gitignore(5)), judged one level at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_EVERYTHING: Final = "."
"""What ``**`` becomes."""


class IgnorePatterns:
    """The patterns of one file, or of one setting; they are about what lies below one folder."""

    def __init__(self, source: str, lines: Iterable[str]) -> None:
        """``source``: what they are told by, such as ``src/.gitignore``. A line that is no pattern matches nothing."""
        self.source = source
        self.wrong: tuple[str, ...] = ()
        """The lines that are no patterns."""

        self._patterns: list[tuple[int, bool, re.Pattern[str] | None]] = []
        for number, line in enumerate(lines, start=1):
            self._add(number, line)
        self._patterns.reverse()  # the last one decides

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._patterns)

    def find(self, path: str, *, folder: bool) -> tuple[bool, int] | None:
        """Return whether ``path`` is ignored, and by which line; None: no pattern is about it.

        ``path`` is relative to the folder of the patterns. What is ignored above it is not asked here.
        """
        text = f"{path}/" if folder else path
        for number, include, pattern in self._patterns:
            if pattern is None or pattern.fullmatch(text):
                return include, number
        return None

    def _add(self, number: int, line: str) -> None:
        from pathspec.patterns.gitignore import GitIgnorePatternError  # noqa: PLC0415 (few projects need it)
        from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern  # noqa: PLC0415

        try:
            pattern = GitIgnoreSpecPattern(line.rstrip("\r\n"))
        except (GitIgnorePatternError, re.error):
            self.wrong = (*self.wrong, line)
            return
        if pattern.include is None or pattern.regex is None:
            if line.strip() and not line.startswith("#"):
                self.wrong = (*self.wrong, line)
            return
        regex = pattern.regex
        self._patterns.append((number, pattern.include, None if regex.pattern == _EVERYTHING else regex))


def wrong_patterns(lines: Iterable[str]) -> tuple[str, ...]:
    """Return those that are no patterns; an empty one, and a comment, is none either."""
    lines = tuple(lines)
    return tuple(line for line in lines if not IgnorePatterns("", (line,)))
