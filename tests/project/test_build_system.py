"""Only a project whose backend is uv_build, or ours, is ours to build; every other learns why not, and where."""

from __future__ import annotations

from pathlib import Path

import pytest

from atombuild.errors import BackendUnsupported, ProjectInvalid
from atombuild.project.build_system import build_system_of, require_native
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
    require_native(document(f'[build-system]\nrequires = ["{distribution}"]\nbuild-backend = "{backend}"'))


@pytest.mark.parametrize(
    ("text", "backend", "place", "why"),
    [
        ("", "setuptools", "1:1", "there is no [build-system] table, which means setuptools"),
        ("\n[build-system]\nrequires = []", "setuptools", "2:1", "[build-system] has no build-backend, which means"),
        (
            '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"', "hatchling.build", "3:17",
            'it is named here: build-backend = "hatchling.build"',
        ),
        ('[build-system]\nrequires = []\nbuild-backend = "uv-build"', "uv-build", "3:17", "it is named here"),
    ],
)  # fmt: skip
def test_another_backend_is_told_apart(text: str, backend: str, place: str, why: str) -> None:
    with pytest.raises(BackendUnsupported) as caught:
        require_native(document(text))
    assert caught.value.backend == backend
    assert str(caught.value.where) == f"/project/pyproject.toml:{place}"
    assert caught.value.why.startswith(why)


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
        require_native(document(text))
    found = [str(problem.where).removeprefix("/project/pyproject.toml:") for problem in caught.value.problems]
    assert found == places
