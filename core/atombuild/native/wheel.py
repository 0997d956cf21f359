"""The wheel (binary distribution format 1.0): modules, licences, data, and the dist-info folder."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import atombuild
from atombuild.archive.record import record_text
from atombuild.archive.wheel import WheelMember, deflate_member, directory_member, wheel_chunks
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
from atombuild.native.entry_points import entry_points_text
from atombuild.native.licenses import matched_license_files
from atombuild.native.metadata import core_metadata
from atombuild.native.modules import check_layout, find_modules
from atombuild.native.selection import wheel_files
from atombuild.native.tree import Pulse, SourceTree
from atombuild.project.model import Project

WHEEL_TEXT: Final = f"""\
Wheel-Version: 1.0
Generator: atombuild {atombuild.__version__}
Root-Is-Purelib: true
Tag: py3-none-any
"""


def wheel_filename(project: Project) -> str:
    """Return the final name of the project's wheel."""
    return f"{project.stem}-py3-none-any.whl"


def list_wheel(project: Project, tree: SourceTree) -> tuple[Listed, ...]:
    """Return what :func:`build_wheel` would put into the wheel but RECORD, in order; it raises the same errors."""
    return listed(_plan(project, tree))


def build_wheel(project: Project, tree: SourceTree, pulse: Pulse) -> Distribution:
    """Build the wheel in memory, from the project or from an sdist's members.

    Raises :class:`atombuild.errors.SourceRejected` for what the author can mend,
    :class:`atombuild.errors.SourceUnreadable`, and whatever ``pulse`` raises.
    """
    tree.require_safe_names()
    plan = _plan(project, tree)
    total = len(plan) + 1
    members: list[WheelMember] = []
    for index, step in enumerate(plan):
        pulse(index, total)
        members.append(_member(step, tree, partial(pulse, index, total)))
    pulse(len(plan), total)
    record = f"{project.stem}.dist-info/RECORD"
    members.append(deflate_member(record, record_text(members, record).encode(), executable=False))
    pieces = tuple(wheel_chunks(members))
    pulse(total, total)
    return Distribution(wheel_filename(project), (*listed(plan), Listed(record, None)), pieces)


def _plan(project: Project, tree: SourceTree) -> tuple[Planned, ...]:
    modules = find_modules(project)
    check_layout(project, modules, tree)
    licenses = matched_license_files(project, tree)
    dist_info = f"{project.stem}.dist-info"
    plan: list[Planned] = []
    known: set[str] = set()
    for file in wheel_files(project, modules, licenses, tree):
        path = archive_name(file.path)
        plan.extend(map(Folder, new_folders(path, _base(path, project), known)))
        plan.append(Copied(path, file.source))
    plan.append(Folder(dist_info))
    plan.append(Generated(f"{dist_info}/WHEEL", WHEEL_TEXT.encode()))
    entry_points = entry_points_text(project.metadata, project.pyproject)
    if entry_points is not None:
        plan.append(Generated(f"{dist_info}/entry_points.txt", entry_points.encode()))
    plan.append(Generated(f"{dist_info}/METADATA", core_metadata(project, tree, licenses)))
    return tuple(plan)


def _base(path: str, project: Project) -> str:
    """Return the folder that gets no entry of its own before what is in it, as in uv_build: dist-info and data."""
    for suffix in (".dist-info", ".data"):
        if path.startswith(f"{project.stem}{suffix}/"):
            return f"{project.stem}{suffix}"
    return ""


def _member(step: Planned, tree: SourceTree, breathe: Callable[[], object]) -> WheelMember:
    if isinstance(step, Folder):
        return directory_member(step.path)
    if isinstance(step, Generated):
        return deflate_member(step.path, step.data, executable=step.executable)
    file = tree.read(step.source)
    return deflate_member(step.path, file.data, executable=file.executable, breathe=breathe)
