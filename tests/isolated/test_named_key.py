"""A backend names a key of pyproject.toml, each in its own way; the line is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from atombuild.isolated.named_key import named_key
from atombuild.project.pyproject import parse_pyproject

DOCUMENT = b"""\
[project]
name = "small"
description = 3

[build-system]
requires = ["x"]

[tool.flit.sdist]
include = 4

[tool.setuptools]
packages = 5
"""


@pytest.mark.parametrize(
    ("backend", "words", "line"),
    [
        ("flit_core.buildapi", "ConfigError: description field should be <class 'str'>, not <class 'int'>", 3),
        ("flit_core.buildapi", "ConfigError: sdist include patterns must be a list", 9),
        ("hatchling.build", "TypeError: Field `project.description` must be a string", 3),
        ("poetry.core.masonry.api", "RuntimeError: The configuration is invalid:\n  - project.description must be", 3),
        ("pdm.backend", 'ValidationError: project.description: Field "project.description" has an invalid type', 3),
        ("setuptools.build_meta", "ValueError: invalid pyproject.toml config: `tool.setuptools.packages`.", 12),
        ("setuptools.build_meta", "ValueError: invalid pyproject.toml config: `tool.setuptools.packages[0].x`.", 12),
        ("setuptools.build_meta", "ValueError: `project` must contain ['version'] properties", 1),
        ("hatchling.build", "ValueError: Missing `project.version` field", 1),
    ],
)
def test_the_line_of_the_key_is_found(backend: str, words: str, line: int) -> None:
    pyproject = parse_pyproject(Path("/p/pyproject.toml"), DOCUMENT)
    found = named_key(words, pyproject, backend)
    assert found is not None
    assert (found.path, found.line) == (Path("/p/pyproject.toml"), line)


@pytest.mark.parametrize(
    ("backend", "words"),
    [
        ("hatchling.build", "ValueError: no name, and no description"),
        ("hatchling.build", "OSError: the tool.txt of my-project.name is missing"),
        ("flit_core.buildapi", "ValueError: No file/folder found for module name"),
        ("pdm.backend", "RuntimeError: tool.nobody.key"),
    ],
)
def test_words_that_name_no_key_point_nowhere(backend: str, words: str) -> None:
    assert named_key(words, parse_pyproject(Path("/p/pyproject.toml"), DOCUMENT), backend) is None
