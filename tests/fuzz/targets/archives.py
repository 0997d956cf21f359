"""Archives, well made and then harmed: their members lead out, their headers lie, their streams break off."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Final

from fuzz import material
from fuzz.choices import Choices

METADATA: Final = b"Metadata-Version: 2.4\nName: foo\nVersion: 1.0\n\nText.\n"
WHEEL: Final = b"Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
PYPROJECT: Final = (
    b'[project]\nname = "foo"\nversion = "1.0"\n[build-system]\nrequires=["uv_build"]\nbuild-backend = "uv_build"\n'
)
NAMES: Final = (
    "a.py", "src/foo/__init__.py", "src/foo/x", "../evil", "/evil", "a/../../evil", ".", "", "a//b", "a\\b", "C:evil",
    "PKG-INFO", "pyproject.toml", "src", "A.py", "\udcff", "é", "n" * 300, "/".join("d" * 120), "x\n\x1b[2Jy", "\0",
)  # fmt: skip
TYPES: Final = (
    tarfile.REGTYPE, tarfile.REGTYPE, tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE,
    tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.CONTTYPE, tarfile.GNUTYPE_SPARSE, b"x", b"g", b"L",
    b"K", b"V", b"\xff",
)  # fmt: skip
LINKS: Final = (
    "../../beside/victim.txt", "/etc/passwd", ".", "a.py", "foo-1.0", "x" * 200, "", "..", "../..", "src", "src/foo/x",
    "src/foo/../../..", "A.py/../../beside", "src/foo/x/../../../../beside", "../foo-1.0/src", "foo-1.0/PKG-INFO",
    "foo-1.0/src/foo/x", "../PKG-INFO", "\udcff", "/".join("d" * 120),
)  # fmt: skip


def sdist(choices: Choices) -> bytes:
    """Return the bytes of something like an sdist."""
    inner = tar(choices)
    if choices.one_in(3):
        inner = material.mutated(choices, inner)
    if choices.one_in(12):
        inner = _headers_without_end(choices) + inner
    data = gzip.compress(inner, 1, mtime=0)
    if choices.one_in(12):
        data += data
    return material.mutated(choices, data) if choices.one_in(3) else data


def tar(choices: Choices) -> bytes:
    """Return the bytes of something like the tar in an sdist."""
    out = io.BytesIO()
    form = choices.pick((tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT))
    with tarfile.open(fileobj=out, mode="w", format=form, errors="surrogateescape") as archive:
        for name, data in (("PKG-INFO", METADATA), ("pyproject.toml", PYPROJECT), ("src/foo/__init__.py", b"")):
            if not choices.one_in(20):
                _add(archive, f"foo-1.0/{name}", data)
        for _ in choices.many(5):
            _add_odd(choices, archive)
    return out.getvalue()


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    archive.addfile(info, io.BytesIO(data))


def _add_odd(choices: Choices, archive: tarfile.TarFile) -> None:
    info = tarfile.TarInfo(
        choices.pick(("foo-1.0/", "foo-1.0/", "foo-1.0/", "", "bar-2/", "./foo-1.0/")) + choices.pick(NAMES)
    )
    info.type = choices.pick(TYPES)
    info.linkname = choices.pick(LINKS)
    info.mode = choices.pick((0o644, 0o755, 0o7777, 0))
    data = material.noise(choices, 700)
    info.size = len(data) if info.type in {tarfile.REGTYPE, tarfile.CONTTYPE, b"x", b"g", b"L", b"K"} else 0
    if choices.one_in(6):
        info.pax_headers = {
            choices.pick(("path", "size", "linkpath", "GNU.sparse.major", "GNU.sparse.map", "GNU.sparse.realsize",
                          "GNU.sparse.name", "mtime", "hdrcharset")): choices.pick(
                ("../evil", "9" * 30, "-1", "x", "1", "0,1,2", "1e400", "BINARY", "")
            )
        }  # fmt: skip
    try:
        archive.addfile(info, io.BytesIO(data))
    except (ValueError, tarfile.TarError):  # this form can't even write it
        return


def _headers_without_end(choices: Choices) -> bytes:
    """Return extended headers, each of which is about the next."""
    info = tarfile.TarInfo("x")
    info.type = choices.pick((b"x", b"L", b"K", b"g"))
    body = choices.pick((b"", b"11 path=a\n\0", b"foo-1.0/a\0"))
    info.size = len(body)
    block = info.tobuf(tarfile.USTAR_FORMAT) + (body.ljust(512, b"\0") if body else b"")
    return block * choices.pick((3, 300, 3000))


def wheel(choices: Choices) -> bytes:
    """Return the bytes of something like a wheel."""
    members = {"foo/__init__.py": b"x = 1\n", "foo-1.0.dist-info/METADATA": METADATA, "foo-1.0.dist-info/WHEEL": WHEEL}
    for name in list(members):
        if choices.one_in(10):
            members[name] = material.mutated(choices, members[name]) if choices.one_in(2) else _field(choices)
    for _ in choices.many(3):
        name = choices.pick(NAMES).encode("utf-8", "replace").decode() or "empty"
        members[choices.pick(("foo/", "", "foo-1.0.dist-info/", "foo-1.0.data/")) + name] = material.noise(choices, 400)
    if not choices.one_in(15):
        members["foo-1.0.dist-info/RECORD"] = record(choices, members)
    data = _zip(choices, members)
    return _harm_zip(choices, data) if choices.one_in(2) else data


def _field(choices: Choices) -> bytes:
    name = choices.pick(("Tag", "Name", "Version", "Wheel-Version", "Metadata-Version"))
    worth = choices.pick(("x", "", "9" * 5000, "py3-none-any", "a-b-c-d", "1.0", "é", "\n", "py2.py3-none-any"))
    return f"{name}: {worth}\n{name}: {material.text(choices)}\n".encode("utf-8", "replace")


def record(choices: Choices, members: dict[str, bytes]) -> bytes:
    """Return a RECORD of these members, mostly right."""
    lines = []
    for name, data in members.items():
        digest = urlsafe_b64encode(sha256(data).digest()).rstrip(b"=").decode()
        lines.append(f'"{name}",sha256={digest},{len(data)}')
    lines.append("foo-1.0.dist-info/RECORD,,")
    written = "\n".join(lines).encode("utf-8", "surrogateescape")
    return material.mutated(choices, written) if choices.one_in(4) else written


def _zip(choices: Choices, members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name or "x")
            info.compress_type = choices.pick(
                (zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
            )
            info.external_attr = choices.pick((0o644, 0o755, 0o120777, 0o7777)) << 16
            archive.writestr(info, data)
    return out.getvalue()


def _harm_zip(choices: Choices, data: bytes) -> bytes:
    """Harm the directory, or a member's stream, or anything."""
    out = bytearray(data)
    places = [at for at in range(len(out) - 3) if out[at : at + 2] == b"PK"]
    for _ in choices.many(4):
        at = choices.pick(places) + choices.below(60)
        new = choices.pick(
            (b"\xff", b"\0", b"\xff\xff\xff\xff", struct.pack("<H", choices.below(100)), b"\x08\x08", b"\x63")
        )
        out[at : at + len(new)] = new
    return material.mutated(choices, bytes(out)) if choices.one_in(2) else bytes(out)
