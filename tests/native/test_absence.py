"""What is there is not said to be missing, and an exclude is blamed only where one took the file."""

# ruff: noqa: E501 (a case is read as a row of its table)
from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from atombuild.builder import Plan
from atombuild.errors import Report
from atombuild.events import Advised, Cause, Event, Outcome
from atombuild.wiring import ProjectSetup
from support.rights import permissions_hold
from support.variants import INIT, Files, backend, empty_folder, files, link, project, write_project

README = project('readme = "README.md"')
NARROW = "narrow that exclude: the wheel is made from the sdist, and needs it"

CASES: Mapping[str, tuple[str, Files, str, str, str]] = {
    # settings; files; the cause; its place; what to do
    "readme, excluded by a name": (
        project('readme = "README.md"', 'source-exclude = ["docs", "*.md"]'),
        {**INIT, **files("README.md")},
        'README.md is left out of the sdist by the source-exclude "*.md"',
        "pyproject.toml:9:27",
        NARROW,
    ),
    "readme, excluded with its folder": (
        project('readme = "docs/README.md"', 'source-exclude = ["/docs"]'),
        {**INIT, **files("docs/README.md")},
        'docs/README.md is left out of the sdist by the source-exclude "/docs"',
        "pyproject.toml:9:19",
        NARROW,
    ),
    "readme, excluded by default": (
        project('readme = "__pycache__/README.md"', ""),
        {**INIT, **files("__pycache__/README.md")},
        '__pycache__/README.md is left out of the sdist by "__pycache__", which is excluded by default (default-excludes)',
        "pyproject.toml:8:1",
        NARROW,
    ),
    "readme outside": (
        project('readme = "../README.md"'),
        {**INIT, **files("../README.md")},
        "../README.md lies outside of the project, and an sdist holds only what is below it",
        "pyproject.toml:7:10",
        "copy it into the project, and name that; or build the wheel from the tree: --wheel",
    ),
    "readme in capitals": (
        README,
        {**INIT, **files("README.MD")},
        "README.md is there as 'README.MD': the names differ in upper and lower case",
        "pyproject.toml:7:10",
        "write 'README.MD', or rename it",
    ),
    "readme in a folder in capitals": (
        project('readme = "docs/README.md"'),
        {**INIT, **files("Docs/README.md")},
        "docs/README.md is there as 'Docs': the names differ in upper and lower case",
        "pyproject.toml:7:10",
        "write 'Docs', or rename it",
    ),
    "readme with a blank behind": (
        README,
        {**INIT, **files("README.md ")},
        "README.md is there as 'README.md ': the names differ in the blanks around them",
        "pyproject.toml:7:10",
        "write 'README.md ', or rename it",
    ),
    "readme of other characters": (
        project('readme = "Ünder.md"'),
        {**INIT, **files("U\u0308nder.md")},
        "Ünder.md is there as 'U\u0308nder.md': the names differ in the form of their characters",
        "pyproject.toml:7:10",
        "write 'U\u0308nder.md', or rename it",
    ),
    "readme below a file": (
        project('readme = "docs/README.md"'),
        {**INIT, **files("docs")},
        "docs/README.md can't be there: docs is a file, not a folder",
        "pyproject.toml:7:10",
        "name the folder that holds it: .",
    ),
    "readme in the output directory": (
        project('readme = "dist/README.md"'),
        {**INIT, **files("dist/README.md")},
        "dist/README.md lies in dist/, a folder that builds write to, of which no artifact may hold anything",
        "pyproject.toml:7:10",
        "choose another folder for it (for the output directory: --out-dir), or move what is to be packed",
    ),
    "a file of ours": (
        project('license = { file = ".atombuild.lock" }'),
        {**INIT, **files(".atombuild.lock")},
        ".atombuild.lock lies in atombuild's own files, of which no artifact may hold anything",
        "pyproject.toml:7:11",
        "choose another folder for it (for the output directory: --out-dir), or move what is to be packed",
    ),
    "the license of a table, excluded": (
        project('license = { file = "COPYING" }', 'source-exclude = ["COPYING"]'),
        {**INIT, **files("COPYING")},
        'COPYING is left out of the sdist by the source-exclude "COPYING"',
        "pyproject.toml:9:19",
        NARROW,
    ),
    "license files, excluded": (
        project('license = "MIT"\nlicense-files = ["LICEN[CS]E*"]', 'source-exclude = ["LICENSE*"]'),
        {**INIT, **files("LICENSE.txt")},
        'LICENSE.txt is left out of the sdist by the source-exclude "LICENSE*"',
        "pyproject.toml:10:19",
        NARROW,
    ),
    "license file in lower case": (
        project('license = "MIT"\nlicense-files = ["LICENSE"]'),
        {**INIT, **files("license")},
        "LICENSE is there as 'license': the names differ in upper and lower case",
        "pyproject.toml:8:18",
        "write 'license', or rename it",
    ),
    "license files are a folder": (
        project('license = "MIT"\nlicense-files = ["licenses"]'),
        {**INIT, **files("licenses/MIT.txt")},
        "licenses is a folder, not a file",
        "pyproject.toml:8:18",
        "name a file in it, or put a file in its place",
    ),
    "license file that leads nowhere": (
        project('license = "MIT"\nlicense-files = ["LICEN*"]'),
        {**INIT, "LICENSE": link("../gone")},
        "LICENSE can't be read: LICENSE is a symbolic link to ../gone, which does not exist",
        "pyproject.toml:8:18",
        "remove the link, or fix where it leads",
    ),
    "readme is the project's folder": (
        project('readme = { file = "", content-type = "text/plain" }'),
        INIT,
        "failed to read from file `{root}`: Is a directory (os error 21)",
        "pyproject.toml:7:10",
        "name the file in it, from the folder of pyproject.toml",
    ),
    "init, excluded": (
        backend('source-exclude = ["**/*.py"]'),
        INIT,
        'src/foo/__init__.py is left out of the sdist by the source-exclude "**/*.py"',
        "pyproject.toml:8:19",
        NARROW,
    ),
    "init, excluded with everything": (
        backend('source-exclude = ["/src"]'),
        INIT,
        'src/foo/__init__.py is left out of the sdist by the source-exclude "/src"',
        "pyproject.toml:8:19",
        NARROW,
    ),
    "init is a folder": (
        "",
        {**files("src/foo/a.py"), "src/foo/__init__.py": empty_folder},
        "src/foo/__init__.py is a folder, not a file",
        "pyproject.toml:1:1",
        "name a file in it, or put a file in its place",
    ),
    "init is a pipe": (
        "",
        {"src/foo/__init__.py": os.mkfifo},
        "src/foo/__init__.py is a named pipe, not a file",
        "pyproject.toml:1:1",
        "put a regular file or a folder in its place",
    ),
    "init leads nowhere": (
        "",
        {"src/foo/__init__.py": link("real.py")},
        "src/foo/__init__.py can't be read: src/foo/__init__.py is a symbolic link to real.py, which does not exist",
        "pyproject.toml:1:1",
        "remove the link, or fix where it leads",
    ),
    "init leads in a circle": (
        "",
        {"src/foo/__init__.py": link("__init__.py")},
        "src/foo/__init__.py can't be read: src/foo/__init__.py is a symbolic link that leads in a circle",
        "pyproject.toml:1:1",
        "remove the link, or fix where it leads",
    ),
    "package in capitals": (
        "",
        files("src/Foo/__init__.py"),
        "src/foo/__init__.py is there as 'src/Foo': the names differ in upper and lower case",
        "pyproject.toml:1:1",
        "write 'src/Foo', or rename it",
    ),
    "package is a module": (
        "",
        files("src/foo"),
        "src/foo/__init__.py can't be there: src/foo is a file, not a folder",
        "pyproject.toml:1:1",
        "name the folder that holds it: src",
    ),
    "data is a file": (
        backend('data.data = "assets/one.txt"'),
        {**INIT, **files("assets/one.txt")},
        "assets/one.txt is a file, not a folder",
        "pyproject.toml:8:13",
        "name the folder that holds it: assets",
    ),
    "data, all excluded": (
        backend('data.data = "assets"\nsource-exclude = ["*.txt"]'),
        {**INIT, **files("assets/one.txt")},
        'assets is left out of the sdist by the source-exclude "*.txt"',
        "pyproject.toml:9:19",
        NARROW,
    ),
    "data that is empty": (
        backend('data.data = "assets"'),
        {**INIT, "assets": empty_folder},
        "assets holds no file, and an sdist holds no empty folders",
        "pyproject.toml:8:13",
        "put a file into it, or do not name it",
    ),
    "namespace, excluded": (
        backend('namespace = true\nmodule-name = "ns"\nsource-exclude = ["/src/ns/**"]'),
        files("src/ns/a.py"),
        'Failed to walk source tree: src/ns is left out of the sdist by the source-exclude "/src/ns/**"',
        "pyproject.toml:10:19",
        NARROW,
    ),
}


