"""What the newest artifacts hold, seen from the tree."""

from __future__ import annotations

from pathlib import Path

from atombuild.isolated.acceptance import Accepted
from atombuild.isolated.held import Held
from atombuild.isolated.names import parse
from atombuild.status import ArtifactKind


def accepted(kind: ArtifactKind, file: str, *members: str) -> Accepted:
    name = parse(kind, file)
    assert name is not None
    return Accepted(kind, Path(file), name, 1, members, b"", "")


def test_an_sdist_holds_paths_of_the_tree_and_the_folders_above_them() -> None:
    held = Held([accepted(ArtifactKind.SDIST, "x-1.0.tar.gz", "src/x/data.bin", "PKG-INFO")])
    assert all(map(held, ("src/x/data.bin", "src/x", "src")))
    assert not any(map(held, ("x/data.bin", "src/x/data", "src/y", "other/src/x/data.bin")))


def test_a_wheel_leaves_out_the_folder_that_its_packages_are_in() -> None:
    held = Held([accepted(ArtifactKind.WHEEL, "x-1.0-py3-none-any.whl", "x/data.bin")])
    assert all(map(held, ("x/data.bin", "src/x/data.bin", "lib/python/x")))
    assert not any(map(held, ("x/other.bin", "data.bin", "y/data.bin")))


def test_nothing_is_held_before_there_is_anything() -> None:
    assert not Held(())("pyproject.toml")
