"""Which paths of a project its newest artifacts hold, whoever made them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from atombuild.isolated.acceptance import Accepted
from atombuild.status import ArtifactKind


class Held:
    """The members of some artifacts, seen from the tree."""

    def __init__(self, artifacts: Iterable[Accepted]) -> None:
        self._sdist: set[str] = set()
        self._wheel: set[str] = set()
        for each in artifacts:
            paths = self._sdist if each.kind is ArtifactKind.SDIST else self._wheel
            for member in each.members:
                paths.update(_with_folders(member))

    def __call__(self, path: str) -> bool:
        """Whether an artifact holds this path, or one below it.

        A wheel leaves out the folder that its packages are in (``src``), whatever that is called.
        """
        return path in self._sdist or any(tail in self._wheel for tail in _tails(path))


def _with_folders(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition("/")[0]


def _tails(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.partition("/")[2]
