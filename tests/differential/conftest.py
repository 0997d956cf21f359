"""The oracle: the same project, built by the real uv and by us, and every difference between the two."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from atombuild.errors import AtombuildError
from atombuild.native.sdist import build_sdist, list_sdist
from atombuild.native.tree import DiskTree, SourceTree
from atombuild.native.wheel import build_wheel, list_wheel
from atombuild.project.load import load_project
from atombuild.project.pyproject import read_pyproject
from support.uv import run_uv
from support.variants import Files, write_project

Compare = Callable[..., None]

PLANS: Final = {
    "sdist, then wheel from it": (),
    "sdist": ("--sdist",),
    "wheel": ("--wheel",),
}


@dataclass(frozen=True)
class Outcome:
    """What a builder made of a project."""

    artifacts: Mapping[str, bytes]
    """By file name; what was finished before an error is here too."""

    error: str | None
    """Its words, or None for success."""


@pytest.fixture
def same_as_uv(tmp_path: Path) -> Compare:
    """Write a project, build it by uv and by us in every plan, and fail on any difference."""

    def compare(settings: str, files: Files) -> None:
        root = tmp_path / "project"
        write_project(root, settings, files)
        compare_builds(root, tmp_path)

    return compare


@pytest.fixture
def same_as_uv_in(tmp_path: Path) -> Callable[[Path], None]:
    """The same for a project that is there already."""
    return lambda root: compare_builds(root, tmp_path)


@pytest.fixture
def same_listing_as_uv_in(tmp_path: Path) -> Callable[[Path], None]:
    """Compare what both say an artifact would hold."""

    def compare(root: Path) -> None:
        for kind in ("--sdist", "--wheel"):
            assert list_by_us(root, kind) == list_by_uv(root, tmp_path, kind)

    return compare


def compare_builds(root: Path, scratch: Path) -> None:
    found = []
    for plan, arguments in PLANS.items():
        theirs = build_by_uv(root, scratch, arguments)
        ours = build_by_us(root, plan)
        found += [f"{plan}: {difference}" for difference in differences(theirs, ours)]
    assert not found, "\n".join(found)


def build_by_uv(root: Path, scratch: Path, arguments: tuple[str, ...]) -> Outcome:
    # Outside the project: uv would pack its own output directory, and we deliberately don't.
    out = scratch / f"uv-{'-'.join(arguments) or 'both'}"
    done = run_uv(root, scratch, *arguments, "--out-dir", out)
    artifacts = {path.name: path.read_bytes() for path in out.glob("*") if not path.name.startswith(".")}
    return Outcome(artifacts, done.stderr if done.returncode else None)


def list_by_uv(root: Path, scratch: Path, kind: str) -> list[str]:
    done = run_uv(root, scratch, "--list", kind, "--out-dir", scratch / "uv-list")
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[1:]


def list_by_us(root: Path, kind: str) -> list[str]:
    list_files = list_sdist if kind == "--sdist" else list_wheel
    members = list_files(load_project(read_pyproject(root)), DiskTree(root))
    return [f"{member.path} ({member.source or 'generated'})" for member in members]


def build_by_us(root: Path, plan: str) -> Outcome:
    artifacts: dict[str, bytes] = {}
    try:
        project = load_project(read_pyproject(root))
        tree = DiskTree(root)
        source: SourceTree = tree
        if plan != "wheel":
            sdist = build_sdist(project, tree, _no_pulse)
            source = sdist.tree
            artifacts[sdist.filename] = b"".join(sdist.chunks())
        if plan != "sdist":
            wheel = build_wheel(project, source, _no_pulse)
            artifacts[wheel.filename] = b"".join(wheel.chunks())
    except AtombuildError as error:
        return Outcome(artifacts, str(error))
    return Outcome(artifacts, None)


def differences(theirs: Outcome, ours: Outcome) -> Iterator[str]:
    if (theirs.error is None) != (ours.error is None):
        yield f"uv {_verdict(theirs)}; we {_verdict(ours)}"
    if set(theirs.artifacts) != set(ours.artifacts):
        yield f"uv made {sorted(theirs.artifacts)}, we made {sorted(ours.artifacts)}"
    for name in sorted(set(theirs.artifacts) & set(ours.artifacts)):
        compare = wheel_differences if name.endswith(".whl") else sdist_differences
        yield from compare(theirs.artifacts[name], ours.artifacts[name])


def sdist_differences(theirs: bytes, ours: bytes) -> Iterator[str]:
    if ours[:10] != theirs[:10]:
        yield f"gzip header: uv {theirs[:10].hex()}, we {ours[:10].hex()}"
    payload, our_payload = gzip.decompress(theirs), gzip.decompress(ours)
    if payload == our_payload:
        return
    members, our_members = _tar_members(payload), _tar_members(our_payload)
    yield from _compare_members("sdist", members, our_members)
    if members == our_members:
        yield "sdist: the same members in another encoding"


def wheel_differences(theirs: bytes, ours: bytes) -> Iterator[str]:
    entries, our_entries = _zip_entries(theirs), _zip_entries(ours)
    yield from _compare_members("wheel", entries, our_entries)
    shapes, our_shapes = _central_shapes(theirs), _central_shapes(ours)
    if shapes != our_shapes:
        yield f"wheel: central directory: uv {shapes}, we {our_shapes}"


def _verdict(outcome: Outcome) -> str:
    return "accepts" if outcome.error is None else f"rejects: {outcome.error.strip()}"


def _compare_members(
    kind: str, theirs: list[tuple[str, tuple[object, ...]]], ours: list[tuple[str, tuple[object, ...]]]
) -> Iterator[str]:
    names, our_names = [name for name, _ in theirs], [name for name, _ in ours]
    if names != our_names:
        yield f"{kind}: uv holds {names}, we hold {our_names}"
        return
    for (name, content), (_, our_content) in zip(theirs, ours, strict=True):
        if content != our_content:
            yield f"{kind}: {name}: uv {content}, we {our_content}"


def _tar_members(payload: bytes) -> list[tuple[str, tuple[object, ...]]]:
    with tarfile.open(fileobj=io.BytesIO(payload)) as archive:
        return [(member.name, (member.type, oct(member.mode), _tar_data(archive, member))) for member in archive]


def _tar_data(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes | None:
    file = archive.extractfile(member)
    return file.read() if file else None


def _zip_entries(data: bytes) -> list[tuple[str, tuple[object, ...]]]:
    """Every local part to the byte, but for WHEEL's Generator line and what follows from it."""
    entries: list[tuple[str, tuple[object, ...]]] = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            if info.filename.endswith((".dist-info/WHEEL", ".dist-info/RECORD")):
                lines = archive.read(info).decode().splitlines()
                kept = [line for line in lines if not line.startswith("Generator:") and "/WHEEL,sha256=" not in line]
                entries.append((info.filename, (*kept, len(lines))))
            else:
                local = _local_part(data, info)
                content = b"" if info.is_dir() else archive.read(info)
                entries.append((info.filename, (content, local)))
    return entries


def _local_part(data: bytes, info: zipfile.ZipInfo) -> bytes:
    name_size, extra_size = struct.unpack_from("<2H", data, info.header_offset + 26)
    return data[info.header_offset : info.header_offset + 30 + name_size + extra_size + info.compress_size]


def _central_shapes(data: bytes) -> list[tuple[object, ...]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [
            (
                info.filename,
                info.create_system,
                info.create_version,
                info.extract_version,
                info.flag_bits,
                info.compress_type,
                info.date_time,
                oct(info.external_attr),
                info.internal_attr,
                info.extra,
                info.comment,
            )
            for info in archive.infolist()
        ]


def _no_pulse(done: int, total: int) -> None:
    """Nobody asked us to stop."""


@pytest.fixture
def wheel_differences_between() -> Callable[[bytes, bytes], Iterator[str]]:
    """Say how two wheels differ, theirs first."""
    return wheel_differences
