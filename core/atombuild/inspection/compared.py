"""After a success, in an idle moment: keep it, and find out what changed since the success before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from atombuild.errors import ArtifactUnreadable
from atombuild.events import Compared
from atombuild.inspection.contents import Contents, read_contents
from atombuild.inspection.difference import difference
from atombuild.inspection.keepsakes import Keepsake, Keepsakes, NotKept
from atombuild.status import ArtifactKind

_SHOWN: Final = 12


class Comparer:
    """Keeps and compares the successes of one session."""

    def __init__(self, root: Path, out_dir: Path) -> None:
        self._keepsakes = Keepsakes(root, out_dir)
        self._read: dict[str, Contents] = {}
        """By hash: what was read of the copies that are kept now."""

    def compare(
        self, kind: ArtifactKind, artifact: Path, attempt: int, sha256: str, breathe: Callable[[], object]
    ) -> Compared:
        """Keep this success, and say how it differs from the one before, or why that can't be said."""
        try:
            kept = self._keepsakes.keep(kind, artifact, attempt, sha256, breathe)
        except NotKept as error:
            return Compared(kind, attempt, None, why=str(error))
        return self._compared(kind, kept, breathe)

    def recall(self, kind: ArtifactKind, breathe: Callable[[], object]) -> Compared | None:
        """Tell the same of the success that an earlier session kept last; None: nothing is kept."""
        kept = self._keepsakes.of(kind)
        return self._compared(kind, kept, breathe) if kept else None

    def _compared(self, kind: ArtifactKind, kept: tuple[Keepsake, ...], breathe: Callable[[], object]) -> Compared:
        attempt, latest = kept[0].attempt, self._keepsakes.path(kept[0])
        if len(kept) == 1:
            return Compared(kind, attempt, latest)
        before = kept[1]
        try:
            found = difference(self._contents(kind, before, breathe), self._contents(kind, kept[0], breathe))
        except ArtifactUnreadable as error:
            which = attempt if error.path == latest else before.attempt
            return Compared(kind, attempt, latest, why=f"the copy of build {which} can't be looked into: {error.why}")
        finally:
            kept_hashes = {each.sha256 for some in ArtifactKind for each in self._keepsakes.of(some)}
            self._read = {sha: contents for sha, contents in self._read.items() if sha in kept_hashes}
        lost = found.lost_modules
        return Compared(
            kind,
            attempt,
            latest,
            before.attempt,
            self._keepsakes.path(before),
            len(found.added),
            len(found.removed),
            len(found.changed),
            tuple(pair.path for pair in lost[:_SHOWN]),
            len(lost),
        )

    def _contents(self, kind: ArtifactKind, kept: Keepsake, breathe: Callable[[], object]) -> Contents:
        known = self._read.get(kept.sha256)
        if known is None:
            known = self._read[kept.sha256] = read_contents(self._keepsakes.path(kept), kind, breathe)
        return known
