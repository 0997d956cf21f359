"""Where git keeps what belongs to a project: gitrepository-layout(5), git-worktree(1)."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_LARGEST_POINTER: Final = 1 << 16
_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class GitFolder:
    """One repository, as seen from one work tree."""

    work_tree: Path
    """The folder that ``.git`` lies in."""

    own: Path
    """What belongs to this work tree: HEAD and the index."""

    common: Path
    """What all work trees share: branches, tags, ``info/exclude``. Often the same folder."""


def is_folder(path: Path) -> bool:
    """Whether a folder stands there. ``pathlib`` raises where a folder above it may not be entered; this is a no."""
    return os.path.isdir(path)  # noqa: PTH112 (see above)


def find_git_folder(root: Path) -> GitFolder | None:
    """Return the repository that a folder belongs to; None: there is none, or git would not take it for one."""
    named = os.environ.get("GIT_DIR")
    if named:
        return _git_folder(Path(os.environ.get("GIT_WORK_TREE") or root), root / named)
    for folder in (root, *root.parents):
        place = folder / ".git"
        if os.path.lexists(place):
            own = place if is_folder(place) else _pointed_to(place, b"gitdir: ")
            return None if own is None else _git_folder(folder, own)
    return None


def git_output(git: GitFolder, root: Path, *arguments: str) -> bytes | None:
    """Return what a command of git says in ``root``; None: there is no git, or it refuses.

    It runs nothing that the repository's configuration names, and writes nothing.
    """
    command = ["git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", *arguments]
    environ = {
        **os.environ,
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_DIR": os.fspath(git.own),
        "GIT_WORK_TREE": os.fspath(git.work_tree),
    }
    try:
        done = subprocess.run(
            command,
            cwd=root,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout if done.returncode == 0 else None


def _git_folder(work_tree: Path, own: Path) -> GitFolder | None:
    own = Path(os.path.normpath(own))
    if not os.path.isfile(own / "HEAD"):  # noqa: PTH113 (as above)
        return None
    return GitFolder(work_tree, own, _pointed_to(own / "commondir", b"") or own)


def _pointed_to(file: Path, prefix: bytes) -> Path | None:
    """Return the folder that a file of git names, relative to its own."""
    try:
        with file.open("rb") as opened:
            data = opened.read(_LARGEST_POINTER)
    except OSError:
        return None
    if not data.startswith(prefix):
        return None
    named = os.fsdecode(data[len(prefix) :].strip())
    return Path(os.path.normpath(file.parent / named)) if named and "\0" not in named else None
