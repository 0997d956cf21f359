"""Random uv_build projects: trees, settings and metadata, mostly right, often odd, now and then wrong.

What is drawn is drawn to hit: globs are made from the paths of the tree, settings from its folders.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import tomli_w
from hypothesis import strategies as st

from support.variants import HEADER, File, Files, empty_folder, executable, large, link


@dataclass(frozen=True)
class RandomProject:
    """One project, as it is written to the disk."""

    table: dict[str, Any]
    """``pyproject.toml`` but ``[build-system]``."""

    files: Files
    plan: str
    """One of :data:`support.builders.PLANS`."""

    @property
    def settings(self) -> str:
        """Return the document, without its header."""
        return tomli_w.dumps(self.table)

    def __repr__(self) -> str:
        """Show everything that it takes to repeat it."""
        return f"{self.plan}\n{HEADER}{self.settings}\n{sorted(self.files)}"


def _one_in(number: int) -> st.SearchStrategy[bool]:
    return st.integers(1, number).map(lambda drawn: drawn == number)


def _mostly(good: list[Any], odd: list[Any]) -> st.SearchStrategy[Any]:
    """Draw something good; now and then something that is refused, or that nobody would write."""
    return _one_in(15).flatmap(lambda oddly: st.sampled_from(odd if oddly else good))


# Trees.

_STEMS: Final = ("a", "b", "A", "sub", "x y", "é", "data", "py", "z[1]", "~t", ".hidden", "e+f", "m", "tests")
_ENDINGS: Final = ("", ".py", ".csv", ".txt", ".pyc", ".md", ".so", "-x.py", "~")
_NAMES: Final = st.one_of(
    st.builds("".join, st.tuples(st.sampled_from(_STEMS), st.sampled_from(_ENDINGS))),
    st.sampled_from(
        ["__init__.py", "__pycache__", "LICENSE", "NOTICE.txt", "README.md", "conf.toml", "pyproject.toml"]
    ),
)
_TOPS: Final = (
    "src/foo",
    "src/foo",
    "src/foo/sub",
    "src",
    "src/bar",
    "",
    "tests",
    "docs",
    "data",
    "scripts",
    "lib/foo",
)


def _contents() -> st.SearchStrategy[File]:
    return st.one_of(
        st.sampled_from(["", "x = 1\n", "text\r\n", "é\n"]),
        st.binary(max_size=20),
        st.just(executable()),
        st.just(executable(mode=0o600)),
        st.sampled_from(["a.py", "../a.py", "nowhere", "/etc/hostname", ".", "..", "sub", "../src/foo"]).map(link),
        st.just(empty_folder),
        st.builds(large, st.integers(50_000, 400_000), st.integers(0, 1000)),
    )


@st.composite
def trees(draw: st.DrawFn) -> dict[str, File]:
    """Draw files by path; no file stands where a folder must."""
    paths = st.builds(
        lambda top, names: "/".join([*([top] if top else []), *names]),
        st.sampled_from(_TOPS),
        st.lists(_NAMES, min_size=1, max_size=3),
    )
    table: dict[str, File] = {}
    if not draw(_one_in(10)):
        table["src/foo/__init__.py"] = "x = 1\n"
    for path in draw(st.lists(paths, max_size=14, unique=True)):
        table.setdefault(path, draw(_contents()))
    if draw(_one_in(10)):
        top = draw(st.sampled_from(["src/foo/venv", "venv", "tests/venv"]))
        table |= {f"{top}/pyvenv.cfg": "", f"{top}/bin/python": link("/usr/bin/env"), f"{top}/lib/m.py": ""}
    return {
        path: content
        for path, content in table.items()
        if path.split("/")[0] != "pyproject.toml" and not _is_above_another(path, table)
    }


def _is_above_another(path: str, table: dict[str, File]) -> bool:
    return any(other.startswith(f"{path}/") for other in table)


# Settings.


@st.composite
def globs(draw: st.DrawFn, paths: tuple[str, ...]) -> str:
    """Draw a glob that was made from a path, or one that is no glob."""
    if draw(_one_in(20)):
        return draw(
            st.sampled_from(["***", "a**b", "[", "[]", "[z-a]", "../x", "a/../b", "x\\", "{a}", "!a", "a b", "**a"])
        )
    parts = draw(st.sampled_from(paths)).split("/")
    keep = draw(st.integers(1, len(parts)))
    parts = parts[:keep] if draw(st.booleans()) else parts[-keep:]
    parts = [draw(_part_of(part)) for part in parts]
    glob = "/".join(parts)
    return (
        draw(st.sampled_from(["", "", "", "", "**/", "/", "./"]))
        + glob
        + draw(st.sampled_from(["", "", "", "/**", "/*", "/", "/**/*.py"]))
    )


def _part_of(part: str) -> st.SearchStrategy[str]:
    escaped = "".join(char if char.isalnum() or char in "_-." else f"\\{char}" for char in part)
    stem, dot, ending = escaped.rpartition(".")
    return st.sampled_from(
        [escaped, escaped, escaped, "*", "**", "?" + escaped[1:], f"*{dot}{ending}", f"{stem}*", "[a-f]*", part]
    )


@st.composite
def settings(draw: st.DrawFn, paths: tuple[str, ...]) -> dict[str, Any]:
    """Draw ``[tool.uv.build-backend]``."""
    folders = sorted({path.rpartition("/")[0] for path in paths} - {""}) or ["src"]
    lists = st.lists(globs(paths), max_size=3)
    good_names = ["foo", "bar", "foo.sub", ["foo"], ["foo", "foo.sub"]]
    odd_names = ["Foo", "1foo", "foo-stubs", "foo.b-c", "", [], ["bar", "foo"]]
    optional: dict[str, st.SearchStrategy[Any]] = {
        "module-root": _mostly(["src", "./src/"], ["", ".", "lib", "src/foo", "nope", "..", "src/../lib"]),
        "module-name": _mostly(good_names, odd_names),
        "namespace": st.booleans(),
        "default-excludes": st.booleans(),
        "source-include": lists,
        "source-exclude": lists,
        "wheel-exclude": lists,
        "data": st.dictionaries(
            st.sampled_from(["purelib", "platlib", "headers", "scripts", "data"]),
            _mostly(folders, ["data", "./scripts/", "nope", "../x", "src/foo/../../data", ""]),
            max_size=2,
        ),
    }
    chosen = draw(st.lists(st.sampled_from(sorted(optional)), max_size=4, unique=True))
    return {key: draw(optional[key]) for key in chosen}


# Metadata.

_MARKERS: Final = st.recursive(
    st.sampled_from(
        [
            "python_version >= '3.10'",
            "python_version < '3.11'",
            "python_version == '3.9'",
            "python_version != '3.12'",
            "'3.9' <= python_version",
            "python_full_version >= '3.11.4'",
            "python_version ~= '3.10'",
            "sys_platform == 'win32'",
            "sys_platform != 'darwin'",
            "os_name == 'nt'",
            "platform_system == 'Linux'",
            "platform_machine == 'arm64'",
            "implementation_name == 'pypy'",
            "platform_python_implementation != 'CPython'",
            "'linux' in sys_platform",
            "extra == 'test'",
        ]
    ),
    lambda inner: st.builds(
        lambda left, operator, right: f"({left} {operator} {right})", inner, st.sampled_from(["and", "or"]), inner
    ),
    max_leaves=5,
)


@st.composite
def requirements(draw: st.DrawFn) -> str:
    """Draw a requirement, now and then one that can't be read."""
    if draw(_one_in(30)):
        return draw(st.sampled_from(["", "a b", "-a", "a>=", "a>1.*", "a~=1", "a; x", "a @ ./x", "a[", "a==1.0.*+x"]))
    name = draw(st.sampled_from(["numpy", "Foo_Bar.baz", "a", "typing-extensions"]))
    extras = draw(st.sampled_from(["", "", "", "[x]", "[X_y,z]", "[]"]))
    clauses = st.sampled_from(
        [">=1", "<2.0", "!=1.5", "==1.*", "~=1.4.2", "==1.0+local", ">=1.0rc1", "===1.0", "<=3!1"]
    )
    where = draw(st.one_of(st.lists(clauses, max_size=3).map(",".join), st.just(" @ https://example.org/a b.zip")))
    marker = f" ; {draw(_MARKERS)}" if draw(st.booleans()) else ""
    return f"{name}{extras}{where}{marker}"


