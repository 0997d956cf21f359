"""Each case is a project that uv and we must treat alike: the same verdict, the same files, the same bytes.

Compared in three plans each: the sdist and the wheel from it, the sdist alone, the wheel alone.
"""

# ruff: noqa: E501 (a case is read as a row of its table)
from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from support.urls import PUBLIC, REFUSED
from support.variants import INIT, Files, backend, empty_folder, executable, files, large, link, project, write_project

Compare = Callable[[str, Files], None]
Case = tuple[str, Files]

PROJECTS = Path(__file__).parent.parent / "projects"

VENV: Files = {"src/foo/venv/pyvenv.cfg": "", "src/foo/venv/bin/python": link("/usr/bin/python3")}

UNUSUAL = "\u0301\u0345\u034f\u0363\u05b0\u093c\u093f\u094d\u0bbf\u180b\u20dd\u2160\u24d0\u3007\ufe0f\U000e0101"
"""Marks, signs, numbers and letters that Rust sorts other than Python does, and their neighbours."""

LAYOUT: Mapping[str, Case] = {
    "a name that only the last kept one could cover": (
        backend('module-name = ["foo-stubs", "foo", "foo.sub"]'),
        files("src/foo/__init__.py", "src/foo-stubs/__init__.pyi", "src/foo/sub/__init__.py"),
    ),
    "the root itself as a namespace, excluded": (
        backend('namespace = true\nmodule-name = ""\nwheel-exclude = ["src"]'),
        files("src/x/a.py"),
    ),
    "a module's name with vowel signs and points": (
        backend('module-name = ["क्षि", "שָׁלוֹם", "a\u0345b", "a\u0363"]'),
        files(*(f"src/{name}/__init__.py" for name in ("क्षि", "שָׁלוֹם", "a\u0345b", "a\u0363"))),
    ),
    **{
        f"a module's name with U+{ord(char):04X}": (
            backend(f'module-name = "a{char}"'),
            files(f"src/a{char}/__init__.py"),
        )
        for char in UNUSUAL
    },
    "a module's name in a circle": (backend('module-name = "ⓐ🄰"'), files("src/ⓐ🄰/__init__.py")),
    "requires-python blank": (project('requires-python = " "'), INIT),
    "src layout": ("", INIT),
    "large files": ("", {**INIT, "src/foo/a.bin": large(3 << 20), "src/foo/b.bin": large(300_000, seed=1)}),
    "a file so large that uv compresses it in pieces": ("", {**INIT, "src/foo/a.bin": large(17 << 20)}),
    "flat layout": (backend('module-root = ""'), files("foo/__init__.py", "foo/a/b.py", "other/__init__.py")),
    "flat layout, root as a dot": (backend('module-root = "."'), files("foo/__init__.py")),
    "root in need of tidying": (backend('module-root = "./lib/../src//"'), INIT),
    "root outside": (backend('module-root = "../src"'), INIT),
    "root absolute": (backend('module-root = "/src"'), INIT),
    "root with a blank": (backend('module-root = "my src"'), files("my src/foo/__init__.py")),
    "root with a star": (backend('module-root = "s*"'), files("s*/foo/__init__.py")),
    "root missing": (backend('module-root = "lib"'), INIT),
    "root is a file": ("", {"src": "x"}),
    "root is a link": ("", {**files("other/foo/__init__.py"), "src": link("other")}),
    "module missing": ("", files("src/bar/__init__.py")),
    "init missing": ("", files("src/foo/a.py")),
    "init is a folder": ("", files("src/foo/__init__.py/x")),
    "init is a link": ("", {**files("src/foo/real.py"), "src/foo/__init__.py": link("real.py")}),
    "init is a link to nothing": ("", {"src/foo/__init__.py": link("real.py")}),
    "module is a link": ("", {**files("other/__init__.py"), "src/foo": link("../other")}),
    "single-file module": ("", files("src/foo.py")),
    "name with capitals and dots": (
        '[project]\nname = "Foo.Bar_baz--X"\nversion = "1.0"',
        files("src/foo_bar_baz_x/__init__.py"),
    ),
    "version in another form": ('[project]\nname = "foo"\nversion = "v01.0-1+ubuntu_1"', INIT),
    "module with capitals": (backend('module-name = "Foo"'), files("src/Foo/__init__.py")),
    "dotted module": (backend('module-name = "ns.foo"'), files("src/ns/foo/__init__.py", "src/ns/other/x.py")),
    "dotted module in a package": (
        backend('module-name = "ns.foo"'),
        files("src/ns/foo/__init__.py", "src/ns/__init__.py"),
    ),
    "dotted module, a folder for an init": (
        backend('module-name = "ns.foo"'),
        files("src/ns/foo/__init__.py", "src/ns/__init__.py/x"),
    ),
    "dotted module, a link to nothing for an init": (
        backend('module-name = "ns.foo"'),
        {**files("src/ns/foo/__init__.py"), "src/ns/__init__.py": link("nothing")},
    ),
    "dotted module, stub in the parent": (
        backend('module-name = "ns.foo"'),
        files("src/ns/foo/__init__.py", "src/ns/__init__.pyi"),
    ),
    "named module, init in the root": (
        backend('module-name = "foo"\nmodule-root = ""'),
        files("foo/__init__.py", "__init__.py"),
    ),
    "default module, init in the root": (backend('module-root = ""'), files("foo/__init__.py", "__init__.py")),
    "several modules": (
        backend('module-name = ["foo", "bar", "ab", "a"]'),
        files("src/foo/__init__.py", "src/bar/__init__.py", "src/ab/__init__.py", "src/a/__init__.py"),
    ),
    "modules that cover each other": (
        backend('module-name = ["foo.sub", "foo", "foo", "foob", "foo.1bad"]'),
        files("src/foo/__init__.py", "src/foo/sub/__init__.py", "src/foob/__init__.py"),
    ),
    "no modules": (backend("module-name = []"), files("src/foo/__init__.py")),
    "module name empty": (backend('module-name = ""'), INIT),
    "module name with a dash": (backend('module-name = "foo-x"'), INIT),
    "module name with a digit first": (backend('module-name = "1foo"'), INIT),
    "module name in Greek": (backend('module-name = "φου"'), files("src/φου/__init__.py")),
    "module name with vowel signs": (backend('module-name = "काु"'), files("src/काु/__init__.py")),
    "module name decomposed": (backend('module-name = "e\u0301"'), files("src/e\u0301/__init__.py")),
    "namespace": (backend("namespace = true"), files("src/foo/a.py", "src/foo/b/c.py")),
    "namespace, dotted": (backend('namespace = true\nmodule-name = "ns.foo"'), files("src/ns/foo/a.py", "src/ns/b.py")),
    "namespace, several": (
        backend('namespace = true\nmodule-name = ["ns.b", "ns.a"]'),
        files("src/ns/a/x.py", "src/ns/b/y.py", "src/ns/c.py"),
    ),
    "namespace, with a slash": (backend('namespace = true\nmodule-name = "ns/foo"'), files("src/ns/foo/a.py")),
    "namespace, the whole root": (backend('namespace = true\nmodule-name = ""'), files("src/ns/foo/a.py", "src/b.py")),
    "namespace, the whole project": (
        backend('namespace = true\nmodule-name = ""\nmodule-root = ""'),
        files("a.py", "b/c"),
    ),
    "namespace missing": (backend("namespace = true"), {}),
    "namespace is a file": (backend("namespace = true"), files("src/foo")),
    "stubs": ('[project]\nname = "foo-stubs"\nversion = "1.0"', files("src/foo-stubs/__init__.pyi")),
    "stubs, spelt otherwise": (
        '[project]\nname = "Foo.bar_Stubs"\nversion = "1.0"',
        files("src/foo_bar-stubs/__init__.pyi"),
    ),
    "stubs without stub": ('[project]\nname = "foo-stubs"\nversion = "1.0"', files("src/foo-stubs/__init__.py")),
    "stubs by name": (backend('module-name = "foo-stubs"'), files("src/foo-stubs/__init__.pyi")),
    "stubs, dotted": (backend('module-name = "foo-stubs.bar"'), files("src/foo-stubs/bar/__init__.pyi")),
    "stubs in the second part": (backend('module-name = "foo.bar-stubs"'), files("src/foo/bar-stubs/__init__.pyi")),
    "stubs of nothing": (backend('module-name = "-stubs"'), files("src/-stubs/__init__.pyi")),
}

