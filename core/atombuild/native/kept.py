"""What one build leaves for the next: compressed pieces, each with what tells that it is still right.

A piece is used again only where its file's :data:`Signature` says that nothing changed; files too young to be told by a
stat have none, and are read again. So a warm build is, to the byte, the build that starts from nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Final, Protocol

from atombuild.archive.gzip_runs import Run
from atombuild.archive.wheel import WheelMember
from atombuild.native.disk_tree import DiskTree
from atombuild.native.distribution import Planned
from atombuild.native.facts import QuestionedTree
from atombuild.native.member_tree import MemberTree
from atombuild.native.selection import Selection
from atombuild.native.tree import Signature, SourceTree
from atombuild.project.model import Project

LIMIT: Final = 64 * 1024 * 1024
"""Compressed bytes that are kept in memory for each kind of artifact; what goes beyond is made anew each time."""


@dataclass(frozen=True, slots=True)
class KeptMember:
    """A wheel's member, and the signature of the file it was made from."""

    signature: Signature
    member: WheelMember


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

    key: Hashable
    """Of everything in it; None: some file was too young, so that it can't be used again."""

    run: Run
    files: tuple[KeptFile, ...]


Make = Callable[[Project, SourceTree], tuple[Planned, ...]]
"""Makes a plan."""


class Basis(Protocol):
    """What a plan was derived from, besides the project's settings."""

    @property
    def tree(self) -> SourceTree:
        """The tree to make the plan from."""

    def still_holds(self, tree: SourceTree) -> bool:
        """Whether ``tree`` would lead to the same plan."""


class FactsOfDisk:
    """The answers that the disk gave."""

    def __init__(self, tree: DiskTree) -> None:
        self.tree = QuestionedTree(tree)

    def still_holds(self, tree: SourceTree) -> bool:
        """Ask again."""
        return isinstance(tree, DiskTree) and self.tree.still_true()


class SameOrigin:
    """The sdist that was just made: the same plan of it holds the same files, and as the metadata needs them."""

    def __init__(self, tree: MemberTree) -> None:
        self.tree = tree
        self._origin = tree.origin

    def still_holds(self, tree: SourceTree) -> bool:
        """Compare where they come from."""
        return isinstance(tree, MemberTree) and tree.origin is not None and tree.origin is self._origin


def _basis(tree: SourceTree) -> Basis | None:
    """Return what a plan made from this tree will be judged by later; None: such a plan can't be kept."""
    if isinstance(tree, DiskTree):
        return FactsOfDisk(tree)
    return SameOrigin(tree) if isinstance(tree, MemberTree) else None


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

    plans: dict[str, KeptPlan] = field(default_factory=dict)
    """By the kind of artifact."""

    def plan(self, artifact: str, project: Project, tree: SourceTree, make: Make) -> tuple[Planned, ...]:
        """Return the plan of an artifact: the kept one, if it would come out the same, or a new one."""
        old = self.plans.pop(artifact, None)
        if old is not None and old.project is project and old.basis.still_holds(tree):
            self.plans[artifact] = old
            return old.plan
        basis = _basis(tree)
        plan = make(project, tree if basis is None else basis.tree)
        if basis is not None:
            self.plans[artifact] = KeptPlan(project, basis, plan)
        return plan

    def keep_runs(self, starts: list[str], runs: list[KeptRun]) -> None:
        """Keep these runs and no others."""
        room = LIMIT
        self.runs = {}
        for start, run in zip(starts, runs, strict=True):
            room -= len(run.run.compressed)
            if room >= 0 and run.key is not None:
                self.runs[start] = run

    def keep_members(self, tree: str, members: list[KeptMember]) -> None:
        """Keep these members of a wheel that was made from this kind of tree, and no others."""
        room = LIMIT
        self.members = {}
        for kept in members:
            room -= len(kept.member.local)
            if room >= 0 and kept.signature is not None:
                self.members[tree, kept.member.name] = kept
