"""Members are those of ``uv workspace list``, and one that is unusable stops no other."""

from __future__ import annotations

import json
import os
import random
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
import uv

from atombuild.errors import ProjectInvalid, ProjectMissing
from atombuild.project.pyproject import Pyproject, read_pyproject
from atombuild.workspace.belonging import workspace_of
from atombuild.workspace.documents import Documents
from atombuild.workspace.member_globs import PatternError, check
from atombuild.workspace.members import Member, Reason, Skipped, Unusable, Workspace, find_members

PACKAGES = ("packages/a", "packages/b", "other/a1", "other/a2", "other/A3", "deep/x/y", ".hidden/h", "packages/.dot")


def lay(root: Path, *folders: str) -> None:
    for folder in folders:
        path = root / folder
        path.mkdir(parents=True, exist_ok=True)
        name = folder.replace("/", "-").replace(".", "").lower()
        (path / "pyproject.toml").write_text(f'[project]\nname = "{name}"\nversion = "1"\n')


def workspace(root: Path, members: str, exclude: str = "[]", more: str = "") -> Pyproject:
    root.mkdir(exist_ok=True)
    (root / "pyproject.toml").write_text(f"[tool.uv.workspace]\nmembers = {members}\nexclude = {exclude}\n{more}")
    return read_pyproject(root)


@dataclass(frozen=True)
class Told:
    """What uv says of a workspace."""

    status: int
    paths: tuple[str, ...]
    words: str
    """Its lines are broken to fit a terminal; here they are one."""


