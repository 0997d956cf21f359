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
            False,
        ),
        ('setuptools-scm[toml]>=8", "setuptools', "setuptools.build_meta", 'version = "1"', True),
        ("Setuptools_SCM>=8", "setuptools.build_meta", 'version = "1"', True),
        ("meson-python", "mesonpy", 'version = "1"', True),
        ("flit_core", "flit_core.buildapi", 'dynamic = ["version", "description"]', False),
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
