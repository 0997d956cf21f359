"""What the hooks of uv_build do with a project, ours do: editable wheels, prepared metadata, and the check of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from support.hooks import Called, call_ours, call_uvs
from support.variants import INIT, Files, backend, document, executable, files, link, project, write_files

Differences = Callable[[bytes, bytes], Iterator[str]]

EVERYTHING: Final = project(
    'description = "x"\nreadme = "README.md"\nlicense = "MIT"\nlicense-files = ["LICEN[CS]E*"]\n'
    'dependencies = ["tomli>=2"]\nscripts = { foo = "foo:main" }\n'
    'entry-points = { "foo.plugins" = { a = "foo.a" } }',
    'data = { scripts = "bin", data = "share", headers = "include" }',
)
EVERY_FILE: Final[Files] = {
    **INIT,
    **files("README.md", "LICENSE", "include/foo.h", "share/doc/foo.txt", "share/a", "bin/__pycache__/x.pyc"),
    "bin/run": executable(),
}

ACCEPTED: Final[dict[str, tuple[str, Files]]] = {
    "the default layout": ("", INIT),
    "everything at once": (EVERYTHING, EVERY_FILE),
    "a flat layout": (backend('module-root = ""'), files("foo/__init__.py")),
    "a flat layout by a dot": (backend('module-root = "."'), files("foo/__init__.py")),
    "a module root that has to be tidied": (backend('module-root = "x/..//lib/./"'), files("lib/foo/__init__.py")),
    "a module root behind a link": ("", {"real/foo/__init__.py": "", "src": link("real")}),
    "a module root with letters of its own": (backend('module-root = "söurce"'), files("söurce/foo/__init__.py")),
    "a namespace that is not there": (backend("namespace = true"), {}),
    "a dotted module": (backend('module-name = "a.b"'), files("src/a/b/__init__.py")),
    "several modules": (backend('module-name = ["b", "a"]'), files("src/a/__init__.py", "src/b/__init__.py")),
    "no module": (backend("module-name = []"), {}),
    "stubs": ('[project]\nname = "foo-stubs"\nversion = "1"', files("src/foo-stubs/__init__.pyi")),
    "a name and a version that are normalised": (
        '[project]\nname = "Foo.Bar--x"\nversion = "1.0-1"',
        files("src/foo_bar_x/__init__.py"),
    ),
    "excludes in the data": (
        backend('wheel-exclude = ["/bin/a", "*.tmp"]\nsource-exclude = ["c"]\ndata = { scripts = "bin" }'),
        {**INIT, **files("bin/a", "bin/b", "bin/c/d", "bin/x.tmp")},
    ),
    "data without a file": (backend('data = { data = "share" }'), {**INIT, **files("share/x.pyc")}),
    "entry points without an entry": (project("entry-points = {}"), INIT),
    "an include that is no glob, which only an sdist reads": (backend('source-include = ["{"]'), INIT),
}

REFUSED: Final[dict[str, tuple[str, Files]]] = {
    "no module where it should be": ("", {}),
    "a module root outside": (backend('module-root = ".."'), INIT),
    "a name that is no module": (backend('module-name = "1a"'), INIT),
    "a package above the module": (backend('module-name = "a.b"'), files("src/a/__init__.py", "src/a/b/__init__.py")),
    "data that is not there": (backend('data = { scripts = "bin" }'), INIT),
    "data outside": (backend('data = { scripts = "../bin" }'), INIT),
    "data behind a link that leads out": (backend('data = { scripts = "bin" }'), {**INIT, "bin": link("/etc")}),
    "an exclude that is no glob": (backend('source-exclude = ["{"]'), INIT),
    "a licence file that is not there": (project('license-files = ["LICENSE"]'), INIT),
    "a licence that is none": (project('license = "mit"'), INIT),
    "a readme that is not there": (project('readme = "README.md"'), INIT),
    "a group of entry points that is none": (project('entry-points = { "a-b" = { x = "y" } }'), INIT),
    "a description of two lines": (project('description = "a\\nb"'), INIT),
    "no version": ('[project]\nname = "foo"', INIT),
}

HOOKS: Final = ("build_editable", "build_wheel", "prepare_metadata_for_build_wheel")


@dataclass(frozen=True)
class Side:
    """What stands in the folder that one of the two was given."""

    called: Called
    files: dict[str, bytes]


@pytest.fixture
def both(tmp_path: Path) -> Callable[..., tuple[Side, Side]]:
    """Call a hook of uv_build and ours on the same project; ``prepared`` is what a front-end hands back."""

    def call(settings: str, table: Files, hook: str, prepared: Files | None = None) -> tuple[Side, Side]:
        root = tmp_path / "project"
        write_files(root, {"pyproject.toml": document(settings), **table})
        sides = []
        for name, call_it in (("uv", call_uvs), ("us", call_ours)):
            out = tmp_path / name
            out.mkdir()
            arguments = [out]
            if prepared is not None:
                arguments.append(tmp_path / f"prepared-{name}")
                write_files(arguments[1], prepared)
            called = call_it(root, hook, *arguments)
            found = {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}
            sides.append(Side(called, found))
        theirs, ours = sides
        assert (ours.called.result is None) == (theirs.called.result is None), theirs.called.err + ours.called.err
        return theirs, ours

    return call


@pytest.mark.parametrize("case", ACCEPTED)
@pytest.mark.parametrize("hook", ["build_editable", "prepare_metadata_for_build_editable"])
def test_an_accepted_project_gives_the_same_files(
    both: Callable[..., tuple[Side, Side]], wheel_differences_between: Differences, case: str, hook: str
) -> None:
    theirs, ours = both(*ACCEPTED[case], hook)
    assert ours.called == theirs.called
    names = {name for name in ours.files if not name.startswith(".")}
    assert names == theirs.files.keys() != set()
    for name in names:
        if name.endswith(".whl"):
            assert list(wheel_differences_between(theirs.files[name], ours.files[name])) == []
        else:
            assert _comparable(name, ours.files[name]) == _comparable(name, theirs.files[name])


def _comparable(name: str, data: bytes) -> list[str]:
    if not name.endswith(("/WHEEL", "/RECORD")):
        return [data.decode()]
    lines = data.decode().splitlines()
    return [line for line in lines if not line.startswith("Generator:") and "/WHEEL,sha256=" not in line]


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("hook", HOOKS)
def test_a_project_is_refused_or_not_as_by_uv_build_and_nothing_is_left_then(
    both: Callable[..., tuple[Side, Side]], case: str, hook: str
) -> None:
    _, ours = both(*REFUSED[case], hook)
    if ours.called.result is None:
        assert ours.called.err.startswith("error: ")
        assert "\n  next: " in ours.called.err
        assert not [name for name in ours.files if not name.startswith(".")]


METADATA: Final = "Metadata-Version: 2.3\nName: foo\nVersion: 1.0\n"
SCRIPTS: Final = project('scripts = { a = "b:c" }')

PREPARED: Final[dict[str, tuple[str, Files, Files]]] = {
    "it agrees": ("", INIT, {"METADATA": METADATA}),
    "its WHEEL and RECORD differ": ("", INIT, {"METADATA": METADATA, "WHEEL": "x", "RECORD": "x"}),
    "its entry points agree": (
        SCRIPTS,
        INIT,
        {"METADATA": METADATA, "entry_points.txt": "[console_scripts]\na = b:c\n\n"},
    ),
    "another METADATA": ("", INIT, {"METADATA": METADATA.replace("1.0", "1.1")}),
    "other line ends": ("", INIT, {"METADATA": METADATA.replace("\n", "\r\n")}),
    "other entry points": (SCRIPTS, INIT, {"METADATA": METADATA, "entry_points.txt": "[console_scripts]\n\n"}),
    "entry points too many": ("", INIT, {"METADATA": METADATA, "entry_points.txt": ""}),
    "entry points too few": (SCRIPTS, INIT, {"METADATA": METADATA}),
    "empty entry points too few": (project("entry-points = {}"), INIT, {"METADATA": METADATA}),
    "no METADATA": ("", INIT, {"WHEEL": "x"}),
    "no folder": ("", INIT, {}),
    "a wrong METADATA and no module": ("", {}, {"METADATA": "x"}),
}


@pytest.mark.parametrize("case", PREPARED)
@pytest.mark.parametrize("hook", ["build_wheel", "build_editable"])
def test_metadata_that_was_prepared_is_checked_with_the_same_verdict(
    both: Callable[..., tuple[Side, Side]], case: str, hook: str
) -> None:
    theirs, ours = both(PREPARED[case][0], PREPARED[case][1], hook, PREPARED[case][2])
    assert ours.called.result == theirs.called.result
    if ours.called.result is None:
        words = theirs.called.err.splitlines()[0].removeprefix("Error: ")
        if words.startswith("Inconsistent"):
            assert f"error: {words}\n" in ours.called.err
        else:
            assert words.startswith("failed to open file")
            assert words.partition("`: ")[0].rpartition("/")[2] in ours.called.err
