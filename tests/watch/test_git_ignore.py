"""What git ignores is no input of another backend's project, as long as no artifact holds it. Git is the judge."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from atombuild.watch.git_folder import find_git_folder
from atombuild.watch.git_ignore import GitIgnore
from atombuild.watch.ground import Ground
from atombuild.watch.looker import Looker, TreeView

if shutil.which("git") is None:
    pytest.skip("there is no git here", allow_module_level=True)


@dataclass
class Reading:
    """What a project says."""

    ignore: tuple[str, ...] = ()
    heeds_gitignore: bool = True
    outer_inputs: tuple[Path, ...] = ()
    follows_history: bool = False


def git(folder: Path, *arguments: str, text: str | None = None) -> str:
    own = ("-c", "user.email=a@example.org", "-c", "user.name=n", "-c", "commit.gpgsign=false")
    done = subprocess.run(
        ["git", *own, *arguments], cwd=folder, check=False, capture_output=True, input=text, encoding="utf-8"
    )
    assert done.returncode in {0, 1}, done.stderr
    return done.stdout


@pytest.fixture(autouse=True)
def _no_other_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("GIT_DIR", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


class Bench:
    def __init__(self, root: Path, reading: Reading | None = None) -> None:
        self.root = root
        self.kept: set[str] = set()
        self.ground = Ground(root, root / "dist")
        self.reading = reading or Reading()
        self.ground.learn(self.reading)
        self.look_at = Looker(root, root / "dist", self.ground)
        self.last = self.look()

    def look(self) -> TreeView:
        return self.look_at(lambda path: any(each == path or each.startswith(f"{path}/") for each in self.kept))

    def seen(self) -> set[str]:
        return set(self.look().snapshot.entries)

    def changes(self) -> tuple[str, ...]:
        before, self.last = self.last, self.look()
        return self.last.changed_since(before, by_stat=True)


def write(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(os.fsencode(path))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "p"
    root.mkdir()
    git(root, "init", "-q", ".")
    return root


RULES = {
    ".gitignore": "# a comment\n\n*.log\n!keep.log\n/build/\ntmp\n**/deep/*.bin\ndata/*\n!data/kept\n\\!odd\n"
    "trail \nsp\\ \n[ab].txt\nsub/only.me\ndocs/_build/\n",
    "src/.gitignore": "!b.log\n/local\n*.c\n!/*.c\n",
    "src/inner/.gitignore": "*\n!.gitignore\n!*.py\n",
}

TREE = [
    "a.log",
    "b/a.log",
    "keep.log",
    "b/keep.log",
    "build/x",
    "b/build/x",
    "tmp/x",
    "b/tmp",
    "x/deep/a.bin",
    "deep/b.bin",
    "data/a",
    "data/kept",
    "data/in/x",
    "!odd",
    "trail",
    "a.txt",
    "b.txt",
    "c.txt",
    "sub/only.me",
    "x/sub/only.me",
    "docs/_build/x",
    "docs/x/_build/y",
    "src/a.log",
    "src/b.log",
    "src/x/b.log",
    "src/local",
    "src/x/local",
    "src/a.c",
    "src/x/a.c",
    "src/inner/a.py",
    "src/inner/a.txt",
    "src/inner/more/a.py",
    "plain.py",
]


def test_the_answers_are_those_of_git(root: Path) -> None:
    for path, text in RULES.items():
        write(root, path)
        (root / path).write_text(text)
    write(root, *TREE)
    (root / ".git/info/exclude").write_text("c.txt\n")
    untracked = git(root, "ls-files", "-o", "--exclude-standard", "-z").split("\0")
    assert Bench(root).seen() == set(filter(None, untracked))


def test_the_line_that_ignores_is_named(root: Path) -> None:
    (root / ".gitignore").write_text("# logs\n*.log\ncache/\n")
    write(root, "a.log", "cache/x", "pkg/.gitignore")
    (root / "pkg/.gitignore").write_text("made.py")
    write(root, "pkg/made.py")
    assert dict(Bench(root).look().passed_over) == {
        ".git": "version control",
        "a.log": "ignored by git (.gitignore:2)",
        "cache": "ignored by git (.gitignore:3)",
        "pkg/made.py": "ignored by git (pkg/.gitignore:1)",
    }


def test_rules_that_are_no_part_of_the_tree_count_too(root: Path, tmp_path: Path) -> None:
    write(root, "a.info", "a.mine", "a.py", "a.home")
    (root / ".git/info/exclude").write_text("*.info\n")
    write(tmp_path / "config/git", "ignore")
    (tmp_path / "config/git/ignore").write_text("*.home\n")
    assert Bench(root).seen() == {"a.mine", "a.py"}
    (tmp_path / "mine").write_text("*.mine\n")
    git(root, "config", "core.excludesFile", str(tmp_path / "mine"))
    assert Bench(root).seen() == {"a.home", "a.py"}


def test_what_is_tracked_all_the_same_is_not_ignored(root: Path) -> None:
    (root / ".gitignore").write_text("data/\n*.log\n")
    write(root, "data/a", "data/b", "a.log")
    bench = Bench(root)
    assert bench.seen() == {".gitignore"}
    git(root, "add", "-f", "data/a", "a.log")
    assert bench.seen() == {".gitignore", "data/a", "a.log"}
    git(root, "rm", "-q", "--cached", "a.log")
    assert bench.seen() == {".gitignore", "data/a"}


def test_the_project_may_be_a_folder_of_the_repository(root: Path) -> None:
    (root / ".gitignore").write_text("/packages/one/made\n*.log\n")
    write(root, "packages/one/made", "packages/one/a.py", "packages/one/a.log", "packages/one/x/made")
    (root / "packages/one/x/.gitignore").write_text("b\n")
    write(root, "packages/one/x/b")
    bench = Bench(root / "packages/one")
    assert bench.seen() == {"a.py", "x/made", "x/.gitignore"}
    git(root, "add", "-f", "packages/one/a.log")
    assert bench.seen() == {"a.py", "a.log", "x/made", "x/.gitignore"}


def test_another_work_tree_below_the_project_is_passed_over_and_a_submodule_is_not(root: Path, tmp_path: Path) -> None:
    write(root, "a.py")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "1")
    git(root, "worktree", "add", "-q", "trees/side")
    (root / "clone").mkdir()
    git(root / "clone", "init", "-q", ".")
    write(root, "clone/b.py")
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q", ".")
    (other / ".gitignore").write_text("*.tmp\n")
    write(other, "c.py", "c.log")
    git(other, "add", "-A")
    git(other, "commit", "-qm", "1")
    git(root, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other), "vendored")
    (root / ".gitignore").write_text("*.log\n")
    write(root, "vendored/c.tmp", "a.log")
    bench = Bench(root)
    assert bench.seen() == {
        "a.py",
        ".gitignore",
        ".gitmodules",
        "vendored/c.py",
        "vendored/.gitignore",
        "vendored/c.log",
    }
    assert ("trees/side", "another repository") in bench.look().passed_over
    (root / "trees/side/a.py").write_text("edited there")
    assert bench.changes() == ()
    assert bench.ground.judge().verdict("trees/side/a.py") is not None


def test_what_an_artifact_holds_counts_all_the_same(root: Path) -> None:
    (root / ".gitignore").write_text("_version.py\ndata/\n*.log\n")
    write(root, "pkg/_version.py", "data/a/held.bin", "data/a/other.bin", "x.log")
    bench = Bench(root)
    assert bench.seen() == {".gitignore"}
    bench.kept = {"pkg/_version.py", "data/a/held.bin"}
    assert bench.seen() == {".gitignore", "pkg/_version.py", "data/a/held.bin"}


def test_a_rule_takes_effect_at_once_and_nothing_is_said_to_be_deleted_by_it(root: Path) -> None:
    write(root, "a.log", "logs/b", "a.py")
    bench = Bench(root)
    (root / ".gitignore").write_text("*.log\nlogs\n")
    assert bench.changes() == (".gitignore",)
    (root / "a.log").write_text("more")
    (root / "logs/b").write_text("more")
    assert bench.changes() == ()
    (root / ".gitignore").unlink()
    assert bench.changes() == (".gitignore",)
    (root / "logs/b").write_text("even more")
    assert bench.changes() == ("logs/b",)


def test_before_it_is_known_what_artifacts_hold_everything_counts(root: Path) -> None:
    (root / ".gitignore").write_text("*.log\n")
    write(root, "a.log", "a.py")
    bench = Bench(root, Reading(heeds_gitignore=False))
    assert bench.seen() == {".gitignore", "a.log", "a.py"}
    bench.reading.heeds_gitignore = True
    assert bench.changes() == (), "it is passed over from now on, and not deleted"
    assert bench.seen() == {".gitignore", "a.py"}
    (root / "a.log").write_text("a line")
    bench.reading.heeds_gitignore = False
    assert bench.changes() == (), "nor is it new once everything counts again"
    (root / "a.log").write_text("another line")
    assert bench.changes() == ("a.log",)


def test_without_a_git_that_answers_nothing_is_ignored(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / ".gitignore").write_text("*.log\n")
    write(root, "a.log")
    monkeypatch.setenv("PATH", str(root))
    assert Bench(root).seen() == {".gitignore", "a.log"}


def test_the_setting_ignores_and_brings_back(root: Path) -> None:
    (root / ".gitignore").write_text("*.log\nmade/\n")
    write(root, "a.log", "b.log", "made/x", "notes/a", "sub/notes/a", "a.py")
    bench = Bench(root, Reading(ignore=("/notes/", "!b.log", "!made/")))
    assert bench.seen() == {".gitignore", "b.log", "made/x", "sub/notes/a", "a.py"}
    assert ("notes", "ignored by [tool.atombuild] (ignore: /notes/)") in bench.look().passed_over


def test_the_setting_needs_no_repository(tmp_path: Path) -> None:
    root = tmp_path / "plain"
    write(root, "a.stamp", "x/a.stamp", "a.py")
    bench = Bench(root, Reading(ignore=("*.stamp",), heeds_gitignore=False))
    assert bench.seen() == {"a.py"}
    bench.kept = {"x/a.stamp"}
    assert bench.seen() == {"a.py", "x/a.stamp"}


def test_answers_are_kept_while_the_rules_are_the_same(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / ".gitignore").write_text("*.log\n")
    found = find_git_folder(root)
    assert found is not None
    rules = GitIgnore(root, found)
    for _ in range(2):
        assert rules.refresh()
        assert rules.why("a.log", folder=False) == ".gitignore:1"
    monkeypatch.setattr("atombuild.watch.ignore_patterns.IgnorePatterns.find", None)
    assert rules.refresh()
    assert rules.why("a.log", folder=False) == ".gitignore:1"


def test_odd_names_are_judged_too(root: Path) -> None:
    odd = os.fsdecode(b"caf\xe9.log")
    (root / ".gitignore").write_text("*.log\n")
    write(root, odd, "line\nfeed.log", "line\nfeed.py")
    assert Bench(root).seen() == {".gitignore", "line\nfeed.py"}


def test_asking_git_starts_no_program_that_the_repository_names(root: Path, tmp_path: Path) -> None:
    (root / ".gitignore").write_text("*.log\n")
    write(root, "a.log", "a.py")
    git(root, "add", "-A")
    started = tmp_path / "started"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {started}\n")
    program.chmod(0o755)
    git(root, "config", "core.fsmonitor", str(program))
    git(root, "status")
    assert started.exists(), "git by itself starts it"
    started.unlink()
    bench = Bench(root, Reading(follows_history=True))
    git(root, "-c", "core.fsmonitor=false", "add", "-f", "a.log")
    assert bench.seen() >= {".gitignore", "a.log", "a.py", ".git/index"}
    assert not started.exists()
