"""The source distribution (PEP 625, PEP 643): metadata, ``pyproject.toml`` twice, and the selected files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Generator, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Final

from atombuild.archive.gzip_runs import HEADER, GzipFrame, Run, decompress_run, decompressed
from atombuild.archive.pieces import Shelf, blocks_of
from atombuild.archive.sdist import compress_large_member, compress_members, cut_runs
from atombuild.archive.tar import BLOCK, TarMember, file_member, folder_member, large_file_member
from atombuild.errors import KeptUnreadable, Location, SourceRejected
from atombuild.native.ahead import Breathe, Done, Job, in_order
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
from atombuild.native.kept import Keeping, Kept, KeptFile, KeptRun
from atombuild.native.large import in_pieces, is_large, made_steadily
from atombuild.native.layout import check_layout
from atombuild.native.licenses import matched_license_files
from atombuild.native.member_tree import MemberTree
from atombuild.native.metadata import core_metadata
from atombuild.native.modules import find_modules
from atombuild.native.selection import sdist_files
from atombuild.native.toml_rewrite import rewrite
from atombuild.native.tree import LargeFile, Pulse, Seen, Signature, SourceFile, SourceTree
from atombuild.project.model import Project

_UNWELCOME: Final = re.compile(r"[\x00-\x1f\x7f:]")


def sdist_filename(project: Project) -> str:
    """Return the final name of the project's sdist."""
    return f"{project.stem}.tar.gz"


def list_sdist(project: Project, tree: SourceTree) -> tuple[Listed, ...]:
    """Return what :func:`build_sdist` would put into the sdist, in order; it raises the same errors."""
    return listed(_plan(project, tree))


@dataclass(frozen=True, slots=True, kw_only=True)
class SdistDistribution(Distribution):
    """An sdist; when it is made, its members are a tree that a wheel can be built from."""

    unpack: Callable[[], MemberTree]

    @property
    def tree(self) -> MemberTree:
        """What unpacking the sdist would give, once it is made; its ``pyproject.toml`` is the rewritten one."""
        return self.unpack()


def planned_members(project: Project, tree: SourceTree) -> MemberTree:
    """Return the members that the sdist would have, as a tree that a wheel can be planned from; nothing is made."""
    files = (PlannedFile(step, tree) for step in _plan(project, tree) if not isinstance(step, Folder))
    return MemberTree(project.root, {file.path: file for file in files}, packed_from=tree)


def build_sdist(project: Project, tree: SourceTree, pulse: Pulse, kept: Kept | None = None) -> SdistDistribution:
    """Plan the sdist; it is made when its chunks are taken, from what is ``kept`` of the last one where that is right.

    Raises :class:`atombuild.errors.SourceRejected` for what the author can mend,
    :class:`atombuild.errors.SourceUnreadable`, and whatever ``pulse`` raises.
    """
    kept = kept if kept is not None else Kept()
    packing = _Packing(project, kept.plan("sdist", project, tree, _plan), tree, pulse, kept)
    return SdistDistribution(sdist_filename(project), packing.plan, (), packing.make, unpack=packing.members)


