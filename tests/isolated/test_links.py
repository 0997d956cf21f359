"""Links in an sdist that the project's own backend made: they come out as they are, or it is said which can't."""

from __future__ import annotations

import json
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from atombuild import cli, exit_status
from support.backends import need
from support.own_backend import write_project
from support.projects import visible_files

PYPROJECT = """\
[build-system]
requires = ["{requires}"]
build-backend = "{backend}"
[project]
name = "pk"
version = "1.0"
description = "d"
"""
BACKENDS = {
    "hatchling": ("hatchling", "hatchling.build", '[tool.hatch.build.targets.wheel]\npackages = ["src/pk"]\n'),
    "flit-core": ("flit-core", "flit_core.buildapi", '[tool.flit.sdist]\ninclude = ["docs/**"]\n'),
    "pdm-backend": ("pdm-backend", "pdm.backend", '[tool.pdm.build]\nsource-includes = ["docs"]\n'),
    "poetry-core": (
        "poetry-core",
        "poetry.core.masonry.api",
        '[tool.poetry]\npackages = [{include = "pk", from = "src"}]\ninclude = [{path = "docs/*", format = "sdist"}]\n',
    ),
    "setuptools": ("setuptools", "setuptools.build_meta", ""),
}


def project(root: Path, name: str) -> Path:
    """Write a project of a real backend, with links of every kind that stays inside."""
    requires, backend, more = BACKENDS[name]
    package = root / "src/pk"
    (package / "sub").mkdir(parents=True)
    (root / "docs").mkdir()
    (root / "pyproject.toml").write_text(PYPROJECT.format(requires=requires, backend=backend) + more)
    (package / "__init__.py").write_text('"""d"""\n')
    (package / "mod.py").write_text("m = 1\n")
    (package / "sub/__init__.py").touch()
    (package / "linked.py").symlink_to("mod.py")
    (package / "sub/up.py").symlink_to("../mod.py")
    (package / "folder").symlink_to("sub")
    os.link(package / "mod.py", package / "hard.py")
    (root / "docs/far.txt").symlink_to("../src/pk/mod.py")
    return root


@pytest.mark.parametrize("name", BACKENDS)
def test_a_real_backends_links_come_out_and_the_wheel_holds_what_they_lead_to(tmp_path: Path, name: str) -> None:
    need(name)
    root = project(tmp_path / "pk", name)
    for _ in range(2):  # the second build finds what the first one unpacked
        assert cli.main(["--once", str(root)]) == exit_status.SUCCEEDED
    (root / "src/pk/mod.py").write_text("m = 2\n")
    assert cli.main(["--once", str(root)]) == exit_status.SUCCEEDED
    wheel, sdist = visible_files(root / "dist")
    with tarfile.open(root / "dist" / sdist) as archive:
        links = {member.name for member in archive if member.issym() or member.islnk()}
    assert bool(links) is (name != "setuptools")  # which copies what they lead to
    with zipfile.ZipFile(root / "dist" / wheel) as archive:
        texts = {member: archive.read(member) for member in archive.namelist() if member.startswith("pk/")}
    assert {"pk/mod.py", "pk/hard.py"} <= texts.keys()
    assert {texts[member] for member in texts if member.endswith((".py",)) and b"m =" in texts[member]} == {b"m = 2\n"}
    assert cli.main(["--once", "--wheel", "-o", str(tmp_path / "o"), str(root / "dist" / sdist)]) == 0
    assert visible_files(tmp_path / "o") == [wheel]
    assert cli.main(["--compare", str(root)]) == exit_status.SUCCEEDED
    assert cli.main(["--list", str(root)]) == exit_status.SUCCEEDED


OUTWARD = {
    "/etc/hostname": "is a symbolic link to '/etc/hostname', an absolute path",
    "../../../beside.txt": "is a symbolic link to '../../../beside.txt', which leads out of it",
    "link.txt": "is a symbolic link to 'link.txt', which leads from link to link without end",
}


