"""Each kind of finding: its exact words, place and remedy; and that it says nothing where nothing is wrong."""

# ruff: noqa: E501 (a case is read as a row of its table)
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from atombuild.errors import Cancelled
from atombuild.finding import Finding
from atombuild.native.advice import advise
from atombuild.native.disk_tree import DiskTree
from atombuild.project.load import load_project
from atombuild.project.pyproject import read_pyproject
from support.projects import sample_project
from support.secrets import private_key
from support.variants import INIT, Files, backend, files, link, project, write_project

Told = tuple[str, str, str, str]
"""Code, place, words and remedy."""


def large(path: Path) -> None:
    """Make a file that is one byte too large, and takes no room."""
    with path.open("wb") as file:
        file.truncate(10_000_001)


CASES: Mapping[str, tuple[str, Files, list[Told]]] = {
    "include of a folder": (
        backend('source-include = ["tests/"]'),
        {**INIT, **files("tests/test_a.py")},
        [
            (
                "include-matches-nothing",
                "pyproject.toml:8:19",
                'the source-include "tests/" matches no file',
                'write "tests/**": a folder\'s name alone includes nothing',
            ),
        ],
    ),
    "include of a folder by name": (
        backend('source-include = ["docs/**", "tests"]'),
        {**INIT, **files("docs/a.md", "tests/test_a.py")},
        [
            (
                "include-matches-nothing",
                "pyproject.toml:8:30",
                'the source-include "tests" matches no file',
                'write "tests/**": a folder\'s name alone includes nothing',
            ),
        ],
    ),
    "include from the top": (
        backend('source-include = ["/notes.md"]'),
        {**INIT, **files("notes.md")},
        [
            (
                "include-matches-nothing",
                "pyproject.toml:8:19",
                'the source-include "/notes.md" matches no file',
                'write "notes.md": includes start at the project\'s folder, without a slash',
            ),
        ],
    ),
    "include of nothing": (
        backend('source-include = ["nope/*.txt"]'),
        INIT,
        [
            (
                "include-matches-nothing",
                "pyproject.toml:8:19",
                'the source-include "nope/*.txt" matches no file',
                "mend it, or remove it: includes start at the project's folder, and * does not cross a /",
            ),
        ],
    ),
    "include that is excluded": (
        backend('source-include = ["docs/**"]\nsource-exclude = ["/docs"]'),
        {**INIT, **files("docs/deep/a.md")},
        [
            (
                "include-excluded",
                "pyproject.toml:8:19",
                'all that the source-include "docs/**" matches is excluded again, such as docs/deep/a.md',
                "remove the include, or narrow the exclude: an exclude always wins",
            ),
        ],
    ),
    "exclude of nothing": (
        backend('source-exclude = ["*.tmp"]'),
        INIT,
        [
            (
                "exclude-matches-nothing",
                "pyproject.toml:8:19",
                'the source-exclude "*.tmp" leaves out nothing',
                "remove it, or mend it: without a leading slash it is good at any depth, with one only from the top",
            ),
        ],
    ),
    "wheel-exclude of nothing": (
        backend('wheel-exclude = ["tests"]'),
        {**INIT, **files("tests/a.py")},
        [
            (
                "exclude-matches-nothing",
                "pyproject.toml:8:18",
                'the wheel-exclude "tests" leaves out nothing',
                "remove it, or mend it: without a leading slash it is good at any depth, with one only from the top",
            ),
        ],
    ),
    "exclude with a slash behind": (
        backend('source-exclude = ["src/foo/sub/"]'),
        {**INIT, **files("src/foo/sub/a.py")},
        [
            (
                "exclude-matches-nothing",
                "pyproject.toml:8:19",
                'the source-exclude "src/foo/sub/" leaves out nothing',
                'write "/src/foo/sub/**": a trailing slash matches nothing',
            ),
        ],
    ),
    "exclude with a dot": (
        backend('source-exclude = ["./src/foo/a.py"]'),
        {**INIT, **files("src/foo/a.py")},
        [
            (
                "exclude-matches-nothing",
                "pyproject.toml:8:19",
                'the source-exclude "./src/foo/a.py" leaves out nothing',
                'write "/src/foo/a.py": an exclude with ./ matches nothing',
            ),
        ],
    ),
    "exclude of a folder by its place": (
        backend('source-exclude = ["/src/foo/sub"]'),
        {**INIT, **files("src/foo/sub/a.py")},
        [
            (
                "exclude-half-effect",
                "pyproject.toml:8:19",
                'the source-exclude "/src/foo/sub" names the folder src/foo/sub by its place, and its files are not all left out: the sdist loses them, the wheel built from the tree keeps them',
                'write "/src/foo/sub/**"',
            ),
            (
                "wheel-not-in-sdist",
                "pyproject.toml:8:19",
                "a wheel built from the tree holds what the sdist lacks: src/foo/sub/a.py",
                """write the source-exclude "/src/foo/sub" so that it holds for both, with /** at the end of a folder's path""",
            ),
        ],
    ),
    "wheel-exclude of a folder by its place": (
        backend('wheel-exclude = ["/src/foo/sub"]'),
        {**INIT, **files("src/foo/sub/a.py")},
        [
            (
                "exclude-half-effect",
                "pyproject.toml:8:18",
                'the wheel-exclude "/src/foo/sub" names the folder src/foo/sub by its place, and its files are not all left out: the wheel keeps them',
                'write "/src/foo/sub/**"',
            ),
        ],
    ),
    "exclude by the checkout": (
        backend('wheel-exclude = ["project/src/foo/sub"]'),
        {**INIT, **files("src/foo/sub/a.py")},
        [
            (
                "exclude-by-checkout",
                "pyproject.toml:8:18",
                'the wheel-exclude "project/src/foo/sub" takes src/foo/sub out of a wheel built in this place, because of the names of the folders above project',
                "begin it at the project's folder, with a leading slash",
            ),
        ],
    ),
    "unknown setting": (
        backend('source-includes = ["docs/**"]'),
        INIT,
        [
            (
                "unknown-key",
                "pyproject.toml:8:1",
                "`source-includes` is no key of [tool.uv.build-backend]: it has no effect",
                "did you mean `source-include`?",
            ),
        ],
    ),
    "unknown project key": (
        project("dependancies = []"),
        INIT,
        [
            (
                "unknown-key",
                "pyproject.toml:7:1",
                "`dependancies` is no key of [project]: it has no effect",
                "did you mean `dependencies`?",
            ),
        ],
    ),
    "table with another name": (
        '[tool.uv.build_backend]\nmodule-root = ""\n',
        INIT,
        [
            (
                "unknown-key",
                "pyproject.toml:7:10",
                "[tool.uv.build_backend] is no table that uv_build reads",
                "call it [tool.uv.build-backend]",
            ),
        ],
    ),
    "settings of the wrong type": (
        '[tool.atombuild]\nsilence = "x"\nkeep-in-memory = -1\nhook-timeout = 0\non-success = 5\n',
        INIT,
        [
            (
                "setting-refused",
                "pyproject.toml:8:11",
                (
                    '`tool.atombuild.silence` has the wrong type, and has no effect: invalid type: string "x", expected a '
                    "sequence"
                ),
                'write a list in brackets: silence = ["…"]',
            ),
            (
                "setting-refused",
                "pyproject.toml:9:18",
                "`tool.atombuild.keep-in-memory` is -1, and must be a whole number from 0 on, and has no effect",
                "write it as a whole number from 0 on: keep-in-memory = 64",
            ),
            (
                "setting-refused",
                "pyproject.toml:10:16",
                "`tool.atombuild.hook-timeout` is 0, and must be a number of seconds above 0, and has no effect",
                "write it as a number of seconds above 0: hook-timeout = 600",
            ),
            (
                "setting-refused",
                "pyproject.toml:11:14",
                (
                    "`tool.atombuild.on-success` has the wrong type, and has no effect: invalid type: integer `5`, "
                    "expected a command as a string, or as a list of its words"
                ),
                (
                    'write it as a command as a string, or as a list of its words: on-success = "twine check {wheel} '
                    '{sdist}"'
                ),
            ),
        ],
    ),
    "unknown code": (
        '[tool.atombuild]\nsilence = ["larg-file", "no-such-thing"]\n',
        INIT,
        [
            (
                "unknown-code",
                "pyproject.toml:8:12",
                "`larg-file` is no code of a finding: it silences nothing",
                "did you mean `large-file`?",
            ),
            (
                "unknown-code",
                "pyproject.toml:8:25",
                "`no-such-thing` is no code of a finding: it silences nothing",
                "remove it, or take the code from the finding itself",
            ),
        ],
    ),
    "classifier beside an expression": (
        project('license = "MIT"\nclassifiers = ["License :: OSI Approved :: MIT License"]'),
        INIT,
        [
            (
                "license-classifier",
                "pyproject.toml:8:16",
                'the classifier "License :: OSI Approved :: MIT License" is deprecated (PEP 639): license = "MIT" says it already',
                "remove the classifier",
            ),
        ],
    ),
    "classifier alone": (
        project('classifiers = ["License :: OSI Approved :: MIT License"]'),
        INIT,
        [
            (
                "license-classifier",
                "pyproject.toml:7:16",
                'the classifier "License :: OSI Approved :: MIT License" is ambiguous, and PEP 639 deprecates it',
                'remove it, and write the licence as an SPDX expression: license = "…"',
            ),
        ],
    ),
    "licence as a table": (
        project('license = {text = "MIT"}'),
        INIT,
        [
            (
                "license-table",
                "pyproject.toml:7:11",
                "`license` as a table is deprecated (PEP 639), and tools can't tell which licence it is",
                'write license = "…" with an SPDX expression such as "MIT", and license-files = ["LICENSE"]',
            ),
        ],
    ),
    "licence file left out": (
        "",
        {**INIT, **files("LICENSE", "COPYING.txt")},
        [
            (
                "license-left-out",
                "pyproject.toml:4:1",
                "no `license-files` name COPYING.txt, LICENSE: neither the metadata nor the wheel will have it",
                'add to [project]: license-files = ["COPYING.txt", "LICENSE"]',
            ),
        ],
    ),
    "readme left out": (
        "",
        {**INIT, **files("README.md")},
        [
            (
                "readme-left-out",
                "pyproject.toml:4:1",
                "no `readme` names README.md: the project's page on an index will be empty",
                'add to [project]: readme = "README.md"',
            ),
        ],
    ),
    "local version": (
        '[project]\nname = "foo"\nversion = "1.0+mine"\n',
        INIT,
        [
            (
                "local-version",
                "pyproject.toml:6:11",
                "the version 1.0+mine has a local part: PyPI refuses the upload",
                'write version = "1.0" for a public release',
            ),
        ],
    ),
    "direct dependency": (
        project(
            'dependencies = ["a", "b @ https://example.org/b.whl"]\noptional-dependencies = {X = ["c @ https://example.org/c.whl"]}'
        ),
        INIT,
        [
            (
                "direct-dependency",
                "pyproject.toml:7:22",
                "the dependency b is given by URL: PyPI refuses the upload",
                'write "b" with a version; for development put the URL into [tool.uv.sources]',
            ),
            (
                "direct-dependency",
                "pyproject.toml:8:31",
                "the dependency c is given by URL: PyPI refuses the upload",
                'write "c" with a version; for development put the URL into [tool.uv.sources]',
            ),
        ],
    ),
    "comma": (
        project('keywords = ["a, b"]\nauthors = [{name = "Doe, J."}]'),
        INIT,
        [
            (
                "comma",
                "pyproject.toml:7:13",
                'the keyword "a, b" holds a comma: in the metadata it is several keywords',
                "write each keyword as an item of its own",
            ),
            (
                "comma",
                "pyproject.toml:8:20",
                'the name "Doe, J." holds a comma: in the metadata it is several persons',
                "write the name without a comma, and each person as an item of its own",
            ),
        ],
    ),
    "readme twice": (
        project('readme = {file = "README.md", text = "x", content-type = "text/markdown"}'),
        {**INIT, **files("README.md")},
        [
            (
                "value-ignored",
                "pyproject.toml:7:31",
                "`readme` has both text and file: the text is ignored",
                "keep one of the two; now the file counts",
            ),
        ],
    ),
    "secrets": (
        "",
        {
            **INIT,
            **files("src/foo/cert.pem", "src/foo/.env.example"),
            "src/foo/.env": "DEBUG=1\nAPI_KEY=8d1c4b7e90\n",
            "src/foo/server.pem": private_key(),
            "src/foo/tests/server.pem": private_key(),
        },
        [
            (
                "secret",
                "src/foo/.env:2",
                "what is packed can be read by everybody: src/foo/.env holds a password or key, src/foo/server.pem holds a private key",
                'take it out of the project\'s folders, and add "/src/foo/.env" to source-exclude in [tool.uv.build-backend]; if it was published, revoke it',
            ),
            (
                "secret-for-show",
                "src/foo/tests/server.pem:1",
                "what is packed can be read by everybody: src/foo/tests/server.pem holds a private key",
                "if it opens nothing but the test or the example, nothing is to be done",
            ),
        ],
    ),
    "repository": (
        backend('source-include = ["**"]'),
        {**INIT, **files(".git/HEAD", "web/node_modules/x/index.js")},
        [
            (
                "repository",
                ".git/HEAD",
                "the repository's own files are packed: .git/HEAD",
                'add ".git" to source-exclude in [tool.uv.build-backend]',
            ),
            (
                "node-modules",
                "web/node_modules/x/index.js",
                "what npm installed is packed: web/node_modules/x/index.js",
                'add "node_modules" to source-exclude in [tool.uv.build-backend]',
            ),
        ],
    ),
    "bytecode": (
        backend("default-excludes = false"),
        {**INIT, **files("src/foo/__pycache__/a.cpython-311.pyc")},
        [
            (
                "bytecode",
                "src/foo/__pycache__/a.cpython-311.pyc",
                "compiled bytecode is packed: src/foo/__pycache__/a.cpython-311.pyc",
                'set default-excludes = true, or add "*.pyc" to source-exclude in [tool.uv.build-backend]',
            ),
        ],
    ),
    "leftovers": (
        "",
        {**INIT, **files("src/foo/a.py~", "src/foo/.DS_Store")},
        [
            (
                "leftover",
                "src/foo/.DS_Store",
                "what an editor or a tool left behind is packed: src/foo/.DS_Store, src/foo/a.py~",
                'delete it, or add "/src/foo/.DS_Store" to source-exclude in [tool.uv.build-backend]',
            ),
        ],
    ),
    "compiled": (
        "",
        {**INIT, **files("src/foo/fast.cpython-311-x86_64-linux-gnu.so", "src/foo/libz.so.1")},
        [
            (
                "compiled-module",
                "src/foo/fast.cpython-311-x86_64-linux-gnu.so",
                "the wheel is tagged py3-none-any, for every platform, and holds what runs on one: src/foo/fast.cpython-311-x86_64-linux-gnu.so, src/foo/libz.so.1",
                "use a backend that tags wheels by platform (maturin, scikit-build-core, meson-python), or leave them out",
            ),
        ],
    ),
    "large file": (
        "",
        {**INIT, "src/foo/big.bin": large},
        [
            (
                "large-file",
                "src/foo/big.bin",
                "src/foo/big.bin is 10.0 MB large",
                'if it is not needed at run time, add "/src/foo/big.bin" to source-exclude in [tool.uv.build-backend]',
            ),
        ],
    ),
    "link that leads out": (
        "",
        {**INIT, "src/foo/host": link("/etc/hostname")},
        [
            (
                "link-leads-out",
                "src/foo/host",
                "src/foo/host is a link to a file outside the project, whose content is packed",
                "copy the file into the project, or exclude the link",
            ),
        ],
    ),
    "names that differ in case": (
        "",
        {**INIT, **files("src/foo/a.py", "src/foo/A.py")},
        [
            (
                "names-differ-in-case",
                "src/foo/a.py",
                "src/foo/a.py and src/foo/A.py are one file where upper and lower case are the same (macOS, Windows)",
                "rename one of the two",
            ),
        ],
    ),
    "redundant module": (
        backend('module-name = ["foo", "foo.sub"]'),
        {**INIT, **files("src/foo/sub/__init__.py")},
        [
            (
                "redundant-module-name",
                "pyproject.toml:8:15",
                "other names cover foo.sub",
                "remove what is covered: a package's name stands for all below it",
            ),
        ],
    ),
    "init lost by the sdist": (
        backend('source-exclude = ["__init__.py"]'),
        INIT,
        [
            (
                "sdist-not-buildable",
                "pyproject.toml:8:19",
                'no wheel can be built from the sdist: src/foo/__init__.py is left out of the sdist by the source-exclude "__init__.py"',
                "narrow that exclude: the wheel is made from the sdist, and needs it",
            ),
            (
                "wheel-without-module",
                "pyproject.toml:8:19",
                'no file of src/foo is left in the wheel: the source-exclude "__init__.py" takes them',
                "narrow that exclude: what is installed would hold no module",
            ),
        ],
    ),
    "only in the wheel": (
        backend('source-exclude = ["/src/foo/sub"]'),
        {**INIT, **files("src/foo/sub/a.py")},
        [
            (
                "exclude-half-effect",
                "pyproject.toml:8:19",
                'the source-exclude "/src/foo/sub" names the folder src/foo/sub by its place, and its files are not all left out: the sdist loses them, the wheel built from the tree keeps them',
                'write "/src/foo/sub/**"',
            ),
            (
                "wheel-not-in-sdist",
                "pyproject.toml:8:19",
                "a wheel built from the tree holds what the sdist lacks: src/foo/sub/a.py",
                """write the source-exclude "/src/foo/sub" so that it holds for both, with /** at the end of a folder's path""",
            ),
        ],
    ),
    "wheel without its module": (
        backend('wheel-exclude = ["foo"]'),
        INIT,
        [
            (
                "wheel-without-module",
                "pyproject.toml:8:18",
                'no file of src/foo is left in the wheel: the wheel-exclude "foo" takes them',
                "narrow that exclude: what is installed would hold no module",
            ),
        ],
    ),
    "package left out": (
        "",
        {**INIT, **files("src/bar/__init__.py", "src/notes/a.txt")},
        [
            (
                "package-left-out",
                "src/bar",
                "the package bar stands beside the modules, and neither artifact holds it",
                'name it in module-name = […, "bar"], or move it out of src/',
            ),
        ],
    ),
    "entry point": (
        project('scripts = {run = "foo.cli:main", other = "bar:main"}'),
        INIT,
        [
            (
                "entry-point",
                "pyproject.toml:7:18",
                '"run" leads to foo.cli, which the wheel does not hold',
                "fix the name, or create the module",
            ),
        ],
    ),
    "typed": (
        project('classifiers = ["Typing :: Typed"]'),
        INIT,
        [
            (
                "typed-without-marker",
                "pyproject.toml:7:16",
                'the classifier "Typing :: Typed" promises types, and the wheel holds no py.typed: type checkers will not look',
                "create an empty py.typed beside the package's __init__.py",
            ),
        ],
    ),
    "import name": (
        project('import-names = ["foo", "foo.api ; private"]'),
        INIT,
        [
            (
                "import-name",
                "pyproject.toml:7:24",
                "the import name foo.api is none that the wheel holds",
                "fix it, or remove it (PEP 794)",
            ),
        ],
    ),
}

