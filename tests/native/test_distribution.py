from __future__ import annotations

import io
import os
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from atombuild.errors import AtombuildError, Cancelled, SourceRejected
from atombuild.native.disk_tree import DiskTree
from atombuild.native.distribution import Distribution, new_folders
from atombuild.native.sdist import SdistDistribution, build_sdist, list_sdist, sdist_filename
from atombuild.native.tree import Pulse, SourceTree
from atombuild.native.wheel import build_wheel, list_wheel, wheel_filename
from atombuild.project.load import load_project
from atombuild.project.model import Project
from atombuild.project.pyproject import read_pyproject
from support.variants import INIT, File, Files, backend, files, link, write_project

Build = Callable[[Project, SourceTree, Pulse], Distribution]

STAR_CHARTS = Path(__file__).parent.parent / "projects" / "star-charts"


def no_pulse(done: int, total: int) -> None:
    """Nobody asks us to stop."""


def read(root: Path) -> Project:
    return load_project(read_pyproject(root))


def written(tmp_path: Path, settings: str, table: Files) -> Path:
    root = tmp_path / "project"
    tmp_path.mkdir(exist_ok=True)
    write_project(root, settings, table)
    return root


def sdist_of(root: Path, *hidden: str) -> SdistDistribution:
    return build_sdist(read(root), DiskTree(root, hidden), no_pulse)


def wheel_of(root: Path) -> Distribution:
    return build_wheel(read(root), DiskTree(root), no_pulse)


def content(distribution: Distribution) -> bytes:
    return b"".join(distribution.chunks())


def made(sdist: SdistDistribution) -> SdistDistribution:
    """Return it with its members at hand."""
    content(sdist)
    return sdist


def sdist_names(sdist: Distribution) -> list[str]:
    with tarfile.open(fileobj=io.BytesIO(content(sdist))) as archive:
        return [member.name for member in archive if member.isfile()]


def wheel_names(wheel: Distribution) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content(wheel))) as archive:
        return [info.filename for info in archive.infolist() if not info.is_dir()]


def test_file_names_are_normal_forms() -> None:
    project = read(STAR_CHARTS)
    assert sdist_filename(project) == "star_charts-2024.6.post1.tar.gz"
    assert wheel_filename(project) == "star_charts-2024.6.post1-py3-none-any.whl"


def test_the_listing_is_what_the_archive_holds() -> None:
    project, tree = read(STAR_CHARTS), DiskTree(STAR_CHARTS)
    sdist, wheel = sdist_of(STAR_CHARTS), wheel_of(STAR_CHARTS)
    assert [member.path for member in list_sdist(project, tree)] == sdist_names(sdist)
    assert [member.path for member in list_wheel(project, tree)] == wheel_names(wheel)[:-1]
    assert wheel_names(wheel)[-1] == "star_charts-2024.6.post1.dist-info/RECORD"
    assert list_sdist(project, tree) == sdist.members
    assert list_wheel(project, tree) == wheel.members[:-1]


def test_every_source_in_a_listing_is_a_file_of_the_project() -> None:
    members = (*sdist_of(STAR_CHARTS).members, *wheel_of(STAR_CHARTS).members)
    assert all((STAR_CHARTS / member.source).is_file() for member in members if member.source is not None)
    assert {member.path.rpartition("/")[2] for member in members if member.source is None} == {
        "PKG-INFO",
        "pyproject.toml",
        "WHEEL",
        "METADATA",
        "entry_points.txt",
        "RECORD",
    }


def test_a_second_build_gives_the_same_bytes() -> None:
    assert content(sdist_of(STAR_CHARTS)) == content(sdist_of(STAR_CHARTS))
    assert content(wheel_of(STAR_CHARTS)) == content(wheel_of(STAR_CHARTS))


def test_times_owners_and_umask_leave_no_trace(tmp_path: Path) -> None:
    first, second = written(tmp_path / "1", "", INIT), written(tmp_path / "2", "", INIT)
    for path in second.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
        os.utime(path, (1, 1))
    assert content(sdist_of(first)) == content(sdist_of(second))
    assert content(wheel_of(first)) == content(wheel_of(second))


def test_the_wheel_from_the_sdist_needs_no_disk(tmp_path: Path) -> None:
    root = written(tmp_path, "", {**INIT, "src/foo/sub/a": "x"})
    project, sdist, direct = read(root), made(sdist_of(root)), content(wheel_of(root))
    for path in ("src/foo/sub/a", "src/foo/__init__.py", "pyproject.toml"):
        (root / path).unlink()
    assert content(build_wheel(project, sdist.tree, no_pulse)) == direct


def test_what_the_sdist_leaves_out_is_missing_in_the_wheel_made_from_it(tmp_path: Path) -> None:
    root = written(tmp_path, backend('source-exclude = ["/src/foo/sub"]'), files(*INIT, "src/foo/sub/a"))
    from_sdist = build_wheel(read(root), made(sdist_of(root)).tree, no_pulse)
    assert set(wheel_names(wheel_of(root))) - set(wheel_names(from_sdist)) == {"foo/sub/a"}