@st.composite
def metadata(draw: st.DrawFn, paths: tuple[str, ...]) -> dict[str, Any]:
    """Draw ``[project]``."""
    texts = _mostly(["A thing.", "é, x", 'a "quoted" one'], ["", "two\nlines"])
    people = st.lists(
        _mostly([{"name": "A B"}, {"email": "a@b.c"}, {"name": "É", "email": "e@x.y"}], [{}, {"nick": "x"}]), max_size=2
    )
    scripts = st.dictionaries(
        _mostly(["run", "a-b", "x.y"], ["", "a b", "é"]),
        st.sampled_from(["foo:main", "foo.a:main", "foo", "foo:main [x]", "", "1foo:x"]),
        max_size=2,
    )
    texts_of = [path for path in paths if path.endswith((".md", ".txt"))] or ["nope.md"]
    files = _mostly(texts_of, [*paths, "README.md", "nope.md"])
    kinds = _mostly(["text/markdown", "text/plain", "text/x-rst"], ["text/html"])
    spdx = (["MIT", "Apache-2.0 OR MIT", "LicenseRef-x", "NOASSERTION"], ["mit", "GPL-3.0", "(MIT", "MIT WITH x", ""])
    optional: dict[str, st.SearchStrategy[Any]] = {
        "description": texts,
        "readme": st.one_of(
            files,
            st.fixed_dictionaries({"content-type": kinds, "text": texts}),
            st.fixed_dictionaries(
                {"content-type": kinds, "file": files}, optional={"charset": _mostly(["UTF-8"], ["utf-8", "latin1"])}
            ),
        ),
        "license": st.one_of(
            _mostly(*spdx), st.fixed_dictionaries({}, optional={"text": texts}), st.fixed_dictionaries({"file": files})
        ),
        "license-files": st.lists(st.one_of(st.sampled_from(texts_of), globs(paths)), max_size=2),
        "authors": people,
        "maintainers": people,
        "keywords": st.lists(st.sampled_from(["a", "b c", "d,e", ""]), max_size=3),
        "classifiers": st.lists(
            _mostly(["Typing :: Typed", "License :: OSI Approved :: MIT License", "A :: B"], ["None"]), max_size=2
        ),
        "urls": st.dictionaries(
            st.sampled_from(["Home", "a b", ""]), st.sampled_from(["https://x.y", "x"]), max_size=2
        ),
        "scripts": scripts,
        "gui-scripts": scripts,
        "entry-points": st.dictionaries(_mostly(["plug", "a.b"], ["console_scripts", "x y"]), scripts, max_size=2),
        "dependencies": st.lists(requirements(), max_size=4),
        "optional-dependencies": st.dictionaries(
            _mostly(["test", "d", "E_f"], ["Test", "x-"]), st.lists(requirements(), max_size=2), max_size=2
        ),
        "requires-python": _mostly([">=3.10", "", ">=3.8,<4", "~=3.9"], [">3.*", "3.10"]),
        "import-names": st.lists(_mostly(["foo", "foo.sub", "bar; private"], ["a-b", "foo ;public", ""]), max_size=2),
        "import-namespaces": st.lists(st.sampled_from(["foo", "ns"]), max_size=2),
        "dynamic": _mostly([[]], [["version"]]),
    }
    chosen = draw(st.lists(st.sampled_from(sorted(optional)), max_size=5, unique=True))
    return {
        "name": draw(_mostly(["foo", "Foo"], ["foo-stubs", "Foo.Bar_baz", "x-"])),
        "version": draw(_mostly(["1.0", "v1.0-1", "1.0c1", "01.02", "1.0+Ubuntu_1", "0!1"], ["one"])),
        **{key: draw(optional[key]) for key in chosen},
    }


@st.composite
def random_projects(draw: st.DrawFn, plans: tuple[str, ...]) -> RandomProject:
    """Draw a whole project, and a plan to build it by."""
    files = draw(trees())
    paths = tuple(sorted(files)) or ("src",)
    # Most projects of one kind of oddity only: with two, the first hides the second.
    about = draw(st.sampled_from(["files", "files", "metadata", "both"]))
    project = draw(metadata(paths)) if about != "files" else {"name": "foo", "version": "1.0"}
    table: dict[str, Any] = {"project": project}
    if about != "metadata":
        table["tool"] = {"uv": {"build-backend": draw(settings(paths))}}
    return RandomProject(table, files, draw(st.sampled_from(plans)))
