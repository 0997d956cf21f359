"""What a plan was made of: every question that was put to the tree, with its answer.

A plan of an archive follows from the project's settings and from these answers alone. If all of them would be the same
again, so would be the plan, and nothing needs to be matched or sorted. Asking again is a stat a folder: only one whose
stat changed, as it does when an editor saves by renaming, is listed once more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TypeVar

from atombuild.errors import AtombuildError
from atombuild.native.disk_tree import DiskTree
from atombuild.native.tree import Entry, Kind, Signature, SourceFile, TreeOver

_Answer = TypeVar("_Answer", "Kind | None", bool)


class QuestionedTree(TreeOver):
    """The project on disk, which remembers what was asked of it, but for what no plan depends on."""

    def __init__(self, tree: DiskTree) -> None:
        super().__init__(tree)
        self._disk = tree
        self._listings: dict[str, tuple[Signature, tuple[Entry, ...]]] = {}
        self._contents: dict[str, tuple[Signature, bytes]] = {}
        self._kinds: dict[str, Kind | None] = {}
        self._files: dict[str, bool] = {}
        self._existing: dict[str, bool] = {}
        self._leading_out: dict[str, bool] = {}

    def still_true(self) -> bool:
        """Whether every question would be answered the same now. An error is another answer."""
        try:
            return (
                all(map(self._is_listed_alike, self._listings))
                and all(map(self._reads_alike, self._contents))
                and self._kinds == {path: self._tree.kind(path) for path in self._kinds}
                and self._files == {path: self._tree.is_file(path) for path in self._files}
                and self._existing == {path: self._tree.exists(path) for path in self._existing}
                and self._leading_out == {path: self._tree.leads_out(path) for path in self._leading_out}
            )
        except AtombuildError:
            return False

    def scan(self, directory: str) -> tuple[Entry, ...]:
        """Return the children of ``directory``."""
        signature = self._disk.folder_signature(directory)  # before the listing: what comes later shows in the next one
        entries = self._tree.scan(directory)
        self._listings[directory] = signature, entries
        return entries

    def kind(self, path: str) -> Kind | None:
        """Return what stands at ``path``."""
        return _noted(self._kinds, path, self._tree.kind)

    def is_file(self, path: str) -> bool:
        """Whether a regular file, or a link to one, stands there."""
        return _noted(self._files, path, self._tree.is_file)

    def exists(self, path: str) -> bool:
        """Whether anything stands there, or where a link there leads to."""
        return _noted(self._existing, path, self._tree.exists)

    def leads_out(self, path: str) -> bool:
        """Whether links on the way to ``path`` lead out of the tree."""
        return _noted(self._leading_out, path, self._tree.leads_out)

    def read(self, path: str) -> SourceFile:
        """Read the file."""
        file = self._tree.read(path)
        self._contents[path] = file.signature, _digest(file)
        return file

    def _is_listed_alike(self, directory: str) -> bool:
        before, entries = self._listings[directory]
        now = self._disk.folder_signature(directory)
        if now is None or now != before:
            if self._tree.scan(directory) != entries:
                return False
            self._listings[directory] = now, entries
        return True

    def _reads_alike(self, path: str) -> bool:
        before, digest = self._contents[path]
        if before is not None and before == self._tree.signature(path):
            return True
        file = self._tree.read(path)
        self._contents[path] = file.signature, digest
        return _digest(file) == digest


def _noted(answers: dict[str, _Answer], path: str, ask: Callable[[str], _Answer]) -> _Answer:
    answers[path] = answer = ask(path)
    return answer


def _digest(file: SourceFile) -> bytes:
    return hashlib.sha256(b"%d" % file.executable + file.data).digest()