EXCLUDES: Mapping[str, Case] = {
    "bytecode": ("", files(*INIT, "src/foo/a.pyc", "src/foo/b.pyo", "src/foo/__pycache__/a.py", "src/foo/c.pyc/d.py")),
    "bytecode kept": (
        backend("default-excludes = false"),
        files(*INIT, "src/foo/a.pyc", "src/foo/__pycache__/a.cpython-312.pyc"),
    ),
    "unanchored folder": (backend('source-exclude = ["sub"]'), files(*INIT, "src/foo/sub/a.py", "src/foo/x/sub/b.py")),
    "anchored folder": (backend('source-exclude = ["/src/foo/sub"]'), files(*INIT, "src/foo/sub/a.py")),
    "anchored folder, contents": (backend('source-exclude = ["/src/foo/sub/**"]'), files(*INIT, "src/foo/sub/a.py")),
    "anchored file": (
        backend('source-exclude = ["/src/foo/sub/a.py"]'),
        files(*INIT, "src/foo/sub/a.py", "src/foo/sub/b.py"),
    ),
    "unanchored path": (backend('wheel-exclude = ["foo/sub"]'), files(*INIT, "src/foo/sub/a.py", "src/foo/a.py")),
    "wheel only": (backend('wheel-exclude = ["*.txt"]'), files(*INIT, "src/foo/a.txt", "src/foo/d.txt/e.py")),
    "trailing slash": (backend('source-exclude = ["sub/"]'), files(*INIT, "src/foo/sub/a.py")),
    "the module itself": (backend('wheel-exclude = ["foo"]'), files(*INIT, "src/foo/sub/a.py")),
    "the source root": (backend('source-exclude = ["src"]'), files(*INIT, "src/foo/sub/a.py")),
    "init": (backend('source-exclude = ["__init__.py"]'), files(*INIT, "src/foo/a.py")),
    "through the checkout's own folder": (
        backend('wheel-exclude = ["project/src/foo/sub"]'),
        files(*INIT, "src/foo/sub/a.py"),
    ),
    "everything": (backend('source-exclude = ["**"]'), INIT),
    "pyproject.toml": (backend('source-exclude = ["*.toml"]'), INIT),
    "pyproject.toml from the wheel": (backend('wheel-exclude = ["*.toml"]'), INIT),
    "the readme": (project('readme = "README.md"', 'source-exclude = ["*.md"]'), files(*INIT, "README.md")),
    "double stars": (backend('source-exclude = ["**/**"]\nsource-include = ["a**"]'), files(*INIT, "ab")),
    "a line feed in a name": (backend('wheel-exclude = ["a*"]'), files(*INIT, "src/foo/a\nb", "src/foo/b\na")),
}

