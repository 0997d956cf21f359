"""Small wheels and sdists with just these members."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

METADATA = (
    "Metadata-Version: 2.4\nName: demo\nVersion: {version}\nRequires-Dist: numpy\nRequires-Dist: ménage\n\nA réadme\n"
)


def wheel(path: Path, members: dict[str, bytes], *, version: str = "1.0") -> Path:
    metadata = {f"demo-{version}.dist-info/METADATA": METADATA.format(version=version).encode()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in {**members, **metadata, f"demo-{version}.dist-info/RECORD": version.encode()}.items():
            archive.writestr(name, data)
    return path


def sdist(path: Path, members: dict[str, bytes], **links: str) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(f"demo-1.0/{name}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for name, target in links.items():
            info = tarfile.TarInfo(f"demo-1.0/{name}")
            info.type, info.linkname = tarfile.SYMTYPE, target
            archive.addfile(info)
    return path
