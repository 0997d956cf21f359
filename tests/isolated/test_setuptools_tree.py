"""setuptools keeps things in the tree: what it left there ships no more and no less than a front end would ship."""

from __future__ import annotations

import shutil
import subprocess
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uv

from atombuild.builder import Plan
from atombuild.events import Cause, Event, Failure, Outcome
from support.backends import members, need
from support.own_backend import session_of

PYPROJECT = """\
[build-system]
requires = ["setuptools"{requires}]
build-backend = "setuptools.build_meta"

[project]
name = "x"
version = "1.0"
"""

MODULES = {"x/__init__.py": "", "x/kept.py": "A = 1\n"}


@dataclass(frozen=True)
class Tree:
    """A project's files, and what earlier builds left among them."""

    files: Mapping[str, str]
    stale: Mapping[str, str] = field(default_factory=dict)
    settings: str = ""
    requires: str = ""
    needs: str = "setuptools"
    environ: Mapping[str, str] = field(default_factory=dict)

    def write(self, root: Path, *, stale: bool) -> Path:
        """Write it, with or without what earlier builds left."""
        files = dict(self.files)
        if "setup.py" not in files or self.settings:
            pyproject = PYPROJECT.format(requires=self.requires) + textwrap.dedent(self.settings)
            files = {"pyproject.toml": pyproject, **files}
        for name, text in {**files, **(self.stale if stale else {})}.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        return root


SOURCES = "x.egg-info/SOURCES.txt"
TREES = {
    "everything of a kind is taken": Tree(
        {**MODULES, "MANIFEST.in": "global-include *.py\n"},
        {"build/lib/x/deleted.py": "OLD = 1\n", "build/bdist.linux-x86_64/wheel/x/deleted.py": "OLD = 1\n"},
        '[tool.setuptools]\npackages = ["x"]\n',
    ),
    "the build folder is asked for": Tree(
        {**MODULES, "MANIFEST.in": "graft build\ngraft .\nprune dist\n"},
        {"build/lib/x/deleted.py": "OLD = 1\n"},
        '[tool.setuptools]\npackages = ["x"]\n',
    ),
    "a build folder of the project's choice": Tree(
        {**MODULES, "MANIFEST.in": "global-include *.py\n", "setup.cfg": "[build]\nbuild_base = made\n"},
        {"made/lib/x/deleted.py": "OLD = 1\n"},
        '[tool.setuptools]\npackages = ["x"]\n',
    ),
    "a build folder of the user's choice": Tree(
        {**MODULES, "MANIFEST.in": "global-include *.py\n", "extra.cfg": "[build]\nbuild_base = made%%\n"},
        {"made%/lib/x/deleted.py": "OLD = 1\n"},
        '[tool.setuptools]\npackages = ["x"]\n',
        environ={"DIST_EXTRA_CONFIG": "extra.cfg"},
    ),
    "src layout": Tree(
        {f"src/{name}": text for name, text in MODULES.items()},
        {"build/lib/x/deleted.py": "OLD = 1\n", "src/x.egg-info/SOURCES.txt": "src/x/__init__.py\nsrc/x/gone.py\n"},
    ),
    "packages two folders deep": Tree(
        {f"lib/python/src/{name}": text for name, text in MODULES.items()},
        {"build/lib/x/deleted.py": "OLD = 1\n"},
        '[tool.setuptools]\npackage-dir = {"" = "lib/python/src"}\npackages = ["x"]\n',
    ),
    "setup.py alone, with a script": Tree(
        {
            **MODULES,
            "run": "#!/bin/sh\n",
            "setup.py": "from setuptools import setup\n"
            "setup(name='x', version='1.0', packages=['x'], scripts=['run'])\n",
        },
        {"build/lib/x/deleted.py": "OLD = 1\n", "build/scripts-3.11/old": "#!/bin/sh\n"},
    ),
    "data that an earlier list of sources names": Tree(
        {**MODULES, "x/data.txt": "1\n"},
        {SOURCES: "pyproject.toml\nx/__init__.py\nx/kept.py\nx/data.txt\n", "build/lib/x/deleted.py": "OLD = 1\n"},
        '[tool.setuptools]\npackages = ["x"]\n',
    ),
    "an extension module": Tree(
        {
            **MODULES,
            "x/fast.c": '#include <Python.h>\nstatic struct PyModuleDef d = {PyModuleDef_HEAD_INIT, "fast"};\n'
            "PyMODINIT_FUNC PyInit_fast(void) { return PyModule_Create(&d); }\n",
        },
        {"build/lib/x/deleted.py": "OLD = 1\n", "build/lib.linux-x86_64-cpython-311/x/deleted.py": "OLD = 1\n"},
        '[tool.setuptools]\npackages = ["x"]\next-modules = [{name = "x.fast", sources = ["x/fast.c"]}]\n',
        needs="setuptools-ext",
    ),
}
NOT_STALE = {"data that an earlier list of sources names"}
"""Where what an earlier build left is an input, for setuptools itself."""


