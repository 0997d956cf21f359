from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from atombuild.errors import AtombuildError, SourceRejected
from atombuild.native.disk_tree import DiskTree
from atombuild.native.licenses import matched_license_files
from atombuild.native.member_tree import MemberTree
from atombuild.native.modules import find_modules
from atombuild.native.selection import Selection, make_selection, sdist_files, wheel_files
from support.members import HeldFile
from support.variants import INIT, backend, document, files, link, loaded, project, write_files

ROOT = Path("/")

EVERYTHING = project(
    'readme = "docs/README.md"\nlicense-files = ["LICEN[CS]E*"]',
    'source-include = ["tests/**"]\nsource-exclude = ["*.tmp", "/tests/data"]\nwheel-exclude = ["*.pyx"]\n'
    'data = { scripts = "bin" }',
)


def selection(settings: str, root: Path = ROOT) -> Selection:
    return make_selection(loaded(settings, root))


@pytest.mark.parametrize(
    "path",
    [
        "pyproject.toml",
        "docs/README.md",
        "LICENSE",
        "LICENCE.txt",
        "src/foo/__init__.py",
        "src/foo/new/file.txt",
        "src/foo/fast.pyx",
        "tests/test_a.py",
        "bin/run",
    ],
)
def test_what_an_artifact_would_hold_is_admitted_there_or_not(path: str) -> None:
    assert selection(EVERYTHING).admits(path)


@pytest.mark.parametrize(
    "path",
    [
        "setup.py",
        "docs/index.md",
        "src/bar/__init__.py",
        "src/foo.py",
        "src/foo/a.tmp",
        "src/foo/__pycache__/a.cpython-312.pyc",
        "tests/data/x",
        "binary/run",
        "bin/a.tmp",
        "a/LICENSE",
        ".git/HEAD",
    ],
)
def test_what_no_build_reads_is_not_admitted(path: str) -> None:
    assert not selection(EVERYTHING).admits(path)


def test_what_decides_the_layout_is_admitted_though_it_is_never_packed() -> None:
    admits = selection(backend('module-name = "ns.foo"\nsource-exclude = ["__init__.py"]')).admits
    assert admits("src/ns/foo/__init__.py")
    assert admits("src/ns/__init__.py")
    assert admits("src/__init__.pyi")
    assert not admits("src/other/__init__.py")


def test_a_folder_excluded_by_its_place_still_counts_for_the_wheel() -> None:
    # The sdist leaves it out, and a wheel that is built from the tree does not.
    chosen = selection(backend('source-exclude = ["/src/foo/sub"]'))
    assert chosen.admits("src/foo/sub/a.py")
    assert chosen.may_hold("src/foo/sub")


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("src", True),
        ("src/foo", True),
        ("src/foo/deep/er", True),
        ("src/bar", False),
        ("src/foo/__pycache__", False),
        ("docs", True),
        ("docs/images", False),
        ("tests/unit", True),
        ("tests/data", False),
        ("bin", True),
        ("node_modules", False),
        (".git", False),
    ],
)
def test_only_folders_that_may_hold_something_are_worth_watching(folder: str, expected: bool) -> None:
    assert selection(EVERYTHING).may_hold(folder) is expected


data_folders = st.sampled_from(['"data"', '"data/sub"', '"src/foo/data"', '"."'])
names = st.sampled_from(["a", "b", "foo", "sub", "x.py", "__init__.py", "LICENSE", "c.pyc", "__pycache__"])
globs = st.lists(st.sampled_from(["a", "b", "*", "**", "*.py", "foo", "src", "sub"]), min_size=1, max_size=3).map(
    "/".join
)
glob_lists = st.lists(st.one_of(globs, globs.map("/{}".format)), max_size=2).map(
    lambda found: ", ".join(f'"{glob}"' for glob in found)
)
paths = st.tuples(
    st.sampled_from(["", "src/foo/", "src/foo/data/", "src/", "data/", "data/sub/"]),
    st.lists(names, min_size=1, max_size=3).map("/".join),
).map("".join)


