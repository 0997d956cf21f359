"""The hooks. Each writes under the final name from its first byte on, as the standard allows."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

from workshop.texts import METADATA, STEM, WHEEL, record

SOURCES = ("LICENSE", "README.md", "_build", "pyproject.toml", "src")
TIME = (2020, 2, 2, 0, 0, 0)


def build_sdist(sdist_directory: str, config_settings: object = None) -> str:
    name = f"{STEM}.tar.gz"
    with open(Path(sdist_directory, name), "wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=0) as stream:
        with tarfile.open(fileobj=stream, mode="w") as archive:
            for path, data in _source_files():
                _add_to_tar(archive, f"{STEM}/{path}", data)
            _add_to_tar(archive, f"{STEM}/PKG-INFO", METADATA.encode())
    return name


def build_wheel(wheel_directory: str, config_settings: object = None, metadata_directory: object = None) -> str:
    name = f"{STEM}-py3-none-any.whl"
    info = f"{STEM}.dist-info"
    files = {path.removeprefix("src/"): data for path, data in _source_files() if path.startswith("src/")}
    files[f"{info}/licenses/LICENSE"] = Path("LICENSE").read_bytes()
    files[f"{info}/METADATA"] = METADATA.encode()
    files[f"{info}/WHEEL"] = WHEEL.encode()
    files[f"{info}/RECORD"] = record(files, f"{info}/RECORD").encode()
    with zipfile.ZipFile(Path(wheel_directory, name), "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files.items():
            member = zipfile.ZipInfo(path, TIME)
            member.external_attr = 0o100644 << 16
            archive.writestr(member, data, zipfile.ZIP_DEFLATED)
    return name


def _source_files() -> list[tuple[str, bytes]]:
    found = []
    for source in map(Path, SOURCES):
        paths = [source] if source.is_file() else sorted(source.rglob("*"))
        found += [(path.as_posix(), path.read_bytes()) for path in paths if _belongs(path)]
    return found


def _belongs(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts


def _add_to_tar(archive: tarfile.TarFile, path: str, data: bytes) -> None:
    member = tarfile.TarInfo(path)
    member.size = len(data)
    archive.addfile(member, io.BytesIO(data))