class _Packing:
    """The making of one sdist."""

    def __init__(self, project: Project, plan: tuple[Planned, ...], tree: SourceTree, pulse: Pulse, kept: Kept) -> None:
        self._project = project
        self.plan = plan
        self._tree = tree
        self._pulse = pulse
        self._kept = kept
        self._done = 0
        self._runs: tuple[KeptRun, ...] | None = None

    def make(self, shelf: Shelf) -> Generator[bytes]:
        """Yield the archive. See :data:`atombuild.native.distribution.Make`."""
        frame, keeping = GzipFrame(), Keeping(shelf, self._project)
        runs: list[KeptRun] = []
        yield HEADER
        self._breathe()
        for made in in_order(self._jobs(), self._breathe):
            offset = frame.note(made.run)
            yield from blocks_of(made.run.compressed)
            runs.append(made.kept_as(keeping.place(made.run.compressed, offset)))
            self._done += made.members
            self._breathe()
        yield frame.trailer()
        self._runs = tuple(runs)
        self._kept.runs = {run.start: run for run in runs if run.key is not None}

    def members(self) -> MemberTree:
        """Return the members of the archive that was made."""
        if self._runs is None:
            raise RuntimeError("the sdist is not made yet")
        # A wheel takes files from one run after another: a few that stay unpacked are enough, and go with the tree.
        unpack = lru_cache(maxsize=4)(decompress_run)
        files = {file.path: RunFile(run.run, file, unpack) for run in self._runs for file in run.files}
        return MemberTree(self._project.root, files, self.plan, self._tree)

    def _breathe(self) -> None:
        self._pulse(self._done, len(self.plan))

    def _jobs(self) -> Iterator[Job[KeptRun] | Done[KeptRun]]:
        """Yield the runs: made already, or to be made."""
        seen = [_see(step, self._tree) for step in self.plan]
        sizes = ((step.path, 0 if each is None else each.size) for step, each in zip(self.plan, seen, strict=True))
        places = list(cut_runs(sizes))
        for place in places:
            last = place is places[-1]
            looks = [seen[at] for at in place]
            steps = self.plan[place.start : place.stop]
            key = _key(place.start, steps, [None if each is None else each.signature for each in looks], last=last)
            old = self._kept.runs.get(_start(steps))
            if old is not None and key is not None and old.key == key and old.is_whole:
                yield Done(old)
            else:
                weight = sum(each.size for each in looks if each is not None)
                work = partial(self._make, place.start, steps, last=last, large=is_large(weight))
                yield Job(work, weight, elsewhere=weight >= _HEAVY)

    def _make(self, start: int, steps: tuple[Planned, ...], breathe: Breathe, *, last: bool, large: bool) -> KeptRun:
        if large and len(steps) == 1 and isinstance(steps[0], Copied):
            return made_steadily(steps[0].source, self._tree, partial(_large_run, start, steps[0], breathe, last=last))
        members: list[TarMember] = []
        files: list[KeptFile] = []
        signatures: list[Signature] = []
        signature: Signature
        end = 0
        for at, step in enumerate(steps, start):
            breathe()
            if isinstance(step, Folder):
                signature = _FOLDER.signature
                member = folder_member(at, step.path)
            else:
                file = _content(step, self._tree)
                signature = file.signature
                member = file_member(at, step.path, file.data, executable=file.executable)
                begin = end + len(member.blocks) - len(file.data) - -len(file.data) % BLOCK
                digest = hashlib.sha256(file.data).digest()
                files.append(KeptFile(_below_top(step), begin, len(file.data), file.executable, digest))
            end += len(member.blocks)
            members.append(member)
            signatures.append(signature)
        run = compress_members(members, last=last, breathe=breathe)
        key = _key(start, steps, signatures, last=last)
        return KeptRun(_start(steps), len(steps), key, run, tuple(files))


_HEAVY: Final = 48 * 1024
"""Bytes of content that make a run worth a thread."""


def _large_run(start: int, step: Copied, breathe: Breathe, file: LargeFile, *, last: bool) -> KeptRun:
    member = large_file_member(start, step.path, file.size, executable=file.executable)
    digest = hashlib.sha256()

    def content() -> Iterator[bytes]:
        for piece in file.pieces():
            digest.update(piece)
            yield piece

    run = compress_large_member(member, content(), last=last, breathe=breathe)
    kept = KeptFile(_below_top(step), len(member.head), file.size, file.executable, digest.digest())
    return KeptRun(step.path, 1, _key(start, (step,), [file.signature], last=last), run, (kept,))


def _below_top(step: Generated | Copied) -> str:
    """Return a member's path in the sdist's top folder."""
    return step.path.partition("/")[2]


def _start(steps: tuple[Planned, ...]) -> str:
    """Return what a run is kept under: the path of its first member; the last run may be empty."""
    return steps[0].path if steps else ""


def _key(start: int, steps: tuple[Planned, ...], signatures: list[Signature], *, last: bool) -> Hashable:
    """Return what tells everything in a run; None where something can't be told.

    The place is part of it: each member's pax record is named by its number.
    """
    if None in signatures:
        return None
    return start, last, tuple(step.path for step in steps), tuple(signatures)


_FOLDER: Final = Seen("folder", 0)


def _see(step: Planned, tree: SourceTree) -> Seen | None:
    if isinstance(step, Folder):
        return _FOLDER
    return Seen(_generated_signature(step), len(step.data)) if isinstance(step, Generated) else tree.see(step.source)


def _generated_signature(step: Generated) -> Signature:
    return hashlib.sha256(step.data).digest(), step.executable


