"""The list of deliberate differences is true: each is shown by a test; two of them here."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from atombuild.errors import SourceRejected
from atombuild.native.disk_tree import DiskTree
from atombuild.native.metadata import core_metadata
from atombuild.native.sdist import list_sdist
from atombuild.project.load import load_project
from atombuild.project.pyproject import read_pyproject
from support.deliberate import DELIBERATE, Deliberate
from support.variants import INIT, loaded, project, write_project

TESTS = Path(__file__).parent.parent


@pytest.mark.parametrize("difference", DELIBERATE, ids=lambda difference: difference.what)
def test_each_has_a_reason_and_a_test(difference: Deliberate) -> None:
    file, _, name = difference.shown_by.partition("::")
    assert f"def {name}(" in (TESTS / file).read_text(encoding="utf-8")
    assert difference.reason


def test_a_variable_in_a_url_is_not_filled_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLDER", "secret")
    settings = project('dependencies = ["a @ https://example.org/${FOLDER}/a.whl"]')
    metadata = core_metadata(loaded(settings, tmp_path), DiskTree(tmp_path), ()).decode()
    assert "Requires-Dist: a @ https://example.org/$%7BFOLDER%7D/a.whl\n" in metadata


@pytest.mark.parametrize("line", ['readme = "{path}"', 'license = {{ file = "{path}" }}'])
def test_metadata_is_not_made_of_a_file_by_its_absolute_path(tmp_path: Path, line: str) -> None:
    (tmp_path / "README.md").write_text("hello")
    settings = project(line.format(path=(tmp_path / "README.md").as_posix()))
    with pytest.raises(SourceRejected, match="by an absolute path"):
        core_metadata(loaded(settings, tmp_path), DiskTree(tmp_path), ())


@pytest.mark.skipif(os.name == "nt", reason="no file can have such a name there")
def test_a_name_that_can_not_be_packed_is_not_listed(tmp_path: Path) -> None:
    root = tmp_path / "project"
    write_project(root, "", {**INIT, "src/foo/a:b.py": ""})
    with pytest.raises(SourceRejected, match="a:b"):
        list_sdist(load_project(read_pyproject(root)), DiskTree(root))