INCLUDES: Mapping[str, Case] = {
    **{
        f"a glob with U+{ord(char):04X}": (backend(f'source-include = ["a{char}.txt"]'), files(*INIT, f"a{char}.txt"))
        for char in UNUSUAL
    },
    "a class that holds the slash": (backend('source-include = ["?[--a]a"]'), files(*INIT, "x/a")),
    "nothing matched": (
        backend('source-include = ["tests/", "tests", "./a", "/a", "a//b"]'),
        files(*INIT, "tests/a", "a"),
    ),
    "below a folder": (backend('source-include = ["tests/**"]'), files(*INIT, "tests/a/b", "tests.py", "tests-x/y")),
    "order of siblings": (backend('source-include = ["s*", "s*/**"]'), files(*INIT, "s/x", "s-x", "s.py", "sé/x", "S")),
    "extension anywhere": (
        backend('source-include = ["**/*.csv"]'),
        files(*INIT, "a.csv", "d/e/f.csv", "d/e/g.txt", "csv"),
    ),
    "between": (backend('source-include = ["a/**/z"]'), files(*INIT, "a/z", "a/b/z", "a/b/c/z", "a/b/zz", "z")),
    "one byte": (backend('source-include = ["??", "[é]", "[é]?"]'), files(*INIT, "é", "ab", "a", "abc")),
    "classes": (
        backend('source-include = ["[a-c]", "[x-]", "[--.]x"]'),
        files(*INIT, "a", "c", "d", "x", "-", "y", ".x"),
    ),
    "escapes": (
        backend("source-include = ['a\\ b', '\\[x\\]', '\\é', 'c\\*']"),
        files(*INIT, "a b", "[x]", "é", "c*", "cd"),
    ),
    "hidden files": (backend('source-include = ["*"]'), files(*INIT, ".env", ".git/config", "x.so")),
    "excluded again": (backend('source-include = ["d/**"]\nsource-exclude = ["d/e"]'), files(*INIT, "d/e/f", "d/g")),
    "PKG-INFO": (backend('source-include = ["PKG-INFO"]'), files(*INIT, "PKG-INFO")),
    "folder PKG-INFO": (backend('source-include = ["**"]'), files(*INIT, "PKG-INFO/x")),
    "pyproject.toml.orig": (backend('source-include = ["*"]'), files(*INIT, "pyproject.toml.orig")),
    "folder pyproject.toml.orig": (backend('source-include = ["**"]'), files(*INIT, "pyproject.toml.orig/x")),
    "link to a file": (backend('source-include = ["l"]'), {**files(*INIT, "x/y"), "l": link("x/y")}),
    "link to a folder": (backend('source-include = ["l/*"]'), {**files(*INIT, "x/y"), "l": link("x")}),
    "link to a folder on the way": (backend('source-include = ["**/z"]'), {**files(*INIT, "x/y"), "l": link("x")}),
    "link to a file on the way": (backend('source-include = ["**/z"]'), {**files(*INIT, "x/y"), "l": link("x/y")}),
    "link to nothing": (backend('source-include = ["l"]'), {**INIT, "l": link("x")}),
    "link to nothing on the way": (backend('source-include = ["l/*"]'), {**INIT, "l": link("x")}),
    "link to nothing elsewhere": (backend('source-include = ["k/*"]'), {**INIT, "l": link("x")}),
    "line feed in a name": (backend('source-include = ["a*"]'), files(*INIT, "a\nb")),
    "line feed below": (backend('source-include = ["**"]'), files(*INIT, "a\nb", "d/e\nf/g")),
    "colon in a name": (backend('source-include = ["**"]'), files(*INIT, "a:b")),
    "blank at the end of a name": (backend('source-include = ["**"]'), files(*INIT, "d /b")),
    "DEL in a name": (backend('source-include = ["**"]'), files(*INIT, "d\x7f/b")),
    "empty folder": (backend('source-include = ["**"]'), {**INIT, "d/e": empty_folder}),
}

