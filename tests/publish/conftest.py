from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from atombuild.publish import OutputDirectory
from atombuild.publish.posix import PosixDirectory
from support.rights import permissions_hold


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    return tmp_path / "dist"


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Path]:
    """A folder where permissions hold, for root too."""
    with permissions_hold():
        yield tmp_path


@pytest.fixture
def open_files() -> Callable[[], list[str]]:
    """What this process has open, by name."""
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("no /proc to look up descriptors in")

    def found() -> list[str]:
        links = []
        for each in Path("/proc/self/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # the descriptor that reads the list
                links.append(str(each.readlink()))
        return sorted(links)

    return found


@pytest.fixture
def directory(dist: Path) -> Iterator[OutputDirectory]:
    with OutputDirectory.open(dist) as opened:
        yield opened


class NamedOnly(PosixDirectory):
    """A file system without nameless files, such as NFS."""

    def create_nameless(self) -> int | None:
        return None


class NoHardLinks(NamedOnly):
    """A file system without hard links either, such as FAT: the real refusal, provoked by crossing to /proc."""

    def rename_new(self, temporary: str, name: str) -> None:
        real_link = os.link

        def refuse(*_args: object, **_kwargs: object) -> None:
            raise PermissionError(1, "Operation not permitted")

        os.link = refuse
        try:
            super().rename_new(temporary, name)
        finally:
            os.link = real_link


@pytest.fixture(params=["nameless", "named", "no hard links"])
def any_directory(request: pytest.FixtureRequest, dist: Path) -> Iterator[OutputDirectory]:
    """An output directory on each kind of file system that the protocol knows."""
    dist.mkdir()
    kinds = {"nameless": PosixDirectory, "named": NamedOnly, "no hard links": NoHardLinks}
    system = kinds[request.param](dist)
    yield OutputDirectory(dist, system)
    system.close()