def built(root: Path, out_dir: Path, plan: Plan | None = None) -> tuple[Report, list[Event]]:
    events: list[Event] = []
    session = ProjectSetup(root, out_dir, plan or Plan()).session(events.append)
    result = session.attempt(Cause.START)
    assert result.outcome is Outcome.FAILED
    session.advise()
    (report,) = result.reports
    return report, events


@pytest.mark.parametrize("name", CASES)
def test_why_it_is_not_found_is_said(tmp_path: Path, name: str) -> None:
    settings, tree, why, where, hint = CASES[name]
    root = tmp_path / "project"
    write_project(root, settings, tree)
    report, events = built(root, root / "dist")
    told = ((report.what, *report.why)[-1], str(report.where).removeprefix(f"{root}/"), report.hint)
    assert told == (why.format(root=root), where, hint)
    said = "\n".join((report.what, *report.why, report.hint))
    assert "is not there" not in said
    assert "create " not in said
    blamed = [finding for event in events if isinstance(event, Advised) for finding in event.findings]
    if "exclude" not in settings and "excluded by default" not in why:
        assert [each.words for each in blamed if "exclude" in each.words + each.remedy] == []


def test_the_output_directory_may_hold_the_module(tmp_path: Path) -> None:
    root = tmp_path / "project"
    write_project(root, "", INIT)
    report, _ = built(root, root / "src")
    assert report.why == (
        "src/foo/__init__.py lies in src/, a folder that builds write to, of which no artifact may hold anything",
    )


