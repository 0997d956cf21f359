"""The members of an sdist that was just made, as the wheel of the same plan reads them. Nothing is unpacked."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Protocol

from atombuild.errors import Location, SourceRejected
from atombuild.native.large import PiecewiseFile
from atombuild.native.tree import Entry, Kind, Seen, Signature, SourceFile, SourceTree, missing


class Member(Protocol):
    """A file that an archive holds."""

    @property
    def path(self) -> str:
        """Relative to the tree's root."""

    @property
    def size(self) -> int:
        """In bytes."""

    @property
    def executable(self) -> bool:
        """Whether it is."""

    @property
    def digest(self) -> bytes:
        """sha256 of its content."""

    def load(self) -> bytes:
        """Return its content."""

    def stream(self) -> Iterator[bytes]:
        """Yield its content, for a file that memory shall not hold."""


class MemberTree:
    """The members of an archive that was just made: folders are implied, links have become files."""

    def __init__(
        self, root: Path, files: Mapping[str, Member], origin: object = None, packed_from: SourceTree | None = None
    ) -> None:
        """``root`` only stands in messages: nothing is read from it.

        ``packed_from`` is only asked why a file is missing.

        ``origin`` is the same object for two trees of which any plan would come out the same.
        """
        self._root = root
        self._files = files
        self.origin = origin
        self.packed_from = packed_from

    @cached_property
    def _folders(self) -> dict[str, dict[str, Kind]]:
        return _folders_of(self._files)

    @property
    def root(self) -> Path:
        """The folder that messages name."""
        return self._root

    @property
    def mount(self) -> str:
        """A place without parents: where an sdist is unpacked must not decide what is in the wheel."""
        return "/"

    def scan(self, directory: str) -> tuple[Entry, ...]:
        """Return the children of ``directory``."""
        if directory not in self._folders:
            raise missing(self._root / directory)
        children = self._folders[directory]
        return tuple(Entry(path, children[path]) for path in sorted(children, key=os.fsencode))

    def kind(self, path: str) -> Kind | None:
        """Return what stands at ``path``."""
        path = self._resolved(path)
        if path in self._files:
            return Kind.FILE
        return Kind.DIRECTORY if path in self._folders else None

    def is_file(self, path: str) -> bool:
        """Whether a file stands there."""
        return self._resolved(path) in self._files

    def exists(self, path: str) -> bool:
        """Whether anything stands there."""
        return self.kind(path) is not None

    def size(self, path: str) -> int | None:
        """Return how many bytes the file holds."""
        file = self._files.get(self._resolved(path))
        return None if file is None else file.size

    def leads_out(self, path: str) -> bool:  # noqa: ARG002 (part of the protocol)
        """No: there are no links."""
        return False

    def read(self, path: str) -> SourceFile:
        """Return the file."""
        file = self._files.get(self._resolved(path))
        if file is None:
            raise missing(self._root / path)
        return SourceFile(file.path, file.load(), file.executable, (file.digest, file.executable))

    @property
    def kind_of_signatures(self) -> str:
        """The content itself."""
        return "content"

    def signature(self, path: str) -> Signature:
        """Return the content's hash."""
        seen = self.see(path)
        return None if seen is None else seen.signature

    def see(self, path: str) -> Seen | None:
        """Return the content's hash."""
        file = self._files.get(self._resolved(path))
        return None if file is None else Seen((file.digest, file.executable), file.size)

    def open_large(self, path: str) -> PiecewiseFile:
        """Return the file, to be read in pieces."""
        file = self._files.get(self._resolved(path))
        if file is None:
            raise missing(self._root / path)
        return PiecewiseFile(file.size, file.executable, (file.digest, file.executable), file.stream)

    def hidden_by(self, path: str) -> None:
        """Return nothing: an archive has what it has."""
        del path

    def require_safe_names(self) -> None:
        """Raise :class:`SourceRejected` for a name that no tool would unpack, so that nobody could use the sdist."""
        for path in self._files:
            if "\\" in path:
                raise SourceRejected(
                    "Invalid tar file",
                    hint="rename the file: tools refuse to unpack an sdist with a backslash in a name",
                    where=Location(self._root / path),
                    why=(f'unsafe member path "{path}": contains a backslash separator',),
                )

    def _resolved(self, path: str) -> str:
        """Follow ``.``, ``..`` and doubled slashes as the system would: ``..`` only leaves a folder that is there."""
        if path in self._files:
            return path
        at = ""
        for part in path.split("/"):
            if part == "..":
                if not at or at not in self._folders:
                    return path
                at = at.rpartition("/")[0]
            elif part not in {"", "."}:
                at = f"{at}/{part}" if at else part
        return at


def _folders_of(files: Mapping[str, Member]) -> dict[str, dict[str, Kind]]:
    folders: dict[str, dict[str, Kind]] = {"": {}}
    for path in files:
        kind, child = Kind.FILE, path
        while child:
            parent = child.rpartition("/")[0]
            known = folders.setdefault(parent, {})
            if child in known:
                break
            known[child] = kind
            kind, child = Kind.DIRECTORY, parent
    return folders
