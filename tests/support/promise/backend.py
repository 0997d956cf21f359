"""A backend for the promise's project: what it is built with is native, and what it does to the tree is another's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from atombuild.builder import BuildableProject
from atombuild.status import ArtifactKind
from atombuild.workbench import Workbench
from support.promise.project import OUTER


class Backend:
    """How it behaves; a test changes that."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.rewrites: str | None = None
        """A file that each hook writes again as it is, if it is there."""

        self.loses_a_reading = False
        """The next reading of the project fails, for no reason that is in the project."""

        self.was_read = False
        """Since this was last set to false."""

    def read(self, project: BuildableProject) -> BuildableProject:
        """Take over what was read."""
        self.was_read = True
        return _Built(project, self)


class _Built:
    """See :class:`atombuild.builder.BuildableProject`."""

    def __init__(self, project: BuildableProject, backend: Backend) -> None:
        self._project = project
        self._backend = backend
        self.written: frozenset[str] = frozenset()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._project, name)

    @property
    def outer_inputs(self) -> tuple[Path, ...]:
        return (Path(self._backend.root / OUTER).resolve(),)

    def as_read(self) -> _Built:
        return _Built(self._project.as_read(), self._backend)

    def admits(self, path: str) -> bool:
        return path == OUTER or self._project.admits(path)

    def sdist(self, bench: Workbench) -> Any:
        self._write()
        return self._project.sdist(bench)

    def wheel(self, bench: Workbench, *, from_sdist: bool) -> Any:
        self._write()
        return self._project.wheel(bench, from_sdist=from_sdist)

    def target(self, kind: ArtifactKind) -> str | None:
        return self._project.target(kind)

    def _write(self) -> None:
        name = self._backend.rewrites
        if name is not None and (self._backend.root / name).is_file():
            (self._backend.root / name).write_bytes((self._backend.root / name).read_bytes())
            self.written = frozenset({name})
