"""An editable wheel leads to the sources where they are, and says what the wheel proper says."""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path

import pytest

from atombuild.errors import Cancelled, SourceRejected, WriteFailed
from atombuild.native.disk_tree import DiskTree
from atombuild.native.editable import build_editable
from atombuild.native.prepared import check_prepared, prepare_metadata
from atombuild.native.wheel import build_wheel
from atombuild.project.load import load_project
from atombuild.project.model import Project
from atombuild.project.pyproject import read_pyproject
from support.variants import INIT, Files, backend, executable, files, project, write_project

SETTINGS = project('license-files = ["LICENSE"]\nscripts = { foo = "foo:main" }', 'data = { scripts = "bin" }')
FILES: Files = {**INIT, **files("LICENSE"), "bin/run": executable()}


def no_pulse(done: int, total: int) -> None:
    """Nobody asked us to stop."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    path = tmp_path / "project"
    write_project(path, SETTINGS, FILES)
    return path


def loaded(root: Path) -> Project:
    return load_project(read_pyproject(root))


def editable(root: Path) -> zipfile.ZipFile:
    distribution = build_editable(loaded(root), DiskTree(root), no_pulse)
    archive = zipfile.ZipFile(io.BytesIO(b"".join(distribution.chunks())))
    assert [member.path for member in distribution.members] == [name for name in archive.namelist() if name[-1] != "/"]
    return archive


def test_it_holds_a_path_the_data_and_the_metadata_but_no_module_and_no_licence(root: Path) -> None:
    wheel = editable(root)
    assert wheel.testzip() is None
    assert wheel.namelist() == [
        "foo.pth",
        "foo-1.0.data/scripts/",
        "foo-1.0.data/scripts/run",
        "foo-1.0.dist-info/",
        "foo-1.0.dist-info/WHEEL",
        "foo-1.0.dist-info/entry_points.txt",
        "foo-1.0.dist-info/METADATA",
        "foo-1.0.dist-info/RECORD",
    ]
    assert {info.compress_type for info in wheel.infolist()} == {zipfile.ZIP_STORED}
    assert wheel.getinfo("foo-1.0.data/scripts/run").external_attr >> 16 == 0o100755
    assert b"License-File: LICENSE" in wheel.read("foo-1.0.dist-info/METADATA")


def test_it_has_the_name_and_the_metadata_of_the_wheel_proper(root: Path) -> None:
    wheel = build_wheel(loaded(root), DiskTree(root), no_pulse)
    ours = build_editable(loaded(root), DiskTree(root), no_pulse)
    assert ours.filename == wheel.filename
    proper = zipfile.ZipFile(io.BytesIO(b"".join(wheel.chunks())))
    for name in ("WHEEL", "METADATA", "entry_points.txt"):
        assert editable(root).read(f"foo-1.0.dist-info/{name}") == proper.read(f"foo-1.0.dist-info/{name}")


def test_python_finds_the_module_through_its_path(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = editable(root).read("foo.pth").decode()
    assert path == f"{root}/src"
    monkeypatch.setattr(sys, "path", [path, *sys.path])
    monkeypatch.delitem(sys.modules, "foo", raising=False)
    assert __import__("foo").x == 1
    monkeypatch.delitem(sys.modules, "foo")


@pytest.mark.parametrize("name", ["a\nimport os", "a\u2028b", "a\r"])
def test_a_path_that_python_would_take_for_several_lines_is_refused(tmp_path: Path, name: str) -> None:
    root = tmp_path / name
    write_project(root, backend(""), INIT)
    with pytest.raises(SourceRejected, match="holds a line break"):
        editable(root)


def test_it_can_be_cancelled(root: Path) -> None:
    def pulse(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        b"".join(build_editable(loaded(root), DiskTree(root), pulse).chunks())


def test_prepared_metadata_is_what_the_editable_wheel_holds(root: Path, tmp_path: Path) -> None:
    name = prepare_metadata(loaded(root), DiskTree(root), tmp_path)
    wheel = editable(root)
    written = {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}
    record = written.pop("RECORD").decode().splitlines()
    assert written == {base: wheel.read(f"{name}/{base}") for base in ("WHEEL", "METADATA", "entry_points.txt")}
    lines = wheel.read(f"{name}/RECORD").decode().splitlines()
    assert record == [line for line in lines if line.startswith(f"{name}/")]
    check_prepared(loaded(root), DiskTree(root), tmp_path / name)


def test_prepared_metadata_that_is_overtaken_by_a_save_is_found_out(root: Path, tmp_path: Path) -> None:
    name = prepare_metadata(loaded(root), DiskTree(root), tmp_path)
    document = root / "pyproject.toml"
    document.write_text(document.read_text().replace("foo:main", "foo:other"))
    with pytest.raises(SourceRejected) as caught:
        check_prepared(loaded(root), DiskTree(root), tmp_path / name)
    (report,) = caught.value.reports()
    assert report.what == "Inconsistent metadata between prepare and build step: entry_points.txt"
    assert report.where is not None
    assert report.where.path == tmp_path / name / "entry_points.txt"
    assert report.hint == "run the front-end again, and save nothing meanwhile"


def test_a_dist_info_folder_that_is_there_is_not_written_into(root: Path, tmp_path: Path) -> None:
    (tmp_path / "foo-1.0.dist-info").mkdir()
    (tmp_path / "foo-1.0.dist-info/METADATA").write_text("old")
    with pytest.raises(WriteFailed):
        prepare_metadata(loaded(root), DiskTree(root), tmp_path)
    assert [path.read_text() for path in (tmp_path / "foo-1.0.dist-info").iterdir()] == ["old"]


def test_metadata_that_could_not_be_written_leaves_no_folder(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(WriteFailed, match="WHEEL could not be written"):
        prepare_metadata(loaded(root), DiskTree(root), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["project"]