def test_the_original_pyproject_toml_is_the_one_that_was_parsed(tmp_path: Path) -> None:
    root = written(tmp_path, "", INIT)
    project = read(root)
    original = (root / "pyproject.toml").read_bytes()
    (root / "pyproject.toml").write_bytes(original + b"# saved again while we build\n")
    sdist = made(build_sdist(project, DiskTree(root), no_pulse))
    assert sdist.tree.read("pyproject.toml.orig").data == original


def test_the_output_directory_and_our_own_files_are_never_packed(tmp_path: Path) -> None:
    ours = [".atombuild.lock", ".atombuild.json", ".atombuild-0123456789abcdef.tmp"]
    root = written(tmp_path, backend('source-include = ["**"]'), files(*INIT, "dist/foo-0.9.tar.gz", "x", *ours))
    names = sdist_names(sdist_of(root, "dist"))
    assert names == [
        "foo-1.0/PKG-INFO",
        "foo-1.0/pyproject.toml",
        "foo-1.0/pyproject.toml.orig",
        "foo-1.0/src/foo/__init__.py",
        "foo-1.0/x",
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs on this system")
def test_a_fifo_in_the_package_is_an_error_and_no_hang(tmp_path: Path) -> None:
    root = written(tmp_path, "", {**INIT, "src/foo/pipe": os.mkfifo})
    for build in (sdist_of, wheel_of):
        with pytest.raises(SourceRejected, match="`src/foo/pipe` is a named pipe"):
            content(build(root))


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("a\nb", "archive member path rejected by builder policy"),
        ("a:b", "archive member path rejected by builder policy"),
        ("a /b", "archive member path rejected by builder policy"),
        ("PKG-INFO", "archive entry collides with existing path foo-1.0/PKG-INFO"),
    ],
)
def test_names_that_an_sdist_must_not_hold(path: str, words: str, tmp_path: Path) -> None:
    root = written(tmp_path, backend('source-include = ["*", "a*/*"]'), files(*INIT, path))
    with pytest.raises(SourceRejected) as caught:
        sdist_of(root)
    (report,) = caught.value.reports()
    assert report.what.startswith(words)
    assert report.where is not None
    assert report.where.path == root / path


@pytest.mark.parametrize("build", [build_sdist, build_wheel])
def test_the_pulse_counts_up_to_its_end(build: Build, tmp_path: Path) -> None:
    root = written(tmp_path, "", files(*INIT, *(f"src/foo/{number}" for number in range(500))))
    beats: list[tuple[int, int]] = []
    content(build(read(root), DiskTree(root), lambda *beat: beats.append(beat)))
    total = beats[-1][1]
    assert total > 500
    assert beats[0] == (0, total)
    assert beats[-1] == (total, total)
    assert beats == sorted(beats)
    assert len(set(beats)) > 4


@pytest.mark.parametrize("build", [build_sdist, build_wheel])
@pytest.mark.parametrize("at", [0, 5])
def test_a_pulse_can_stop_the_build(build: Build, at: int) -> None:
    def pulse(done: int, total: int) -> None:
        if done >= at:
            raise Cancelled

    with pytest.raises(Cancelled):
        content(build(read(STAR_CHARTS), DiskTree(STAR_CHARTS), pulse))


BROKEN: dict[str, tuple[str, dict[str, File]]] = {
    "no module": ("", {"src/foo/a.py": ""}),
    "bad module name": (backend('module-name = "1"'), dict(INIT)),
    "bad glob": (backend('source-exclude = ["!"]'), dict(INIT)),
    "data outside": (backend('data = { data = "../x" }'), dict(INIT)),
    "link to nothing": ("", {**INIT, "src/foo/l": link("nothing")}),
    "namespace missing": (backend('namespace = true\nmodule-root = "x"'), dict(INIT)),
    "data missing": (backend('data = { data = "d" }'), dict(INIT)),
    "data behind a link": (backend('data = { data = "d" }'), {**INIT, "d": link("/etc")}),
}


@pytest.mark.parametrize(("settings", "table"), BROKEN.values(), ids=BROKEN)
def test_every_refusal_says_what_where_and_what_to_do_next(settings: str, table: Files, tmp_path: Path) -> None:
    root = written(tmp_path, settings, table)
    with pytest.raises(AtombuildError) as caught:
        content(wheel_of(root))
    for report in caught.value.reports():
        assert report.what
        assert report.hint
        assert report.where is not None
        assert not report.what.endswith(".")


@pytest.mark.parametrize(
    ("path", "base", "folders"),
    [
        ("a/b/c", "", ["a", "a/b"]),
        ("top/a/b", "top", ["top/a"]),
        ("top/a", "top", []),
        ("a", "", []),
    ],
)
def test_folders_come_before_what_is_in_them_and_once(path: str, base: str, folders: list[str]) -> None:
    known: set[str] = set()
    assert list(new_folders(path, base, known)) == folders
    assert list(new_folders(path, base, known)) == []
