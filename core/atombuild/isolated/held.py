"""Which paths of a project its newest artifacts hold, by whatever tool they were made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from atombuild.isolated.acceptance import Accepted
from atombuild.status import ArtifactKind


class Held:
    """The members of some artifacts, seen from the tree."""

    def __init__(self, artifacts: Iterable[Accepted]) -> None:
        self._sdist: set[str] = set()
        self._wheel: set[str] = set()
        artifacts = tuple(artifacts)
        for each in artifacts:
            paths = self._sdist if each.kind is ArtifactKind.SDIST else self._wheel
            for member in each.members:
                paths.update(_with_folders(member))
        known = {
            tail for each in artifacts if each.kind is ArtifactKind.SDIST for m in each.members for tail in _tails(m)
        }
        self._elsewhere = frozenset(
            member.rpartition("/")[2]
            for each in artifacts
            if each.kind is ArtifactKind.WHEEL
            for member in each.members
            if member not in known and not member.partition("/")[0].endswith(".dist-info")
        )
        """The names of the wheel's files that may lie in a folder of another name in the tree: no sdist tells."""

    def __call__(self, path: str) -> bool:
        """Whether an artifact holds this path, or one below it.

        A wheel leaves out the folder that its packages are in (``src``), whatever that is called. Settings such as
        ``package-dir`` give its folders other names, so that a file counts by its own name where no sdist holds it.
        """
        return (
            path in self._sdist
            or any(tail in self._wheel for tail in _tails(path))
            or path.rpartition("/")[2] in self._elsewhere
        )


def _with_folders(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition("/")[0]


def _tails(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.partition("/")[2]
