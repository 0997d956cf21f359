"""The last two successes are kept, and what is kept is what was published."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from atombuild.builder import Plan
from atombuild.events import Cause, Compared, Event, Outcome
from atombuild.folders import cache_folder
from atombuild.inspection import keepsakes as module
from atombuild.inspection.compared import Comparer
from atombuild.inspection.difference import is_module
from atombuild.inspection.keepsakes import Keepsakes, NotKept, prune
from atombuild.status import ArtifactKind
from atombuild.wiring import ProjectSetup
from support.archives import wheel
from support.projects import sample_project

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


def test_the_same_file_again_takes_the_place_of_the_one_before(kept: Keepsakes, tmp_path: Path) -> None:
    for number, data in ((13, b"one"), (14, b"two"), (15, b"two")):
        now = kept.keep(WHEEL, tmp_path / "x.whl", number, put(tmp_path / "x.whl", data), nothing)
        assert now == kept.of(WHEEL)
    assert [(each.attempt, kept.path(each).read_bytes()) for each in kept.of(WHEEL)] == [(15, b"two"), (13, b"one")]


def test_what_is_not_what_was_published_is_not_kept(kept: Keepsakes, tmp_path: Path) -> None:
    sha256 = put(tmp_path / "x.whl", b"one")
    put(tmp_path / "x.whl", b"somebody else's")
    with pytest.raises(NotKept, match="it was replaced while a copy of it was made"):
        kept.keep(WHEEL, tmp_path / "x.whl", 1, sha256, nothing)
    with pytest.raises(NotKept, match="ENOENT"):
        kept.keep(WHEEL, tmp_path / "gone.whl", 1, sha256, nothing)
    assert kept.of(WHEEL) == ()


def test_what_is_kept_stays_kept_where_something_else_can_not_be_removed(kept: Keepsakes, tmp_path: Path) -> None:
    (made,) = kept.keep(WHEEL, tmp_path / "x.whl", 1, put(tmp_path / "x.whl", b"one"), nothing)
    (kept.path(made).parent / "a folder in the way").mkdir()
    now = kept.keep(WHEEL, tmp_path / "x.whl", 2, put(tmp_path / "x.whl", b"two"), nothing)
    assert [each.attempt for each in now] == [2, 1]


def test_what_is_too_large_is_not_kept(kept: Keepsakes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST", 2)
    with pytest.raises(NotKept, match="it is larger than 2 B, and no copy of such a file is kept"):
        kept.keep(WHEEL, tmp_path / "x.whl", 1, put(tmp_path / "x.whl", b"one"), nothing)


def test_a_session_that_begins_with_a_failure_tells_of_the_success_that_was_kept(tmp_path: Path) -> None:
    root = sample_project(tmp_path)
    events: list[Event] = []
    earlier = ProjectSetup(root, root / "dist", Plan()).session(events.append, comparing=True)
    for number in range(3):
        (root / "src/orrery/__init__.py").write_text(f"N = {number}\n")
        earlier.attempt(Cause.REQUEST)
        earlier.compare()
    earlier.end()
    last = {event.kind: event for event in events if isinstance(event, Compared)}
    pyproject = root / "pyproject.toml"
    whole = pyproject.read_text()
    pyproject.write_text("= [")
    events.clear()
    session = ProjectSetup(root, root / "dist", Plan()).session(events.append, comparing=True)
    session.begin()
    assert session.attempt(Cause.START).outcome is Outcome.FAILED
    for _ in range(2):
        session.compare()
    told = [event for event in events if isinstance(event, Compared)]
    assert told == [last[SDIST], last[WHEEL]], "each once, as it was told then"
    assert all(event.kept is not None and event.kept.is_file() for event in told)
    pyproject.write_text(whole)
    session.attempt(Cause.REQUEST)
    session.compare()
    session.end()
    assert [event.attempt for event in events if isinstance(event, Compared)][2:] == [5, 5]


def test_a_session_of_which_nothing_was_kept_tells_nothing(tmp_path: Path) -> None:
    root = sample_project(tmp_path)
    (root / "pyproject.toml").write_text("= [")
    events: list[Event] = []
    session = ProjectSetup(root, root / "dist", Plan()).session(events.append, comparing=True)
    session.begin()
    session.attempt(Cause.START)
    session.compare()
    session.end()
    assert not [event for event in events if isinstance(event, Compared)]


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


class Publisher:
    """Publishes one wheel after another, each of them kept and compared."""

    def __init__(self, folder: Path) -> None:
        self.comparer = Comparer(folder, folder / "dist")
        self.artifact = folder / "demo-1.0-py3-none-any.whl"

    def publish(self, number: int, members: dict[str, bytes]) -> Compared:
        self.artifact.unlink(missing_ok=True)
        wheel(self.artifact, members)
        sha256 = put(self.artifact, self.artifact.read_bytes())
        return self.comparer.compare(WHEEL, self.artifact, number, sha256, nothing)


@pytest.fixture
def publisher(tmp_path: Path) -> Publisher:
    return Publisher(tmp_path)


def test_a_success_is_compared_with_the_one_before(publisher: Publisher) -> None:
    first = publisher.publish(1, {"demo/a.py": b"1", "demo/b.py": b"2"})
    assert (first.against, first.why) == (None, "")
    second = publisher.publish(4, {"demo/a.py": b"9", "demo/n.py": b""})
    assert (second.attempt, second.against, second.why) == (4, 1, "")
    assert (second.added, second.removed, second.changed) == (1, 1, 1)
    assert second.lost == ("demo/b.py",)
    assert second.kept is not None
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


def test_the_same_file_again_is_compared_with_the_last_other_one(publisher: Publisher) -> None:
    publisher.publish(13, {"demo/a.py": b"1"})
    publisher.publish(14, {"demo/a.py": b"2"})
    again = publisher.publish(15, {"demo/a.py": b"2"})
    assert (again.attempt, again.against, again.changed) == (15, 13, 1)


def test_why_nothing_could_be_kept_is_told(publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    publisher.publish(1, {"demo/a.py": b"1"})
    monkeypatch.setattr(module, "LARGEST", 2)
    told = publisher.publish(2, {"demo/a.py": b"2"})
    assert (told.attempt, told.kept, told.against) == (2, None, None)
    assert told.why == "it is larger than 2 B, and no copy of such a file is kept"


def test_a_copy_that_can_not_be_read_is_named_and_the_next_is_compared_again(publisher: Publisher) -> None:
    first = publisher.publish(1, {"demo/a.py": b"1"})
    assert first.kept is not None
    first.kept.write_bytes(b"damaged by somebody")
    publisher = Publisher(publisher.artifact.parent)
    told = publisher.publish(2, {"demo/a.py": b"2"})
    assert (told.against, told.kept is None) == (None, False)
    assert told.why.startswith("the copy of build 1 can't be looked into: it is no whole archive")
    assert publisher.publish(3, {"demo/a.py": b"3"}).against == 2


@pytest.mark.parametrize(
    ("path", "lost"),
    [
        ("docopt.py", True),
        ("testify/core.py", True),
        ("documents/__init__.py", True),
        ("src/tests/helper.py", True),
        ("tests/test_it.py", False),
        ("test_it.py", False),
        ("docs/conf.py", False),
        ("data.csv", False),
    ],
)
def test_in_an_sdist_only_what_stands_among_tests_and_documents_is_no_module(path: str, lost: bool) -> None:
    assert is_module(path, SDIST) is lost


def test_in_a_wheel_every_module_is_one() -> None:
    assert is_module("tests/test_it.py", WHEEL)


def test_a_session_says_of_each_success_why_it_is_not_kept_and_tries_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LARGEST", 2)
    root = sample_project(tmp_path)
    events: list[Event] = []
    session = ProjectSetup(root, root / "dist", Plan()).session(events.append, comparing=True)
    for _ in range(2):
        session.attempt(Cause.REQUEST)
        session.compare()
        session.compare()
    told = [event for event in events if isinstance(event, Compared)]
    assert [(each.kind, each.attempt) for each in told] == [(SDIST, 1), (WHEEL, 1), (SDIST, 2), (WHEEL, 2)]
    assert all("no copy of such a file is kept" in each.why for each in told)
    monkeypatch.undo()
    session.attempt(Cause.REQUEST)
    session.compare()
    assert isinstance(events[-1], Compared)
    assert (events[-1].attempt, events[-1].why) == (3, ""), "the same bytes as before, and kept now"
    session.end()


@pytest.mark.parametrize(
    "index",
    [
        '{"wheel": [{"attempt": 1, "sha256": "x", "file": "%s"}]}' % ("x" * 300),
        '{"wheel": [{"attempt": 1, "sha256": "x", "file": "\\ud800"}]}',
        '{"wheel": [{"attempt": Infinity, "sha256": "x", "file": "x.whl"}]}',
        "[" * 100_000,
    ],
    ids=["a name too long", "a name that is no text", "an attempt without end", "nested without end"],
)
def test_an_index_that_nobody_wrote_is_as_if_nothing_were_kept(kept: Keepsakes, tmp_path: Path, index: str) -> None:
    artifact = tmp_path / "x.whl"
    kept.keep(WHEEL, artifact, 1, put(artifact, b"one"), nothing)
    kept.path(kept.of(WHEEL)[0]).with_name("index.json").write_text(index)
    assert kept.of(WHEEL) == ()
    assert [each.attempt for each in kept.keep(WHEEL, artifact, 2, put(artifact, b"two"), nothing)] == [2]
