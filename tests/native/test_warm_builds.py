"""A build that uses what the last one left is, to the byte, the build that starts from nothing.

``WARM_EXAMPLES=500`` in the environment makes it a long run, with new edits each time.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atombuild.archive.pieces import Slice
from atombuild.errors import AtombuildError
from atombuild.native.kept import Kept
from atombuild.native.project import read_native_project
from atombuild.status import ArtifactKind
from support.builders import published
from support.fakes import FakeBench
from support.variants import write_project

SDIST, WHEEL = ArtifactKind
KINDS = (SDIST, WHEEL)
_WANTED: Final = os.environ.get("WARM_EXAMPLES")

PROJECT: Final = (
    '[project]\nname = "foo"\nversion = "1.0"\nreadme = "README.md"\nlicense-files = ["LICENSE*"]\n'
    "[tool.uv.build-backend]\n"
)
MODULES: Final = ("src/foo/a.py", "src/foo/b.py", "src/foo/sub/c.py", "src/foo/sub/deep/d.py", "docs/e.md", "notes.txt")
Edit = Callable[[Path], object]


def builds(root: Path, kept: Kept, *plans: tuple[ArtifactKind, ...]) -> list[bytes | str]:
    """Return both artifacts of the default plan and the wheel from the tree; an error by its words."""
    made: list[bytes | str] = []
    for plan in plans or (KINDS, (WHEEL,)):
        try:
            project = read_native_project(root, root / "dist", kept=kept)
            project.check(plan, FakeBench())
            for kind in plan:
                from_sdist = len(plan) > 1
                content = (
                    project.sdist(FakeBench()) if kind is SDIST else project.wheel(FakeBench(), from_sdist=from_sdist)
                )
                made.append(published(content))
        except AtombuildError as error:
            made.append(str(error))
    return made


@pytest.fixture(scope="module", autouse=True)
def later() -> Iterator[None]:
    """Let all files look old at once, or nothing would be kept; the edits below always change a file's stat."""
    real = time.time_ns
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("atombuild.native.disk_tree.time.time_ns", lambda: real() + 10_000_000_000)
        yield


# Edits.


def stamp(path: Path) -> tuple[int, ...] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def until_it_shows(path: Path, act: Callable[[], object]) -> None:
    """Do it again until a stat can tell: two writes within one tick of the clock look alike."""
    before, folder = stamp(path), stamp(path.parent)
    while True:
        act()
        if stamp(path) != before or (before is None and stamp(path.parent) != folder):
            return


def write(name: str, data: bytes) -> Edit:
    def act(root: Path) -> None:
        path = root / name
        if path.parent.is_dir() and not path.is_dir():
            until_it_shows(path, lambda: path.write_bytes(data))

    return act


def save_by_renaming(name: str, data: bytes) -> Edit:
    def act(root: Path) -> None:
        path = root / name
        if path.is_file():
            (path.parent / ".new").write_bytes(data)
            (path.parent / ".new").replace(path)

    return act


def remove(name: str) -> Edit:
    def act(root: Path) -> None:
        path = root / name
        if path.is_file():
            until_gone = stamp(path.parent)
            path.unlink()
            while stamp(path.parent) == until_gone:
                os.utime(path.parent)

    return act


def make_executable(name: str) -> Edit:
    def act(root: Path) -> None:
        path = root / name
        if path.is_file():
            mode = path.stat().st_mode ^ 0o111
            until_it_shows(path, lambda: path.chmod(mode))

    return act


def add(name: str) -> Edit:
    def act(root: Path) -> None:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            until_it_shows(path, lambda: path.write_bytes(name.encode()))

    return act


def change_settings(line: str) -> Edit:
    def act(root: Path) -> None:
        path = root / "pyproject.toml"
        head = path.read_text().partition("[tool.uv.build-backend]\n")[0]
        path.write_text(f"{head}[tool.uv.build-backend]\n{line}\n")

    return act


