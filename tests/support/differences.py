"""Every difference between what uv made of a project and what we made of it, but for the deliberate ones."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from support.builders import Outcome
from support.meaning import Meaning, metadata_meaning


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
    yield from _member_differences("sdist", members, our_members)
    if members == our_members:
        yield "sdist: the same members in another encoding"


def wheel_differences(theirs: bytes, ours: bytes) -> Iterator[str]:
    yield from _member_differences("wheel", _zip_members(theirs), _zip_members(ours))
    shapes, our_shapes = _central_shapes(theirs), _central_shapes(ours)
    if shapes != our_shapes:
        yield f"wheel: central directory: uv {shapes}, we {our_shapes}"


@dataclass(frozen=True)
class _Member:
    name: str
    meaning: Meaning
    content: bytes | None
    encoding: Meaning
    """How the archive holds it; it must be the same where the content is."""


def _verdict(outcome: Outcome) -> str:
    return "accepts" if outcome.error is None else f"rejects: {outcome.error.strip()}"


def _member_differences(kind: str, theirs: list[_Member], ours: list[_Member]) -> Iterator[str]:
    names, our_names = [member.name for member in theirs], [member.name for member in ours]
    if names != our_names:
        yield f"{kind}: uv holds {names}, we hold {our_names}"
        return
    for member, our_member in zip(theirs, ours, strict=True):
        if member.meaning != our_member.meaning:
            yield f"{kind}: {member.name}: uv {_short(member.content)}, we {_short(our_member.content)}"
        elif member.content == our_member.content and member.encoding != our_member.encoding:
            yield f"{kind}: {member.name}: uv {_short(member.encoding)}, we {_short(our_member.encoding)}"


def _short(value: object, limit: int = 2000) -> str:
    words = repr(value)
    return words if len(words) <= limit else f"{words[:limit]}… ({len(words)} characters)"


def _tar_members(payload: bytes) -> list[_Member]:
    with tarfile.open(fileobj=io.BytesIO(payload)) as archive:
        members = []
        for info in archive:
            file = archive.extractfile(info)
            content = file.read() if file else None
            is_metadata = info.name.count("/") == 1 and info.name.endswith("/PKG-INFO")
            meaning = metadata_meaning(content) if is_metadata and content else (content,)
            members.append(_Member(info.name, meaning, content, (info.type, oct(info.mode))))
        return members


def _zip_members(data: bytes) -> list[_Member]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = []
        for info in archive.infolist():
            content = b"" if info.is_dir() else archive.read(info)
            meaning = _zip_meaning(info.filename, content)
            members.append(_Member(info.filename, meaning, content, (_local_part(data, info),)))
        return members


def _zip_meaning(name: str, content: bytes) -> Meaning:
    """Return what a member says, but for WHEEL's Generator line, the text of markers, and RECORD's lines of the two."""
    folder, _, file = name.rpartition("/")
    if not folder.endswith(".dist-info") or "/" in folder:
        return (content,)
    lines = content.decode().splitlines()
    if file == "WHEEL":
        return (*(line for line in lines if not line.startswith("Generator:")), len(lines))
    if file == "RECORD":
        own = tuple(f"{folder}/{each},sha256=" for each in ("WHEEL", "METADATA"))
        return (*(line for line in lines if not line.startswith(own)), len(lines))
    return metadata_meaning(content) if file == "METADATA" else (content,)


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
