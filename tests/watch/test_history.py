"""A commit and a tag are inputs where the version comes from version control; how git writes them down is not."""

from __future__ import annotations

import os
import queue
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from atombuild.watch.ground import Ground
from atombuild.watch.hints import Hint, Paths, Watching
from atombuild.watch.looker import Looker, TreeView
from atombuild.watch.notify import Notifier

PATIENCE = 30.0

if shutil.which("git") is None:
    pytest.skip("there is no git here", allow_module_level=True)


@dataclass
class Dynamic:
    """A reading of a project whose version is its backend's to find."""

    outer_inputs: tuple[Path, ...] = ()
    follows_history: bool = True
    ignore: tuple[str, ...] = ()
    heeds_gitignore: bool = False


def git(folder: Path, *arguments: str) -> None:
    own = ("-c", "user.email=a@example.org", "-c", "user.name=n", "-c", "commit.gpgsign=false")
    environ = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    subprocess.run(["git", *own, *arguments], cwd=folder, check=True, capture_output=True, env=environ)


@pytest.fixture(autouse=True)
def _no_other_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GIT_DIR", raising=False)
    monkeypatch.delenv("GIT_WORK_TREE", raising=False)


class Bench:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.ground = Ground(root, root / "dist")
        self.reading = Dynamic()
        self.ground.learn(self.reading)
        self.look_at = Looker(root, root / "dist", self.ground)
        self.last = self.look()

    def look(self) -> TreeView:
        return self.look_at(lambda _path: False)

    def changes(self) -> tuple[str, ...]:
        before, self.last = self.last, self.look()
        return self.last.changed_since(before, by_stat=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "work/p"
    root.mkdir(parents=True)
    (root / "a.py").write_text("a")
    git(root, "init", "-q", "-b", "main", ".")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "1")
    git(root, "tag", "v1.0")
    return root


def test_a_tag_a_commit_and_a_branch_are_changes_and_named(repository: Path) -> None:
    bench = Bench(repository)
    assert bench.changes() == ()
    git(repository, "tag", "v2.0")
    assert bench.changes() == (".git/refs/tags/v2.0",)
    git(repository, "tag", "-am", "x", "release/3")
    assert bench.changes() == (".git/refs/tags/release/3",)
    git(repository, "commit", "--allow-empty", "-qm", "2")
    assert bench.changes() == (".git/HEAD",)
    git(repository, "tag", "-f", "v2.0")
    assert bench.changes() == (".git/refs/tags/v2.0",)
    git(repository, "checkout", "-qb", "other")
    assert bench.changes() == (".git/HEAD",)
    git(repository, "tag", "-d", "v1.0")
    assert bench.changes() == (".git/refs/tags/v1.0",)
    git(repository, "checkout", "-q", "--detach")
    assert bench.changes() == (".git/HEAD",)


def test_what_git_does_for_itself_is_no_change(repository: Path) -> None:
    bench = Bench(repository)
    git(repository, "pack-refs", "--all", "--prune")
    assert (repository / ".git/packed-refs").exists()
    assert bench.changes() == ()
    git(repository, "gc", "-q")
    os.utime(repository / "a.py", (1, 1))
    git(repository, "status")
    git(repository, "update-ref", "refs/remotes/origin/main", "HEAD")
    git(repository, "branch", "unused")
    git(repository, "config", "user.name", "m")
    assert bench.changes() == ("a.py",), "but for the touched file itself"
    git(repository, "tag", "v2.0")
    git(repository, "pack-refs", "--all")
    assert bench.changes() == (".git/refs/tags/v2.0",)


def test_which_files_are_tracked_counts_and_not_what_is_staged_of_them(repository: Path) -> None:
    bench = Bench(repository)
    (repository / "b.py").write_text("b")
    assert bench.changes() == ("b.py",)
    git(repository, "add", "b.py")
    assert bench.changes() == (".git/index",)
    (repository / "b.py").write_text("bb")
    assert bench.changes() == ("b.py",)
    git(repository, "add", "b.py")
    assert bench.changes() == ()


def test_how_much_of_its_history_a_shallow_clone_has_counts(repository: Path, tmp_path: Path) -> None:
    git(repository, "commit", "--allow-empty", "-qm", "2")
    git(tmp_path, "clone", "-q", "--no-tags", "--depth", "1", repository.as_uri(), "shallow")
    bench = Bench(tmp_path / "shallow")
    git(bench.root, "fetch", "-q")
    assert bench.changes() == ()
    git(bench.root, "fetch", "-q", "--no-tags", "--unshallow")
    assert bench.changes() == (".git/shallow",)
    assert bench.changes() == ()


def test_a_project_in_a_folder_of_the_repository(repository: Path) -> None:
    (repository / "packages/one").mkdir(parents=True)
    bench = Bench(repository / "packages/one")
    git(repository, "tag", "v2.0")
    assert bench.changes() == ("../../.git/refs/tags/v2.0",)
    git(repository, "commit", "--allow-empty", "-qm", "2")
    assert bench.changes() == ("../../.git/HEAD",)