def uv_members(folder: Path) -> Told:
    done = subprocess.run(
        [uv.find_uv_bin(), "workspace", "list", "--paths"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_COLOR": "1", "UV_OFFLINE": "1"},
    )
    return Told(done.returncode, tuple(done.stdout.splitlines()), " ".join(done.stderr.split()))


def paths_of(found: Workspace) -> list[str]:
    return [str(found.members[name].folder) for name in sorted(found.members)]


PATTERNS = [
    '["packages/a"]',
    '["packages/a/"]',
    '["./packages/a"]',
    '["packages/../packages/a"]',
    '["packages/a", "packages/a", "packages/*a"]',
    '["/packages/a"]',
    '["nope"]',
    '["nope/*"]',
    '["packages/a/pyproject.toml"]',
    '["other/{a1,a2}"]',
    "['packages\\a']",
    "[]",
    '["other/*"]',
    '["other/a?"]',
    '["other/[a-c]1"]',
    '["other/[!a]3"]',
    '["other/a[12]"]',
    '["other/[]a]1"]',
    '["other/[a-]1"]',
    '["*/*"]',
    '["packages/*"]',
    '["deep/*"]',
    '["deep/**/y"]',
    '["**/a1"]',
    '["**/x/**/y"]',
    '["**/**/y"]',
    '["[.]hidden/h"]',
    '["OTHER/*"]',
]


@pytest.mark.parametrize("members", PATTERNS)
def test_a_glob_leads_to_the_members_that_uv_finds(tmp_path: Path, members: str) -> None:
    root = tmp_path / "ws [1]"
    root.mkdir()
    lay(root, *PACKAGES)
    found = find_members(workspace(root, members), Documents())
    told = uv_members(root)
    if told.status != 0:
        # uv gives up where a folder without pyproject.toml is named.
        assert "is missing a `pyproject.toml`" in told.words
        assert found.unusable
    else:
        assert paths_of(found) == list(told.paths)
        assert found.unusable == ()


@pytest.mark.parametrize(
    "exclude",
    [
        '["other/A3", "other/a1/"]',
        '["./other/a1"]',
        '["*a1"]',
        '["*/a1"]',
        '["*"]',
        '["other/**"]',
        '["other"]',
        '["a1"]',
        '["/other/a1"]',
        '["other/a[!1]"]',
        '["**/a1"]',
    ],
)
def test_an_exclude_leaves_out_what_uv_leaves_out(tmp_path: Path, exclude: str) -> None:
    lay(tmp_path, *PACKAGES)
    found = find_members(workspace(tmp_path, '["other/*"]', exclude), Documents())
    assert paths_of(found) == list(uv_members(tmp_path).paths)


def test_an_absolute_path_is_good_for_both(tmp_path: Path) -> None:
    lay(tmp_path, *PACKAGES)
    members, exclude = f'["{tmp_path}/other/*"]', f'["{tmp_path}/other/a1"]'
    found = find_members(workspace(tmp_path, members, exclude), Documents())
    assert paths_of(found) == list(uv_members(tmp_path).paths)
    assert len(found.members) == 2


@pytest.mark.parametrize("pattern", ["***", "a**", "a/**b", "packages/a[", "[", "[!]", "[]", "x/[!a", "a/****/b"])
def test_a_glob_that_can_not_be_read_is_refused_in_uvs_words(tmp_path: Path, pattern: str) -> None:
    with pytest.raises(PatternError) as caught:
        check(pattern)
    document = workspace(tmp_path, f'["{pattern}"]')
    assert str(caught.value) in uv_members(tmp_path).words
    with pytest.raises(ProjectInvalid) as refused:
        find_members(document, Documents())
    (report,) = refused.value.reports()
    assert report.where is not None
    assert (report.where.line, report.why) == (2, (str(caught.value),))


def outcome_of(root: Path, folder: str, members: str = '["packages/*"]', exclude: str = "[]") -> object:
    found = find_members(workspace(root, members, exclude), Documents())
    (outcome,) = [each for each in found.outcomes if each.folder == root / folder]
    return outcome


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[project\n", "unclosed table"),
        ("", "No `project` table found"),
        ('[project]\nversion = "1"\n', "required `project.name` field is not set"),
        ('[project]\nname = "x"\n', "required `project.version` field is neither set nor present"),
        ('[project]\nname = "-bad-"\nversion = "1"\n', "Not a valid package or extra name"),
        ('[project]\nname = "x"\nversion = "one"\n', "version"),
        ('[project]\nname = "packages-a"\nversion = "1"\n', "Two workspace members are both named `packages-a`"),
        ('[project]\nname = "x"\nversion = "1"\n[tool.uv.workspace]\n', "Nested workspaces are not supported"),
        (None, "is missing a `pyproject.toml` (matches: `packages/*`)"),
    ],
)
def test_one_unusable_member_says_what_uv_says_and_stops_no_other(tmp_path: Path, text: str | None, words: str) -> None:
    lay(tmp_path, "packages/a", "packages/c")
    bad = tmp_path / "packages/b"
    bad.mkdir()
    (bad / "file").write_text("")
    if text is not None:
        (bad / "pyproject.toml").write_text(text)
    outcome = outcome_of(tmp_path, "packages/b")
    assert isinstance(outcome, Unusable)
    told = uv_members(tmp_path)
    assert told.status == 2
    assert words in told.words
    (report,) = outcome.error.reports()
    assert report.where is not None
    assert report.where.line is not None
    if words != "version" and text != "[project\n":
        assert words in " ".join((report.what, *report.why))
    assert sorted(find_members(read_pyproject(tmp_path), Documents()).members) == ["packages-a", "packages-c"]


def test_what_is_no_member_on_purpose_is_told_apart(tmp_path: Path) -> None:
    lay(tmp_path, "packages/a", "packages/out", "packages/.hidden-member")
    for empty in ("packages/empty/inner", "packages/.hidden"):
        (tmp_path / empty).mkdir(parents=True)
    (tmp_path / "packages/.hidden/file").write_text("")
    (tmp_path / "packages/file").write_text("")
    lay(tmp_path, "packages/unmanaged")
    with (tmp_path / "packages/unmanaged/pyproject.toml").open("a") as file:
        file.write("[tool.uv]\nmanaged = false\n")
    exclude = '["packages/out"]'
    for folder, reason in {
        "packages/out": Reason.EXCLUDED,
        "packages/.hidden": Reason.HIDDEN,
        "packages/empty": Reason.EMPTY,
        "packages/file": Reason.FILE,
        "packages/unmanaged": Reason.UNMANAGED,
    }.items():
        assert outcome_of(tmp_path, folder, exclude=exclude) == Skipped(tmp_path / folder, reason)
    found = find_members(read_pyproject(tmp_path), Documents())
    assert paths_of(found) == list(uv_members(tmp_path).paths)
    assert len(found.members) == 2


