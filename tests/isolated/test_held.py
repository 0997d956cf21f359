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
    held = Held([accepted(ArtifactKind.WHEEL, "x-1.0-py3-none-any.whl", "x/data.bin", "x-1.0.dist-info/METADATA")])
    assert all(map(held, ("x/data.bin", "src/x/data.bin", "lib/python/x")))
    assert not any(map(held, ("x/other.bin", "other.bin", "y/other.bin", "METADATA")))


def test_a_file_of_a_wheel_may_lie_in_a_folder_of_another_name() -> None:
    wheel = accepted(ArtifactKind.WHEEL, "x-1.0-py3-none-any.whl", "x/data.bin", "x-1.0.dist-info/METADATA")
    assert all(map(Held([wheel]), ("lib/data.bin", "data.bin")))
    assert not Held([wheel])("docs/METADATA")
    sdist = accepted(ArtifactKind.SDIST, "x-1.0.tar.gz", "lib/data.bin")
    assert Held([sdist, wheel])("y/data.bin"), "the sdist does not tell where the file of the wheel comes from"
    sdist = accepted(ArtifactKind.SDIST, "x-1.0.tar.gz", "src/x/data.bin")
    assert not Held([sdist, wheel])("y/data.bin")


def test_nothing_is_held_before_there_is_anything() -> None:
    assert not Held(())("pyproject.toml")
