"""A version that the backend adds to: it is built, and said; another release is not the project's."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from packaging.version import Version

from atombuild import cli, exit_status
from atombuild.isolated.expected import adds_to
from support.backends import need
from support.own_backend import write_project
from support.projects import visible_files

ADDED = {
    ("1.0", "1.0.dev1"),
    ("1.0", "1.0b1"),
    ("1.0", "1.0.post3"),
    ("1.0-1", "1.0.post1.dev4"),
    ("1.0", "1.0+linux.1"),
    ("1.0", "1.0.0.dev20261128"),
    ("1.0rc1", "1.0rc1.dev5"),
    ("1.0rc1", "1.0rc1.post2"),
    ("1.0.post1", "1.0.post1.dev2+g1"),
    ("1.0.dev1", "1.0.dev1+g1"),
    ("1.0+a", "1.0+a.dev1"),
    ("2!1.0", "2!1.0.dev1"),
    ("1.0", "1.20261128"),
    ("1.0rc1", "1.0rc120261128"),
}
ANOTHER = {
    ("1.0", "1.0"),
    ("1.0", "1.0.0"),
    ("1.0-1", "1.0.post1"),
    ("1.0", "1.1"),
    ("1.0", "1.0.1"),
    ("1.0", "2!1.0"),
    ("1.0", "1.20261328"),
    ("1.0", "1.1.20261128"),
    ("1.0", "1.2026112"),
    ("1.0.dev1", "1.0"),
    ("1.0rc1", "1.0"),
    ("1.0rc1", "1.0rc2"),
    ("1.0rc1", "1.0b1.dev1"),
    ("1.0.post1", "1.0.post2"),
    ("1.0.post1", "1.0rc1.post1"),
    ("1.0.dev1", "1.0.dev11"),
    ("1.0.dev1", "1.0rc1.dev1"),
    ("1.0+a", "1.0"),
    ("1.0+a", "1.0+ab"),
    ("1.0+a", "1.0.dev1+a"),
}


@pytest.mark.parametrize(("static", "built"), [*sorted(ADDED), *sorted(ANOTHER)])
def test_what_is_added_stands_behind_all_that_is_written(static: str, built: str) -> None:
    assert adds_to(Version(static), Version(built)) is ((static, built) in ADDED)


def project(root: Path, version: str) -> Path:
    """Write a project that says 1.0, and whose backend says something else."""
    write_project(root)
    (root / "VERSION").write_text(version)
    return root


@pytest.mark.parametrize("plan", [(), ("--sdist",), ("--wheel",), ("--sdist", "--wheel")])
def test_it_is_built_under_the_name_that_the_backend_gave_it(
    tmp_path: Path, plan: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    root = project(tmp_path / "sky", "1.0.dev1")
    assert cli.main(["--once", "--json", *plan, str(root)]) == exit_status.SUCCEEDED
    names = {"--sdist": "night_sky-1.0.dev1.tar.gz", "--wheel": "night_sky-1.0.dev1-py3-none-any.whl"}
    assert visible_files(root / "dist") == sorted(names[each] for each in plan or names)
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    findings = [each for event in events if event["event"] == "advised" for each in event["findings"]]
    (finding,) = [each for each in findings if each["code"] == "version-tagged"]
    assert finding["words"].startswith("the version is built as 1.0.dev1: something adds to the 1.0")
    assert finding["where"]["path"] == str(root / "pyproject.toml")
    assert finding["where"]["line"] == 8


def test_of_the_version_that_stands_there_nothing_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--once", "--json", str(project(tmp_path / "sky", "1.0"))]) == exit_status.SUCCEEDED
    assert "version-tagged" not in capsys.readouterr().out


@pytest.mark.parametrize("version", ["1.1", "1.0.1", "2!1.0"])
def test_another_release_is_an_error(tmp_path: Path, version: str, capsys: pytest.CaptureFixture[str]) -> None:
    root = project(tmp_path / "sky", version)
    assert cli.main(["--once", str(root)]) == exit_status.FAILED
    assert "but the project is night-sky 1.0" in capsys.readouterr().err
    assert visible_files(root / "dist") == []


def test_sdist_and_wheel_are_of_one_version(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = project(tmp_path / "sky", "1.0.dev1")
    backend = root / "_build/backend.py"
    backend.write_text(
        backend.read_text().replace(
            'name = f"night_sky-{VERSION}-py3', 'globals()["VERSION"] = "1.0"; name = f"night_sky-{VERSION}-py3'
        )
    )
    assert cli.main(["--once", "--sdist", "--wheel", str(root)]) == exit_status.FAILED
    assert "but the sdist is night-sky 1.0.dev1" in capsys.readouterr().err
    assert visible_files(root / "dist") == ["night_sky-1.0.dev1.tar.gz"]


@pytest.mark.parametrize("way", ["setup.cfg", "DIST_EXTRA_CONFIG", "--config-setting", "the day alone"])
def test_setuptools_tags_a_static_version(tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    need("setuptools")
    root = tmp_path / "x"
    (root / "x").mkdir(parents=True)
    (root / "x/__init__.py").touch()
    tag = "[egg_info]\ntag_build = .dev\ntag_date = 1\n"
    options: list[str] = []
    added = r"0\.dev"
    if way == "setup.cfg":
        (root / "setup.cfg").write_text(tag)
    elif way == "the day alone":
        (root / "setup.cfg").write_text("[egg_info]\ntag_date = 1\n")
        added = ""
    elif way == "DIST_EXTRA_CONFIG":
        (tmp_path / "extra.cfg").write_text(tag)
        monkeypatch.setenv("DIST_EXTRA_CONFIG", str(tmp_path / "extra.cfg"))
    else:
        options = ["--config-setting=--global-option=egg_info --tag-build=.dev --tag-date"]
    (root / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
        '[project]\nname = "x"\nversion = "1.0"\n[tool.setuptools]\npackages = ["x"]\n'
    )
    assert cli.main(["--once", *options, str(root)]) == exit_status.SUCCEEDED
    wheel, sdist = visible_files(root / "dist")
    assert re.fullmatch(rf"x-1\.{added}20[0-9]{{6}}-py3-none-any\.whl", wheel)
    assert re.fullmatch(rf"x-1\.{added}20[0-9]{{6}}\.tar\.gz", sdist)
    monkeypatch.delenv("DIST_EXTRA_CONFIG", raising=False)  # the sdist holds what was added
    out = tmp_path / "out"
    assert cli.main(["--once", "--wheel", "--out-dir", str(out), str(root / "dist" / sdist)]) == exit_status.SUCCEEDED
    assert visible_files(out) == [wheel]