def test_a_link_that_leads_nowhere_is_unusable_and_a_linked_member_counts_as_it_is_written(tmp_path: Path) -> None:
    lay(tmp_path, "elsewhere/b")
    (tmp_path / "packages").mkdir()
    (tmp_path / "packages/b").symlink_to(tmp_path / "elsewhere/b")
    assert isinstance(outcome_of(tmp_path, "packages/b"), Member)
    assert list(uv_members(tmp_path).paths) == [str(tmp_path / "packages/b")]
    (tmp_path / "packages/gone").symlink_to(tmp_path / "nowhere")
    assert isinstance(outcome_of(tmp_path, "packages/gone"), Unusable)
    assert uv_members(tmp_path).status == 2


def test_the_root_is_a_member_if_it_has_a_project_and_a_virtual_root_is_none(tmp_path: Path) -> None:
    lay(tmp_path, "packages/a")
    document = workspace(tmp_path, '["packages/*", "."]', more='[project]\nname = "the-root"\nversion = "1"\n')
    found = find_members(document, Documents())
    assert paths_of(found) == list(uv_members(tmp_path).paths)
    assert found.members.keys() == {"packages-a", "the-root"}
    assert find_members(workspace(tmp_path, '["packages/*"]'), Documents()).members.keys() == {"packages-a"}


@pytest.mark.parametrize(
    ("more", "buildable"),
    [
        ("", False),
        ("[build-system]\nrequires = []\n", True),
        ("[build-system]\nrequires = []\n[tool.uv]\npackage = false\n", False),
        ("[tool.uv]\npackage = true\n", True),
    ],
)
def test_what_is_buildable_is_said_by_the_member(tmp_path: Path, more: str, *, buildable: bool) -> None:
    lay(tmp_path, "packages/a")
    with (tmp_path / "packages/a/pyproject.toml").open("a") as file:
        file.write(more)
    outcome = outcome_of(tmp_path, "packages/a")
    assert isinstance(outcome, Member)
    assert outcome.buildable is buildable


NAMES = ("a", "b", "ab", ".h", "x-1", "[z]", "A", "é")
PARTS = (
    *("a", "b", "*", "**", "?", "a*", "[ab]", "[!a]", ".*", "x-?", ".", "..", "[[]z]", "ab", "*b", "é", "?b", "A"),
    *("[a-b]", "{a,b}", ".h"),
)


def random_workspace(root: Path, chance: random.Random) -> Pyproject:
    for number in range(chance.randint(1, 7)):
        folder = root.joinpath(*chance.choices(NAMES, k=chance.randint(1, 3)))
        folder.mkdir(parents=True, exist_ok=True)
        kind = chance.random()
        name = chance.randint(0, 40) if kind < 0.1 else 100 + number
        unmanaged = "[tool.uv]\nmanaged = false\n" if kind > 0.8 else ""
        if kind > 0.9:
            (folder / "file").touch()
        else:
            (folder / "pyproject.toml").write_text(f'[project]\nname = "n{name}"\nversion = "1"\n{unmanaged}')

    def patterns(least: int, most: int) -> str:
        found = ("/".join(chance.choices(PARTS, k=chance.randint(1, 3))) for _ in range(chance.randint(least, most)))
        return json.dumps(list(found), ensure_ascii=False)

    members, exclude = patterns(1, 3), patterns(0, 2)
    return workspace(root, members, exclude, more='[project]\nname = "root"\nversion = "1"\n' * chance.randint(0, 1))


