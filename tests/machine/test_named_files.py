"""A disk that breaks at one call where files need names; ``tests/faults`` breaks every call where they need none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from support.cuts import build_refused_at, count_calls, need_strace
from support.namespace import mount_namespace
from support.processes import once, told_words
from support.projects import big_project
from support.wholeness import check_whole, finals

ARTIFACTS = {"sdist": "tiny-1.0.tar.gz", "wheel": "tiny-1.0-py3-none-any.whl"}


@pytest.mark.parametrize("act", ["remove", "link", "rename"])
def test_refused_at_every_call_where_files_need_names(tmp_path: Path, act: str) -> None:
    need_strace()
    with mount_namespace() as namespace:
        namespace.mount_tmpfs(Path("/proc"), "size=4k")  # without it, nameless files can't be given a name
        check_every_refusal(tmp_path, act, namespace.before)


def check_every_refusal(tmp_path: Path, act: str, before: tuple[str, ...]) -> None:
    prepared = big_project(tmp_path, 0, name="tiny")
    assert once(prepared).returncode == 0
    shutil.copytree(prepared, tmp_path / "whole")
    calls = count_calls(tmp_path / "whole", act, before)
    assert calls
    for call, times in calls.items():
        for count in range(1, times + 1):
            root = tmp_path / f"{call}-{count}" / "tiny"
            shutil.copytree(prepared, root)
            done = build_refused_at(root, act, call, count, before)
            words = told_words(done.stdout)
            check_words(root / "dist", words)
            assert done.returncode == (0 if set(words.values()) == {"succeeded"} else 1)
            assert done.returncode == 0 or "why: Input/output error (EIO)" in done.stderr
            assert "Traceback" not in done.stderr
            assert "atombuild itself failed" not in done.stderr
            assert once(root, before=before).returncode == 0, "the next build starts clean"
            assert [path.name for path in (root / "dist").iterdir() if path.name.endswith(".tmp")] == []


def check_words(dist: Path, words: dict[str, str]) -> None:
    standing = {path.name for path in finals(dist)}
    for kind, name in ARTIFACTS.items():
        good = words[kind] == "succeeded" or words[kind].endswith("old artifact still there")
        assert (name in standing) == good, f"{name}: {words[kind]}"
    for path in finals(dist):
        check_whole(path)
