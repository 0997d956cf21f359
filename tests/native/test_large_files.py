"""Files that memory shall not hold: the same content, and whole or not at all."""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from atombuild.archive.pieces import Slice
from atombuild.errors import Cancelled, SourceUnreadable, SpoolFailed
from atombuild.native.disk_tree import DiskTree
from atombuild.native.kept import Kept
from atombuild.native.large import PiecewiseFile
from atombuild.native.project import read_native_project
from atombuild.native.sdist import build_sdist
from atombuild.native.tree import TreeOver
from atombuild.native.wheel import build_wheel
from atombuild.project.load import load_project
from atombuild.project.model import Project
from atombuild.project.pyproject import read_pyproject
from support.builders import published
from support.fakes import FakeBench
from support.variants import INIT, large, write_project

LARGE = 300_000
"""From here on a file is large, in these tests: two pieces and a rest."""


@pytest.fixture(autouse=True)
def smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("native.large", "archive.sdist", "archive.deflate"):
        monkeypatch.setattr(f"atombuild.{module}.LARGE", LARGE)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_project(tmp_path / "p", "", {**INIT, "src/foo/a.bin": large(LARGE + 50_000), "src/foo/b.bin": large(1000)})
    return tmp_path / "p"


def read(root: Path) -> Project:
    return load_project(read_pyproject(root))


def no_pulse(_done: int, _total: int) -> None:
    """Nobody asked us to stop."""


def in_wheel(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return archive.read("foo/a.bin")


def in_sdist(data: bytes) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        file = archive.extractfile("foo-1.0/src/foo/a.bin")
        assert file is not None
        return file.read()


def test_it_is_whole_in_every_artifact_and_nowhere_in_memory(root: Path) -> None:
    content = (root / "src/foo/a.bin").read_bytes()
    kept = Kept()
    project = read_native_project(root, root / "dist", kept=kept)
    assert in_sdist(published(project.sdist(FakeBench()))) == content
    from_sdist = published(project.wheel(FakeBench(), from_sdist=True))
    assert in_wheel(from_sdist) == content
    assert published(project.wheel(FakeBench(), from_sdist=False)) == from_sdist
    pieces = [each.member.local for each in kept.members.values() if each.member.name == "foo/a.bin"]
    pieces += [each.run.compressed for each in kept.runs.values() if each.start.endswith("a.bin")]
    assert all(isinstance(piece, Slice) for piece in pieces)


class Restless(TreeOver):
    """A tree in which a large file is touched while it is read."""

    def __init__(self, root: Path, touch: Callable[[Path], object], times: int) -> None:
        super().__init__(DiskTree(root))
        self._touch = touch
        self.left = times

    def open_large(self, path: str) -> PiecewiseFile:
        file = super().open_large(path)
        assert isinstance(file, PiecewiseFile)
        return replace(file, read=lambda: self._pieces(file, path))

    def _pieces(self, file: PiecewiseFile, path: str) -> Iterator[bytes]:
        for number, piece in enumerate(file.pieces()):
            if number == 1 and self.left:
                self.left -= 1
                self._touch(self.root / path)
            yield piece


def rewrite(path: Path) -> None:
    before = path.stat()
    path.write_bytes(path.read_bytes()[::-1])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1_000_000))


def cut(path: Path) -> None:
    os.truncate(path, 200_000)


@pytest.mark.parametrize("build", [build_sdist, build_wheel])
def test_what_is_saved_while_it_is_read_is_read_again(root: Path, build: Callable[..., object]) -> None:
    tree = Restless(root, rewrite, 2)
    data = published(build(read(root), tree, no_pulse))  # type: ignore[arg-type]
    assert tree.left == 0
    content = in_sdist(data) if build is build_sdist else in_wheel(data)
    assert content == (root / "src/foo/a.bin").read_bytes()


@pytest.mark.parametrize("build", [build_sdist, build_wheel])
@pytest.mark.parametrize("touch", [rewrite, cut])
def test_what_never_holds_still_is_not_packed_at_all(
    root: Path, build: Callable[..., object], touch: Callable[[Path], object]
) -> None:
    with pytest.raises(SourceUnreadable):
        published(build(read(root), Restless(root, touch, 99), no_pulse))  # type: ignore[arg-type]


@pytest.mark.parametrize("build", [build_sdist, build_wheel])
def test_no_room_for_a_temporary_file_is_told_as_that(
    root: Path, build: Callable[..., object], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(SpoolFailed, match="nowhere"):
        for _ in build(read(root), DiskTree(root), no_pulse).chunks():  # type: ignore[attr-defined]
            pass


@pytest.mark.parametrize("build", [build_sdist, build_wheel])
def test_it_can_be_cancelled_in_its_middle(root: Path, build: Callable[..., object]) -> None:
    def give_up(_path: Path) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        published(build(read(root), Restless(root, give_up, 1), no_pulse))  # type: ignore[arg-type]
