"""The source distribution (PEP 625, PEP 643): metadata, ``pyproject.toml`` twice, and the selected files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final

from atombuild.archive.gzip_runs import Run, decompress_run
from atombuild.archive.sdist import compress_members, cut_runs, sdist_chunks
from atombuild.archive.tar import BLOCK, TarMember, file_member, folder_member
from atombuild.errors import Location, SourceRejected
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
from atombuild.native.kept import Kept, KeptFile, KeptRun
from atombuild.native.licenses import matched_license_files
from atombuild.native.member_tree import MemberTree
from atombuild.native.metadata import core_metadata
from atombuild.native.modules import check_layout, find_modules
from atombuild.native.selection import sdist_files
from atombuild.native.toml_rewrite import rewrite
from atombuild.native.tree import Pulse, Signature, SourceFile, SourceTree
from atombuild.project.model import Project

_UNWELCOME: Final = re.compile(r"[\x00-\x1f\x7f:]")


@dataclass(frozen=True, slots=True)
class SdistDistribution(Distribution):
    """An sdist, with its members as a tree that a wheel can be built from."""

    tree: MemberTree
    """What unpacking the sdist would give; its ``pyproject.toml`` is the rewritten one."""


def sdist_filename(project: Project) -> str:
    """Return the final name of the project's sdist."""
    return f"{project.stem}.tar.gz"


def list_sdist(project: Project, tree: SourceTree) -> tuple[Listed, ...]:
    """Return what :func:`build_sdist` would put into the sdist, in order; it raises the same errors."""
    return listed(_plan(project, tree))


def build_sdist(project: Project, tree: SourceTree, pulse: Pulse, kept: Kept | None = None) -> SdistDistribution:
    """Build the sdist in memory, from what is ``kept`` of the last one where that is still right.

    Raises :class:`atombuild.errors.SourceRejected` for what the author can mend,
    :class:`atombuild.errors.SourceUnreadable`, and whatever ``pulse`` raises.
    """
    kept = kept if kept is not None else Kept()
    plan = kept.plan("sdist", project, tree, _plan)
    places = list(cut_runs(step.path for step in plan))
    runs = [_run(plan, place, tree, kept, pulse, last=place is places[-1]) for place in places]
    pieces = tuple(sdist_chunks(run.run for run in runs))
    pulse(len(plan), len(plan))
    kept.keep_runs([_start(plan, place) for place in places], runs)
    files = {file.path: RunFile(run.run, file) for run in runs for file in run.files}
    return SdistDistribution(sdist_filename(project), listed(plan), pieces, MemberTree(project.root, files, plan))


def _run(plan: tuple[Planned, ...], place: range, tree: SourceTree, kept: Kept, pulse: Pulse, *, last: bool) -> KeptRun:
    steps = [plan[at] for at in place]
    key = _key(place.start, steps, [_signature(step, tree) for step in steps], last=last)
    old = kept.runs.get(_start(plan, place))
    if old is not None and key is not None and old.key == key:
        pulse(place.start, len(plan))
        return old
    members: list[TarMember] = []
    files: list[KeptFile] = []
    signatures: list[Signature] = []
    signature: Signature
    end = 0
    for at, step in zip(place, steps, strict=True):
        pulse(at, len(plan))
        if isinstance(step, Folder):
            signature = _FOLDER
            member = folder_member(at, step.path)
        else:
            file = _content(step, tree)
            signature = file.signature
            member = file_member(at, step.path, file.data, executable=file.executable)
            start = end + len(member.blocks) - len(file.data) - -len(file.data) % BLOCK
            path = step.path.partition("/")[2]
            digest = hashlib.sha256(file.data).digest()
            files.append(KeptFile(path, start, len(file.data), file.executable, digest))
        end += len(member.blocks)
        members.append(member)
        signatures.append(signature)
    run = compress_members(members, last=last, breathe=partial(pulse, place.stop, len(plan)))
    return KeptRun(_key(place.start, steps, signatures, last=last), run, tuple(files))


def _start(plan: tuple[Planned, ...], place: range) -> str:
    """Return what a run is kept under: the path of its first member; the last run may be empty."""
    return plan[place.start].path if place else ""


def _key(start: int, steps: list[Planned], signatures: list[Signature], *, last: bool) -> Hashable:
    """Return what tells everything in a run; None where something can't be told.

    The place is part of it: each member's pax record is named by its number.
    """
    if None in signatures:
        return None
    return start, last, tuple(step.path for step in steps), tuple(signatures)


_FOLDER: Final = "folder"


def _signature(step: Planned, tree: SourceTree) -> Signature:
    if isinstance(step, Folder):
        return _FOLDER
    return _generated_signature(step) if isinstance(step, Generated) else tree.signature(step.source)


def _generated_signature(step: Generated) -> Signature:
    return hashlib.sha256(step.data).digest(), step.executable


class RunFile:
    """A file as the sdist holds it. See :class:`atombuild.native.member_tree.Member`."""

    __slots__ = ("_file", "_run")

    def __init__(self, run: Run, file: KeptFile) -> None:
        self._run = run
        self._file = file

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
        return unpacked(self._run)[self._file.start : self._file.start + self._file.size]


@lru_cache(maxsize=2)
def unpacked(run: Run) -> bytes:
    """Return what is in a run. A wheel takes files from one run after another, so two of them are enough."""
    return decompress_run(run)


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
