"""The wheel (binary distribution format 1.0): modules, licences, data, and the dist-info folder."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from functools import partial
from typing import Final

from atombuild.archive.pieces import Shelf, blocks_of
from atombuild.archive.record import record_text
from atombuild.archive.wheel import (
    CentralDirectory,
    WheelMember,
    deflate_large_member,
    deflate_member,
    directory_member,
    stored_member,
)
from atombuild.native.ahead import Breathe, Done, Job, in_order
from atombuild.native.dist_info import dist_info_files, dist_info_name
from atombuild.native.distribution import (
    Copied,
    Distribution,
    Folder,
    Generated,
    Listed,
    Planned,
    archive_name,
    listed,
    new_folders,
)
from atombuild.native.kept import Kept, KeptMember
from atombuild.native.large import is_large, made_steadily
from atombuild.native.licenses import matched_license_files
from atombuild.native.modules import check_layout, find_modules
from atombuild.native.selection import Selected, wheel_files
from atombuild.native.tree import LargeFile, Pulse, SourceTree
from atombuild.project.model import Project


def wheel_filename(project: Project) -> str:
    """Return the final name of the project's wheel."""
    return f"{project.stem}-py3-none-any.whl"


def list_wheel(project: Project, tree: SourceTree) -> tuple[Listed, ...]:
    """Return what :func:`build_wheel` would put into the wheel but RECORD, in order; it raises the same errors."""
    return listed(_plan(project, tree))


def build_wheel(project: Project, tree: SourceTree, pulse: Pulse, kept: Kept | None = None) -> Distribution:
    """Plan the wheel, from the project or from an sdist's members; it is made when its chunks are taken.

    What is ``kept`` of the last one serves where it is still right.

    Raises :class:`atombuild.errors.SourceRejected` for what the author can mend,
    :class:`atombuild.errors.SourceUnreadable`, and whatever ``pulse`` raises.
    """
    tree.require_safe_names()
    kept = kept if kept is not None else Kept()
    return pack(project, kept.plan("wheel", project, tree, _plan), tree, pulse, kept=kept)


def pack(
    project: Project,
    plan: tuple[Planned, ...],
    tree: SourceTree,
    pulse: Pulse,
    *,
    stored: bool = False,
    kept: Kept | None = None,
) -> Distribution:
    """Return what carries out a plan and closes it with RECORD. ``stored``: nothing is compressed, and nothing kept."""
    packing = _Packing(project, plan, tree, pulse, kept if kept is not None else Kept(), stored=stored)
    return Distribution(wheel_filename(project), plan, (packing.record,), packing.make)


