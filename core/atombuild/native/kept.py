"""What one build leaves for the next: compressed pieces, each with what tells that it is still right.

A piece is used again only where its file's :data:`Signature` says that nothing changed; files too young to be told by a
stat have none, and are read again. So a warm build is, to the byte, the build that starts from nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from zlib_ng import zlib_ng

from atombuild.archive.gzip_runs import Run
from atombuild.archive.pieces import Piece, Shelf, is_whole
from atombuild.archive.wheel import WheelMember
from atombuild.native.disk_tree import DiskTree
from atombuild.native.distribution import Planned
from atombuild.native.facts import QuestionedTree
from atombuild.native.member_tree import MemberTree
from atombuild.native.selection import Selection
from atombuild.native.tree import Signature, SourceTree
from atombuild.project.model import Project


@dataclass(frozen=True, slots=True)
class KeptMember:
    """A wheel's member, and the signature of the file it was made from."""

    signature: Signature
    """None: nothing but reading tells what is in the file, so that the member can't be used again."""

    member: WheelMember

    @property
    def is_whole(self) -> bool:
        """Whether its bytes can still be had."""
        local = self.member.local
        return isinstance(local, bytes) or local.is_whole()

    def kept_as(self, piece: Piece) -> KeptMember:
        """Return the same, with its bytes in another place."""
        return self if piece is self.member.local else replace(self, member=replace(self.member, local=piece))


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file in a run: where its bytes are, and what they are."""

    path: str
    """In the sdist's top folder."""

    start: int
    size: int
    executable: bool
    digest: bytes
    """sha256 of its content."""


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A run of an sdist, and what it was made from."""

    start: str
    """The path of its first member; the last run may be empty."""

    members: int
    """How many are in it."""

    key: Hashable
    """Of everything in it; None: some file was too young, so that it can't be used again."""

    run: Run
    files: tuple[KeptFile, ...]

    @property
    def is_whole(self) -> bool:
        """Whether its bytes can still be had."""
        return is_whole(self.run.compressed)

    def kept_as(self, piece: Piece) -> KeptRun:
        """Return the same, with its bytes in another place."""
        return self if piece is self.run.compressed else replace(self, run=replace(self.run, compressed=piece))


Make = Callable[[Project, SourceTree], tuple[Planned, ...]]
"""Makes a plan."""


class Basis(Protocol):
    """What a plan was derived from, besides the project's settings."""

    def still_holds(self, tree: SourceTree) -> bool:
        """Whether ``tree`` would lead to the same plan."""


class FactsOfDisk:
    """The answers that the disk gave."""

    def __init__(self, tree: QuestionedTree) -> None:
        self._tree = tree

    def still_holds(self, tree: SourceTree) -> bool:
        """Ask again."""
        return isinstance(tree, DiskTree) and self._tree.still_true()


class SameOrigin:
    """The sdist that was just made: the same plan of it holds the same files, and as the metadata needs them."""

    def __init__(self, origin: object) -> None:
        # Not the tree itself: through its members it would hold the sdist's file open.
        self._origin = origin

    def still_holds(self, tree: SourceTree) -> bool:
        """Compare where they come from."""
        return isinstance(tree, MemberTree) and tree.origin is not None and tree.origin is self._origin


def _watched(tree: SourceTree) -> tuple[SourceTree, Basis | None]:
    """Return the tree to make a plan from, and what that plan will be judged by later; None: it can't be kept."""
    if isinstance(tree, DiskTree):
        questioned = QuestionedTree(tree)
        return questioned, FactsOfDisk(questioned)
    return tree, SameOrigin(tree.origin) if isinstance(tree, MemberTree) else None


@dataclass(frozen=True, slots=True)
class KeptPlan:
    """What an archive is to hold, and what that was derived from."""

    project: Project
    basis: Basis
    plan: tuple[Planned, ...]


@dataclass(slots=True)
class Kept:
    """The memory of one project, handed from build to build. Not thread-safe."""

    project: Project | None = None
    """As it was read last."""

    runs: dict[str, KeptRun] = field(default_factory=dict)
    """By the path of a run's first member."""

    members: dict[tuple[str, str], KeptMember] = field(default_factory=dict)
    """By the kind of tree they came from, and their path in the wheel."""

    selection: tuple[Project, Selection] | None = None
    """What the project's settings select, with the answers that were given already."""

    advice: object = None
    """What the last advice learned; :class:`atombuild.native.advice.memory.AdviceMemory`, which is loaded late."""

    plans: dict[str, KeptPlan] = field(default_factory=dict)
    """By the kind of artifact."""

    def plan(self, artifact: str, project: Project, tree: SourceTree, make: Make) -> tuple[Planned, ...]:
        """Return the plan of an artifact: the kept one, if it would come out the same, or a new one."""
        old = self.plans.pop(artifact, None)
        if old is not None and old.project is project and old.basis.still_holds(tree):
            self.plans[artifact] = old
            return old.plan
        watched, basis = _watched(tree)
        plan = make(project, watched)
        if basis is not None:
            self.plans[artifact] = KeptPlan(project, basis, plan)
        return plan

    def give_up_files(self, artifact: str) -> bool:
        """Close the files that pieces of the wheel are in, and for "sdist" those of both; whether there were any."""
        given_up = [key for key, each in self.members.items() if _closes(each.member.local)]
        for key in given_up:
            del self.members[key]
        runs = [key for key, each in self.runs.items() if artifact == "sdist" and _closes(each.run.compressed)]
        for start in runs:
            del self.runs[start]
        return bool(given_up or runs)


def _closes(piece: Piece) -> bool:
    """Whether the piece was in a file, which is closed now."""
    if isinstance(piece, bytes):
        return False
    piece.shelf.close()
    return True


_MIB: Final = 1024 * 1024


class Keeping:
    """Decides where each piece of an archive is kept: in memory, or where it stands in the archive's own file."""

    def __init__(self, shelf: Shelf, project: Project) -> None:
        """``shelf`` will be the archive's file; ``project`` says how much goes into memory."""
        self._shelf = shelf
        self._room = project.own.keep_in_memory * _MIB

    def place(self, piece: Piece, offset: int) -> Piece:
        """Return the piece as it is kept; it stands at ``offset`` of the archive."""
        self._room -= len(piece)
        if isinstance(piece, bytes):
            return piece if self._room >= 0 else self._shelf.piece(offset, len(piece), zlib_ng.crc32(piece))
        return self._shelf.piece(offset, len(piece), piece.crc)