class PlannedFile:
    """A file as the sdist would hold it. See :class:`atombuild.native.member_tree.Member`."""

    def __init__(self, step: Generated | Copied, tree: SourceTree) -> None:
        self._step = step
        self._tree = tree

    @property
    def path(self) -> str:
        """In the sdist's top folder."""
        return _below_top(self._step)

    @property
    def size(self) -> int:
        """In bytes."""
        seen = _see(self._step, self._tree)
        return 0 if seen is None else seen.size

    @property
    def executable(self) -> bool:
        """Whether it is."""
        return _content(self._step, self._tree).executable

    @property
    def digest(self) -> bytes:
        """sha256 of its content."""
        return hashlib.sha256(self.load()).digest()

    def load(self) -> bytes:
        """Read its content."""
        return _content(self._step, self._tree).data

    def stream(self) -> Iterator[bytes]:
        """Yield its content."""
        yield self.load()


class RunFile:
    """A file as the sdist holds it. See :class:`atombuild.native.member_tree.Member`."""

    __slots__ = ("_file", "_run", "_unpack")

    def __init__(self, run: Run, file: KeptFile, unpack: Callable[[Run], bytes]) -> None:
        self._run = run
        self._file = file
        self._unpack = unpack

    @property
    def path(self) -> str:
        """In the sdist's top folder."""
        return self._file.path

    @property
    def size(self) -> int:
        """In bytes."""
        return self._file.size

    @property
    def executable(self) -> bool:
        """Whether it is."""
        return self._file.executable

    @property
    def digest(self) -> bytes:
        """sha256 of its content."""
        return self._file.digest

    def load(self) -> bytes:
        """Unpack its content: it is not kept beside the sdist that holds it."""
        with self._errors():
            return self._unpack(self._run)[self._file.start : self._file.start + self._file.size]

    def stream(self) -> Iterator[bytes]:
        """Unpack its content piece by piece."""
        return in_pieces(self._content())

    def _content(self) -> Iterator[bytes]:
        skip, left = self._file.start, self._file.size
        blocks = decompressed(self._run)
        while left:
            with self._errors():
                block = next(blocks)
            content = block[skip : skip + left]
            skip = max(0, skip - len(block))
            left -= len(content)
            yield content

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise KeptUnreadable(Path(self.path), error) from error


def _plan(project: Project, tree: SourceTree) -> tuple[Planned, ...]:
    licenses = matched_license_files(project, tree)
    metadata = core_metadata(project, tree, licenses)
    modules = find_modules(project)
    check_layout(project, modules, tree)
    top = project.stem
    executable = tree.read("pyproject.toml").executable
    plan: list[Planned] = [
        Generated(f"{top}/PKG-INFO", metadata),
        Generated(f"{top}/pyproject.toml", rewrite(project.pyproject.table).encode()),
        # The very bytes that were parsed, even if the file has been saved again since.
        Generated(f"{top}/pyproject.toml.orig", project.pyproject.data, "pyproject.toml", executable=executable),
        Folder(f"{top}/"),
    ]
    names = {step.path for step in plan}
    folders: set[str] = set()
    for file in sdist_files(project, modules, licenses, tree):
        path = f"{top}/{archive_name(file.path)}"
        steps: tuple[Folder | Copied, ...] = (*map(Folder, new_folders(path, top, folders)), Copied(path, file.source))
        for step in steps:
            _check_name(step.path, names, tree, file.source)
        plan.extend(steps)
    return tuple(plan)


def _check_name(name: str, names: set[str], tree: SourceTree, source: str) -> None:
    """Refuse what uv's archive builder refuses, for the sake of those who unpack; note the name."""
    if _UNWELCOME.search(name) or name.endswith(" "):
        raise SourceRejected(
            f"archive member path rejected by builder policy: {name!r}",
            hint="rename it or exclude it: no control characters, no colons, no blank at the end of a name",
            where=Location(tree.root / source),
        )
    if name in names:
        raise SourceRejected(
            f"archive entry collides with existing path {name}",
            hint="rename it or exclude it: the sdist already has an entry of this name",
            where=Location(tree.root / source),
        )
    names.add(name)


def _content(step: Generated | Copied, tree: SourceTree) -> SourceFile:
    if isinstance(step, Generated):
        return SourceFile(step.path, step.data, step.executable, _generated_signature(step))
    return tree.read(step.source)
