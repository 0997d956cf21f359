"""Builds apart: into temporary folders, to look at what would be made. Nothing of it is published.

For backends that can only be asked by running them (``--list``), and to hold the wheel from the sdist against the wheel
from the tree (``--compare``).
"""

from __future__ import annotations

import hashlib
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from atombuild.builder import Plan
from atombuild.errors import Location
from atombuild.events import Advised, Cause, Event, Failure, Outcome, Preparing, ProjectUnusable, Warned
from atombuild.session import Session
from atombuild.status import ArtifactKind
from atombuild.wiring import ProjectSetup, SdistSetup

_TOLD = (Failure, ProjectUnusable, Preparing, Warned, Advised)
"""What is worth saying of a build that nobody asked for by itself."""


@contextmanager
def built_apart(
    setup: ProjectSetup | SdistSetup, show: Callable[[Event], None], note: Callable[[Session], None] = lambda _: None
) -> Iterator[Mapping[ArtifactKind, Path] | None]:
    """Build into a temporary folder; yields the artifacts while they stand. None: it failed, and ``show`` heard why.

    ``note`` takes the session before it builds: whoever may want to cancel it keeps it.
    """
    artifacts: dict[ArtifactKind, Path] = {}
    home = setup.root if isinstance(setup, ProjectSetup) else setup.sdist.archive

    with tempfile.TemporaryDirectory(prefix="atombuild-") as folder:

        def tell(event: Event) -> None:
            if isinstance(event, _TOLD):
                show(_placed(event, Path(folder), home))

        session = replace(setup, out_dir=Path(folder) / "dist").session(tell)
        try:
            note(session)
            result = session.attempt(Cause.REQUEST)
            session.advise()
        finally:
            session.end()
        for kind in setup.plan.kinds:
            for path in (Path(folder) / "dist").glob(f"*{kind.suffix}"):
                artifacts[kind] = path
        yield artifacts if result.outcome is Outcome.SUCCEEDED else None


def _placed(event: Event, folder: Path, home: Path) -> Event:
    """Return the event with places that are still there when it is read: an artifact in ``folder`` is not."""

    def place(where: Location) -> Location:
        return Location(home) if where.path.is_relative_to(folder) else where

    if isinstance(event, Advised):
        return replace(event, findings=tuple(replace(each, where=place(each.where)) for each in event.findings))
    if isinstance(event, Failure | ProjectUnusable):
        return replace(
            event, reports=tuple(replace(each, where=each.where and place(each.where)) for each in event.reports)
        )
    return event


def member_names(artifact: Path) -> tuple[str, ...]:
    """Return an artifact's files, in the order of the archive."""
    if artifact.name.endswith(ArtifactKind.WHEEL.suffix):
        with zipfile.ZipFile(artifact) as archive:
            return tuple(name for name in archive.namelist() if not name.endswith("/"))
    with tarfile.open(artifact) as tar:
        return tuple(member.name for member in tar if not member.isdir())


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the wheel from the sdist and the wheel from the tree differ. Empty where they hold the same."""

    names: tuple[str, str]
    """File names: from the sdist, from the tree."""

    only_from_sdist: tuple[str, ...]
    only_from_tree: tuple[str, ...]
    changed: tuple[str, ...]
    """In both, with other content; RECORD, which follows from the others, is not among them."""

    @property
    def is_none(self) -> bool:
        """Whether the two hold the same, under the same name."""
        return not (self.only_from_sdist or self.only_from_tree or self.changed) and len(set(self.names)) == 1


def compare(
    setup: ProjectSetup, show: Callable[[Event], None], note: Callable[[Session], None] = lambda _: None
) -> Difference | None:
    """Build the wheel both ways, and compare. None: a build failed, and ``show`` heard why."""
    through_sdist = replace(setup, plan=Plan())
    direct = replace(setup, plan=Plan.chosen(sdist=False, wheel=True))
    with built_apart(through_sdist, show, note) as first:
        if first is None:
            return None
        with built_apart(direct, show, note) as second:
            if second is None:
                return None
            return _difference(first[ArtifactKind.WHEEL], second[ArtifactKind.WHEEL])


def _difference(from_sdist: Path, from_tree: Path) -> Difference:
    ours, theirs = _digests(from_sdist), _digests(from_tree)
    return Difference(
        (from_sdist.name, from_tree.name),
        tuple(sorted(ours.keys() - theirs.keys())),
        tuple(sorted(theirs.keys() - ours.keys())),
        tuple(sorted(name for name in ours.keys() & theirs.keys() if ours[name] != theirs[name])),
    )


def _digests(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {
            name: b"" if name.endswith(".dist-info/RECORD") else hashlib.sha256(archive.read(name)).digest()
            for name in archive.namelist()
            if not name.endswith("/")
        }