def test_what_is_gone_is_said_to_be_so_and_no_exclude_is_blamed(tmp_path: Path) -> None:
    root = tmp_path / "project"
    write_project(root, "", {**INIT, "src/foo/sub": empty_folder})
    (root / "src/foo/__init__.py").unlink()
    report, events = built(root, root / "dist")
    assert report.why == ("src/foo/__init__.py is not there",)
    (advised,) = (event for event in events if isinstance(event, Advised))
    assert [finding.words for finding in advised.findings] == ["src/foo holds no file, so the wheel has no module"]
    shutil.rmtree(root / "src/foo")
    report, events = built(root, root / "dist")
    assert report.why == ("src/foo/__init__.py is not there",)


@pytest.mark.parametrize(
    ("settings", "tree", "words"),
    [
        (project('readme = ""'), INIT, [". is the folder of the project, not a file"]),
        ("", files("src/foo"), []),
    ],
)
def test_advice_on_what_has_another_kind_is_so(tmp_path: Path, settings: str, tree: Files, words: list[str]) -> None:
    root = tmp_path / "project"
    write_project(root, settings, tree)
    _, events = built(root, root / "dist")
    told = [each.words for event in events if isinstance(event, Advised) for each in event.findings]
    assert told == [f"no wheel can be built from the sdist: {each}" for each in words]


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX")
def test_what_may_not_be_looked_at_is_no_absence(tmp_path: Path) -> None:
    root = tmp_path / "project"
    write_project(root, "", INIT)
    (root / "src").chmod(0)
    try:
        with permissions_hold():
            report, _ = built(root, root / "dist")
    finally:
        (root / "src").chmod(0o755)
    assert "Permission denied" in "".join(report.why)
