"""Only a project whose backend is uv_build, or ours, is ours to build; every other learns why not, and where."""

from __future__ import annotations

from pathlib import Path

import pytest

from atombuild.errors import ProjectInvalid
from atombuild.project.build_system import build_system_of, why_not_native
from atombuild.project.pyproject import BuildSystem, Pyproject, parse_pyproject


def document(text: str) -> Pyproject:
    return parse_pyproject(Path("/project/pyproject.toml"), text.encode())


def test_the_table_is_read() -> None:
    text = '[build-system]\nrequires = ["a>=1"]\nbuild-backend = "b"\nbackend-path = ["c"]\nunknown = 1'
    assert build_system_of(document(text)) == BuildSystem(("a>=1",), "b", ("c",))
    assert build_system_of(document("[build-system]\nrequires = []")) == BuildSystem((), None)
    assert build_system_of(document("")) is None


@pytest.mark.parametrize(
    ("backend", "distribution"), [("uv_build", "uv_build"), ("atombuild.backend", "atombuild-tui")]
)
def test_uv_build_is_native_and_so_are_our_own_hooks(backend: str, distribution: str) -> None:
    text = f'[build-system]\nrequires = ["{distribution}"]\nbuild-backend = "{backend}"'
    assert why_not_native(document(text)) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "there is no [build-system] table, which means setuptools (PEP 517)"),
        ("\n[build-system]\nrequires = []", "[build-system] has no build-backend, which means setuptools (PEP 517)"),
        (
            '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"',
            'build-backend = "hatchling.build"',
        ),
        ('[build-system]\nrequires = []\nbuild-backend = "uv-build"', 'build-backend = "uv-build"'),
        (
            '[build-system]\nrequires = ["uv_build", "tomli-w"]\nbuild-backend = "uv_build"',
            "`build-system.requires` is not exactly `uv_build`, but `uv-build`, `tomli-w`",
        ),
    ],
)
def test_another_backend_is_told_apart(text: str, why: str) -> None:
    assert why_not_native(document(text)) == why


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ('build-system = "x"', ["1:16"]),
        ("[build-system]\nrequires = 1\nbuild-backend = 1\nbackend-path = 1", ["2:12", "3:17", "4:16"]),
        ('[build-system]\nrequires = ["a", 1, "b=1"]\nbackend-path = [1]', ["2:18", "2:21", "3:17"]),
        ("[build-system]", ["1:1"]),
    ],
)
def test_a_broken_table_is_a_mistake_in_the_project_and_not_another_backend(text: str, places: list[str]) -> None:
    with pytest.raises(ProjectInvalid) as caught:
        why_not_native(document(text))
    found = [str(problem.where).removeprefix("/project/pyproject.toml:") for problem in caught.value.problems]
    assert found == places
