"""What is told as not watched is what no look enters, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from atombuild.watch.ground import Ground
from atombuild.watch.looker import Looker, TreeView


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for path in ("src/x/node_modules/a/a.js", "src/x/node_modules/b/b.js", "node_modules/c/c.js", "dist/x.whl", "a.py"):
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    return root


def look(root: Path, keep: Callable[[str], bool]) -> TreeView:
    return Looker(root, root / "dist", Ground(root, root / "dist"))(keep)


def held(*paths: str) -> Callable[[str], bool]:
    """Say yes to these files, and to the folders on the way to them."""
    return lambda path: any(each == path or each.startswith(f"{path}/") for each in paths)


def names(view: TreeView) -> list[str]:
    return [path for path, _ in view.passed_over]


def test_a_folder_that_is_watched_because_an_artifact_holds_it_is_not_told_as_unwatched(root: Path) -> None:
    view = look(root, lambda path: path.startswith("src/x/node_modules"))
    assert names(view) == ["dist", "node_modules"]
    assert "src/x/node_modules/a/a.js" in view.snapshot.entries


def test_of_a_folder_that_is_watched_in_part_the_other_parts_are_told(root: Path) -> None:
    view = look(root, held("src/x/node_modules/a/a.js"))
    assert names(view) == ["dist", "node_modules", "src/x/node_modules/b"]
    assert dict(view.passed_over)["src/x/node_modules/b"] == "a cache"


def test_what_no_artifact_holds_is_told_once_by_its_topmost_folder(root: Path) -> None:
    assert names(look(root, held())) == ["dist", "node_modules", "src/x/node_modules"]


def test_it_is_told_anew_with_each_look(root: Path) -> None:
    looker = Looker(root, root / "dist", Ground(root, root / "dist"))
    assert "node_modules" in names(looker(held()))
    assert "node_modules" not in names(looker(held("node_modules/c/c.js")))
