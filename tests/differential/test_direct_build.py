"""Where uv builds by itself, we do; where it would fetch another uv_build, we say so."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from atombuild.project.build_system import why_not_native
from atombuild.project.direct_build import FOLLOWED
from atombuild.project.pyproject import read_pyproject
from support.projects import sample_project
from support.uv import run_uv, uv_version

REQUIRES = [
    [],
    ["uv_build"],
    ["uv-build"],
    ["UV.Build>=0.9"],
    ["uv_build[x]"],
    ["uv_build>=0.13.6,<0.14"],
    ["uv_build>=0.12.25,<0.13"],
    ["uv_build>=0.12,<=0.12.24"],
    ["uv_build>=0.12.24,<=0.12.24"],
    ["uv_build>=0.8,<0.9"],
    ["uv_build>=0.8.4"],
    ["uv_build>0.13.9"],
    ["uv_build~=0.13.0"],
    ["uv_build~=0.12.24"],
    ["uv_build==0.13.9"],
    ["uv_build===0.13.9"],
    ["uv_build==0.13.*"],
    ["uv_build == 0.12.*"],
    ["uv_build==0.12.24"],
    ["uv_build===0.12.24"],
    ["uv_build==0.12.24,>=0.12"],
    ["uv_build==0.12.23"],
    ["uv_build!=0.13.9"],
    ["uv_build>=0.13.9rc1"],
    ["uv_build>=0.10,!=0.10.12,<0.11"],
    ["uv_build<0.13; python_version < '3'"],
    ["uv_build @ https://example.org/uv_build.whl"],
    ["hatchling"],
    ["uv_build", "cython"],
    ["uv_build", "uv_build"],
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample_project(tmp_path_factory.mktemp("direct"))


def test_it_is_the_release_that_the_oracle_has() -> None:
    assert uv_version() == str(FOLLOWED)


@pytest.mark.parametrize("requires", REQUIRES, ids=", ".join)
def test_we_build_what_uv_builds_by_itself(project: Path, tmp_path: Path, requires: list[str]) -> None:
    text = (project / "pyproject.toml").read_text()
    changed = re.sub(r"^requires = .*$", lambda _: f"requires = {requires}", text, flags=re.MULTILINE)
    (project / "pyproject.toml").write_text(changed)
    told = run_uv(project, tmp_path, "-v", "--sdist", "--out-dir", tmp_path / "dist").stderr
    shutil.rmtree(tmp_path / "dist", ignore_errors=True)
    refusal = re.search(r"Not using `uv_build` direct build for `\.` because (.*)", told)
    if refusal is None:
        assert why_not_native(read_pyproject(project)) is None
        return
    why = why_not_native(read_pyproject(project))
    assert why is not None
    assert why.replace(f"uv_build {FOLLOWED}, which is followed here", "the running uv version") == refusal.group(1)
