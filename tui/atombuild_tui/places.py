"""Where things really are, to be opened and never to be shown: these paths did not pass the door.

What is shown of a path was made harmless, and may for that be the name of no file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from atombuild.events import ArtifactStatus, Compared, Event, SessionStarted
from atombuild.status import ArtifactKind


@dataclass(frozen=True, slots=True)
class Places:
    """The files of one session."""

    root: Path | None = None
    artifacts: Mapping[ArtifactKind, Path] = field(default_factory=dict)
    """Final names, whether or not something stands there."""

    kept: Mapping[ArtifactKind, Path] = field(default_factory=dict)
    """Copies of the latest successes."""

    before: Mapping[ArtifactKind, Path] = field(default_factory=dict)
    """Copies of the successes before them."""

    def after(self, event: Event) -> Places:
        """Return the places after an event, as the engine sent it."""
        if isinstance(event, SessionStarted):
            return replace(self, root=event.root)
        if isinstance(event, ArtifactStatus) and event.path is not None:
            return replace(self, artifacts={**self.artifacts, event.kind: event.path})
        if isinstance(event, Compared):
            kept, before = _with(self.kept, event.kind, event.kept), _with(self.before, event.kind, event.before)
            return replace(self, kept=kept, before=before)
        return self


def _with(paths: Mapping[ArtifactKind, Path], kind: ArtifactKind, path: Path | None) -> Mapping[ArtifactKind, Path]:
    """Return the paths with this one for that artifact, or without any."""
    others = {other: each for other, each in paths.items() if other is not kind}
    return others if path is None else {**others, kind: path}
