"""Every path is watched, or ignored by a rule with a name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atombuild.watch.filter import Ignored, Rule, WatchFilter

if TYPE_CHECKING:
    from collections.abc import Callable

NOWHERE = Path("/nowhere/at/all")


def nothing(_path: str) -> bool:
    return False


def everything(_path: str) -> bool:
    return True


def make_filter(root: Path, out: str = "dist", keep: Callable[[str], bool] = nothing) -> WatchFilter:
    return WatchFilter(root, root / out, keep)


def make_environment(folder: Path) -> None:
    folder.mkdir(parents=True)
    folder.joinpath("pyvenv.cfg").write_text("home = /usr/bin\n")


WATCHED = [
    "",
    "pyproject.toml",
    "src/pkg/__init__.py",
    "distribution/x.py",
    "mydist/x.py",
    "src/dist/x.py",
    ".github/workflows/ci.yml",
    ".gitignore",
    ".git-blame-ignore-revs",
    ".coveragerc",
    "cache/x.py",
    "build/lib/x.py",
    ".venv/x.py",
    "venv/x.py",
    "env/x.py",
    "4912",
    "49130",
    "2024",
    "x.swp",
    "x.tmp",
    "x.pyx",
    "#channel",
    "~x",
    ".atombuil",
    "atombuild/x.py",
    "foo~/x.py",
    "src/caf\udce9.py",
    "x.whl",
    "dist.whl",
]

IGNORED = [
    ("dist", Rule.OUTPUT, "dist"),
    ("dist/x.whl", Rule.OUTPUT, "dist"),
    ("dist/sub/.git/x", Rule.OUTPUT, "dist"),
    (".atombuild-x.tmp", Rule.OURS, ".atombuild-x.tmp"),
    ("src/.atombuild.json", Rule.OURS, "src/.atombuild.json"),
    ("src/.atombuild/x.py", Rule.OURS, "src/.atombuild"),
    (".git", Rule.VERSION_CONTROL, ".git"),
    (".git/index", Rule.VERSION_CONTROL, ".git"),
    ("sub/.git/objects/ab/cd", Rule.VERSION_CONTROL, "sub/.git"),
    *((f"{name}/x", Rule.VERSION_CONTROL, name) for name in (".hg", ".svn", ".jj", ".bzr", "_darcs")),
    ("src/pkg/__pycache__", Rule.CACHE, "src/pkg/__pycache__"),
    ("src/pkg/__pycache__/a.cpython-311.pyc", Rule.CACHE, "src/pkg/__pycache__"),
    *(
        (f"{name}/x", Rule.CACHE, name)
        for name in (
            *(".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", ".tox", ".nox", ".eggs", ".cache"),
            "node_modules",
        )
    ),
    *((name, Rule.CACHE, name) for name in (".coverage", ".coverage.host.123", "x.pyc", "x.pyo", ".DS_Store")),
    *(
        (f"src/{name}", Rule.DROPPING, f"src/{name}")
        for name in (
            *("4913", "5036", "5159", ".x.py.swp", ".x.py.swo", ".swp", ".x.py.swpx", "x.py~", "~"),
            *(".#x.py", "#x.py#", ".~lock.x.odt#", "~$x.docx", "x.py___jb_tmp___", "x.py___jb_old___"),
            *(".goutputstream-AB12CD", ".x.py.kate-swp", ".subl3f2.tmp", "x.py.vsctmp", ".nfs000000000000a1b2"),
            *("caf\udce9~", "new\nline~"),
        )
    ),
    (".tox/.x.swp", Rule.DROPPING, ".tox/.x.swp"),
]


@pytest.mark.parametrize("path", WATCHED)
def test_watched(tmp_path: Path, path: str) -> None:
    assert make_filter(tmp_path).verdict(path) is None


@pytest.mark.parametrize(("path", "rule", "culprit"), IGNORED)
def test_ignored(tmp_path: Path, path: str, rule: Rule, culprit: str) -> None:
    assert make_filter(tmp_path).verdict(path) == Ignored(rule, culprit)


@pytest.mark.parametrize(("path", "rule", "culprit"), IGNORED)
def test_what_an_artifact_holds_is_watched_unless_the_rule_always_holds(
    tmp_path: Path, path: str, rule: Rule, culprit: str
) -> None:
    verdict = make_filter(tmp_path, keep=everything).verdict(path)
    always = rule in {Rule.OURS, Rule.OUTPUT, Rule.DROPPING}
    assert verdict == (Ignored(rule, culprit) if always else None)


def test_the_verdict_is_a_sentence_for_people(tmp_path: Path) -> None:
    assert str(make_filter(tmp_path).verdict(".git/index")) == ".git is not watched: version control"


@pytest.mark.parametrize("name", [".venv", "venv", "env", "my-environment", "src/deep/down"])
def test_a_folder_that_holds_pyvenv_cfg_is_an_environment(tmp_path: Path, name: str) -> None:
    make_environment(tmp_path / name)
    watched = make_filter(tmp_path)
    ignored = Ignored(Rule.ENVIRONMENT, name)
    assert watched.verdict(name) == ignored
    assert watched.verdict(f"{name}/lib/python3.11/site-packages/x.py") == ignored
    assert not watched.descends(name)


def test_an_environment_made_later_is_seen_after_a_refresh(tmp_path: Path) -> None:
    watched = make_filter(tmp_path)
    assert watched.descends(".venv")
    make_environment(tmp_path / ".venv")
    watched.refresh()
    assert not watched.descends(".venv")


@pytest.mark.parametrize("place", [".venv/project", "node_modules/project", "dist/project", ".git/project"])
def test_parts_above_the_root_do_not_count(tmp_path: Path, place: str) -> None:
    root = tmp_path / place
    root.mkdir(parents=True)
    root.parent.joinpath("pyvenv.cfg").touch()
    assert make_filter(root).verdict("src/x.py") is None


def test_a_root_that_is_an_environment_itself_is_watched(tmp_path: Path) -> None:
    tmp_path.joinpath("pyvenv.cfg").touch()
    assert make_filter(tmp_path).verdict("src/x.py") is None


def test_the_output_directory_may_be_deep_inside(tmp_path: Path) -> None:
    watched = make_filter(tmp_path, "build/out")
    assert watched.verdict("build/out/x.whl") == Ignored(Rule.OUTPUT, "build/out")
    assert not watched.descends("build/out")
    assert watched.descends("build")
    assert watched.verdict("build/outer/x") is None
    assert watched.verdict("dist/x.whl") is None


def test_the_output_directory_inside_a_cache_stays_ignored_whatever_is_kept(tmp_path: Path) -> None:
    watched = make_filter(tmp_path, ".cache/out", everything)
    assert watched.verdict(".cache/out/x") == Ignored(Rule.OUTPUT, ".cache/out")
    assert watched.verdict(".cache/x") is None


@pytest.mark.parametrize("out", ["..", "../elsewhere", "../..dist"])
def test_an_output_directory_outside_hides_nothing(tmp_path: Path, out: str) -> None:
    watched = make_filter(tmp_path, out)
    assert watched.verdict("dist/x.py") is None
    assert watched.verdict("x.whl") is None


def test_the_root_as_output_directory_hides_artifacts_only(tmp_path: Path) -> None:
    watched = make_filter(tmp_path, ".", everything)
    assert watched.verdict("x-1.0-py3-none-any.whl") == Ignored(Rule.OUTPUT, "x-1.0-py3-none-any.whl")
    assert watched.verdict("x-1.0.tar.gz") == Ignored(Rule.OUTPUT, "x-1.0.tar.gz")
    assert watched.verdict("tests/data/x.whl") is None
    assert watched.verdict("pyproject.toml") is None


def test_an_output_directory_that_is_a_link_hides_where_it_leads_too(tmp_path: Path) -> None:
    tmp_path.joinpath("real").mkdir()
    tmp_path.joinpath("dist").symlink_to("real")
    watched = make_filter(tmp_path)
    assert watched.verdict("dist/x.whl") == Ignored(Rule.OUTPUT, "dist")
    assert watched.verdict("real/x.whl") == Ignored(Rule.OUTPUT, "real")


def test_a_kept_folder_is_descended_into_and_the_rest_of_its_kind_is_not(tmp_path: Path) -> None:
    kept = {"src", "src/node_modules", "src/node_modules/x.js"}
    watched = make_filter(tmp_path, keep=kept.__contains__)
    assert watched.descends("src/node_modules")
    assert watched.verdict("src/node_modules/x.js") is None
    assert watched.verdict("src/node_modules/y.js") == Ignored(Rule.CACHE, "src/node_modules")
    assert not watched.descends("node_modules")


@given(st.lists(st.sampled_from(["dist", "src", ".git", "x~", "x.py", ".cache", "a.pyc"]), min_size=1, max_size=5))
def test_nothing_watched_hides_in_a_folder_that_is_not_descended_into(parts: list[str]) -> None:
    watched = WatchFilter(NOWHERE, NOWHERE / "dist", nothing)
    path = "/".join(parts)
    if watched.verdict(path) is None:
        assert all(watched.descends("/".join(parts[:depth])) for depth in range(1, len(parts)))
