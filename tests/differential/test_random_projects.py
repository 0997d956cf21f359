"""Random projects, built by uv and by us: no difference that is not on the list.

``DIFFERENTIAL_EXAMPLES=2000`` in the environment makes it a long run, with new projects each time.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, assume, given, note, settings

from support.builders import PLANS, build_by_us, build_by_uv
from support.deliberate import DELIBERATE
from support.differences import differences
from support.random_projects import RandomProject, random_projects
from support.variants import write_project

_WANTED: Final = os.environ.get("DIFFERENTIAL_EXAMPLES")


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("random")


@given(project=random_projects(tuple(PLANS)))
@settings(
    max_examples=int(_WANTED or 250),
    derandomize=_WANTED is None,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_no_random_project_is_treated_otherwise_than_by_uv(project: RandomProject, scratch: Path) -> None:
    assume(not any(difference.concerns(project) for difference in DELIBERATE))
    folder = Path(tempfile.mkdtemp(dir=scratch))
    try:
        root = folder / "project"
        write_project(root, project.settings, project.files)
        theirs = build_by_uv(root, folder, PLANS[project.plan])
        ours = build_by_us(root, project.plan)
        note(f"uv says: {theirs.error}\nwe say: {ours.error}")
        assert list(differences(theirs, ours)) == []
    finally:
        shutil.rmtree(folder)
