"""The oracle: the same project, built by the real uv and by us, and every difference between the two."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from atombuild.native.project import read_native_project
from atombuild.status import ArtifactKind
from support.builders import PLANS, build_by_us, build_by_uv
from support.differences import differences, wheel_differences
from support.uv import run_uv
from support.variants import Files, write_project

Compare = Callable[..., None]


@pytest.fixture
def same_as_uv(tmp_path: Path) -> Compare:
    """Write a project, build it by uv and by us in every plan, and fail on any difference."""

    def compare(settings: str, files: Files) -> None:
        root = tmp_path / "project"
        write_project(root, settings, files)
        compare_builds(root, tmp_path)

    return compare


@pytest.fixture
def same_as_uv_in(tmp_path: Path) -> Callable[[Path], None]:
    """The same for a project that is there already."""
    return lambda root: compare_builds(root, tmp_path)


@pytest.fixture
def same_listing_as_uv_in(tmp_path: Path) -> Callable[[Path], None]:
    """Compare what both say an artifact would hold."""

    def compare(root: Path) -> None:
        for plan, kinds in LISTED.items():
            assert list_by_us(root, kinds) == list_by_uv(root, tmp_path, plan)

    return compare


LISTED = {
    (): (ArtifactKind.SDIST, ArtifactKind.WHEEL),
    ("--sdist",): (ArtifactKind.SDIST,),
    ("--wheel",): (ArtifactKind.WHEEL,),
}


def compare_builds(root: Path, scratch: Path) -> None:
    found = []
    for plan, arguments in PLANS.items():
        theirs = build_by_uv(root, scratch, arguments)
        ours = build_by_us(root, plan)
        found += [f"{plan}: {difference}" for difference in differences(theirs, ours)]
    assert not found, "\n".join(found)


def list_by_uv(root: Path, scratch: Path, plan: tuple[str, ...]) -> list[str]:
    done = run_uv(root, scratch, "--list", *plan, "--out-dir", scratch / "uv-list")
    assert done.returncode == 0, done.stderr
    return [line for line in done.stdout.splitlines() if line.endswith(")")]


def list_by_us(root: Path, kinds: tuple[ArtifactKind, ...]) -> list[str]:
    project = read_native_project(root, root / "dist")
    members = (member for kind in kinds for member in project.listing(kind, from_sdist=len(kinds) > 1))
    return [f"{member.path} ({member.source or 'generated'})" for member in members]


@pytest.fixture
def wheel_differences_between() -> Callable[[bytes, bytes], Iterator[str]]:
    """Say how two wheels differ, theirs first."""
    return wheel_differences
