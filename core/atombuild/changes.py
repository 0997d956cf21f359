"""How many batches of changes there were, and how many came after what each artifact holds.

A batch is what changed between two looks at the tree. Batches are numbered through a session; for each artifact two
numbers are kept, since an attempt that failed has *tried* a change, and yet nothing *holds* it.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, repeat
from typing import Final

from atombuild.status import ArtifactKind

SHOWN_PATHS: Final = 12
"""How many names a line that says why has room for."""


class How(enum.Enum):
    """The way in which a path differs; the values are the words for it."""

    MODIFIED = "changed"
    ADDED = "new"
    REMOVED = "deleted"


def told(paths: Sequence[str], how: Sequence[How], total: int, *, most: int) -> str:
    """Return what happened to these paths: ``deleted: a; new: b, c and 2 more``, ``most`` of each way.

    ``how`` goes with ``paths``; of those beyond its end it is only known that they changed. ``total`` counts those that
    are not named too.
    """
    ways: dict[How, list[str]] = {}
    for path, way in zip(paths, chain(how, repeat(How.MODIFIED))):  # noqa: B905 (the second never ends)
        ways.setdefault(way, []).append(path)
    named = {way: names[:most] for way, names in ways.items()}
    words = "; ".join(f"{way.value}: {', '.join(names)}" for way, names in named.items())
    more = total - sum(map(len, named.values()))
    return f"{words} and {more:,} more" if more > 0 else words


class Changes:
    """The count of one session."""

    def __init__(self, kinds: tuple[ArtifactKind, ...]) -> None:
        """``kinds``: the artifacts of the session's plan."""
        self._kinds = kinds
        self.number = 0
        """Of the newest batch; 0 before the first."""

        self._paths: dict[str, tuple[int, How]] = {}
        """By name, the newest batch that holds it, and what became of it."""

        self._tried: dict[ArtifactKind, int] = {}
        self._held: dict[ArtifactKind, int] = {}

    def add(self, batch: Mapping[str, How]) -> None:
        """Count a batch: what changed, by name, and how."""
        self.number += 1
        for path, how in batch.items():
            before = self._paths[path][1] if path in self._paths else None
            self._paths[path] = self.number, _both(before, how)

    def untried(self, kinds: Iterable[ArtifactKind]) -> tuple[tuple[str, ...], tuple[How, ...], int]:
        """Return what no attempt has tried for one of these artifacts: the first names, how, and how many there are."""
        tried = min(self._tried.get(kind, 0) for kind in kinds)
        waiting = {path: how for path, (number, how) in self._paths.items() if number > tried}
        return tuple(waiting)[:SHOWN_PATHS], tuple(waiting.values())[:SHOWN_PATHS], len(waiting)

    @property
    def gone(self) -> int:
        """How many files were deleted that no attempt has tried to do without."""
        return sum(how is How.REMOVED for _, how in self._paths.values())

    def begin(self, kinds: Iterable[ArtifactKind], number: int) -> None:
        """Note that an attempt begins: from here on the artifacts' records are about this batch."""
        self._held.update(dict.fromkeys(kinds, number))

    def end(self, kinds: Iterable[ArtifactKind], number: int) -> None:
        """Note that an attempt is over, whatever came of it."""
        self._tried.update(dict.fromkeys(kinds, number))
        tried = min(self._tried.get(kind, 0) for kind in self._kinds)
        self._paths = {path: batch for path, batch in self._paths.items() if batch[0] > tried}

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


def _both(before: How | None, after: How) -> How:
    """Return what two batches in a row did to a path."""
    if before is How.ADDED and after is How.MODIFIED:
        return How.ADDED
    if before is How.REMOVED and after is How.ADDED:
        return How.MODIFIED
    return after
