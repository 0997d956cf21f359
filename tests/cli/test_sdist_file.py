"""A wheel from an sdist file: the same wheel, the same promise, and nothing of the unpacking left."""

from __future__ import annotations

import io
import json
import os
import tarfile
from pathlib import Path

import pytest

from atombuild import cli, exit_status
from support import own_backend
from support.own_backend import DYNAMIC, write_project
from support.projects import sample_project, visible_files

SDIST, WHEEL = "orrery-0.1.0.tar.gz", "orrery-0.1.0-py3-none-any.whl"


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.fixture
def sdist(tmp_path: Path, scratch: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """An sdist in a folder of its own; beside the project stands the wheel that was made from it."""
    assert scratch.is_dir()
    root = sample_project(tmp_path)
    assert cli.main(["--once", str(root)]) == exit_status.SUCCEEDED
    capsys.readouterr()
    downloads = tmp_path / "downloads"
    downloads.mkdir()
    return (root / "dist" / SDIST).rename(downloads / SDIST)


def wheel(*arguments: object) -> int:
    return cli.main(["--once", "--wheel", *map(str, arguments)])


def test_it_is_the_wheel_of_the_project_and_stands_beside_the_sdist(
    sdist: Path, tmp_path: Path, scratch: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert wheel(sdist) == exit_status.SUCCEEDED
    assert visible_files(sdist.parent) == [WHEEL, SDIST]
    assert (sdist.parent / WHEEL).read_bytes() == (tmp_path / "orrery/dist" / WHEEL).read_bytes()
    assert f"  wheel  building {WHEEL} from the sdist\n" in capsys.readouterr().out
    assert list(scratch.iterdir()) == []


def test_it_can_go_elsewhere(sdist: Path, tmp_path: Path) -> None:
    assert wheel(sdist, "-o", tmp_path / "wheels") == exit_status.SUCCEEDED
    assert visible_files(sdist.parent) == [SDIST]
    assert visible_files(tmp_path / "wheels") == [WHEEL]


def test_an_sdist_that_was_damaged_since_leaves_no_old_wheel(
    sdist: Path, scratch: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert wheel(sdist) == exit_status.SUCCEEDED
    sdist.write_bytes(sdist.read_bytes()[:2000])
    assert wheel(sdist) == exit_status.FAILED
    told = capsys.readouterr()
    assert f"✗ wheel  failed, old artifact removed  {sdist.parent / WHEEL}\n" in told.out
    assert told.err.startswith(f"error: the sdist {SDIST} can't be unpacked\n  where: {sdist}\n")
    assert visible_files(sdist.parent) == [SDIST]
    assert list(scratch.iterdir()) == []


def packed(path: Path, files: dict[str, str]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return path


PYPROJECT = (
    '[project]\nname = "orrery"\nversion = "0.1.0"\n'
    '[build-system]\nrequires = ["uv_build"]\nbuild-backend = "uv_build"\n'
)


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"orrery-0.1.0/../../out.py": ""}, "its member 'orrery-0.1.0/../../out.py' leads out of its folder"),
        ({"orrery-0.1.0/README.md": "hello"}, "it holds no pyproject.toml"),
        (
            {"orrery-0.2.0/pyproject.toml": PYPROJECT},
            "its folder is orrery-0.2.0, and its pyproject.toml says orrery 0.1.0",
        ),
    ],
)
def test_what_is_no_honest_sdist_is_refused(
    tmp_path: Path, scratch: Path, capsys: pytest.CaptureFixture[str], files: dict[str, str], why: str
) -> None:
    assert wheel(packed(tmp_path / "x.tar.gz", files)) == exit_status.FAILED
    assert f"  why: {why}\n" in capsys.readouterr().err
    assert visible_files(tmp_path) == ["scratch", "x.tar.gz"]
    assert list(scratch.iterdir()) == []


