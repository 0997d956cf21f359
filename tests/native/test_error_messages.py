"""One row an error: the very words, the place, and what to do next. Each must be a sentence a newcomer can act on."""

# ruff: noqa: E501 (a case is read as a row of its table)
from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from atombuild.builder import Plan
from atombuild.errors import Blame
from atombuild.events import Cause, Outcome
from atombuild.wiring import ProjectSetup
from support.projects import visible_files
from support.variants import HEADER, INIT, Files, backend, files, link, project, write_files, write_project

NAME = '[project]\nname = "foo"\nversion = "1.0"\n'


class Whole(str):
    """A whole document, not just settings."""

    __slots__ = ()


Row = tuple[str, Files, str, str, tuple[str, ...], str]
"""Settings and files; what happened, where, why, and what to do next."""

ERRORS: Mapping[str, Row] = {
    "no TOML": (
        Whole("[project\n"),
        INIT,
        "pyproject.toml is not valid TOML",
        "pyproject.toml:1:9",
        ("Expected ']' at the end of a table declaration",),
        "close the table header with ]",
    ),
    "a table twice": (
        NAME + NAME,
        INIT,
        "pyproject.toml is not valid TOML",
        "pyproject.toml:7:9",
        ("Cannot declare [project] twice",),
        "this table stands twice: join the two into one",
    ),
    "no project table": (
        Whole(HEADER),
        INIT,
        "missing field `project`",
        "pyproject.toml:1:1",
        (),
        "add a [project] table with name and version",
    ),
    "no name": (
        '[project]\nversion = "1.0"\n',
        INIT,
        "missing field `name`",
        "pyproject.toml:4:1",
        (),
        'add to [project]: name = "my-package"',
    ),
    "no version": (
        '[project]\nname = "foo"\n',
        INIT,
        "missing field `version`",
        "pyproject.toml:4:1",
        (),
        'add to [project]: version = "0.1.0"',
    ),
    "name": (
        '[project]\nname = "-foo"\nversion = "1.0"\n',
        INIT,
        "`project.name` is not a valid name: '-foo'",
        "pyproject.toml:5:8",
        (
            'Not a valid package or extra name: "-foo". Names must start and end with a letter or digit and may only contain -, _, ., and alphanumeric characters.',
        ),
        "use letters, digits, -, _ and ., with a letter or digit at both ends",
    ),
    "version": (
        '[project]\nname = "foo"\nversion = "one"\n',
        INIT,
        "`project.version` is not a valid version: 'one'",
        "pyproject.toml:6:11",
        ("expected version to start with a number, but no leading ASCII digits were found",),
        "write numbers with dots, like 1.2.3, 1.2.3rc1 or 1.2.3.dev4 (PEP 440)",
    ),
    "a type": (
        project("keywords = 1"),
        INIT,
        "`project.keywords` has the wrong type",
        "pyproject.toml:7:12",
        ("invalid type: integer `1`, expected a sequence",),
        'write a list in brackets: keywords = ["…"]',
    ),
    "readme table": (
        project('readme = {file = "README.md"}'),
        INIT,
        "`project.readme` is neither a path nor a table with content-type and file or text",
        "pyproject.toml:7:10",
        ("data did not match any variant of untagged enum Readme",),
        'write readme = "README.md", or readme = { file = "README.md", content-type = "text/markdown" }',
    ),
    "readme missing": (
        project('readme = "README.md"'),
        INIT,
        "the file that `project.readme` names is not there: README.md",
        "pyproject.toml:7:10",
        ("failed to open file `PROJECT/README.md`: No such file or directory (os error 2)",),
        "create README.md, or change `readme`; the path starts at the folder of pyproject.toml",
    ),
    "readme extension": (
        project('readme = "README.adoc"'),
        {**INIT, **files("README.adoc")},
        "Invalid project metadata",
        "pyproject.toml:7:10",
        (
            "Unknown Readme extension `adoc`, can't determine content type. Please use a support extension (`.md`, `.rst`, `.txt`) or set the content type manually.",
        ),
        'rename it to end in .md, .rst or .txt, or write readme = { file = "README.adoc", content-type = "…" }',
    ),
    "readme without extension": (
        project('readme = "README"'),
        {**INIT, **files("README")},
        "Invalid project metadata",
        "pyproject.toml:7:10",
        (
            "Can't infer content type because `README` does not have an extension. Please use a support extension (`.md`, `.rst`, `.txt`) or set the content type manually.",
        ),
        'rename it to end in .md, .rst or .txt, or write readme = { file = "README", content-type = "…" }',
    ),
    "readme not UTF-8": (
        project('readme = "README.md"'),
        {**INIT, "README.md": b"\xff"},
        "the file that `project.readme` names is not valid UTF-8: README.md",
        "README.md:1:1",
        ("failed to read from file `PROJECT/README.md`: stream did not contain valid UTF-8",),
        "save it as UTF-8 in your editor",
    ),
    "content type": (
        project('readme = {text = "x", content-type = "text/html"}'),
        INIT,
        "Invalid project metadata",
        "pyproject.toml:7:38",
        ("Unsupported content type: text/html",),
        "use one of text/markdown, text/x-rst, text/plain, without parameters",
    ),
    "charset": (
        project('readme = {text = "x", content-type = "text/plain", charset = "latin1"}'),
        INIT,
        "Invalid project metadata",
        "pyproject.toml:7:62",
        (
            "Charsets other than UTF-8 are not supported. Please convert your README to UTF-8 and remove `project.readme.charset`.",
        ),
        'remove charset, or write charset = "UTF-8"',
    ),
    "description": (
        project('description = "a\\nb"'),
        INIT,
        "Invalid project metadata",
        "pyproject.toml:7:15",
        ("`project.description` must be a single line",),
        "put one line here and the rest into the README",
    ),
    "dynamic": (
        project('dynamic = ["version"]'),
        INIT,
        "Dynamic metadata is not supported",
        "pyproject.toml:7:11",
        (),
        "write the values themselves under [project] and remove `dynamic`",
    ),
    "licence expression": (
        project('license = "mit"'),
        INIT,
        "Invalid project metadata",
        "pyproject.toml:7:11",
        ("`project.license` is not a valid SPDX expression: mit", "mit\n^^^ unknown term"),
        "did you mean MIT? Identifiers: https://spdx.org/licenses/",
    ),
    "deprecated licence": (
        project('license = "GPL-3.0"'),
        INIT,
        "Invalid project metadata",
        "pyproject.toml:7:11",
        (
            "`project.license` is not a valid SPDX expression: GPL-3.0",
            "GPL-3.0\n^^^^^^^ a deprecated license identifier was used",
        ),
        "did you mean GPL-3.0-only or GPL-3.0-or-later? Identifiers: https://spdx.org/licenses/",
    ),
    "licence table beside files": (
        project('license = {text = "x"}\nlicense-files = ["LICENSE"]'),
        {**INIT, **files("LICENSE")},
        "Invalid project metadata",
        "pyproject.toml:7:11",
        ("When `project.license-files` is defined, `project.license` must be an SPDX expression string",),
        'write license = "MIT", or remove license-files',
    ),
    "licence glob": (
        project('license-files = ["nope*"]'),
        INIT,
        "`project.license-files` glob `nope*` did not match any files",
        "pyproject.toml:7:18",
        (),
        "name a file that is there, from the project folder, or remove the glob",
    ),
    "licence glob syntax": (
        project('license-files = ["../LICENSE"]'),
        INIT,
        "Unsupported glob expression in: ../LICENSE",
        "pyproject.toml:7:18",
        ("The parent directory operator (`..`) at position 0 is not allowed in glob `../LICENSE`",),
        "name files inside the project, from the folder that holds pyproject.toml",
    ),
    "licence not UTF-8": (
        project('license-files = ["LICENSE"]'),
        {**INIT, "LICENSE": b"\xff"},
        "License file `LICENSE` must be UTF-8 encoded",
        "LICENSE",
        ("byte 0 is 0xff: invalid start byte",),
        "save it as UTF-8",
    ),
    "person": (
        project('authors = [{nick = "x"}]'),
        INIT,
        "`project.authors[0]` must have a name, an email or both, and nothing else",
        "pyproject.toml:7:12",
        ("a table with 'name' and/or 'email' keys",),
        'write { name = "Ada Lovelace", email = "ada@example.org" }',
    ),
    "classifier": (
        project('classifiers = ["Nonsense"]'),
        INIT,
        "`project.classifiers` contains an invalid classifier: Nonsense",
        "pyproject.toml:7:16",
        (),
        'take one of those that the package index lists: parts with " :: " between them, none empty',
    ),
    "requirement": (
        project('dependencies = ["a b"]'),
        INIT,
        "`project.dependencies` holds a requirement that can't be read: a b",
        "pyproject.toml:7:17",
        ("Expected one of `@`, `(`, `<`, `=`, `>`, `~`, `!`, `;`, found `b`",),
        "write it like name>=1.2,<2 ; python_version < '3.12' (PEP 508)",
    ),
    "specifier": (
        project('dependencies = ["a>1.*"]'),
        INIT,
        "`project.dependencies` holds a requirement that can't be read: a>1.*",
        "pyproject.toml:7:17",
        ("Operator > cannot be used with a wildcard version specifier",),
        "write it like name>=1.2,<2 ; python_version < '3.12' (PEP 508)",
    ),
    "marker": (
        project("dependencies = [\"a; foo == '1'\"]"),
        INIT,
        "`project.dependencies` holds a requirement that can't be read: a; foo == '1'",
        "pyproject.toml:7:17",
        ("Expected a marker variable or quoted string",),
        "write it like name>=1.2,<2 ; python_version < '3.12' (PEP 508)",
    ),
    "extra": (
        project("optional-dependencies = {x- = []}"),
        INIT,
        "`project.optional-dependencies.x-` is not a valid name for an extra",
        "pyproject.toml:7:26",
        (
            'Not a valid package or extra name: "x-". Names must start and end with a letter or digit and may only contain -, _, ., and alphanumeric characters.',
        ),
        "use letters, digits, -, _ and ., with a letter or digit at both ends",
    ),
    "extra twice": (
        project("optional-dependencies = {a-b = [], a_b = []}"),
        INIT,
        "the extra 'a_b' stands twice: names are compared in lower case, with - for _ and .",
        "pyproject.toml:7:36",
        ("duplicate normalized extra name `a-b`",),
        "join the two lists into one",
    ),
    "requires-python": (
        project('requires-python = "3.10"'),
        INIT,
        "`project.requires-python` is not a valid version specifier: '3.10'",
        "pyproject.toml:7:19",
        ("Failed to parse version: Unexpected end of version specifier, expected operator. Did you mean `==3.10`?",),
        'write it like ">=3.10", several with commas between them and none at the end',
    ),
    "script name": (
        project('scripts = {"a b" = "foo:main"}'),
        INIT,
        "Invalid project metadata",
        "pyproject.toml:7:12",
        (
            "Script entry point name `a b` must include a non-dot character and consist only of letters, numbers, dots, underscores and dashes",
        ),
        "use only letters, digits, dots, underscores and dashes in the name of a script",
    ),
    "entry-point group": (
        project('entry-points = {"a b" = {}}'),
        INIT,
        "Invalid project metadata",
        "pyproject.toml:7:17",
        ("Entrypoint groups must consist of letters and numbers separated by dots, invalid group: a b",),
        "name the group like my_app.plugins: letters, digits and underscores, with dots between",
    ),
    "own entry-point group": (
        project("entry-points = {console_scripts = {}}"),
        INIT,
        "Invalid project metadata",
        "pyproject.toml:7:17",
        ("Use `project.scripts` instead of `project.entry-points.console_scripts`",),
        "move these lines to [project.scripts]",
    ),
    "import name": (
        project('import-names = ["a-b"]'),
        INIT,
        "Invalid project metadata",
        "pyproject.toml:7:17",
        (
            "`project.import-names` entry `a-b` has an invalid import name",
            "Invalid character `-` at position 2 for identifier `a-b`, expected an underscore or an alphanumeric character",
        ),
        'write it as in an import statement, such as "package" or "namespace.package"',
    ),
    "import name twice": (
        project('import-names = ["a"]\nimport-namespaces = ["a"]'),
        INIT,
        "Invalid project metadata",
        "pyproject.toml:8:22",
        ("`project.import-names` and `project.import-namespaces` must not both contain `a`",),
        "keep it in one of the two",
    ),
    "module missing": (
        "",
        files("src/bar/__init__.py"),
        "Expected a Python module at: src/foo/__init__.py",
        "pyproject.toml:1:1",
        ("src/foo/__init__.py is not there",),
        "create src/foo/__init__.py, or set module-name in [tool.uv.build-backend] to the package's name",
    ),
    "module root missing": (
        backend('module-root = "lib"'),
        INIT,
        "Expected a Python module at: lib/foo/__init__.py",
        "pyproject.toml:7:1",
        ("lib/foo/__init__.py is not there",),
        'create lib/foo/__init__.py, or set module-root in [tool.uv.build-backend] ("" for a flat layout)',
    ),
    "module root outside": (
        backend('module-root = "../src"'),
        INIT,
        "Module root must be inside the project: ../src",
        "pyproject.toml:8:15",
        (),
        'name a folder of this project, or "" for the project folder itself',
    ),
    "module name": (
        backend('module-name = "1foo"'),
        INIT,
        "Invalid module name: 1foo",
        "pyproject.toml:8:15",
        ("Invalid first character `1` for identifier `1foo`, expected an underscore or an alphabetic character",),
        'write it as in an import statement, such as "package" or "namespace.package"',
    ),
    "namespace name": (
        backend('namespace = true\nmodule-name = "../x"'),
        INIT,
        "Invalid module name: ../x",
        "pyproject.toml:9:15",
        ("it stands for the folder `///x`, which is not plainly below the module root",),
        'write it as in an import statement, such as "namespace" or "namespace.package"',
    ),
    "init above a module": (
        backend('module-name = "ns.foo"'),
        files("src/ns/foo/__init__.py", "src/ns/__init__.py"),
        "For namespace packages, `__init__.py` is not allowed in parent directory: src/ns",
        "pyproject.toml:8:15",
        (),
        "remove src/ns/__init__.py, or name that package itself in module-name",
    ),
    "namespace missing": (
        backend('namespace = true\nmodule-name = "ns"'),
        INIT,
        "Failed to walk source tree: src/ns is not there",
        "pyproject.toml:9:15",
        (),
        "create the folder src/ns, or fix module-name in [tool.uv.build-backend]",
    ),
    "stubs": (
        '[project]\nname = "foo-stubs"\nversion = "1.0"\n',
        INIT,
        "Expected a Python module at: src/foo-stubs/__init__.pyi",
        "pyproject.toml:1:1",
        ("src/foo-stubs/__init__.pyi is not there",),
        "create src/foo-stubs/__init__.pyi, or set module-name in [tool.uv.build-backend] to the package's name",
    ),
    "glob": (
        backend('source-include = ["a b"]'),
        INIT,
        "Unsupported glob expression in: tool.uv.build-backend.source-include",
        "pyproject.toml:8:19",
        ("Invalid character ` ` at position 1 in glob `a b`",),
        "Characters can be escaped with a backslash",
    ),
    "glob stars": (
        backend('source-exclude = ["a***"]'),
        INIT,
        "Unsupported glob expression in: tool.uv.build-backend.*-exclude",
        "pyproject.toml:8:19",
        ("Too many at stars at position 4 in glob `**/a***`",),
        "`**` stands alone between slashes; within a name write a single `*`",
    ),
    "glob parent": (
        backend('wheel-exclude = ["../a"]'),
        INIT,
        "Unsupported glob expression in: tool.uv.build-backend.*-exclude",
        "pyproject.toml:8:18",
        ("The parent directory operator (`..`) at position 3 is not allowed in glob `**/../a`",),
        "name files inside the project, from the folder that holds pyproject.toml",
    ),
    "glob class": (
        backend('source-include = ["[a"]'),
        INIT,
        "Unsupported glob expression in: tool.uv.build-backend.source-include",
        "pyproject.toml:8:19",
        ("error parsing glob '[a': unclosed character class; missing ']'",),
        "close the bracket, or leave it out",
    ),
    "glob backslash": (
        backend('source-include = ["a\\\\"]'),
        INIT,
        "Unsupported glob expression in: tool.uv.build-backend.source-include",
        "pyproject.toml:8:19",
        ("Trailing backslash at position 1 in glob `a\\`",),
        "a backslash makes the character after it literal: complete it or remove it",
    ),
    "pyproject excluded": (
        backend('source-exclude = ["*.toml"]'),
        INIT,
        "`pyproject.toml` must not be excluded from source distribution build",
        "pyproject.toml:8:18",
        (),
        "write excludes that don't match it: every sdist needs its pyproject.toml",
    ),
    "data outside": (
        backend('data = {scripts = "../bin"}'),
        INIT,
        "The path for the data directory scripts must be inside the project: ../bin",
        "pyproject.toml:8:19",
        (),
        "name a folder of this project; a link must not lead out of it either",
    ),
    "data missing": (
        backend('data = {scripts = "bin"}'),
        INIT,
        "No such file or directory: bin",
        "pyproject.toml:8:19",
        (),
        "create the folder bin, or remove it from [tool.uv.build-backend.data]",
    ),
    "data key": (
        backend('data = {script = "bin"}'),
        INIT,
        "`tool.uv.build-backend.data.script` is no kind of data that a wheel can carry",
        "pyproject.toml:8:9",
        ("unknown field `script`, expected one of `purelib`, `platlib`, `headers`, `scripts`, `data`",),
        "use one of purelib, platlib, headers, scripts, data",
    ),
    "virtual environment": (
        "",
        {**INIT, "src/foo/venv/pyvenv.cfg": "", "src/foo/venv/bin/python": link("/usr/bin/python3")},
        "Virtual environments must not be added to source distributions or wheels, remove the directory or exclude it from the build: src/foo/venv",
        "src/foo/venv",
        (),
        'add "/src/foo/venv/**" to source-exclude in [tool.uv.build-backend], or move the environment away',
    ),
    "link to a folder": (
        backend('source-include = ["docs/**"]'),
        {**INIT, **files("other/a"), "docs": link("other")},
        "failed to read from file `docs`: it is a symbolic link to a folder",
        "docs",
        ("Is a directory (EISDIR)",),
        "put the folder itself in its place, link single files, or exclude it from the build",
    ),
    "link to nothing": (
        "",
        {**INIT, "src/foo/a.py": link("nowhere")},
        "failed to query metadata of file `src/foo/a.py`: it is a symbolic link to nothing",
        "src/foo/a.py",
        ("it points to nowhere",),
        "remove the link, mend what it points to, or exclude it from the build",
    ),
    "link to itself": (
        "",
        {**INIT, "src/foo/a.py": link("a.py")},
        "the source file a.py could not be read",
        "src/foo/a.py",
        ("Too many levels of symbolic links (ELOOP)",),
        "its links lead in a circle, or from one to the next without end: remove it, or exclude it",
    ),
    "FIFO": (
        "",
        {**INIT, "src/foo/pipe": os.mkfifo},
        "`src/foo/pipe` is a named pipe: it can't be part of a distribution",
        "src/foo/pipe",
        (),
        "move it out of the package or exclude it from the build",
    ),
    "name with a colon": (
        "",
        {**INIT, **files("src/foo/a:b.py")},
        "archive member path rejected by builder policy: 'foo-1.0/src/foo/a:b.py'",
        "src/foo/a:b.py",
        (),
        "rename it or exclude it: no control characters, no colons, no blank at the end of a name",
    ),
    "name with a control character": (
        "",
        {**INIT, **files("src/foo/a\x1bb.py")},
        "archive member path rejected by builder policy: 'foo-1.0/src/foo/a\\x1bb.py'",
        "src/foo/a\x1bb.py",
        (),
        "rename it or exclude it: no control characters, no colons, no blank at the end of a name",
    ),
    "a long name": (
        '[project]\nname = "' + "o" * 250 + '"\nversion = "1.0"\n',
        INIT,
        "the wheel's file name would be 271 characters long",
        "pyproject.toml:5:8",
        ("file systems take 255 at most",),
        "shorten the name",
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_says_what_where_why_and_what_next(tmp_path: Path, name: str) -> None:
    settings, tree, what, where, why, hint = ERRORS[name]
    root = tmp_path / "project"
    if isinstance(settings, Whole):
        root.mkdir()
        (root / "pyproject.toml").write_text(settings, encoding="utf-8")
        write_files(root, tree)
    else:
        write_project(root, settings, tree)
    result = ProjectSetup(root, root / "dist", Plan()).session(lambda _event: None).attempt(Cause.START)
    assert result.outcome in {None, Outcome.FAILED}
    (report,) = result.reports
    told = (report.what, str(report.where), *report.why, report.hint)
    assert tuple(text.replace(f"{root}/", "PROJECT/") for text in told) == (what, f"PROJECT/{where}", *why, hint)
    assert report.blame in {Blame.MISTAKE, Blame.MACHINE}
    # Some errors are found, as by uv_build, when the sdist is done already.
    assert [name for name in visible_files(root / "dist") if name.endswith(".whl")] == []