@pytest.mark.parametrize("target", OUTWARD)
@pytest.mark.parametrize("what", ["--once", "--list"])
def test_a_link_that_leads_out_is_refused_at_its_place_in_the_project(
    tmp_path: Path, target: str, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write_project(tmp_path / "sky")
    backend = root / "_build/backend.py"
    backend.write_text(backend.read_text().replace("path.is_file() and", "(path.is_symlink() or path.is_file()) and"))
    (root / "src/link.txt").symlink_to(target)
    capsys.readouterr()
    assert cli.main([what, str(root)]) == exit_status.FAILED
    told = capsys.readouterr().err
    assert "error: no wheel can be made from the sdist night_sky-1.0.tar.gz, since it can't be unpacked\n" in told
    assert f"  where: {root / 'src/link.txt'}\n" in told
    assert f"  why: its member 'night_sky-1.0/src/link.txt' {OUTWARD[target]}\n" in told
    assert "no build tool makes such an sdist" not in told
    if what == "--once":
        assert visible_files(root / "dist") == ["night_sky-1.0.tar.gz"]


def test_what_the_backend_alone_put_into_the_sdist_is_told_of_the_sdist(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write_project(tmp_path / "sky")
    backend = root / "_build/backend.py"
    backend.write_text(
        backend.read_text().replace(
            "        info.size = len(METADATA)\n",
            "        link = tarfile.TarInfo(f'night_sky-{VERSION}/made')\n"
            "        link.type, link.linkname = tarfile.SYMTYPE, '/'\n"
            "        archive.addfile(link)\n"
            "        info.size = len(METADATA)\n",
        )
    )
    assert cli.main(["--once", "--json", str(root)]) == exit_status.FAILED
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (failure,) = [event for event in events if event["event"] == "failure"]
    (report,) = failure["reports"]
    assert report["where"]["path"] == str(root / "dist/night_sky-1.0.tar.gz")
    assert "report it to the backend's maintainers" in report["hint"]
    assert (root / "dist/night_sky-1.0.tar.gz").is_file()


def test_a_link_to_a_file_above_the_project_is_built_and_advised_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As in repositories of many packages: LICENSE is a link to the one file above."""
    root = write_project(tmp_path / "sky")
    backend = root / "_build/backend.py"
    backend.write_text(backend.read_text().replace("path.is_file() and", "(path.is_symlink() or path.is_file()) and"))
    backend.write_text(
        backend.read_text().replace('path.parts[0] == "src"', 'path.parts[0] == "src" and path.is_file()')
    )
    (tmp_path / "LICENSE").write_text("all rights\n")
    (root / "src/LICENSE").symlink_to("../../LICENSE")
    (root / "src/fine").symlink_to("sky/../sky")
    assert cli.main(["--once", "--json", str(root)]) == exit_status.SUCCEEDED
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    findings = [each for event in events if event["event"] == "advised" for each in event["findings"]]
    (finding,) = [each for each in findings if each["code"] == "link-leads-nowhere"]
    assert finding["where"]["path"] == str(root / "src/LICENSE")
    assert finding["words"] == "the sdist does not hold what links in it lead to: src/LICENSE"


@pytest.mark.parametrize("what", ["--list", "--compare"])
def test_no_place_is_told_that_is_gone_with_a_build_apart(
    tmp_path: Path, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write_project(tmp_path / "sky")
    backend = root / "_build/backend.py"
    backend.write_text(backend.read_text().replace("\\n\\nStars.", "\\n"))
    assert cli.main([what, str(root)]) == exit_status.SUCCEEDED
    told = capsys.readouterr().err
    assert "(description-missing)" in told
    places = [line.removeprefix("  where: ").split(" (")[0] for line in told.splitlines() if "  where: " in line]
    assert {place for place in places if not Path(place.split(":")[0]).exists()} == set()