class _Packing:
    """The making of one wheel."""

    def __init__(
        self, project: Project, plan: tuple[Planned, ...], tree: SourceTree, pulse: Pulse, kept: Kept, *, stored: bool
    ) -> None:
        self.record = f"{dist_info_name(project)}/RECORD"
        self._plan = plan
        self._tree = tree
        self._pulse = pulse
        self._kept = kept
        self._stored = stored
        self._done = 0

    def make(self, shelf: Shelf) -> Generator[bytes]:
        """Yield the archive. See :data:`atombuild.native.distribution.Make`."""
        directory, keeping = CentralDirectory(), self._kept.keep_in(shelf)
        records: list[str] = []
        members: dict[tuple[str, str], KeptMember] = {}
        kind = self._tree.kind_of_signatures
        self._breathe()
        for batch in in_order(self._batches(), self._breathe):
            for made in batch:
                member = made.member
                offset = directory.note(member)
                records.append(member.record)
                yield from blocks_of(member.local)
                if made.signature is not None:
                    members[kind, member.name] = made.kept_as(keeping.place(member.local, offset))
            self._done += len(batch)
            self._breathe()
        last = self._file(self.record, record_text(records, self.record).encode())
        directory.note(last)
        yield from blocks_of(last.local)
        yield from directory.chunks()
        if not self._stored:
            self._kept.members = members
        self._pulse(len(self._plan) + 1, len(self._plan) + 1)

    def _breathe(self) -> None:
        self._pulse(self._done, len(self._plan) + 1)

    def _batches(self) -> Iterator[Job[_Batch] | Done[_Batch]]:
        """Yield the members in batches: made already, or to be made."""
        steps: list[Planned | KeptMember] = []
        weight = missing = 0
        for step in self._plan:
            made: Planned | KeptMember = step
            if isinstance(step, Copied):
                seen = self._tree.see(step.source)
                old = self._kept.members.get((self._tree.kind_of_signatures, step.path))
                if old is not None and seen is not None and old.signature == seen.signature and old.is_whole:
                    made = old
                else:
                    weight += seen.size if seen is not None else 0
            missing += made is step
            steps.append(made)
            if len(steps) == _BATCH or weight >= _BATCH_BYTES:
                yield self._batch(steps, missing, weight)
                steps, weight, missing = [], 0, 0
        yield self._batch(steps, missing, weight)

    def _batch(self, steps: list[Planned | KeptMember], missing: int, weight: int) -> Job[_Batch] | Done[_Batch]:
        if missing:
            return Job(partial(self._make, steps), weight)
        return Done(tuple(step for step in steps if isinstance(step, KeptMember)))

    def _make(self, steps: list[Planned | KeptMember], breathe: Breathe) -> _Batch:
        return tuple(step if isinstance(step, KeptMember) else self._made(step, breathe) for step in steps)

    def _made(self, step: Planned, breathe: Breathe) -> KeptMember:
        breathe()
        if isinstance(step, Folder):
            return KeptMember(None, directory_member(step.path))
        if isinstance(step, Generated):
            return KeptMember(None, self._file(step.path, step.data, executable=step.executable, breathe=breathe))
        size = self._tree.size(step.source)
        if size is not None and is_large(size) and not self._stored:
            return made_steadily(step.source, self._tree, partial(_large, step.path, breathe))
        file = self._tree.read(step.source)
        member = self._file(step.path, file.data, executable=file.executable, breathe=breathe)
        return KeptMember(file.signature, member)

    def _file(
        self, path: str, data: bytes, *, executable: bool = False, breathe: Breathe = lambda: None
    ) -> WheelMember:
        if self._stored:
            return stored_member(path, data, executable=executable)
        return deflate_member(path, data, executable=executable, breathe=breathe)


_Batch = tuple[KeptMember, ...]

_BATCH: Final = 64
"""Members that are passed on together, at most."""

_BATCH_BYTES: Final = 256 * 1024
"""Bytes of content that are worth a piece of work of their own."""


def _large(path: str, breathe: Breathe, file: LargeFile) -> KeptMember:
    member = deflate_large_member(path, file.pieces(), executable=file.executable, breathe=breathe)
    return KeptMember(file.signature, member)


def copies(project: Project, files: Iterable[Selected]) -> Iterator[Planned]:
    """Plan to copy files, with the folders above each that no earlier file brought in."""
    known: set[str] = set()
    stem = project.stem
    for file in files:
        path = archive_name(file.path)
        yield from map(Folder, new_folders(path, _base(path, stem), known))
        yield Copied(path, file.source)


def _plan(project: Project, tree: SourceTree) -> tuple[Planned, ...]:
    modules = find_modules(project)
    check_layout(project, modules, tree)
    licenses = matched_license_files(project, tree)
    return (
        *copies(project, wheel_files(project, modules, licenses, tree)),
        Folder(dist_info_name(project)),
        *dist_info_files(project, tree, licenses),
    )


def _base(path: str, stem: str) -> str:
    """Return the folder that gets no entry of its own before what is in it, as in uv_build: dist-info and data."""
    for suffix in (".dist-info", ".data"):
        if path.startswith(f"{stem}{suffix}/"):
            return f"{stem}{suffix}"
    return ""
