"""Every code of the table is shown by the command, end to end, for each kind of backend that it is about."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from atombuild.advice.codes import CODES
from support import packer
from support.secrets import private_key
from support.variants import INIT, Files, backend, document, files, link, project, write_files

EVERYTHING: Final = backend('source-include = ["**"]')
EMPTY: Final[Files] = {"src/sky/__init__.py": ""}
METADATA: Final = "Metadata-Version: 2.5\nName: sky\nVersion: 1.0"
TEXT: Final = "\n\nAll about it.\n"


def large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(10_000_001)


def many(path: Path) -> None:
    path.mkdir()
    for number in range(10_001):
        (path / f"{number}.txt").touch()


@dataclass(frozen=True)
class Case:
    """A project that shows a code."""

    settings: str = ""
    """All of ``pyproject.toml`` but the header of uv_build, or all of it where that has a [build-system]."""

    tree: Files | None = None
    builds: bool = True
    """Whether it can be built."""


def own(metadata: str = TEXT, more: str = "", tree: Files | None = None) -> Case:
    """Return a project of a backend in its tree."""
    header = '[build-system]\nrequires = []\nbuild-backend = "packer"\nbackend-path = ["_build"]\n'
    source = Path(packer.__file__).read_text(encoding="utf-8")
    return Case(header + more, {**EMPTY, "METADATA": METADATA + metadata, "_build/packer.py": source, **(tree or {})})


def settings_of(more: str) -> str:
    return f'[project]\nname = "sky"\nversion = "1.0"\n{more}'


NATIVE: Final[dict[str, Case]] = {
    "unknown-key": Case(project("", "modul-root = 'src'")),
    "setting-not-followed": Case('[tool.uv]\nrequired-version = "<0.13"\n'),
    "setting-refused": Case('[tool.atombuild]\nkeep-in-memory = "much"\n'),
    "backend-range": Case(
        '[build-system]\nrequires = ["uv_build>=0.12,<0.13"]\nbuild-backend = "uv_build"\n' + project("")
    ),
    "include-matches-nothing": Case(backend('source-include = ["nope"]')),
    "include-excluded": Case(backend('source-include = ["docs/**"]\nsource-exclude = ["/docs"]'), files("docs/a.md")),
    "exclude-half-effect": Case(backend('source-exclude = ["/src/foo/sub"]'), files("src/foo/sub/a.py")),
    "exclude-by-checkout": Case(backend('wheel-exclude = ["project/src/foo/a.py"]'), files("src/foo/a.py")),
    "sdist-not-buildable": Case(
        project('readme = "README.md"', 'source-exclude = ["README.md"]'), files("README.md"), builds=False
    ),
    "wheel-not-in-sdist": Case(
        backend('source-exclude = ["/src/foo/sub"]\ndata.data = "."'), files("src/foo/sub/a.py")
    ),
    "wheel-without-module": Case(backend('source-exclude = ["**/*.py"]'), builds=False),
    "entry-point": Case(project('scripts = { run = "foo" }')),
    "direct-dependency": Case(project('dependencies = ["a @ https://example.org/a.zip"]')),
    "local-version": Case('[project]\nname = "foo"\nversion = "1.0+here"\n'),
    "secret": Case("", {"src/foo/key.pem": private_key()}),
    "secret-for-show": Case("", {"src/foo/tests/key.pem": private_key()}),
    "repository": Case(EVERYTHING, files(".git/HEAD")),
    "node-modules": Case(EVERYTHING, files("node_modules/x/index.js")),
    "compiled-module": Case("", files("src/foo/_fast.so")),
    "backend-unbounded": Case(
        '[build-system]\nrequires = ["uv_build>=0.13"]\nbuild-backend = "uv_build"\n' + project("")
    ),
    "unknown-code": Case('[tool.atombuild]\nsilence = ["secrets"]\n'),
    "license-classifier": Case(project('license = "MIT"\nclassifiers = ["License :: OSI Approved :: MIT License"]')),
    "license-table": Case(project('license = { text = "MIT" }')),
    "license-left-out": Case("", files("LICENSE")),
    "readme-left-out": Case("", files("README.md")),
    "package-left-out": Case("", files("src/bar/__init__.py")),
    "typed-without-marker": Case(project('classifiers = ["Typing :: Typed"]')),
    "import-name": Case(project('import-names = ["bar"]')),
    "bytecode": Case(backend("default-excludes = false"), files("src/foo/a.pyc")),
    "large-file": Case("", {"src/foo/big.bin": large}),
    "link-leads-out": Case("", {"../outside.txt": "x", "src/foo/a.txt": link("../../../outside.txt")}),
    "name-not-utf8": Case("", files("src/foo/a\u200b.txt")),
    "names-differ-in-case": Case("", files("src/foo/a.txt", "src/foo/A.txt")),
    "comma": Case(project('keywords = ["a, b"]')),
    "leftover": Case("", files("src/foo/a.py.orig")),
    "exclude-matches-nothing": Case(backend('source-exclude = ["nope"]')),
    "redundant-module-name": Case(backend('module-name = ["foo", "foo.bar"]'), files("src/foo/bar/__init__.py")),
    "value-ignored": Case(
        project('readme = { file = "README.md", text = "x", content-type = "text/plain" }'), files("README.md")
    ),
    "many-files": Case("", {"src/foo/many": many}),
}
"""Native builds."""

OTHERS: Final[dict[str, Case]] = {
    "settings-ignored": own(more=backend('module-root = ""')),
    "unknown-key": own(more=settings_of('licence = "MIT"\n')),
    "setting-not-followed": own(more="[tool.uv]\nrequire-build-hashes = true\n"),
    "setting-refused": own(more='[tool.atombuild]\nkeep-in-memory = "much"\n'),
    "backend-not-required": Case(
        '[build-system]\nrequires = []\nbuild-backend = "uv_build"\n' + project(""), INIT, builds=False
    ),
    "entry-point": own(tree={"dist-info/entry_points.txt": "[console_scripts]\nrun = sky\n"}),
    "direct-dependency": own(f"\nRequires-Dist: a @ https://example.org/a.zip\n{TEXT}"),
    "secret": own(tree={"src/sky/key.pem": private_key()}),
    "secret-for-show": own(tree={"tests/key.pem": private_key()}),
    "repository": own(tree={"src/sky/.git/HEAD": "x"}),
    "node-modules": own(tree={"node_modules/x/index.js": "x"}),
    "compiled-module": own(tree={"src/sky/_fast.so": "x"}),
    "metadata-invalid": own(f"\nDescription-Content-Type: text/nonsense\n{TEXT}"),
    "wheel-empty": own(tree={"src/sky/__init__.py": lambda path: path.parent.rmdir()}),
    "module-not-in-wheel": own(tree={"lib/sky/__init__.py": "", "lib/sky/lost.py": "", "lib/sky/other.py": ""}),
    "sdist-other-text": own(tree={"src/sky/a.py": "x = 1\n", "overlay/src/sky/a.py": "x = 2\n"}),
    "top-level-name": own(tree={"src/tests/test_a.py": ""}),
    "link-leads-nowhere": own(tree={"LINKS": "src/sky/a.txt gone.txt\n"}),
    "own-file": own(tree={"src/sky/.atombuild.json": "{}"}),
    "version-tagged": own(".dev7" + TEXT, settings_of(""), {"TAG": ".dev7"}),
    "unknown-code": own(more='[tool.atombuild]\nsilence = ["secrets"]\n'),
    "license-classifier": own(more=settings_of('classifiers = ["License :: OSI Approved :: MIT License"]\n')),
    "license-table": own(more=settings_of('license = { text = "MIT" }\n')),
    "license-left-out": own(tree={"LICENSE": "x"}),
    "typed-without-marker": own(f"\nClassifier: Typing :: Typed\n{TEXT}"),
    "import-name": own(f"\nImport-Name: moon\n{TEXT}"),
    "bytecode": own(tree={"src/sky/a.pyc": "x"}),
    "large-file": own(tree={"src/sky/big.bin": large}),
    "name-not-utf8": own(tree={"src/sky/a\u200b.txt": "x"}),
    "names-differ-in-case": own(tree={"src/sky/a.txt": "x", "src/sky/A.txt": "x"}),
    "comma": own(more=settings_of('keywords = ["a, b"]\n')),
    "description-missing": own("\n"),
    "leftover": own(tree={"src/sky/a.py.orig": "x"}),
    "many-files": own(tree={"many": many}),
}
"""Backends that run: one in the tree, and uv_build where another release of it would have to be fetched."""

REFETCHED: Final[dict[str, Case]] = {
    "backend-requires": Case(
        '[build-system]\nrequires = ["uv_build>=0.13,<0.14", "six"]\nbuild-backend = "uv_build"\n' + project("")
    ),
}
"""uv_build in an environment: it is fetched from the index."""


def shown(root: Path, case: Case, *how: str) -> set[str]:
    """Return the codes that the command shows, each once."""
    return set(told(root, case, *how))


def told(root: Path, case: Case, *how: str) -> list[str]:
    """Return the codes of all findings that the command shows."""
    root.mkdir()
    text = case.settings if "[build-system]" in case.settings else document(case.settings)
    (root / "pyproject.toml").write_text(text, encoding="utf-8")
    native = "[build-system]" not in case.settings or "uv_build>" in case.settings
    write_files(root, {**(INIT if native else {}), **(case.tree or {})})
    done = subprocess.run(
        [sys.executable, "-m", "atombuild", *how, str(root)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert (done.returncode == 0) is case.builds, done.stderr
    return re.findall(r"^  where: .*\(([a-z0-9-]+)\)$", done.stdout + done.stderr, re.MULTILINE)


@pytest.mark.parametrize("code", NATIVE)
def test_a_code_is_shown_for_a_native_build(tmp_path: Path, code: str) -> None:
    assert code in shown(tmp_path / "project", NATIVE[code], "--list")


@pytest.mark.parametrize("code", ["secret", "sdist-not-buildable", "wheel-without-module"])
def test_a_build_shows_the_same_as_a_list_whether_it_succeeds_or_fails(tmp_path: Path, code: str) -> None:
    built = shown(tmp_path / "project", NATIVE[code], "--once")
    assert code in built
    assert built == shown(tmp_path / "again", NATIVE[code], "--list")


@pytest.mark.parametrize("code", OTHERS)
def test_a_code_is_shown_for_another_backend(tmp_path: Path, code: str) -> None:
    assert code in shown(tmp_path / "project", OTHERS[code], "--list")


@pytest.mark.parametrize("how", ["--list", "--once"])
def test_what_both_artifacts_hold_is_told_once(tmp_path: Path, how: str) -> None:
    held = {"src/sky/key.pem": private_key(), "src/sky/a.pyc": "x"}
    assert sorted(told(tmp_path / "project", own(tree=held), how)) == ["bytecode", "secret"]


def test_the_file_that_our_output_goes_to_is_told_where_it_is_packed(tmp_path: Path) -> None:
    root, log = tmp_path / "project", tmp_path / "project/src/sky/build.log"
    case = own()
    root.mkdir()
    (root / "pyproject.toml").write_text(case.settings, encoding="utf-8")
    write_files(root, case.tree or {})
    with log.open("wb") as file:
        command = [sys.executable, "-m", "atombuild", "--once", str(root)]
        assert subprocess.run(command, stdout=file, stderr=file, check=False, stdin=subprocess.DEVNULL).returncode == 0
    assert re.search(r"files of atombuild's own are packed: src/sky/build\.log", log.read_text(encoding="utf-8"))


@pytest.mark.parametrize("code", REFETCHED)
def test_a_code_is_shown_for_uv_build_from_the_index(tmp_path: Path, code: str) -> None:
    assert code in shown(tmp_path / "project", REFETCHED[code], "--list")


def test_every_code_of_the_table_has_a_case() -> None:
    assert NATIVE.keys() | OTHERS.keys() | REFETCHED.keys() == CODES.keys()


def test_where_nothing_is_wrong_nothing_is_shown(tmp_path: Path) -> None:
    assert shown(tmp_path / "native", Case(), "--once") == set()
    assert shown(tmp_path / "other", own(), "--once") == set()
