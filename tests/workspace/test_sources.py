"""Where a requirement comes from, by ``[tool.uv.sources]``: what uv makes of each kind of source."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from packaging.markers import default_environment

from atombuild.errors import ProjectInvalid
from atombuild.project.pyproject import read_pyproject
from atombuild.workspace.belonging import workspace_of
from atombuild.workspace.documents import Documents
from atombuild.workspace.sources import Asker, Nothing, Origin, Required, Tree, path_of

MARKERS = {name: str(value) for name, value in default_environment().items()}


def asker(root: Path, sources: str = "", above: str = "") -> Asker:
    """Lay a project ``app`` of a workspace with the member ``lib``, and return who asks for what it requires."""
    for name in ("app", "lib"):
        (root / "packages" / name).mkdir(parents=True)
        (root / "packages" / name / "pyproject.toml").write_text(f'[project]\nname = "{name}"\nversion = "1"\n')
    (root / "pyproject.toml").write_text(f'[tool.uv.workspace]\nmembers = ["packages/*"]\n{above}')
    folder = root / "packages/app"
    with (folder / "pyproject.toml").open("a") as file:
        file.write(sources)
    document = read_pyproject(folder)
    return Asker(folder, document, workspace_of(document, Documents()), MARKERS)


def origin(root: Path, text: str, source: str) -> Origin:
    return asker(root, f"[tool.uv.sources]\n{source}\n").origin(text, None)


@pytest.mark.parametrize(
    ("text", "source", "becomes"),
    [
        ("x>=1", "", "x>=1"),
        ("x >= 1 , <2", "", "x >= 1 , <2"),
        ("x", "y = { git = 'https://example.org/y' }", "x"),
        ("x>1", 'x = { git = "https://example.org/x" }', "x @ git+https://example.org/x"),
        ("x", 'x = { git = "ssh://git@example.org/x", rev = "abc" }', "x @ git+ssh://git@example.org/x@abc"),
        ("x", 'x = { git = "https://example.org/x", tag = "v1" }', "x @ git+https://example.org/x@v1"),
        ("x", 'x = { git = "https://example.org/x", branch = "b" }', "x @ git+https://example.org/x@b"),
        (
            "x[z,a]",
            'x = { git = "https://example.org/x", tag = "v1", subdirectory = "s/t" }',
            "x[a,z] @ git+https://example.org/x@v1#subdirectory=s/t",
        ),
        (
            "X_Y",
            'x-y = { url = "https://example.org/x.zip", subdirectory = "s" }',
            "X_Y @ https://example.org/x.zip#subdirectory=s",
        ),
        ("x @ https://example.org/x.zip", "", "x @ https://example.org/x.zip"),
        ("x", f'x = {{ url = "https://e.org/x.zip", marker = "sys_platform == \'{sys.platform}\'" }}', "x @ https://e.org/x.zip"),
        ("x", "x = { url = \"https://e.org/x.zip\", marker = \"sys_platform == 'none'\" }", "x"),
        (
            "x",
            (f"x = [{{ url = 'https://e.org/n.zip', marker = 'sys_platform == \"none\"' }}, "
            f"{{ url = 'https://e.org/y.zip', marker = 'sys_platform == \"{sys.platform}\"' }}]"),
            "x @ https://e.org/y.zip",
        ),
    ],
)  # fmt: skip
def test_what_an_installer_gets_to_read(tmp_path: Path, text: str, source: str, becomes: str) -> None:
    assert origin(tmp_path, text, source) == Required(becomes)


def test_a_marker_that_does_not_hold_asks_for_nothing(tmp_path: Path) -> None:
    assert origin(tmp_path, "lib; sys_platform == 'none'", "") == Nothing()


def test_a_folder_is_a_tree_and_a_file_a_requirement(tmp_path: Path) -> None:
    ask = asker(
        tmp_path,
        '[tool.uv.sources]\nfolder = { path = "../../folder" }\nlinked = { path = "../../folder", editable = true }\n'
        'file = { path = "../../x-1.zip" }\nlib = { workspace = true }\n',
        '[tool.uv.sources]\nabove = { path = "folder" }\nfolder = { path = "packages" }\n',
    )
    (tmp_path / "folder").mkdir()
    (tmp_path / "x-1.zip").touch()
    folder = tmp_path / "folder"
    found = {name: ask.origin(name, None) for name in ("folder", "linked", "above", "lib", "file")}
    assert {name: (tree.root, tree.editable) for name, tree in found.items() if isinstance(tree, Tree)} == {
        "folder": (folder, False),  # the project's own entry comes before the root's
        "linked": (folder, True),
        "above": (folder, False),  # relative to the root, which names it
        "lib": (tmp_path / "packages/lib", True),
    }
    assert found["file"] == Required(f"file @ {(tmp_path / 'x-1.zip').as_uri()}", tmp_path / "x-1.zip")
    tree = ask.origin(f"any[B_c] @ {folder.as_uri()}#subdirectory=inner", None)
    assert isinstance(tree, Tree)
    assert (tree.root, tree.editable, tree.extras) == (folder / "inner", False, frozenset({"b-c"}))


def test_a_member_may_be_wanted_as_it_is(tmp_path: Path) -> None:
    tree = origin(tmp_path, "lib", "lib = { workspace = true, editable = false }")
    assert isinstance(tree, Tree)
    assert not tree.editable


@pytest.mark.parametrize(
    ("text", "source", "words"),
    [
        ("x", 'x = { index = "inner" }', "is to come from the index `inner`"),
        ("x", 'x = { path = "nowhere" }', "Distribution not found at: file://"),
        ("x", 'x = "../x"', "`tool.uv.sources.x` can't be read"),
        ("x", 'x = { path = "../lib", url = "https://e.org/x.zip" }', "the source of `x` can't be read"),
        ("x", "x = { }", "the source of `x` can't be read"),
        ("x", "x = { path = 3 }", "the source of `x` can't be read"),
        ("x", 'x = { git = "https://e.org/x", rev = "a", branch = "b" }', "the git source of `x` can't be followed"),
        ("x", 'x = { git = "https://e.org/x", lfs = true }', "the git source of `x` can't be followed"),
        ("x", 'x = { url = "https://e.org/x.zip", marker = "what" }', "the marker of a source can't be read"),
        ("x @ https://e.org/y.zip", 'x = { url = "https://e.org/x.zip" }', "`x` has a URL and an entry"),
        ("x", "x = { workspace = true }", "but is not a workspace member"),
        ("lib", "", "is missing an entry in `tool.uv.sources`"),
        ("Lib @ file:///elsewhere", "", "is missing an entry in `tool.uv.sources`"),
        ("app", "", "`app` is included as a workspace member, but is missing an entry"),
    ],
)
def test_what_can_not_be_followed_is_refused_where_it_stands(
    tmp_path: Path, text: str, source: str, words: str
) -> None:
    with pytest.raises(ProjectInvalid) as refused:
        origin(tmp_path, text, source)
    (report,) = refused.value.reports()
    assert words in report.what
    assert report.hint
    if source and text not in {"lib", "app"}:
        assert report.where is not None
        assert report.where.path == tmp_path / "packages/app/pyproject.toml"
        assert report.where.line == 5


def test_a_project_alone_may_be_built_with_its_last_release(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "alone"\nversion = "1"\n')
    document = read_pyproject(tmp_path)
    ask = Asker(tmp_path, document, workspace_of(document, Documents()), MARKERS)
    assert ask.origin("alone<1", None) == Required("alone<1")


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("file:///a/b%20c", "/a/b c"),
        ("file://localhost/a", "/a"),
        ("file:/a", "/a"),
        ("file:///a#subdirectory=x", "/a"),
    ],
)
def test_a_file_url_leads_to_a_path(url: str, path: str) -> None:
    assert path_of(url) == Path(path)
