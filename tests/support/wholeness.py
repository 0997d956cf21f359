"""Whether an archive is whole: judged by opening it, member by member, and by its own RECORD."""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

FINAL_SUFFIXES = (".tar.gz", ".whl")


def finals(out_dir: Path) -> list[Path]:
    """Return the artifacts in an output directory: what a tool that globs there would pick up."""
    return sorted(path for path in out_dir.iterdir() if path.name.endswith(FINAL_SUFFIXES)) if out_dir.is_dir() else []


def contents(name: str, data: bytes) -> dict[str, bytes]:
    """Return the files in an artifact, by their paths: what two builds at different times have in common."""
    if name.endswith(".whl"):
        with zipfile.ZipFile(io.BytesIO(data)) as wheel:
            return {member: wheel.read(member) for member in wheel.namelist() if not member.endswith("/")}
    with tarfile.open(fileobj=io.BytesIO(data)) as sdist:
        files = {member.name: sdist.extractfile(member) for member in sdist if member.isfile()}
        return {path: file.read() for path, file in files.items() if file is not None}


def check_whole(path: Path) -> None:
    """Raise what is wrong with an sdist or a wheel."""
    data = path.read_bytes()
    if path.name.endswith(".whl"):
        _check_wheel(data)
    else:
        _check_sdist(data, path.name.removesuffix(".tar.gz"))


def _check_wheel(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as wheel:
        assert wheel.testzip() is None
        (record,) = (name for name in wheel.namelist() if name.endswith(".dist-info/RECORD"))
        rows = {name: (digest, size) for name, digest, size in csv.reader(io.StringIO(wheel.read(record).decode()))}
        files = [name for name in wheel.namelist() if not name.endswith("/")]
        assert sorted(rows) == sorted(files)
        for name in files:
            if name != record:
                digest = base64.urlsafe_b64encode(hashlib.sha256(wheel.read(name)).digest()).decode().rstrip("=")
                assert rows[name] == (f"sha256={digest}", str(len(wheel.read(name))))


def _check_sdist(data: bytes, base: str) -> None:
    tar = gzip.decompress(data)
    assert tar.endswith(b"\0" * 1024), "the end of the tar is missing"
    with tarfile.open(fileobj=io.BytesIO(tar)) as sdist:
        names = sdist.getnames()
    assert f"{base}/PKG-INFO" in names
    assert f"{base}/pyproject.toml" in names
