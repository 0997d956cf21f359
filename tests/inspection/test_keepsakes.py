"""The last two successes are kept, and what is kept is what was published."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from atombuild.events import Compared
from atombuild.inspection import keepsakes as module
from atombuild.inspection.compared import Comparer
from atombuild.inspection.keepsakes import Keepsakes, prune
from atombuild.isolated.cache import cache_folder
from atombuild.status import ArtifactKind
from support.archives import wheel

SDIST, WHEEL = ArtifactKind.SDIST, ArtifactKind.WHEEL


def nothing() -> None:
    """Nobody asks to stop."""


def put(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def kept(tmp_path: Path) -> Keepsakes:
    return Keepsakes(tmp_path, tmp_path / "dist")


def test_two_are_kept_and_older_ones_go(kept: Keepsakes, tmp_path: Path) -> None:
    artifact = tmp_path / "x.whl"
    for number, data in enumerate((b"one", b"two", b"three"), 1):
        kept.keep(WHEEL, artifact, number, put(artifact, data), nothing)
    assert [each.attempt for each in kept.of(WHEEL)] == [3, 2]
    assert [kept.path(each).read_bytes() for each in kept.of(WHEEL)] == [b"three", b"two"]
    assert len(list(kept.path(kept.of(WHEEL)[0]).parent.glob("wheel-*"))) == 2
    assert kept.of(SDIST) == ()


def test_the_same_success_is_kept_once(kept: Keepsakes, tmp_path: Path) -> None:
    sha256 = put(tmp_path / "x.whl", b"one")
    assert kept.keep(WHEEL, tmp_path / "x.whl", 1, sha256, nothing) == kept.keep(
        WHEEL, tmp_path / "x.whl", 1, sha256, nothing
    )


def test_what_is_not_what_was_published_is_not_kept(kept: Keepsakes, tmp_path: Path) -> None:
    sha256 = put(tmp_path / "x.whl", b"one")
    put(tmp_path / "x.whl", b"somebody else's")
    assert kept.keep(WHEEL, tmp_path / "x.whl", 1, sha256, nothing) == ()
    assert kept.keep(WHEEL, tmp_path / "gone.whl", 1, sha256, nothing) == ()
    assert kept.of(WHEEL) == ()


def test_what_is_too_large_is_not_kept(kept: Keepsakes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST", 2)
    assert kept.keep(WHEEL, tmp_path / "x.whl", 1, put(tmp_path / "x.whl", b"one"), nothing) == ()


@pytest.mark.parametrize(
    "index", [b"", b"[]", b'{"wheel": 5}', b'{"wheel": [{"attempt": 1, "sha256": "", "file": "../x"}]}']
)
def test_a_damaged_index_is_nothing_kept(kept: Keepsakes, tmp_path: Path, index: bytes) -> None:
    (made,) = kept.keep(WHEEL, tmp_path / "x.whl", 1, put(tmp_path / "x.whl", b"one"), nothing)
    (kept.path(made).parent / "index.json").write_bytes(index)
    assert kept.of(WHEEL) == ()
    assert kept.keep(WHEEL, tmp_path / "x.whl", 2, put(tmp_path / "x.whl", b"two"), nothing)


def test_what_nobody_touched_for_longest_goes_first(tmp_path: Path) -> None:
    for number, name in enumerate("abc"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_bytes(b"12345")
        os.utime(tmp_path / name, (number, number))
    prune(tmp_path, spare=tmp_path / "a", limit=10)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "c"]


def test_a_success_is_compared_with_the_one_before(tmp_path: Path) -> None:
    comparer = Comparer(tmp_path, tmp_path / "dist")
    artifact = tmp_path / "demo-1.0-py3-none-any.whl"

    def publish(number: int, members: dict[str, bytes]) -> Compared:
        artifact.unlink(missing_ok=True)
        wheel(artifact, members)
        compared = comparer.compare(WHEEL, artifact, number, put(artifact, artifact.read_bytes()), nothing)
        assert compared is not None
        return compared

    first = publish(1, {"demo/a.py": b"1", "demo/b.py": b"2"})
    assert first.against is None
    second = publish(4, {"demo/a.py": b"9", "demo/n.py": b""})
    assert (second.attempt, second.against) == (4, 1)
    assert (second.added, second.removed, second.changed) == (1, 1, 1)
    assert second.lost == ("demo/b.py",)
    assert second.kept.is_relative_to(cache_folder())


def test_of_many_lost_modules_a_dozen_are_named_and_all_are_counted(tmp_path: Path) -> None:
    comparer = Comparer(tmp_path, tmp_path / "dist")
    artifact = tmp_path / "demo-1.0-py3-none-any.whl"
    compared = None
    for number, count in enumerate((50, 0), 1):
        artifact.unlink(missing_ok=True)
        wheel(artifact, {f"demo/m{each}.py": b"" for each in range(count)})
        compared = comparer.compare(WHEEL, artifact, number, put(artifact, artifact.read_bytes()), nothing)
    assert compared is not None
    assert (len(compared.lost), compared.lost_total) == (12, 50)