CLEAN: Mapping[str, tuple[str, Files]] = {
    "a default project": ("", INIT),
    "an include of a whole folder": (backend('source-include = ["tests/**"]'), {**INIT, **files("tests/a/b.py")}),
    "an exclude that leaves out a folder of both": (
        backend('source-exclude = ["/src/foo/sub/**"]'),
        {**INIT, **files("src/foo/sub/a.py")},
    ),
    "an exclude of the wheel alone": (backend('wheel-exclude = ["*.pyx"]'), {**INIT, **files("src/foo/a.pyx")}),
    "an exclude of what was included": (
        backend('source-include = ["docs/**"]\nsource-exclude = ["docs/private"]'),
        {**INIT, **files("docs/a.md", "docs/private/b.md")},
    ),
    "an example of a secret": ("", {**INIT, **files("src/foo/.env.example")}),
    "a script of a dependency": (project('scripts = {run = "other.cli:main"}'), INIT),
    "a script in a module and one in a package": (
        project('scripts = {a = "foo.cli:main", b = "foo.sub:main [extra]"}'),
        {**INIT, **files("src/foo/cli.py", "src/foo/sub/__init__.py")},
    ),
    "types with their marker": (
        project('classifiers = ["Typing :: Typed"]'),
        {**INIT, **files("src/foo/py.typed")},
    ),
    "a licence by PEP 639": (project('license = "MIT"\nlicense-files = ["LICENSE"]'), {**INIT, **files("LICENSE")}),
    "a link that stays inside": ("", {**INIT, **files("src/foo/a.py"), "src/foo/b.py": link("a.py")}),
    "a folder beside the modules that is no package": ("", {**INIT, **files("src/notes/a.txt")}),
}