BAD_GLOBS = [
    "***", "a**b", "**a", "a/***/b", "..", "a/../b", "...", "[!a]", "[a b]", "[", "[]", "[a", "[z-a]", "[]a]", "[-a]",
    "a b", "!", "{a,b}", "a\\", "a\\/b", "\\\\", "\\a..", "$x", "~", "a@b", "a+b", "%", "é", "٣", "¼", "Ⅷ", "a\u0301", "", "/", "//",
]  # fmt: skip

DATA: Mapping[str, Case] = {
    "scripts": (backend('data = { scripts = "bin" }'), {**INIT, "bin/run": executable(), "bin/d/plain": "x"}),
    "all schemes": (
        backend('data = { data = "d", purelib = "p", platlib = "l", headers = "h", scripts = "s" }'),
        files(*INIT, "d/a", "p/a", "l/a", "h/a", "s/a"),
    ),
    "path in need of tidying": (backend('data = { data = "./a/../d//" }'), files(*INIT, "d/e/f")),
    "outside": (backend('data = { data = "../d" }'), INIT),
    "absolute": (backend('data = { data = "/d" }'), INIT),
    "missing": (backend('data = { data = "d" }'), INIT),
    "a file": (backend('data = { data = "d" }'), files(*INIT, "d")),
    "empty": (backend('data = { data = "d" }'), {**INIT, "d/e": empty_folder}),
    "link inside": (backend('data = { data = "d" }'), {**files(*INIT, "e/f"), "d": link("e")}),
    "link outside": (backend('data = { data = "d" }'), {**INIT, "d": link("/etc")}),
    "with a blank": (backend('data = { data = "d d" }'), files(*INIT, "d d/x")),
    "with a backslash": (backend("data = { data = 'd\\' }"), files(*INIT, "d\\/x")),
    "the project itself": (backend('data = { data = "." }'), files(*INIT, "x", "y/z")),
    "within the module": (backend('data = { data = "src/foo/d" }'), files(*INIT, "src/foo/d/x")),
    "excluded": (backend('data = { data = "d" }\nsource-exclude = ["d"]'), files(*INIT, "d/x")),
    "partly excluded": (
        backend('data = { data = "d" }\nwheel-exclude = ["/d/e", "f"]'),
        files(*INIT, "d/e/x", "d/f", "d/g"),
    ),
    "the project itself excluded": (backend('data = { data = "." }\nwheel-exclude = ["/"]'), files(*INIT, "x")),
    "excluded as seen from inside": (backend('data = { data = "d" }\nwheel-exclude = ["/e"]'), files(*INIT, "d/e/x")),
}