def test_another_work_tree_has_its_own_commit_and_shares_the_tags(repository: Path) -> None:
    git(repository, "worktree", "add", "-q", "-b", "side", "../side")
    bench = Bench(repository.parent / "side")
    git(repository, "commit", "--allow-empty", "-qm", "not on this branch")
    assert bench.changes() == ()
    git(bench.root, "commit", "--allow-empty", "-qm", "2")
    assert bench.changes() == ("../p/.git/worktrees/side/HEAD",)
    git(repository, "tag", "v2.0")
    assert bench.changes() == ("../p/.git/refs/tags/v2.0",)


def test_a_submodule(repository: Path, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    git(outer, "init", "-q", ".")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(repository), "sub")
    bench = Bench(outer / "sub")
    git(outer / "sub", "tag", "v2.0")
    assert bench.changes() == ("../.git/modules/sub/refs/tags/v2.0",)


def test_the_repository_that_the_environment_names(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / ".git").rename(tmp_path / "elsewhere.git")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere.git"))
    bench = Bench(repository)
    subprocess.run(["git", "tag", "v2.0"], cwd=repository, check=True)
    assert bench.changes() == ("../../elsewhere.git/refs/tags/v2.0",)


def test_without_a_repository_or_with_something_that_is_none_nothing_is_missed(tmp_path: Path) -> None:
    root = tmp_path / "p"
    root.mkdir()
    (root / ".git").write_text("gitdir: /nowhere\n")
    bench = Bench(root)
    (root / "a.py").touch()
    assert bench.changes() == ("a.py",)
    (root / ".git").unlink()
    git(root, "init", "-q", ".")
    git(root, "add", "a.py")
    git(root, "commit", "-qm", "1")
    assert ".git/HEAD" in bench.changes()


def test_a_static_version_has_no_history(repository: Path) -> None:
    bench = Bench(repository)
    bench.reading.follows_history = False
    bench.last = bench.look()
    git(repository, "tag", "v2.0")
    git(repository, "commit", "--allow-empty", "-qm", "2")
    assert bench.changes() == ()


TABLES = """#!/bin/sh
case "$*" in
*for-each-ref*) cat "$TAGS" ;;
*rev-parse*) echo refs/heads/main; echo 1111111111111111111111111111111111111111 ;;
*) exit 1 ;;
esac
"""


def test_names_in_tables_are_asked_of_git_when_the_tables_are_others(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The git of this machine may be too old to write such tables (2.45): a script answers for it."""
    tables, tags = repository / ".git/reftable", tmp_path / "tags"
    tables.mkdir()
    (tables / "tables.list").write_text("1.ref\n")
    tags.write_text("refs/tags/v1.0 1\n")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/git").write_text(TABLES)
    (tmp_path / "bin/git").chmod(0o755)
    monkeypatch.setenv("TAGS", str(tags))
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    bench = Bench(repository)
    (tables / "tables.list").write_text("2.ref\n")
    assert bench.changes() == (), "packed, perhaps"
    (tables / "tables.list").write_text("3.ref\n")
    tags.write_text("refs/tags/v1.0 1\nrefs/tags/v2.0 2\n")
    assert bench.changes() == (".git/refs/tags/v2.0",)


def test_the_revision_of_mercurial_counts_and_not_what_it_knows_of_files(tmp_path: Path) -> None:
    root = tmp_path / "p"
    (root / ".hg").mkdir(parents=True)
    (root / ".hg/dirstate").write_bytes(b"1" * 20 + b"\0" * 20 + b"file times")
    bench = Bench(root)
    (root / ".hg/dirstate").write_bytes(b"1" * 20 + b"\0" * 20 + b"other times")
    assert bench.changes() == ()
    (root / ".hg/dirstate").write_bytes(b"2" * 20 + b"\0" * 20 + b"other times")
    assert bench.changes() == (".hg/dirstate",)


def test_a_tag_and_a_commit_are_hinted_at(repository: Path) -> None:
    bench = Bench(repository)
    hints: queue.Queue[Hint] = queue.Queue()
    notifier = Notifier(repository, hints.put, bench.ground)

    def until_something_that_matters() -> None:
        while True:
            hint = hints.get(timeout=PATIENCE)
            if isinstance(hint, Paths) and any(bench.ground.judge().verdict(path) is None for path in hint.paths):
                return

    notifier.start()
    try:
        while not isinstance(hints.get(timeout=PATIENCE), Watching):
            pass
        git(repository, "tag", "v2.0")
        until_something_that_matters()
        assert bench.changes() == (".git/refs/tags/v2.0",)
        git(repository, "commit", "--allow-empty", "-qm", "2")
        while not bench.changes():
            until_something_that_matters()
        git(repository, "tag", "-am", "x", "deep/name")
        while not bench.changes():
            until_something_that_matters()
    finally:
        notifier.stop()