@given(st.sets(paths, max_size=12), glob_lists, glob_lists, glob_lists, data_folders)
def test_the_watcher_and_the_builds_agree_on_every_file(
    found: set[str], includes: str, source_excludes: str, wheel_excludes: str, data: str
) -> None:
    found |= {"pyproject.toml", "LICENSE", "src/foo/__init__.py", "data/sub/a", "src/foo/data/a"}
    plain = {path for path in found if not any(other.startswith(f"{path}/") for other in found)}
    assume("LICENSE" in plain)
    settings = project(
        'license-files = ["LICENSE"]',
        f"source-include = [{includes}]\nsource-exclude = [{source_excludes}]\nwheel-exclude = [{wheel_excludes}]\n"
        f"data = {{ data = {data} }}",
    )
    table = {path: HeldFile(path) for path in plain}
    described = loaded(settings, ROOT)
    tree = MemberTree(ROOT, table)
    modules = find_modules(described)
    licenses = matched_license_files(described, tree)
    try:
        packed = {file.source for file in sdist_files(described, modules, licenses, tree)}
    except SourceRejected:
        return  # the excludes match pyproject.toml
    packed |= {file.source for file in wheel_files(described, modules, licenses, tree)}
    chosen = make_selection(described)
    admitted = {path for path in table if chosen.admits(path)}
    assert admitted == packed | (chosen.looked_for & set(table))
    for path in admitted:
        parents = path.split("/")[:-1]
        assert all(chosen.may_hold("/".join(parents[:depth])) for depth in range(1, len(parents) + 1))


@pytest.mark.parametrize(
    ("settings", "what", "place"),
    [
        (backend('source-include = ["a", "b c"]'), "tool.uv.build-backend.source-include", (8, 24)),
        (backend('source-exclude = ["a b"]'), "tool.uv.build-backend.*-exclude", (8, 19)),
        (backend('wheel-exclude = [\n"a",\n"***"]'), "tool.uv.build-backend.*-exclude", (10, 1)),
        (backend('data = { scripts = "a b" }'), "tool.uv.build-backend.data.scripts", (8, 20)),
        (project('license-files = ["../x"]'), "../x", (7, 18)),
        (project('license = { file = "L x" }'), "project.license-files", (7, 20)),
        (backend('module-root = "a b"'), "tool.uv.build-backend.source-include", (8, 15)),
    ],
)
def test_a_bad_glob_is_shown_where_it_stands(settings: str, what: str, place: tuple[int, int]) -> None:
    with pytest.raises(SourceRejected) as caught:
        selection(settings)
    (report,) = caught.value.reports()
    assert report.what == f"Unsupported glob expression in: {what}"
    assert report.where is not None
    assert (report.where.line, report.where.column) == place
    assert report.why
    assert report.hint


def refusal(settings: str, root: Path) -> str:
    described = loaded(settings, root)
    tree = DiskTree(root)
    (root / "pyproject.toml").write_text(document(settings))
    with pytest.raises(AtombuildError) as caught:
        list(sdist_files(described, find_modules(described), matched_license_files(described, tree), tree))
    (report,) = caught.value.reports()
    return report.what


def test_a_virtual_environment_is_refused(tmp_path: Path) -> None:
    write_files(tmp_path, {**INIT, "src/foo/env/pyvenv.cfg": "", "src/foo/env/bin/python": link("/usr/bin/python3")})
    assert refusal("", tmp_path) == (
        "Virtual environments must not be added to source distributions or wheels, "
        "remove the directory or exclude it from the build: src/foo/env"
    )


def test_pyproject_toml_is_never_left_out_of_an_sdist(tmp_path: Path) -> None:
    write_files(tmp_path, INIT)
    assert refusal(backend('source-exclude = ["*.toml"]'), tmp_path) == (
        "`pyproject.toml` must not be excluded from source distribution build"
    )


def test_every_licence_glob_must_match(tmp_path: Path) -> None:
    write_files(tmp_path, {**INIT, **files("LICENSE")})
    assert refusal(project('license-files = ["LICENSE", "nope*"]'), tmp_path) == (
        "`project.license-files` glob `nope*` did not match any files"
    )


def test_a_licence_is_text(tmp_path: Path) -> None:
    write_files(tmp_path, {**INIT, "LICENSE": b"\xe9"})
    assert refusal(project('license-files = ["LICENSE"]'), tmp_path) == "License file `LICENSE` must be UTF-8 encoded"


def test_where_an_sdist_is_unpacked_decides_nothing(tmp_path: Path) -> None:
    deep = tmp_path / "a/b/c"
    deep.mkdir(parents=True)
    project = loaded(backend('wheel-exclude = ["/*/*/*"]'), deep)
    write_files(deep, files("src/foo/__init__.py", "src/foo/sub/a.py"))
    members = {path: HeldFile(path) for path in ("src/foo/__init__.py", "src/foo/sub/a.py")}
    held = [
        [file.path for file in wheel_files(project, find_modules(project), (), tree) if file.path]
        for tree in (DiskTree(deep), MemberTree(deep, members))
    ]
    # From the tree the folders above it have a say, as in uv_build; from the sdist they have not.
    assert held[0] != held[1]
    assert held[1] == [file.path for file in wheel_files(project, find_modules(project), (), MemberTree(ROOT, members))]