LICENSES: Mapping[str, Case] = {
    "plain": (project('license-files = ["LICEN*"]'), files(*INIT, "LICENSE", "LICENCE.txt", "d/LICENSE")),
    "none": (project("license-files = []"), files(*INIT, "LICENSE")),
    "unmatched": (project('license-files = ["LICENSE", "nope*"]'), files(*INIT, "LICENSE")),
    "only a folder": (project('license-files = ["LICENSE"]'), files(*INIT, "LICENSE/x")),
    "order": (project('license-files = ["sub*", "sub/**", "sub-x/*"]'), files(*INIT, "sub/y", "sub-x/x", "sub.z")),
    "in the module": (project('license-files = ["src/foo/L"]'), files(*INIT, "src/foo/L")),
    "excluded from the sdist": (project('license-files = ["L*"]', 'source-exclude = ["LX"]'), files(*INIT, "LX", "LY")),
    "excluded altogether": (project('license-files = ["L/A"]', 'source-exclude = ["L"]'), files(*INIT, "L/A")),
    "in a default exclude": (project('license-files = ["*/L"]'), files(*INIT, "__pycache__/L")),
    "generated ones too": (project('license-files = ["*"]'), files(*INIT, "a")),
    "not UTF-8": (project('license-files = ["L"]'), {**INIT, "L": b"\xff"}),
    "executable": (project('license-files = ["L"]'), {**INIT, "L": executable()}),
    "link": (project('license-files = ["L"]'), {**files(*INIT, "x/y"), "L": link("x/y")}),
    "link to a folder beside": (project('license-files = ["L*"]'), {**files(*INIT, "x/y", "LA"), "LB": link("x")}),
    "link to nothing beside": (project('license-files = ["L*"]'), {**files(*INIT, "LA"), "LB": link("x")}),
    "parent folder": (project('license-files = ["../L"]'), INIT),
    "escape": (project("license-files = ['L\\ x']"), files(*INIT, "L x")),
    "brackets": (project('license-files = ["[LM]"]'), files(*INIT, "L", "M", "N")),
    "virtual environment": (
        project('license-files = ["v/pyvenv.cfg"]'),
        {"v/pyvenv.cfg": "", "v/bin/python": link("x"), **INIT},
    ),
    "table with a file": (project('license = { file = "L*" }'), files(*INIT, "L*", "L2")),
    "table with a bad file": (project('license = { file = "L x" }'), files(*INIT, "L x")),
    "line feed in a name": (project('license-files = ["L*", "M/**"]'), files(*INIT, "LA\nB", "M/a", "M/b\nc")),
}

