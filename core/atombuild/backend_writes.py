"""Who wrote a file during a build: its backend, or perhaps the project's author.

A backend says what it wrote, but not that it alone wrote there: a save during the build may lie behind or
before its writing, and which of the two an artifact holds can't be told. So a file is the backend's only while it
**comes out of the build as it went in**:

    content        the backend says that it wrote it     it does not say so
    the same       its own                               its own, if the build before did the same
    another        a change                              a change

What a backend changes or makes for the first time therefore leads to one more build, in which it comes out the same. A
file that comes out different each time goes round: see :mod:`atombuild.rounds`.
"""

from __future__ import annotations

from collections.abc import Iterable


class BackendWrites:
    """Remembers from build to build what was written and stayed the same."""

    def __init__(self) -> None:
        self._same_again: frozenset[str] = frozenset()

    def own(
        self, touched: Iterable[str], changed: Iterable[str], written: frozenset[str], *, last: bool = False
    ) -> frozenset[str]:
        """Return which of the files that a build ``touched`` are the backend's.

        ``changed`` are those whose content is another now; ``written`` is what the backend says, with a slash at the
        end of folders that it made. ``last``: no build follows in which they could come out the same, so that the
        backend is believed.
        """
        touched = frozenset(touched)
        same = touched.difference(changed)
        told = frozenset(path for path in (touched if last else same) if is_below(path, written))
        # Programs that a backend starts say nothing.
        others = same - told
        own = told | (others & self._same_again)
        self._same_again = others
        return own


def is_below(path: str, written: frozenset[str]) -> bool:
    """Whether a path was written, or lies in a folder that was made: such a folder ends with a slash."""
    if path in written:
        return True
    at = path.find("/")
    while at >= 0:
        if path[: at + 1] in written:
            return True
        at = path.find("/", at + 1)
    return False
