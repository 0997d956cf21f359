"""What a version from version control depends on: the commit, the branch and the tags. An input like any other.

What is compared is what the names lead to, not the files of git: packing them (``git gc``), fetching and looking
(``git status``) change nothing. A commit or a tag does.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from atombuild.watch.entry import Entry, EntryKind, Signature
from atombuild.watch.git_folder import GitFolder, find_git_folder, git_output, is_folder

_DEEPEST: Final = 5
"""Names that may lead to one another."""

_LARGEST_REF: Final = 4096
_SHALLOW: Final = "shallow"
"""Where the history of a shallow clone ends: a version may count commits."""

_NO_FILE: Final = Signature(EntryKind.FILE, None, executable=False)
"""The same for all: when and how git wrote something down does not count."""


class History:
    """What is known of one project's version control. One for a session: it remembers what it asked git for."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._tracked: tuple[object, bytes] | None = None
        self._tables: tuple[bytes, dict[str, bytes]] | None = None

    def folder(self) -> GitFolder | None:
        """Return the project's repository, as of now."""
        return find_git_folder(self._root.absolute())

    def listened(self) -> tuple[Path, ...]:
        """Return the files and folders in which a change shows."""
        git = self.folder()
        if git is None:
            hg = _mercurial(self._root.absolute())
            return () if hg is None else (hg / "dirstate",)
        refs = git.common / "refs"
        return (
            git.own / "HEAD",
            git.common / "packed-refs",
            git.common / _SHALLOW,
            refs / "tags",
            refs / "heads",
            *(folder / "reftable" for folder in dict.fromkeys((git.common, git.own)) if is_folder(folder / "reftable")),
        )

    def entries(self) -> Iterator[tuple[Path, Entry]]:
        """Yield what a version may depend on: the file that it stands in, or would, and what it leads to."""
        git = self.folder()
        if git is None:
            yield from self._of_mercurial()
            return
        if is_folder(git.common / "reftable"):
            named = self._from_tables(git)
        else:
            named = {f"refs/tags/{name}": at for name, at in _tags(git).items()}
            named["HEAD"] = _resolved(git)
        for name, at in named.items():
            yield (git.own if name == "HEAD" else git.common) / name, _entry(at)
        cut_off = _read(git.common / _SHALLOW, most=1 << 20)
        if cut_off is not None:
            yield git.common / _SHALLOW, _entry(cut_off)
        tracked = self._tracked_files(git)
        if tracked is not None:
            yield git.own / "index", _entry(tracked)

    def _tracked_files(self, git: GitFolder) -> bytes | None:
        """Return which files below the root are tracked: some backends pack those alone."""
        try:
            found = (git.own / "index").stat()
        except OSError:
            return None
        signature = (git, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
        if self._tracked is None or self._tracked[0] != signature:
            names = git_output(git, self._root, "ls-files", "-z")
            if names is None:
                return None
            self._tracked = signature, hashlib.sha256(names).digest()
        return self._tracked[1]

    def _from_tables(self, git: GitFolder) -> dict[str, bytes]:
        """Return the same where names are kept in tables (git's ``reftable``), which git alone reads."""
        lists = dict.fromkeys((git.common / "reftable/tables.list", git.own / "reftable/tables.list"))
        state = b"\0".join(_read(path) or b"" for path in lists)
        if self._tables is None or self._tables[0] != state:
            said = git_output(git, self._root, "for-each-ref", "--format=%(refname) %(objectname)", "refs/tags")
            head = git_output(git, self._root, "rev-parse", "--symbolic-full-name", "HEAD", "--verify", "HEAD")
            if said is None:
                return {"reftable/tables.list": state}
            lines = (line.rsplit(b" ", 1) for line in said.splitlines() if b" " in line)
            found = {os.fsdecode(name): at for name, at in lines}
            self._tables = state, {"HEAD": head or b"", **found}
        return self._tables[1]

    def _of_mercurial(self) -> Iterator[tuple[Path, Entry]]:
        """Yield the revision that is checked out; its tags are in the tree, in ``.hgtags``."""
        hg = _mercurial(self._root.absolute())
        data = _read(hg / "dirstate") if hg is not None else None
        if hg is not None and data is not None:
            length = 76 if data.startswith(b"dirstate-v2\n") else 40
            yield hg / "dirstate", _entry(data[:length])


def _entry(content: bytes) -> Entry:
    return Entry(_NO_FILE, digest=hashlib.sha256(content).digest())


def _mercurial(root: Path) -> Path | None:
    return next((folder / ".hg" for folder in (root, *root.parents) if is_folder(folder / ".hg")), None)


def _resolved(git: GitFolder) -> bytes:
    """Return the branch that is checked out, and the commit."""
    name, seen = "HEAD", [b""]
    for _ in range(_DEEPEST):
        content = _read((git.own if name == "HEAD" else git.common) / name)
        at = content.strip() if content is not None else _packed(git).get(name, b"")
        if not at.startswith(b"ref: "):
            return b"\0".join((*seen, at))
        seen.append(at)
        name = os.fsdecode(at[len(b"ref: ") :].strip())
        if name.startswith("/") or ".." in name or "\0" in name:
            break
    return b"\0".join(seen)


def _tags(git: GitFolder) -> dict[str, bytes]:
    start = "refs/tags/"
    found = {name[len(start) :]: at for name, at in _packed(git).items() if name.startswith(start)}
    folder = git.common / "refs/tags"
    for above, _, files in os.walk(folder):
        inner = os.path.relpath(above, folder).replace(os.sep, "/")
        for name in files:
            if name.endswith(".lock"):
                continue
            content = _read(Path(above) / name)
            if content is not None:
                found[name if inner == "." else f"{inner}/{name}"] = content.strip()
    return found


def _packed(git: GitFolder) -> dict[str, bytes]:
    found = {}
    for line in (_read(git.common / "packed-refs", most=1 << 28) or b"").splitlines():
        at, _, name = line.partition(b" ")
        if name and not line.startswith((b"#", b"^")):
            found[os.fsdecode(name)] = at
    return found


def _read(path: Path, most: int = _LARGEST_REF) -> bytes | None:
    with contextlib.suppress(OSError), path.open("rb") as file:
        return file.read(most)
    return None