def findings(root: Path, settings: str, tree: Files) -> tuple[Finding, ...]:
    write_project(root, settings, tree)
    return advise(load_project(read_pyproject(root)), DiskTree(root, ("dist",)))


def told(root: Path, found: tuple[Finding, ...]) -> list[Told]:
    return [(each.code, str(each.where).removeprefix(f"{root}/"), each.words, each.remedy) for each in found]


@pytest.mark.parametrize("name", CASES)
def test_a_finding_says_what_where_and_what_to_do(tmp_path: Path, name: str) -> None:
    settings, tree, expected = CASES[name]
    root = tmp_path / "project"
    assert told(root, findings(root, settings, tree)) == expected


@pytest.mark.parametrize("name", CLEAN)
def test_where_nothing_is_wrong_nothing_is_said(tmp_path: Path, name: str) -> None:
    root = tmp_path / "project"
    assert told(root, findings(root, *CLEAN[name])) == []


def test_the_sample_project_is_a_good_example(tmp_path: Path) -> None:
    root = sample_project(tmp_path)
    assert advise(load_project(read_pyproject(root)), DiskTree(root)) == ()


HEADERS = {
    "no bound": ('["uv_build"]', "backend-unbounded", 'write "uv_build>=0.13,<0.14"'),
    "a lower bound only": ('["uv_build>=0.13"]', "backend-unbounded", 'write "uv_build>=0.13,<0.14"'),
    "another minor": ('["uv_build>=0.12,<0.13"]', "backend-range", 'write "uv_build>=0.13,<0.14"'),
    "more than one": (
        '["uv_build>=0.13,<0.14", "cython"]',
        "backend-requires",
        "remove it: uv builds by itself, without an environment, only where uv_build stands alone",
    ),
    "another one": ('["hatchling"]', "backend-not-required", 'write requires = ["uv_build>=0.13,<0.14"]'),
    "a good one": ('["uv_build>=0.13,<0.14"]', None, ""),
}


