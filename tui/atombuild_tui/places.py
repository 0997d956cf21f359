"""Where things really are, to be opened and never to be shown: these paths did not pass the door.

What is shown of a path was made harmless, and may for that be the name of no file.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from atombuild.errors import Location
from atombuild.events import Advised, ArtifactStatus, Compared, Event, Failure, ProjectUnusable, SessionStarted
from atombuild.sanitise import visible
from atombuild.status import ArtifactKind

_MOST: Final = 1000
"""Files with odd names that are remembered, the latest ones."""


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

    real: Mapping[Path, Path] = field(default_factory=dict)
    """The files that errors and advice name, by their paths as they are shown, where the two differ."""

    def source_of(self, kind: ArtifactKind, member: str) -> Path | None:
        """Return the project's file that a member of an artifact was made from, as far as its name tells."""
        if self.root is None or not member or member.endswith("/"):
            return None
        folders = [self.root, self.root / "src"] if kind is ArtifactKind.WHEEL else [self.root]
        return next((found for folder in folders if (found := _file_in(folder, member)) is not None), None)

    def file_of(self, place: Location) -> Location:
        """Return the place that is meant by one that is shown."""
        return replace(place, path=self.real.get(place.path, place.path))

    def after(self, event: Event) -> Places:
        """Return the places after an event, as the engine sent it."""
        if isinstance(event, Failure | ProjectUnusable):
            return self._with(report.where for report in event.reports)
        if isinstance(event, Advised):
            return self._with(finding.where for finding in event.findings)
        if isinstance(event, SessionStarted):
            return replace(self, root=event.root)
        if isinstance(event, ArtifactStatus) and event.path is not None:
            return replace(self, artifacts={**self.artifacts, event.kind: event.path})
        if isinstance(event, Compared):
            kept, before = _with(self.kept, event.kind, event.kept), _with(self.before, event.kind, event.before)
            return replace(self, kept=kept, before=before)
        return self

    def _with(self, named: Iterable[Location | None]) -> Places:
        paths = {place.path for place in named if place is not None}
        new = {shown: path for path in paths if (shown := Path(visible(str(path)))) != path}
        if not new:
            return self
        return replace(self, real=dict([*self.real.items(), *new.items()][-_MOST:]))


def _file_in(folder: Path, path: str) -> Path | None:
    """Return the file that a member of this name is in a folder; None: there is none, or its name leads elsewhere."""
    found = os.path.normpath(folder / path)
    inside = found.startswith(os.path.join(folder, ""))  # noqa: PTH118
    # Not by Path: before Python 3.14 that raises where a name is too long or a folder may not be entered.
    return Path(found) if inside and os.path.isfile(found) else None  # noqa: PTH113


def _with(paths: Mapping[ArtifactKind, Path], kind: ArtifactKind, path: Path | None) -> Mapping[ArtifactKind, Path]:
    """Return the paths with this one for that artifact, or without any."""
    others = {other: each for other, each in paths.items() if other is not kind}
    return others if path is None else {**others, kind: path}
