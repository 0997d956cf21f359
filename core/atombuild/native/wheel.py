"""The wheel (binary distribution format 1.0): modules, licences, data, and the dist-info folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from atombuild.archive.record import record_text
from atombuild.archive.wheel import WheelMember, deflate_member, directory_member, stored_member, wheel_chunks
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
from atombuild.native.licenses import matched_license_files
from atombuild.native.modules import check_layout, find_modules
from atombuild.native.selection import Selected, wheel_files
from atombuild.native.tree import Pulse, SourceTree
from atombuild.project.model import Project


def wheel_filename(project: Project) -> str:
    """Return the final name of the project's wheel."""
    return f"{project.stem}-py3-none-any.whl"


def list_wheel(project: Project, tree: SourceTree) -> tuple[Listed, ...]:
    """Return what :func:`build_wheel` would put into the wheel but RECORD, in order; it raises the same errors."""
    return listed(_plan(project, tree))


def build_wheel(project: Project, tree: SourceTree, pulse: Pulse, kept: Kept | None = None) -> Distribution:
    """Build the wheel in memory, from the project or from an sdist's members.

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
    """Carry out a plan and close it with RECORD. ``stored``: nothing is compressed, and nothing kept."""
    total = len(plan) + 1
    kept = kept if kept is not None else Kept()
    kind = tree.kind_of_signatures
    members: list[WheelMember] = []
    copied: list[KeptMember] = []
    for index, step in enumerate(plan):
        pulse(index, total)
        if isinstance(step, Copied):
            old = kept.members.get((kind, step.path))
            if old is None or old.signature != tree.signature(step.source):
                old = _copy(step, tree, partial(pulse, index, total), stored=stored)
            copied.append(old)
            members.append(old.member)
        else:
            members.append(_made(step, stored=stored))
    pulse(len(plan), total)
    if not stored:
        kept.keep_members(kind, copied)
    record = f"{dist_info_name(project)}/RECORD"
    members.append(_file(record, record_text(members, record).encode(), stored=stored))
    pieces = tuple(wheel_chunks(members))
    pulse(total, total)
    return Distribution(wheel_filename(project), (*listed(plan), Listed(record, None)), pieces)


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


def _made(step: Generated | Folder, *, stored: bool) -> WheelMember:
    if isinstance(step, Folder):
        return directory_member(step.path)
    return _file(step.path, step.data, executable=step.executable, stored=stored)


def _copy(step: Copied, tree: SourceTree, breathe: Callable[[], object], *, stored: bool) -> KeptMember:
    file = tree.read(step.source)
    member = _file(step.path, file.data, executable=file.executable, stored=stored, breathe=breathe)
    return KeptMember(file.signature, member)


def _file(
    path: str,
    data: bytes,
    *,
    stored: bool,
    executable: bool = False,
    breathe: Callable[[], object] = lambda: None,
) -> WheelMember:
    if stored:
        return stored_member(path, data, executable=executable)
    return deflate_member(path, data, executable=executable, breathe=breathe)