@pytest.mark.parametrize("name", HEADERS)
def test_what_is_required_is_looked_at(tmp_path: Path, name: str) -> None:
    requires, code, remedy = HEADERS[name]
    root = tmp_path / "project"
    write_project(root, "", INIT)
    path = root / "pyproject.toml"
    path.write_text(path.read_text().replace('["uv_build>=0.13.6,<0.14"]', requires))
    found = advise(load_project(read_pyproject(root)), DiskTree(root))
    assert [(each.code, each.remedy) for each in found] == ([(code, remedy)] if code else [])
    assert all(each.where.line == 2 for each in found)


def test_a_code_can_be_silenced(tmp_path: Path) -> None:
    settings = '[tool.atombuild]\nsilence = ["large-file"]\n'
    tree: Files = {**INIT, "src/foo/big.bin": large, "src/foo/.env": private_key()}
    assert [each.code for each in findings(tmp_path / "project", settings, tree)] == ["secret"]


def test_problems_come_first(tmp_path: Path) -> None:
    tree: Files = {**INIT, **files("src/foo/.DS_Store", "README.md"), "src/foo/.env": private_key()}
    found = findings(tmp_path / "project", "", tree)
    assert [each.severity.value for each in found] == ["problem", "advice", "note"]


def test_a_name_that_no_terminal_shows_is_told_harmlessly(tmp_path: Path) -> None:
    (code, _, words, _) = told(tmp_path, findings(tmp_path / "project", "", {**INIT, **files("src/foo/a\x1b[2J.py")}))[
        0
    ]
    assert code == "name-not-utf8"
    assert words.isprintable()


def test_settings_that_nobody_reads_are_told(tmp_path: Path) -> None:
    root = tmp_path / "project"
    write_project(root, backend('module-root = ""'), files("foo/__init__.py"))
    path = root / "pyproject.toml"
    path.write_text(path.read_text().replace('build-backend = "uv_build"\n', ""))
    (found,) = advise(load_project(read_pyproject(root)), DiskTree(root))
    assert found.code == "settings-ignored"


def test_advice_can_be_put_off(tmp_path: Path) -> None:
    root = sample_project(tmp_path)

    def busy() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        advise(load_project(read_pyproject(root)), DiskTree(root), busy)


@pytest.mark.parametrize("settings", [backend('module-root = ".."'), backend('source-include = ["["]')])
def test_of_a_project_that_can_not_be_built_what_can_be_said_is_said(tmp_path: Path, settings: str) -> None:
    root = tmp_path / "project"
    classifiers = settings.replace("[tool", 'classifiers = ["License :: OSI Approved :: MIT License"]\n[tool')
    found = findings(root, '[project]\nname = "foo"\nversion = "1.0"\n' + classifiers, INIT)
    assert [each.code for each in found] == ["license-classifier"]
