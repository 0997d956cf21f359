"""Every sentence of SECURITY.md is held by a test; and what is private is."""

from __future__ import annotations

import ast
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from atombuild.after.allowed import Allowed
from atombuild.bug_report import keep_bug_reports, write_bug_report
from atombuild.inspection.keepsakes import Keepsakes
from atombuild.private import write_private
from atombuild.publish.digest import Digest
from atombuild.status import ArtifactKind

ROOT = Path(__file__).parents[1]
NAMED = re.findall(r"(tests/[\w/]+\.py)::(\w+)", (ROOT / "SECURITY.md").read_text(encoding="utf-8"))


def test_the_document_names_tests() -> None:
    assert len(NAMED) > 20


@pytest.mark.parametrize(("path", "name"), sorted(set(NAMED)))
def test_the_test_behind_a_sentence_is_there(path: str, name: str) -> None:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    assert name in defined


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    return {path.relative_to(folder).as_posix(): stat.S_IMODE(path.lstat().st_mode) for path in folder.rglob("*")}


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
@pytest.mark.usefixtures("umask")
def test_what_is_private_is_for_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATOMBUILD_STATE_DIR", str(tmp_path / "state"))
    Allowed(tmp_path).add("make")
    write_private(tmp_path / "state/copied.txt", b"text")
    keep_bug_reports(tmp_path / "state/bugs")
    try:
        report = write_bug_report(ValueError("x"), "testing")
    finally:
        keep_bug_reports(None)
    assert report is not None
    found = modes(tmp_path)
    assert found.pop("state") == found.pop("state/bugs") == 0o700
    assert len(found) == 3
    assert set(found.values()) == {0o600}


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
@pytest.mark.usefixtures("umask")
def test_copies_of_artifacts_are_for_their_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATOMBUILD_CACHE_DIR", str(tmp_path / "cache"))
    artifact = tmp_path / "demo-1.0.tar.gz"
    artifact.write_bytes(b"content")
    digest = Digest()
    digest.update(b"content")
    kept = Keepsakes(tmp_path, tmp_path / "dist")
    (latest,) = kept.keep(ArtifactKind.SDIST, artifact, 1, digest.hexdigest(), lambda: None)
    assert stat.S_IMODE(kept.path(latest).parent.lstat().st_mode) == 0o700
    assert stat.S_IMODE(kept.path(latest).lstat().st_mode) == 0o600