FILES: Mapping[str, Case] = {
    "executable bits": (
        "",
        {**INIT, "src/foo/a": executable(), "src/foo/b": executable(mode=0o610), "src/foo/c": executable(mode=0o601)},
    ),
    "no permission bits for others": ("", {**INIT, "src/foo/a": executable(mode=0o600)}),
    "executable pyproject.toml": ("", {**INIT, "x": lambda path: (path.parent / "pyproject.toml").chmod(0o755)}),
    "executable through a link": ("", {**INIT, "bin/x": executable(), "src/foo/x": link("../../bin/x")}),
    "empty file": ("", {**INIT, "src/foo/empty": b""}),
    "just over a piece": ("", {**INIT, "src/foo/data": os.urandom(3) * 30_000}),
    "a large file": ("", {**INIT, "src/foo/data": b"".join(b"%d\n" % (i * i) for i in range(200_000))}),
    "incompressible": ("", {**INIT, "src/foo/data": os.urandom(200_000)}),
    "name of 100 bytes": ("", files(*INIT, f"src/foo/{'n' * (100 - len('foo-1.0/src/foo/'))}")),
    "name of 101 bytes": ("", files(*INIT, f"src/foo/{'n' * (101 - len('foo-1.0/src/foo/'))}")),
    "name too long to split": ("", files(*INIT, f"src/foo/{'n' * 200}")),
    "long path": ("", files(*INIT, f"src/foo/{'d' * 60}/{'e' * 60}/{'f' * 60}/x", f"src/foo/{'d' * 120}/x")),
    "prefix at its limit": (
        "",
        files(
            *INIT,
            f"src/foo/{'d' * (155 - len('foo-1.0/src/foo/'))}/x",
            f"src/foo/{'e' * (156 - len('foo-1.0/src/foo/'))}/x",
            f"src/foo/{'g' * 50}/{'f' * 100}",
            f"src/foo/{'h' * 50}/{'f' * 101}",
        ),
    ),
    "names in other alphabets": ("", files(*INIT, "src/foo/é.txt", "src/foo/e\u0301.txt", "src/foo/数据/x", "src/foo/😀")),
    "names with RECORD's own characters": ("", files(*INIT, "src/foo/a,b", 'src/foo/c"d', "src/foo/ e", "src/foo/#f;=")),
    "names with control characters": ("", files(*INIT, "src/foo/a\rb")),
    "a name that is not UTF-8": ("", {**INIT, os.fsdecode(b"src/foo/a\xff\xe9b"): "x"}),
    "two names that become one": ("", {**INIT, os.fsdecode(b"src/foo/\xff"): "1", os.fsdecode(b"src/foo/\xfe"): "2"}),
    "backslash in a name": ("", files(*INIT, "src/foo/a\\b")),
    "names that differ in case": ("", files(*INIT, "src/foo/A", "src/foo/a")),
    "link to a file outside": ("", {**INIT, "src/foo/hosts": link("/etc/hosts")}),
    "link to a folder": ("", {**files(*INIT, "d/x"), "src/foo/d": link("../../d")}),
    "link to nothing": ("", {**INIT, "src/foo/d": link("nowhere")}),
    "link to nothing, excluded": (backend('source-exclude = ["d"]'), {**INIT, "src/foo/d": link("nowhere")}),
    "link to itself": ("", {**INIT, "src/foo/d": link("d")}),
    "virtual environment": ("", {**INIT, **VENV}),
    "virtual environment without the link": ("", files(*INIT, "src/foo/v/pyvenv.cfg", "src/foo/v/bin/python")),
    "virtual environment of Windows": ("", files(*INIT, "src/foo/v/pyvenv.cfg", "src/foo/v/Scripts/python.exe")),
    "virtual environment by lib64": (
        "",
        {**files(*INIT, "src/foo/v/lib/x"), "src/foo/v/lib64": link("lib"), "src/foo/v/bin/python": link("x")},
    ),
    "virtual environment by a folder lib64": ("", {**files(*INIT, "src/foo/v/lib64/x"), "src/foo/v/bin/python": link("x")}),
    "marks of an environment first": (
        "",
        files(*INIT, *(f"src/foo/v/{name}" for name in ("pyvenv.cfg", "lib64/x", "a", "bin/x", "lib/x", "z"))),
    ),
    "virtual environment excluded": (backend('source-exclude = ["venv"]'), {**INIT, **VENV}),
    "virtual environment, its marks excluded": (
        backend('wheel-exclude = ["pyvenv.cfg"]'),
        {**INIT, "src/foo/v/pyvenv.cfg": "", "src/foo/v/bin/python": link("/etc/hosts")},
    ),
    "version control and junk in the module": ("", files(*INIT, "src/foo/.git/HEAD", "src/foo/.DS_Store", "src/foo/x.so")),
    "empty folders": ("", {**INIT, "src/foo/d/e": empty_folder}),
    "readme": (project('readme = "README.md"'), files(*INIT, "README.md")),
    "readme with a dot in its path": (project('readme = "./docs//README.md"'), files(*INIT, "docs/README.md")),
    "readme through its own folder": (project('readme = "docs/../README.md"'), files(*INIT, "README.md", "docs/x")),
    "readme outside": (project('readme = "../README.md"'), {**INIT, "../README.md": "x"}),
    "readme with glob characters": (project('readme = "R*[x].md"'), files(*INIT, "R*[x].md", "Rax.md")),
    "readme is a link": (project('readme = "README.md"'), {**files(*INIT, "d/e"), "README.md": link("d/e")}),
    "readme missing": (project('readme = "README.md"'), INIT),
    "readme is a folder": (project('readme = "README.md"'), files(*INIT, "README.md/x")),
    "entry points": (
        project('[project.scripts]\nb = "foo:b"\na = "foo:a"\n[project.entry-points."x.y"]\nk = "foo"'),
        INIT,
    ),
    "entry points, empty": (project("scripts = {}\nentry-points = {}"), INIT),
}  # fmt: skip