def build(root: Path, plan: Plan) -> None:
    events: list[Event] = []
    session = session_of(root, events, plan)
    try:
        session.begin()
        assert session.attempt(Cause.START).outcome is Outcome.SUCCEEDED, [
            event.reports for event in events if isinstance(event, Failure)
        ]
    finally:
        session.end()


def held(folder: Path, suffix: str) -> list[str]:
    (artifact,) = folder.glob(f"*{suffix}")
    return members(artifact)


def uv_build(root: Path, out: Path, *arguments: str) -> None:
    done = subprocess.run(
        [uv.find_uv_bin(), "build", "--quiet", *arguments, "--out-dir", out, root],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr


def tree_of(root: Path) -> set[str]:
    """Return what is in the tree but dist; setuptools completes an egg-info folder that is there already."""
    found = {path.relative_to(root).as_posix() for path in root.rglob("*")}
    return {name for name in found if name.partition("/")[0] != "dist" and ".egg-info/" not in name}


@pytest.mark.parametrize("name", TREES)
def test_what_earlier_builds_left_ships_no_more_and_no_less_than_with_uv(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = TREES[name]
    need(tree.needs)
    for variable, value in tree.environ.items():
        monkeypatch.setenv(variable, value)
    ours, theirs = (tree.write(tmp_path / who / "p", stale=True) for who in ("ours", "theirs"))
    before = tree_of(ours)
    build(ours, Plan())
    assert tree_of(ours) == before, "the tree is as it was"
    uv_build(theirs, tmp_path / "theirs/out")
    assert held(ours / "dist", ".tar.gz") == held(tmp_path / "theirs/out", ".tar.gz")
    assert held(ours / "dist", ".whl") == held(tmp_path / "theirs/out", ".whl")

    # From the tree itself uv ships what is deleted; right is what comes out of a tree in which nothing was built.
    clean = tree.write(tmp_path / "clean/p", stale=name in NOT_STALE)
    shutil.rmtree(clean / "build", ignore_errors=True)
    uv_build(clean, tmp_path / "clean/out", "--wheel")
    shutil.rmtree(ours / "dist")
    build(ours, Plan.chosen(sdist=False, wheel=True))
    assert held(ours / "dist", ".whl") == held(tmp_path / "clean/out", ".whl")
    assert tree_of(ours) == before


WRAPPED = """\
from setuptools.build_meta import *
from setuptools import build_meta
def build_sdist(directory, config_settings=None):
    made = build_meta.build_sdist(directory, config_settings)
    DOES
    return made
"""


@pytest.mark.parametrize("does", ["pass", "raise RuntimeError('no stars')"], ids=["succeeds", "fails"])
@pytest.mark.parametrize("kept", [True, False], ids=["there before", "new"])
def test_egg_info_goes_wherever_it_lies_unless_it_was_there(tmp_path: Path, does: str, kept: bool) -> None:
    need("setuptools")
    tree = TREES["packages two folders deep"]
    root = tree.write(tmp_path / "p", stale=False)
    (root / "MANIFEST.in").write_text("graft _build\n")
    (root / "_build").mkdir()
    (root / "_build/backend.py").write_text(WRAPPED.replace("DOES", does))
    text = (root / "pyproject.toml").read_text()
    named = 'build-backend = "backend"\nbackend-path = ["_build"]'
    (root / "pyproject.toml").write_text(text.replace('build-backend = "setuptools.build_meta"', named))
    egg_info = root / "lib/python/src/x.egg-info"
    if kept:
        egg_info.mkdir()
        (egg_info / "mine.txt").write_text("")
    session = session_of(root, [], Plan())
    try:
        session.begin()
        result = session.attempt(Cause.START)
    finally:
        session.end()
    assert result.outcome is (Outcome.SUCCEEDED if does == "pass" else Outcome.FAILED), result.reports
    assert egg_info.exists() is kept
    assert (egg_info / "mine.txt").exists() is kept
    assert not (root / "build").exists()


@pytest.mark.parametrize("step", ["shutil.rmtree(made)", "os.rename(made, made.parent / 'aside')"])
def test_egg_info_that_a_hook_makes_again_was_there_before(tmp_path: Path, step: str) -> None:
    need("setuptools")
    root = TREES["src layout"].write(tmp_path / "p", stale=True)
    lines = (
        "import os, pathlib, shutil, setuptools",
        "made = pathlib.Path('src/x.egg-info')",
        "shutil.rmtree(made.parent / 'aside', ignore_errors=True)",
        step,
        "setuptools.setup()",
    )
    (root / "setup.py").write_text("\n".join(lines))
    build(root, Plan.chosen(sdist=True, wheel=False))
    assert (root / "src/x.egg-info/PKG-INFO").is_file()
