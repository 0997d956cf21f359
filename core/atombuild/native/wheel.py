"""The wheel (binary distribution format 1.0): modules, licences, data, and the dist-info folder."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from functools import lru_cache, partial
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
from atombuild.native.kept import Keeping, Kept, KeptMember
from atombuild.native.large import is_large, made_steadily
from atombuild.native.layout import check_layout
from atombuild.native.licenses import matched_license_files
from atombuild.native.modules import find_modules
from atombuild.native.selection import Selected, wheel_files
from atombuild.native.tree import LargeFile, Pulse, SourceFile, SourceTree
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
        self._project = project
        self.record = f"{dist_info_name(project)}/RECORD"
        self._plan = plan
        self._tree = tree
        self._pulse = pulse
        self._kept = kept
        self._stored = stored
        self._done = 0

    def make(self, shelf: Shelf) -> Generator[bytes]:
        """Yield the archive. See :data:`atombuild.native.distribution.Make`."""
        directory, keeping = CentralDirectory(), Keeping(shelf, self._project)
        records: list[str] = []
        members: dict[tuple[str, str], KeptMember] = {}
        kind = self._tree.kind_of_signatures
        self._breathe()
        for batch in in_order(self._batches(), self._breathe):
            for made in batch:
                member = made.member
                local = member.local
                offset = directory.note(member)
                records.append(member.record)
                if isinstance(local, bytes):
                    yield local
                else:
                    yield from local
                if made.signature is not None:
                    members[kind, member.name] = made.kept_as(keeping.place(local, offset))
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
        parts: list[KeptMember | _Work] = []
        made: list[KeptMember] = []
        weight = 0
        kind, see, kept = self._tree.kind_of_signatures, self._tree.see, self._kept.members
        for step in self._plan:
            if isinstance(step, Copied):
                seen = see(step.source)
                old = kept.get((kind, step.path))
                if old is not None and seen is not None and old.signature == seen.signature and old.is_whole:
                    parts.append(old)
                    made.append(old)
                elif seen is not None and is_large(seen.size) and not self._stored:
                    parts.append(partial(self._large, step))
                    weight += seen.size
                else:
                    # Here and not by the job: reading is many short calls, and threads take turns for each.
                    file = self._tree.read(step.source)
                    parts.append(partial(self._copied, step.path, file))
                    weight += len(file.data)
            elif isinstance(step, Folder):
                parts.append(folder := _folder(step.path))
                made.append(folder)
            else:
                parts.append(partial(self._generated, step))
            if len(parts) == _BATCH or weight >= _BATCH_BYTES:
                yield Done(made) if len(made) == len(parts) else _job(parts, weight)
                parts, made, weight = [], [], 0
        yield _job(parts, weight)

    def _generated(self, step: Generated, breathe: Breathe) -> KeptMember:
        return KeptMember(None, self._file(step.path, step.data, executable=step.executable, breathe=breathe))

    def _copied(self, path: str, file: SourceFile, breathe: Breathe) -> KeptMember:
        return KeptMember(file.signature, self._file(path, file.data, executable=file.executable, breathe=breathe))

    def _large(self, step: Copied, breathe: Breathe) -> KeptMember:
        def make(file: LargeFile) -> KeptMember:
            member = deflate_large_member(step.path, file.pieces(), executable=file.executable, breathe=breathe)
            return KeptMember(file.signature, member)

        return made_steadily(step.source, self._tree, make)

    def _file(
        self, path: str, data: bytes, *, executable: bool = False, breathe: Breathe = lambda: None
    ) -> WheelMember:
        if self._stored:
            return stored_member(path, data, executable=executable)
        return deflate_member(path, data, executable=executable, breathe=breathe)


_Batch = list[KeptMember]
_Work = Callable[[Breathe], KeptMember]

_BATCH: Final = 64
"""Members that are passed on together, at most."""

_HEAVY: Final = 160 * 1024
"""Bytes of content that make a batch worth a thread."""

_BATCH_BYTES: Final = 256 * 1024
"""Bytes of content that are worth a piece of work of their own."""


@lru_cache(maxsize=1 << 14)
def _folder(path: str) -> KeptMember:
    return KeptMember(None, directory_member(path))


def _job(parts: list[KeptMember | _Work], weight: int) -> Job[_Batch]:
    return Job(partial(_make, parts), weight, elsewhere=weight >= _HEAVY)


def _make(parts: list[KeptMember | _Work], breathe: Breathe) -> _Batch:
    members = []
    for part in parts:
        breathe()
        members.append(part if isinstance(part, KeptMember) else part(breathe))
    return members


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