RENAMED = {
    "orrery-2.0.tar.gz": "its name says orrery 2.0, and what it holds is orrery 0.1.0",
    "other-0.1.0.tar.gz": "its name says other 0.1.0, and what it holds is orrery 0.1.0",
    "orrery-0.1.0-1.tar.gz": "its name says orrery-0-1-0 1, and what it holds is orrery 0.1.0",
    "orrery-0.1.0.post1.tar.gz": "its name says orrery 0.1.0.post1, and what it holds is orrery 0.1.0",
}
"""File names that say something else than what is inside; uv refuses the same."""


@pytest.mark.parametrize("name", RENAMED)
@pytest.mark.parametrize("what", ["--once", "--list"])
def test_a_renamed_sdist_is_refused_and_nothing_falls(
    sdist: Path, scratch: Path, capsys: pytest.CaptureFixture[str], name: str, what: str
) -> None:
    assert wheel(sdist) == exit_status.SUCCEEDED
    capsys.readouterr()
    sdist.rename(sdist.with_name(name))
    assert cli.main([what, "--wheel", str(sdist.with_name(name))]) != exit_status.SUCCEEDED
    told = capsys.readouterr().err
    assert f"error: the sdist {name} can't be built\n  where: {sdist.with_name(name)}\n" in told
    assert f"  why: {RENAMED[name]}\n" in told
    assert f"Call it {SDIST}" in told
    assert visible_files(sdist.parent) == sorted([WHEEL, name])
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("name", ["Orrery-0.1.0.tar.gz", "orrery-0.1.tar.gz", "orrery.tar.gz", "a (1).tar.gz"])
def test_a_name_that_means_the_same_or_nothing_is_no_lie(sdist: Path, name: str) -> None:
    sdist.rename(sdist.with_name(name))
    assert wheel(sdist.with_name(name)) == exit_status.SUCCEEDED
    assert WHEEL in visible_files(sdist.parent)


OLD_NAMES = ["Foo.Bar-1.0", "foo-bar-1.0", "foo_bar-1.0", "foo_bar-1.0.0"]


@pytest.mark.parametrize("top", OLD_NAMES)
@pytest.mark.parametrize("name", OLD_NAMES)
def test_a_name_of_older_tools_is_still_the_name(tmp_path: Path, top: str, name: str) -> None:
    pyproject = PYPROJECT.replace("orrery", "Foo.Bar").replace("0.1.0", "1.0")
    info = "Metadata-Version: 2.1\nName: Foo.Bar\nVersion: 1.0\n"
    files = {"pyproject.toml": pyproject, "PKG-INFO": info, "src/foo_bar/__init__.py": ""}
    archive = packed(tmp_path / f"{name}.tar.gz", {f"{top}/{path}": text for path, text in files.items()})
    assert wheel(archive) == exit_status.SUCCEEDED
    assert "foo_bar-1.0-py3-none-any.whl" in visible_files(tmp_path)


def test_pkg_info_of_another_release_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    info = "Metadata-Version: 2.1\nName: orrery\nVersion: 0.2.0\n"
    files = {"pyproject.toml": PYPROJECT, "PKG-INFO": info, "src/orrery/__init__.py": ""}
    archive = packed(tmp_path / SDIST, {f"orrery-0.1.0/{path}": text for path, text in files.items()})
    assert wheel(archive) == exit_status.FAILED
    assert "  why: its folder is orrery-0.1.0, and its PKG-INFO says orrery 0.2.0\n" in capsys.readouterr().err


