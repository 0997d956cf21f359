"""How many batches of changes there were, and how many came after what each artifact holds.

A batch is what changed between two looks at the tree. Batches are numbered through a session; for each artifact two
numbers are kept, since an attempt that failed has *tried* a change, and yet nothing *holds* it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from atombuild.status import ArtifactKind

SHOWN_PATHS: Final = 12
"""How many names a line that says why has room for."""


class Changes:
    """The count of one session."""

    def __init__(self, kinds: tuple[ArtifactKind, ...]) -> None:
        """``kinds``: the artifacts of the session's plan."""
        self._kinds = kinds
        self.number = 0
        """Of the newest batch; 0 before the first."""

        self._paths: dict[str, int] = {}
        """By name, the newest batch that holds it."""

        self._tried: dict[ArtifactKind, int] = {}
        self._held: dict[ArtifactKind, int] = {}

    def add(self, paths: tuple[str, ...]) -> None:
        """Count a batch."""
        self.number += 1
        self._paths.update(dict.fromkeys(paths, self.number))

    def untried(self, kinds: Iterable[ArtifactKind]) -> tuple[tuple[str, ...], int]:
        """Return what no attempt has tried for one of these artifacts: the first names, and how many there are."""
        tried = min(self._tried.get(kind, 0) for kind in kinds)
        paths = [path for path, number in self._paths.items() if number > tried]
        return tuple(paths[:SHOWN_PATHS]), len(paths)

    def begin(self, kinds: Iterable[ArtifactKind], number: int) -> None:
        """Note that an attempt begins: from here on the artifacts' records are about this batch."""
        self._held.update(dict.fromkeys(kinds, number))

    def end(self, kinds: Iterable[ArtifactKind], number: int) -> None:
        """Note that an attempt is over, whatever came of it."""
        self._tried.update(dict.fromkeys(kinds, number))
        tried = min(self._tried.get(kind, 0) for kind in self._kinds)
        self._paths = {path: batch for path, batch in self._paths.items() if batch > tried}

    def waiting(self, kinds: Iterable[ArtifactKind]) -> int:
        """Return how many batches no attempt has tried for one of these artifacts."""
        return max(self.number - self._tried.get(kind, 0) for kind in kinds)

    def behind(self, kind: ArtifactKind) -> int | None:
        """Return how many batches came after what an artifact's record is about; None: made by somebody else."""
        held = self._held.get(kind)
        return None if held is None else self.number - held

    def disown(self, kind: ArtifactKind) -> None:
        """Note that somebody else made this artifact: which of our batches it holds is not known."""
        self._held.pop(kind, None)

    def undone(self) -> None:
        """Note that everything is again as the last attempt found it."""
        self._tried = dict.fromkeys(self._tried, self.number)
        self._held = dict.fromkeys(self._held, self.number)
        self._paths.clear()