@pytest.mark.parametrize("name", ["star-charts"])
def test_real_layout(name: str, same_as_uv_in: Callable[[Path], None]) -> None:
    same_as_uv_in(PROJECTS / name)


@pytest.mark.parametrize("name", ["star-charts"])
def test_listing(name: str, same_listing_as_uv_in: Callable[[Path], None]) -> None:
    same_listing_as_uv_in(PROJECTS / name)


def test_listing_of_a_wheel_that_lacks_what_the_sdist_leaves_out(
    tmp_path: Path, same_listing_as_uv_in: Callable[[Path], None]
) -> None:
    root = tmp_path / "project"
    tests = files("src/foo/tests/test_a.py", "src/foo/data/a.csv")
    write_project(root, backend('source-exclude = ["/src/foo/tests"]'), {**INIT, **tests})
    same_listing_as_uv_in(root)


@pytest.mark.parametrize(("settings", "tree"), LAYOUT.values(), ids=LAYOUT)
def test_layout(settings: str, tree: Files, same_as_uv: Compare) -> None:
    same_as_uv(settings, tree)


@pytest.mark.parametrize(("settings", "tree"), EXCLUDES.values(), ids=EXCLUDES)
def test_exclude(settings: str, tree: Files, same_as_uv: Compare) -> None:
    same_as_uv(settings, tree)


@pytest.mark.parametrize(("settings", "tree"), INCLUDES.values(), ids=INCLUDES)
def test_include(settings: str, tree: Files, same_as_uv: Compare) -> None:
    same_as_uv(settings, tree)


@pytest.mark.parametrize("key", ["source-include", "source-exclude", "wheel-exclude"])
@pytest.mark.parametrize("glob", BAD_GLOBS, ids=ascii)
def test_glob(key: str, glob: str, same_as_uv: Compare) -> None:
    same_as_uv(backend(f"{key} = [{toml(glob)}]"), files(*INIT, "a", "é", "٣", "x/y"))


@pytest.mark.parametrize("glob", BAD_GLOBS, ids=ascii)
def test_license_glob(glob: str, same_as_uv: Compare) -> None:
    same_as_uv(project(f"license-files = [{toml(glob)}]"), files(*INIT, "a", "é", "٣", "x/y"))


@pytest.mark.parametrize(("settings", "tree"), DATA.values(), ids=DATA)
def test_data_folder(settings: str, tree: Files, same_as_uv: Compare) -> None:
    same_as_uv(settings, tree)


@pytest.mark.parametrize(("settings", "tree"), LICENSES.values(), ids=LICENSES)
def test_license_files(settings: str, tree: Files, same_as_uv: Compare) -> None:
    same_as_uv(settings, tree)


@pytest.mark.parametrize(("settings", "tree"), FILES.values(), ids=FILES)
def test_files(settings: str, tree: Files, same_as_uv: Compare) -> None:
    same_as_uv(settings, tree)


@pytest.mark.parametrize("url", [*PUBLIC, *REFUSED], ids=ascii)
def test_url(url: str, same_as_uv: Compare) -> None:
    if "${" in url or "\n" in url:
        pytest.skip("uv fills in variables of the environment, and TOML has no line feed in such a string")
    same_as_uv(project(f"dependencies = [{toml(f'a @ {url}')}]"), INIT)


def toml(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