@pytest.mark.parametrize("pyproject", [own_backend.PYPROJECT, DYNAMIC], ids=["static", "dynamic"])
def test_the_wheel_of_another_backend_is_of_the_sdists_release(
    tmp_path: Path, pyproject: str, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write_project(tmp_path / "sky", pyproject=pyproject)
    (root / "VERSION").write_text("1.0")
    assert cli.main(["--once", "--sdist", str(root)]) == exit_status.SUCCEEDED
    made = root / "dist/night_sky-1.0.tar.gz"
    for name, words in {"night_sky-2.0.tar.gz": "night-sky 2.0", "moon-1.0.tar.gz": "moon 1.0"}.items():
        (tmp_path / name).write_bytes(made.read_bytes())
        assert wheel(tmp_path / name) == exit_status.FAILED
        assert f"its name says {words}, and what it holds is night-sky 1.0" in capsys.readouterr().err
    with tarfile.open(made) as archive:
        archive.extractall(tmp_path / "again", filter="data")
    (tmp_path / "again/night_sky-1.0/VERSION").write_text("1.1")  # what its backend says of it is not what it is
    with tarfile.open(tmp_path / made.name, "w:gz") as archive:
        archive.add(tmp_path / "again/night_sky-1.0", "night_sky-1.0")
    assert wheel(tmp_path / made.name) == exit_status.FAILED
    assert "but the sdist is night-sky 1.0" in capsys.readouterr().err


@pytest.mark.parametrize(
    "named",
    [
        ('readme = {{ file = "{path}", content-type = "text/plain" }}', "project.readme"),
        ('license = {{ file = "{path}" }}', "project.license"),
    ],
)
@pytest.mark.parametrize("path", ["../../../../../../../../etc/hostname", "src/../../secret", "/etc/hostname"])
def test_metadata_made_of_the_builders_own_files_is_refused(
    tmp_path: Path, scratch: Path, capsys: pytest.CaptureFixture[str], named: tuple[str, str], path: str
) -> None:
    line, key = named
    pyproject = PYPROJECT.replace("[build-system]", f"{line.format(path=path)}\n[build-system]")
    files = {"orrery-0.1.0/pyproject.toml": pyproject, "orrery-0.1.0/src/orrery/__init__.py": ""}
    assert wheel(packed(tmp_path / "x.tar.gz", files)) == exit_status.FAILED
    assert f"  why: its `{key}` names a file outside of it: {path}\n" in capsys.readouterr().err
    assert visible_files(tmp_path) == ["scratch", "x.tar.gz"]
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("what", ["--once", "--list"])
def test_a_mistake_is_placed_in_the_sdist_and_not_where_it_was_unpacked(
    tmp_path: Path, scratch: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    pyproject = PYPROJECT.replace('version = "0.1.0"', 'version = "0.1.0"\nreadme = "nope.md"')
    files = {"orrery-0.1.0/pyproject.toml": pyproject, "orrery-0.1.0/src/orrery/__init__.py": ""}
    archive = packed(tmp_path / "orrery-0.1.0.tar.gz", files)
    assert cli.main([what, "--wheel", str(archive)]) != exit_status.SUCCEEDED
    told = capsys.readouterr().err
    assert f"  where: {archive}{os.sep}orrery-0.1.0{os.sep}pyproject.toml:4:10\n" in told
    assert str(scratch) not in told


def test_its_members_can_be_listed(sdist: Path, scratch: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--list", "--json", "--wheel", str(sdist)]) == exit_status.SUCCEEDED
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["members"][0] == {"path": "orrery/__init__.py", "source": "src/orrery/__init__.py"}
    assert visible_files(sdist.parent) == [SDIST]
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--once"], "Pass `--wheel` explicitly to build a wheel from a source distribution"),
        (["--once", "--sdist"], "Building an `--sdist` from a source distribution is not supported"),
        (["--once", "--sdist", "--wheel"], "Building an `--sdist` from a source distribution is not supported"),
        (["--wheel"], f"{SDIST} is an sdist, and there is nothing in it to watch"),
    ],
)
def test_what_can_not_be_asked_of_an_sdist(
    sdist: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], what: str
) -> None:
    assert cli.main([*arguments, str(sdist)]) == exit_status.UNUSABLE_STATUS
    assert capsys.readouterr().err.startswith(f"error: {what}\n  next: ")


def test_an_sdist_that_is_not_there_is_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "orrery-9.tar.gz"
    assert wheel(missing) == exit_status.UNUSABLE_STATUS
    assert capsys.readouterr().err.startswith(f"error: Source `{missing}` does not exist\n")


def test_an_archive_of_another_form_is_refused_by_its_name(
    tmp_path: Path, scratch: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "orrery-0.1.0.zip").write_bytes(b"PK")
    assert wheel(tmp_path / "orrery-0.1.0.zip") == exit_status.FAILED
    assert "its name does not end in .tar.gz" in capsys.readouterr().err
    assert list(scratch.iterdir()) == []
