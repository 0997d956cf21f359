"""Which projects a commit or a tag concerns."""

from __future__ import annotations

from pathlib import Path

import pytest

from atombuild.isolated.description import describe
from atombuild.isolated.history import follows_history
from atombuild.project.pyproject import parse_pyproject


@pytest.mark.parametrize(
    ("requires", "backend", "more", "expected"),
    [
        ("hatchling", "hatchling.build", 'version = "1"', False),
        ("hatchling", "hatchling.build", 'dynamic = ["version"]\n[tool.hatch.version]\nsource = "vcs"', True),
        ("hatchling", "hatchling.build", 'dynamic = ["version"]\n[tool.hatch.version]\npath = "x.py"', False),
        ("setuptools", "setuptools.build_meta", 'dynamic = ["version"]', True),
        (
            "setuptools",
            "setuptools.build_meta",
            'dynamic = ["version"]\n[tool.setuptools.dynamic]\nversion = { attr = "x.v" }',
            True,
        ),
        (
            "setuptools",
            "setuptools.build_meta",
            'dynamic = ["version"]\n[tool.setuptools.dynamic]\nversion = { file = "VERSION" }',
            False,
        ),
        ('setuptools-scm[toml]>=8", "setuptools', "setuptools.build_meta", 'version = "1"', True),
        ("Setuptools_SCM>=8", "setuptools.build_meta", 'version = "1"', True),
        ("meson-python", "mesonpy", 'version = "1"', True),
        ("flit_core", "flit_core.buildapi", 'dynamic = ["version", "description"]', True),
        ("pdm-backend", "pdm.backend", 'dynamic = ["version"]\n[tool.pdm.version]\nsource = "scm"', True),
        ("pdm-backend", "pdm.backend", 'dynamic = ["version"]\n[tool.pdm.version]\nsource = "file"\npath = "x"', False),
        ("own", "own", 'dynamic = ["version"]', True),
    ],
)
def test_a_version_from_a_file_needs_no_history(
    tmp_path: Path, requires: str, backend: str, more: str, expected: bool
) -> None:
    text = f'[build-system]\nrequires = ["{requires}"]\nbuild-backend = "{backend}"\n[project]\nname = "x"\n{more}\n'
    path = tmp_path / "pyproject.toml"
    path.write_text(text)
    assert follows_history(describe(tmp_path, parse_pyproject(path, text.encode()))) is expected


_HATCH = ("hatchling", "hatchling.build", '[tool.hatch.version]\nsource = "code"\npath = "src/x/v.py"\n')
_ATTR = "[tool.setuptools.dynamic]\nversion = { attr = 'x.v.__version__' }\n"
_SETUPTOOLS = ("setuptools", "setuptools.build_meta", _ATTR)
_PLACED = ("setuptools", "setuptools.build_meta", f"{_ATTR}[tool.setuptools.package-dir]\nx = 'src/x'\n")
_FLIT = ("flit_core", "flit_core.buildapi", "")


@pytest.mark.parametrize(
    ("how", "file"),
    [
        (_HATCH, "src/x/v.py"),
        (_SETUPTOOLS, "src/x/v.py"),
        (_SETUPTOOLS, "x/v.py"),
        (_SETUPTOOLS, "src/x/v/__init__.py"),
        (_PLACED, "src/x/v.py"),
        (_FLIT, "src/x/__init__.py"),
        (_FLIT, "x/_version.py"),
        (_FLIT, "x.py"),
    ],
)
@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('__version__ = "1.0"\n', False),
        ('"""x"""\nimport os\n__version__: str = "1.0"\n', False),
        ("from dunamai import Version\n__version__ = Version.from_git().serialize()\n", True),
        ("from versioneer import get_version as __version__\n", True),
        ('__version__ = "0"\ntry:\n    from x._git import __version__\nexcept ImportError:\n    pass\n', True),
        ('__version__ = "0"\nfrom x._git import *\n', True),
        ('__version__ = "0"\n__version__ += "1"\n', True),
        ('def f():\n    global __version__\n    __version__ = "2"\n__version__ = "0"\nf()\n', True),
        ("__version__ = = 1\n", True),
        ("", True),
    ],
)
def test_a_file_that_has_to_be_run_for_its_version_may_ask_git(
    tmp_path: Path, how: tuple[str, str, str], file: str, code: str, expected: bool
) -> None:
    requires, backend, tool = how
    text = f'[build-system]\nrequires = ["{requires}"]\nbuild-backend = "{backend}"\n[project]\nname = "x"\n'
    text += f'dynamic = ["version", "description"]\n{tool}'
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text(code)
    assert follows_history(describe(tmp_path, parse_pyproject(tmp_path / "pyproject.toml", text.encode()))) is expected


def test_another_expression_than_a_name_may_ask_git(tmp_path: Path) -> None:
    text = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n[project]\nname = "x"\n'
    text += 'dynamic = ["version"]\n[tool.hatch.version]\nsource = "code"\npath = "v.py"\nexpression = "get()"\n'
    (tmp_path / "v.py").write_text('__version__ = "1"\ndef get(): ...\n')
    assert follows_history(describe(tmp_path, parse_pyproject(tmp_path / "pyproject.toml", text.encode())))
