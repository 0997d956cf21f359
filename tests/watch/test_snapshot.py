"""Stat and content decide what changed; nothing found on disk breaks a scan."""

from __future__ import annotations

import errno
import hashlib
import os
import socket
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atombuild.changes import How
from atombuild.watch.entry import Entry, EntryKind, Signature, read_digest, signature_of
from atombuild.watch.filter import WatchFilter
from atombuild.watch.snapshot import Change, Snapshot, diff, scan
from support.rights import permissions_hold

posix_only = pytest.mark.skipif(os.name == "nt", reason="needs POSIX")

DAY = 86_400 * 10**9


def tomorrow() -> int:
    """A clock by which nothing on disk is racy."""
    return time.time_ns() + DAY


def nothing(_path: str) -> bool:
    return False


class Tree:
    """A project folder that is looked at again and again."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.filter = WatchFilter(root, root / "dist", nothing)
        self.last: Snapshot | None = None
        self.budget = 64 << 20

    def write(self, path: str, content: str = "x") -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
        return file

    def look(self) -> Snapshot:
        self.last = scan(self.root, self.filter, self.last, tomorrow, hash_budget=self.budget)
        return self.last

    def changes(self) -> dict[str, How]:
        before = self.last or Snapshot({})
        return {change.path: change.how for change in diff(before, self.look())}


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def test_nothing_changed_is_no_change(tree: Tree) -> None:
    tree.write("src/pkg/__init__.py")
    tree.look()
    assert tree.changes() == {}


def test_added_removed_and_modified_files_are_told_apart(tree: Tree) -> None:
    tree.write("kept")
    tree.write("modified")
    tree.write("removed")
    tree.look()
    tree.write("deep/down/added")
    tree.write("modified", "y")
    tree.root.joinpath("removed").unlink()
    assert tree.changes() == {"deep/down/added": How.ADDED, "modified": How.MODIFIED, "removed": How.REMOVED}


def test_changes_are_sorted_by_path(tree: Tree) -> None:
    for name in "cab":
        tree.write(name)
    assert [change.path for change in diff(Snapshot({}), tree.look())] == ["a", "b", "c"]
    assert diff(tree.look(), Snapshot({}))[0] == Change("a", How.REMOVED)


def test_touch_is_no_change(tree: Tree) -> None:
    file = tree.write("a")
    tree.look()
    os.utime(file, ns=(1, 1))
    assert tree.changes() == {}


def test_saving_the_same_content_is_no_change_however_the_editor_does_it(tree: Tree) -> None:
    file = tree.write("a", "same")
    tree.look()
    tree.write("b", "same").replace(file)
    assert tree.changes() == {}
    file.unlink()
    tree.write("a", "same")
    assert tree.changes() == {}


def test_a_change_and_back_between_two_looks_is_no_change(tree: Tree) -> None:
    tree.write("a", "1")
    tree.look()
    tree.write("a", "2")
    tree.write("a", "1")
    assert tree.changes() == {}


def test_a_change_of_the_same_size_with_the_old_time_is_a_change(tree: Tree) -> None:
    file = tree.write("a", "1")
    tree.look()
    before = file.stat()
    tree.write("a", "2")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert tree.changes() == {"a": How.MODIFIED}


@posix_only
def test_the_executable_bit_is_content_and_other_permissions_are_not(tree: Tree) -> None:
    file = tree.write("a")
    file.chmod(0o644)
    tree.look()
    file.chmod(0o600)
    assert tree.changes() == {}
    file.chmod(0o654)
    assert tree.changes() == {"a": How.MODIFIED}


def test_folders_do_not_count(tree: Tree) -> None:
    tree.look()
    tree.root.joinpath("empty/nested").mkdir(parents=True)
    assert tree.changes() == {}


def test_what_the_filter_ignores_is_not_even_entered(tree: Tree) -> None:
    for path in ("dist/x.whl", ".git/index", "pkg/__pycache__/a.pyc", "x~", "pkg/a.pyc", "pkg/a.py"):
        tree.write(path)
    assert set(tree.look().entries) == {"pkg/a.py"}


def test_what_is_kept_is_seen_in_a_folder_otherwise_ignored(tmp_path: Path) -> None:
    tree = Tree(tmp_path)
    tree.write("pkg/node_modules/in.js")
    tree.write("pkg/node_modules/out.js")
    tree.filter = WatchFilter(tmp_path, tmp_path / "dist", {"pkg/node_modules", "pkg/node_modules/in.js"}.__contains__)
    assert set(tree.look().entries) == {"pkg/node_modules/in.js"}


def test_an_environment_made_between_two_looks_is_not_seen(tree: Tree) -> None:
    tree.write(".venv/bin/python")
    tree.look()
    tree.write(".venv/pyvenv.cfg")
    tree.write(".venv/lib/x.py")
    assert tree.changes() == {".venv/bin/python": How.REMOVED}


@posix_only
def test_a_link_to_a_file_changes_with_its_target_text_and_content(tree: Tree) -> None:
    tree.write(".git/one", "1")
    tree.write(".git/two", "1")
    link = tree.root / "link"
    link.symlink_to(".git/one")
    tree.look()
    link.unlink()
    link.symlink_to(".git/two")
    assert tree.changes() == {"link": How.MODIFIED}
    tree.write(".git/two", "2")
    assert tree.changes() == {"link": How.MODIFIED}
    tree.root.joinpath(".git/two").unlink()
    assert tree.changes() == {"link": How.MODIFIED}
    assert tree.changes() == {}


@posix_only
def test_a_link_to_a_folder_is_not_followed_even_in_a_circle(tree: Tree) -> None:
    tree.write("pkg/a.py")
    tree.root.joinpath("pkg/up").symlink_to("..")
    tree.root.joinpath("itself").symlink_to("itself")
    entries = tree.look().entries
    assert {path: entry.signature.kind for path, entry in entries.items()} == {
        "pkg/a.py": EntryKind.FILE,
        "pkg/up": EntryKind.LINK,
        "itself": EntryKind.LINK,
    }


@posix_only
def test_special_files_are_seen_and_never_opened(tree: Tree) -> None:
    os.mkfifo(tree.root / "fifo")
    tree.root.joinpath("null").symlink_to("/dev/null")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(tree.root / "socket"))
    assert {entry.signature.kind for entry in tree.look().entries.values()} == {EntryKind.SPECIAL}
    assert set(tree.look().entries) == {"fifo", "null", "socket"}
    tree.root.joinpath("fifo").unlink()
    tree.write("fifo")
    assert tree.changes() == {"fifo": How.MODIFIED}


@posix_only
def test_names_that_are_not_utf_8_and_names_that_hurt_are_names_like_any_other(tree: Tree) -> None:
    names = [b"caf\xe9.py", b"new\nline\x1b]0;x\x07.py", "\u202e.py".encode()]
    tree.look()
    for name in names:
        Path(os.fsdecode(os.fsencode(tree.root) + b"/" + name)).touch()
    assert set(tree.changes()) == {os.fsdecode(name) for name in names}


@posix_only
def test_a_change_of_readability_is_a_change(tree: Tree) -> None:
    file = tree.write("a")
    with permissions_hold():
        assert tree.changes() == {"a": How.ADDED}
        file.chmod(0)
        assert tree.changes() == {"a": How.MODIFIED}
        assert tree.changes() == {}
        os.utime(file)
        assert tree.changes() == {}
        file.chmod(0o644)
        assert tree.changes() == {"a": How.MODIFIED}


@posix_only
@pytest.mark.parametrize(("mode", "seen"), [(0, "pkg"), (0o400, "pkg/a")])
def test_a_folder_that_is_closed_is_recorded_as_such(tree: Tree, mode: int, seen: str) -> None:
    folder = tree.write("pkg/a").parent
    tree.look()
    with permissions_hold():
        folder.chmod(mode)
        assert seen in tree.changes()
        assert tree.last is not None
        assert tree.last.entries[seen].signature.kind is EntryKind.SEALED
        assert tree.changes() == {}
        folder.chmod(0o755)
        assert "pkg/a" in tree.changes()


def test_a_root_that_is_gone_holds_nothing(tmp_path: Path) -> None:
    assert Tree(tmp_path / "gone").look().entries == {}


# --- what is read, and what is not


def digests(snapshot: Snapshot) -> dict[str, bool]:
    return {path: entry.digest is not None for path, entry in snapshot.entries.items()}


def test_small_files_are_read_first_as_far_as_the_budget_goes(tree: Tree) -> None:
    tree.budget = 10
    tree.write("large", "x" * 8)
    tree.write("small", "x" * 3)
    tree.write("smaller", "x" * 2)
    assert digests(tree.look()) == {"large": False, "small": True, "smaller": True}
    assert digests(tree.look()) == {"large": False, "small": True, "smaller": True}


def test_a_file_never_read_counts_as_changed_when_its_signature_does(tree: Tree) -> None:
    tree.budget = 0
    file = tree.write("a")
    tree.look()
    assert tree.changes() == {}
    os.utime(file, ns=(1, 1))
    assert tree.changes() == {"a": How.MODIFIED}
    assert tree.changes() == {}


def test_a_file_of_another_size_has_changed_and_need_not_be_read_to_know_it(tree: Tree) -> None:
    tree.budget = 3
    tree.write("a", "xxx")
    assert digests(tree.look()) == {"a": True}
    tree.write("a", "xxxx")
    assert tree.changes() == {"a": How.MODIFIED}
    assert digests(tree.look()) == {"a": False}


def test_a_file_that_could_not_be_read_is_tried_again_each_time(tree: Tree) -> None:
    tree.budget = 0
    tree.write("a")
    entry = tree.look().entries["a"]
    tree.last = Snapshot({"a": replace(entry, fault=errno.EIO)})
    assert tree.changes() == {"a": How.MODIFIED}
    assert digests(tree.last) == {"a": True}


def test_what_is_old_and_looks_the_same_is_not_read_again(tree: Tree) -> None:
    tree.write("a")
    first = tree.look().entries["a"]
    assert tree.look().entries["a"] is first


def forge(tree: Tree, path: str, content: bytes, *, racy: bool) -> None:
    """Pretend that ``content`` stood at ``path`` at the last look, with the signature that stands there now."""
    assert tree.last is not None
    entry = replace(tree.last.entries[path], digest=hashlib.sha256(content).digest(), racy=racy)
    tree.last = Snapshot({**tree.last.entries, path: entry})


def test_a_racy_entry_is_read_again_however_equal_its_signature(tree: Tree) -> None:
    tree.write("a", "2")
    tree.look()
    forge(tree, "a", b"1", racy=True)
    assert tree.changes() == {"a": How.MODIFIED}
    assert tree.changes() == {}


def test_an_entry_that_is_not_racy_is_believed_by_its_signature(tree: Tree) -> None:
    tree.write("a", "2")
    tree.look()
    forge(tree, "a", b"1", racy=False)
    assert tree.changes() == {}


def test_what_was_written_just_now_is_racy_and_read_whatever_the_budget(tree: Tree) -> None:
    tree.write("a")
    entry = scan(tree.root, tree.filter, hash_budget=0).entries["a"]
    assert entry.racy
    assert entry.digest == hashlib.sha256(b"x").digest()
    assert not tree.look().entries["a"].racy


def test_writes_within_one_tick_of_the_clock_are_all_seen(tree: Tree) -> None:
    file = tree.write("a", "000")
    last = scan(tree.root, tree.filter)
    for number in range(1, 200):
        file.write_text(f"{number:03}")
        now = scan(tree.root, tree.filter, last)
        assert diff(last, now) == (Change("a", How.MODIFIED),)
        last = now


SECOND = 10**9


@pytest.mark.parametrize(
    ("mtime", "ctime", "age", "racy"),
    [
        pytest.param(123_456_789, 123_456_789, 50_000_000, True, id="fine clock, within some ticks"),
        pytest.param(123_456_789, 123_456_789, 150_000_000, False, id="fine clock, older"),
        pytest.param(0, 0, 1_900_000_000, True, id="whole seconds, within two"),
        pytest.param(0, 0, 2_100_000_000, False, id="whole seconds, older"),
        pytest.param(-DAY, 123_456_789, 50_000_000, True, id="an old mtime set just now"),
        pytest.param(DAY, 123_456_789, 0, True, id="a time in the future"),
    ],
)
def test_how_young_is_racy(mtime: int, ctime: int, age: int, *, racy: bool) -> None:
    base = 1_700_000_000 * SECOND
    signature = Signature(EntryKind.FILE, None, executable=False, mtime_ns=base + mtime, ctime_ns=base + ctime)
    assert signature.is_racy(base + ctime + age) is racy


def test_a_hash_never_belongs_to_other_content_than_its_signature(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("1")
    before = signature_of(file.stat(), None)
    file.write_text("22")
    assert read_digest(os.fspath(file), before) is None


def test_a_file_written_while_it_is_read_has_no_hash(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("1")
    before = signature_of(file.stat(), None)

    def write_at_the_first_read(_frame: object, event: str, function: object) -> None:
        if event == "c_call" and function is os.read:
            sys.setprofile(None)
            file.write_text("22")

    sys.setprofile(write_at_the_first_read)
    try:
        digest = read_digest(os.fspath(file), before)
    finally:
        sys.setprofile(None)
    assert file.read_text() == "22"
    assert digest is None


@posix_only
def test_a_fifo_in_the_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("1")
    before = signature_of(file.stat(), None)
    file.unlink()
    os.mkfifo(file)
    assert read_digest(os.fspath(file), before) is None


def test_content_that_could_not_be_pinned_down_counts_as_changed() -> None:
    signature = Signature(EntryKind.FILE, None, executable=False, size=1)
    unsure = Entry(signature, racy=True)
    assert not unsure.same_content(Entry(signature, digest=b"d"))
    assert Entry(signature).same_content(Entry(signature, digest=b"d"))


acts = st.lists(
    st.tuples(st.sampled_from(["a", "b", "d/a", "d/b"]), st.sampled_from(["", "1", "2", "22", "touch", "remove"])),
    max_size=8,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(st.lists(acts, max_size=5), st.sampled_from([0, 2, 64 << 20]), st.sampled_from([time.time_ns, tomorrow]))
def test_the_changes_are_those_of_a_full_comparison(
    tmp_path: Path, rounds: list[list[tuple[str, str]]], budget: int, clock: object
) -> None:
    assert callable(clock)
    root = Path(tempfile.mkdtemp(dir=tmp_path))
    tree, content, seen = Tree(root), dict[str, str](), dict[str, str]()
    last = Snapshot({})
    for touches in rounds:
        touched = set()
        for path, act in touches:
            if act == "touch" and path in content:
                os.utime(root / path)
                touched.add(path)
            elif act == "remove":
                root.joinpath(path).unlink(missing_ok=True)
                content.pop(path, None)
            elif act != "touch":
                tree.write(path, act)
                content[path] = act
                touched.add(path)
        now = scan(root, tree.filter, last, clock, hash_budget=budget)
        changed = {change.path for change in diff(last, now)}
        real = {path for path in content.keys() | seen.keys() if content.get(path) != seen.get(path)}
        assert real <= changed
        assert changed <= (real if budget > 1000 else real | touched)
        last, seen = now, dict(content)


def test_a_file_that_vanishes_during_the_scan_is_simply_absent(tree: Tree) -> None:
    """Its folder was listed with it; by the time it is judged it is gone."""
    for name in "abc":
        tree.write(name)

    class Vanishing(WatchFilter):
        def verdict(self, path: str, *, folder: bool | None = None) -> None:
            assert folder is False
            tree.root.joinpath(path).unlink(missing_ok=True)

    tree.filter = Vanishing(tree.root, tree.root / "dist", nothing)
    assert tree.look().entries == {}


def test_what_did_not_change_costs_one_stat_a_file_and_one_listing_a_folder(tree: Tree) -> None:
    for folder in range(20):
        for file in range(40):
            tree.write(f"src/pkg_{folder}/module_{file}.py")
    tree.look()
    calls: Counter[str] = Counter()

    def count(_frame: object, event: str, function: object) -> None:
        if event == "c_call":
            calls[getattr(function, "__qualname__", "")] += 1

    sys.setprofile(count)
    try:
        tree.look()
    finally:
        sys.setprofile(None)
    assert calls["scandir"] == 22, "the root, src, and twenty packages"
    assert calls["DirEntry.stat"] + calls["stat"] == 800 + 2 * 21, "is a folder below an environment, is it a cache"
    assert calls["open"] == calls["read"] == calls["readlink"] == 0
