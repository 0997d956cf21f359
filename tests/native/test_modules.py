from __future__ import annotations

from pathlib import Path

import pytest

from atombuild.errors import Report, SourceRejected
from atombuild.native.disk_tree import DiskTree
from atombuild.native.layout import check_layout
from atombuild.native.modules import find_modules, identifier_fault, inside_project
from support.variants import PROJECT, Files, backend, files, loaded, write_files

ROOT = Path("/project")
EXPECTED = "expected an underscore or an alphanumeric character"


def folders(settings: str) -> tuple[str, ...]:
    return find_modules(loaded(settings, ROOT)).folders


def refusal(settings: str) -> Report:
    with pytest.raises(SourceRejected) as caught:
        folders(settings)
    (report,) = caught.value.reports()
    return report


def layout_refusal(settings: str, table: Files, root: Path) -> Report:
    write_files(root, table)
    project = loaded(settings, root)
    with pytest.raises(SourceRejected) as caught:
        check_layout(project, find_modules(project), DiskTree(root))
    (report,) = caught.value.reports()
    return report


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ("", ["src/foo"]),
        (backend('module-root = ""'), ["foo"]),
        (backend('module-root = "./lib//x/.."'), ["lib/foo"]),
        (backend('module-name = "Bar.baz"'), ["src/Bar/baz"]),
        (backend('module-name = ["b", "a.c", "a", "ab", "b"]'), ["src/a", "src/ab", "src/b"]),
        (backend("module-name = []"), []),
        (backend("namespace = true"), ["src/foo"]),
        (backend('namespace = true\nmodule-name = ["n.b", "n.a"]'), ["src/n/a", "src/n/b"]),
        (PROJECT.replace("foo", "Foo.Bar--x"), ["src/foo_bar_x"]),
        (PROJECT.replace("foo", "Foo_Stubs"), ["src/foo-stubs"]),
    ],
)
def test_settings_name_folders(settings: str, found: list[str]) -> None:
    assert folders(settings) == tuple(found)


@pytest.mark.parametrize("root", ["..", "../x", "/x", "a/../../b"])
def test_a_root_outside_the_project_is_refused(root: str) -> None:
    report = refusal(backend(f'module-root = "{root}"'))
    assert report.what.startswith("Module root must be inside the project: ")
    assert (report.where and report.where.line, report.where and report.where.column) == (8, 15)


def test_redundant_names_are_kept_for_advice_in_the_authors_order() -> None:
    modules = find_modules(loaded(backend('module-name = ["a.b", "b", "a", "b", "a.1bad"]'), ROOT))
    assert modules.redundant == ("a.b", "b", "a.1bad")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "An identifier must not be empty"),
        ("a..b", "An identifier must not be empty"),
        ("-stubs", "An identifier must not be empty"),
        ("1a", "Invalid first character `1` for identifier `1a`, expected an underscore or an alphabetic character"),
        ("ab-c", f"Invalid character `-` at position 3 for identifier `ab-c`, {EXPECTED}"),
        ("a.b-stubs", f"Invalid character `-` at position 2 for identifier `b-stubs`, {EXPECTED}"),
    ],
)
def test_a_module_name_must_be_one_that_python_can_import(name: str, why: str) -> None:
    report = refusal(backend(f'module-name = "{name}"'))
    assert (report.what, report.why) == (f"Invalid module name: {name}", (why,))


@pytest.mark.parametrize("name", ["_", "a1", "φου", "class", "काु"])
def test_letters_of_any_alphabet_make_a_name(name: str) -> None:
    assert identifier_fault(name) is None


@pytest.mark.parametrize("name", ["../x", "/etc", "a/../../b", "."])
def test_a_namespace_never_leaves_its_root(name: str) -> None:
    assert refusal(backend(f'namespace = true\nmodule-name = "{name}"')).what == f"Invalid module name: {name}"


@pytest.mark.parametrize(
    ("path", "tidy"),
    [("", ""), (".", ""), ("./a//b/", "a/b"), ("a/../b", "b"), ("..", None), ("a/../..", None), ("/a", None)],
)
def test_a_path_is_tidied_or_found_to_lead_out(path: str, tidy: str | None) -> None:
    assert inside_project(path) == tidy


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("src/foo/a.py", "; it may be empty"),
        ("src/bar.py", ", or set module-name in [tool.uv.build-backend] to the package's name"),
        ("foo.py", ', or set module-root in [tool.uv.build-backend] ("" for a flat layout)'),
    ],
    ids=["the folder is there", "the root is there", "nothing is there"],
)
def test_the_hint_for_a_missing_module_fits_what_is_there(path: str, hint: str, tmp_path: Path) -> None:
    report = layout_refusal("", files(path), tmp_path)
    assert report.what == "Expected a Python module at: src/foo/__init__.py"
    assert report.hint == f"create src/foo/__init__.py{hint}"


def test_a_namespace_portion_must_not_lie_in_a_package(tmp_path: Path) -> None:
    table = files("src/a/b/__init__.py", "src/a/__init__.pyi")
    report = layout_refusal(backend('module-name = "a.b"'), table, tmp_path)
    assert report.what == "For namespace packages, `__init__.pyi` is not allowed in parent directory: src/a"
    assert report.where is not None
    assert report.where.line == 8


def test_a_layout_as_it_should_be_is_accepted(tmp_path: Path) -> None:
    write_files(tmp_path, files("src/a/b/__init__.py", "src/c-stubs/__init__.pyi"))
    project = loaded(backend('module-name = ["a.b", "c-stubs"]'), tmp_path)
    check_layout(project, find_modules(project), DiskTree(tmp_path))
