"""A build backend of a page, for tests: packs ``src`` of any project, and needs nothing but the standard library."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path


def build_wheel(directory: str, settings: object = None, metadata: object = None) -> str:
    return _wheel(directory, {path.relative_to("src").as_posix(): path.read_bytes() for path in _sources()})


def build_editable(directory: str, settings: object = None, metadata: object = None) -> str:
    name, _ = _project()
    return _wheel(directory, {f"{name}.pth": bytes(Path("src").absolute())})


def build_sdist(directory: str, settings: object = None) -> str:
    name, version = _project()
    top = f"{name}-{version}"
    with tarfile.open(Path(directory, f"{top}.tar.gz"), "w:gz") as tar:
        data = _metadata()
        info = tarfile.TarInfo(f"{top}/PKG-INFO")
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
        for path in [Path("pyproject.toml"), *sorted(Path().glob("_backend/*.py")), *_sources()]:
            tar.add(path, f"{top}/{path.as_posix()}")
    return f"{top}.tar.gz"


def _said(pattern: str) -> str:
    found = re.search(pattern, Path("pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else ""


def _project() -> tuple[str, str]:
    return _said('^name = "(.*)"').replace("-", "_"), _said('^version = "(.*)"')


def _metadata() -> bytes:
    name, version = _project()
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    requires = re.findall('"([^"]*)"', _said(r"^dependencies = \[(.*)\]"))
    return "\n".join([*lines, *(f"Requires-Dist: {each}" for each in requires), ""]).encode()


def _sources() -> Iterator[Path]:
    yield from (path for path in sorted(Path("src").rglob("*")) if path.is_file() and path.suffix != ".pyc")


def _wheel(directory: str, files: dict[str, bytes]) -> str:
    name, version = _project()
    info = f"{name}-{version}.dist-info"
    files[f"{info}/METADATA"] = _metadata()
    files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: tiny\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    rows = []
    for path, data in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        rows.append(f"{path},sha256={digest},{len(data)}")
    files[f"{info}/RECORD"] = "\n".join([*rows, f"{info}/RECORD,,", ""]).encode()
    filename = f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(Path(directory, filename), "w") as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return filename