NAMES = st.sampled_from([*MODULES, "README.md", "LICENSE", "src/foo/__init__.py"])
EDITS = st.one_of(
    st.builds(write, NAMES, st.sampled_from([b"x = 1\n", b"x = 2\n", b"", b"longer than before\n", b"\xff"])),
    st.builds(save_by_renaming, NAMES, st.sampled_from([b"x = 1\n", b"x = 3\n"])),
    st.builds(remove, st.sampled_from(MODULES)),
    st.builds(make_executable, NAMES),
    st.builds(add, st.sampled_from([*MODULES, "src/foo/new/f.py", "src/foo/0.py", "LICENSE.txt", "src/foo/z.pyc"])),
    st.builds(
        change_settings,
        st.sampled_from(["", 'source-include = ["docs/**"]', 'source-exclude = ["sub"]', 'wheel-exclude = ["b.py"]']),
    ),
)


@given(steps=st.lists(st.lists(EDITS, min_size=1, max_size=3), min_size=1, max_size=6))
@settings(
    max_examples=int(_WANTED or 50),
    derandomize=_WANTED is None,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
def test_warm_and_cold_are_the_same_to_the_byte_after_any_edits(steps: list[list[Edit]]) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        root = folder / "project"
        names = ("src/foo/__init__.py", "README.md", "LICENSE", *MODULES)
        write_project(root, PROJECT, {name: f"{name}\n" for name in names})
        kept = Kept()
        warm = builds(root, kept)
        assert warm == builds(root, Kept())
        for step in steps:
            for edit in step:
                edit(root)
            warm = builds(root, kept)
            assert warm == builds(root, Kept())
        elsewhere = folder / "another place" / "copy"
        shutil.copytree(root, elsewhere)
        assert [made for made in builds(elsewhere, Kept()) if isinstance(made, bytes)] == [
            made for made in warm if isinstance(made, bytes)
        ]
    finally:
        shutil.rmtree(folder)


def project_of(folder: Path, count: int) -> Path:
    root = folder / "project"
    names = ("src/foo/__init__.py", "README.md", "LICENSE", *(f"src/foo/m{number:03}.py" for number in range(count)))
    write_project(root, PROJECT, {name: f"{name}\n" for name in names})
    return root


def test_an_edit_costs_one_run_and_one_member(tmp_path: Path) -> None:
    root, kept = project_of(tmp_path, 200), Kept()
    builds(root, kept, KINDS)
    runs, members = kept.runs, kept.members
    write("src/foo/m100.py", b"edited\n")(root)
    builds(root, kept, KINDS)
    assert sum(kept.runs[start] is not runs[start] for start in runs) == 1
    assert [name for name in members if kept.members[name] is not members[name]] == [("content", "foo/m100.py")]


@pytest.mark.parametrize("plan", [KINDS, (WHEEL,)], ids=["both", "wheel"])
def test_an_edit_makes_no_new_plan_even_when_it_is_saved_by_renaming(
    tmp_path: Path, plan: tuple[ArtifactKind, ...]
) -> None:
    root, kept = project_of(tmp_path, 5), Kept()
    builds(root, kept, plan)
    plans = {name: each.plan for name, each in kept.plans.items()}
    save_by_renaming("src/foo/m001.py", b"edited\n")(root)
    builds(root, kept, plan)
    assert plans.keys() == {kind.value for kind in plan}
    assert all(each.plan is plans[name] for name, each in kept.plans.items())


def test_what_is_too_young_to_be_told_by_a_stat_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, kept = project_of(tmp_path, 5), Kept()
    newest = max(path.stat().st_ctime_ns for path in root.rglob("*"))
    monkeypatch.setattr("atombuild.native.disk_tree.time.time_ns", lambda: newest)
    builds(root, kept)
    assert not kept.members
    assert not [run for run in kept.runs.values() if run.files]


def test_without_memory_everything_is_kept_in_files_and_the_artifacts_are_the_same(tmp_path: Path) -> None:
    root, kept = project_of(tmp_path, 50), Kept()
    change_settings("[tool.atombuild]\nkeep-in-memory = 0")(root)
    whole = builds(root, Kept())
    for _ in range(2):
        assert builds(root, kept) == whole
        assert len(kept.members) > 50
        assert all(isinstance(each.member.local, Slice) for each in kept.members.values())


def test_what_has_room_is_kept_in_memory(tmp_path: Path) -> None:
    root, kept = project_of(tmp_path, 50), Kept()
    builds(root, kept)
    assert all(isinstance(each.member.local, bytes) for each in kept.members.values())
    assert all(isinstance(each.run.compressed, bytes) for each in kept.runs.values())