@pytest.mark.parametrize("seed", range(8))
def test_random_workspaces_have_the_members_that_uv_finds(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 (no secret)
    agreed = {True: 0, False: 0}
    for number in range(25):
        root = tmp_path / str(number)
        root.mkdir()
        document = random_workspace(root, chance)
        told, found = uv_members(root), find_members(document, Documents())
        usable = told.status == 0
        assert usable is not bool(found.unusable), (told, document.data, found.unusable)
        if usable:
            assert paths_of(found) == list(told.paths), document.data
        agreed[usable] += 1
    assert min(agreed.values()) > 2


def belongs_to(folder: Path) -> Path | None:
    found = workspace_of(read_pyproject(folder), Documents())
    return found.root if found is not None else None


def test_a_project_belongs_to_the_workspace_of_the_next_document_above_if_that_names_it(tmp_path: Path) -> None:
    lay(tmp_path, "packages/a", "packages/a/inner", "packages/group/x", "out/o")
    workspace(tmp_path, '["packages/*", "packages/a/inner", "out/*"]', '["out/o"]')
    assert belongs_to(tmp_path) == tmp_path
    assert belongs_to(tmp_path / "packages/a") == tmp_path
    assert belongs_to(tmp_path / "packages/a/inner") == tmp_path / "packages/a/inner"
    assert belongs_to(tmp_path / "packages/group/x") == tmp_path / "packages/group/x"
    assert belongs_to(tmp_path / "out/o") == tmp_path / "out/o"


def test_whichever_way_leads_to_a_project_what_lies_above_it_counts(tmp_path: Path) -> None:
    lay(tmp_path, "packages/a", "packages/b")
    workspace(tmp_path, '["packages/*"]')
    assert belongs_to(tmp_path / "packages/b/../a") == tmp_path
    (tmp_path / "packages/b/src").mkdir()
    assert belongs_to(tmp_path / "packages/b/src/..") == tmp_path
    (tmp_path / "link").symlink_to(tmp_path / "packages/b/src")
    assert belongs_to(tmp_path / "link/..") == tmp_path
    (tmp_path / "b").symlink_to(tmp_path / "packages/b")
    assert belongs_to(tmp_path / "b") == tmp_path / "b"  # as with uv: no glob leads to the link


def test_an_unmanaged_project_belongs_to_none(tmp_path: Path) -> None:
    lay(tmp_path, "packages/a")
    workspace(tmp_path, '["packages/*"]')
    with (tmp_path / "packages/a/pyproject.toml").open("a") as file:
        file.write("[tool.uv]\nmanaged = false\n")
    assert belongs_to(tmp_path / "packages/a") is None


def test_a_document_above_that_can_not_be_read_is_an_error_if_it_may_be_a_workspaces(tmp_path: Path) -> None:
    lay(tmp_path, "packages/a")
    (tmp_path / "pyproject.toml").write_text("[tool.other\n")
    assert belongs_to(tmp_path / "packages/a") == tmp_path / "packages/a"
    (tmp_path / "pyproject.toml").write_text("[tool.uv.workspace\n")
    with pytest.raises(ProjectInvalid):
        belongs_to(tmp_path / "packages/a")


def test_a_document_is_read_again_when_it_changed(tmp_path: Path) -> None:
    lay(tmp_path, "a")
    documents = Documents()
    path = tmp_path / "a/pyproject.toml"
    os.utime(path, (1, 1))
    for name in ("x", "y", "z"):
        path.write_text(f'[project]\nname = "{name}"\nversion = "1"\n')
        document = documents.read(tmp_path / "a")
        assert isinstance(document, Pyproject)
        assert document.table["project"]["name"] == name
    path.unlink()
    with pytest.raises(ProjectMissing):
        documents.read(tmp_path / "a")
