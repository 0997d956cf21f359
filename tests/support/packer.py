"""A backend in the project's own tree that packs what it finds: any artifact can be made, and nothing is installed.

``METADATA`` is the metadata, ``src/`` the wheel, ``dist-info/`` more of its metadata, and what lies in ``overlay/``
takes the place of files of the sdist, as when a backend rewrites them. ``TAG`` is added to the version.
``LINKS`` names links of the sdist, one a line: its path, a blank, and where it leads.
"""

from __future__ import annotations

import base64
import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

STEM = f"sky-1.0{Path('TAG').read_text() if Path('TAG').exists() else ''}"
INFO = f"{STEM}.dist-info"


def build_sdist(sdist_directory: str, config_settings: object = None) -> str:
    name = f"{STEM}.tar.gz"
    files = {path: data for path, data in _files(Path()).items() if not path.startswith(("overlay/", "dist/"))}
    files |= _files(Path("overlay"))
    files["PKG-INFO"] = Path("METADATA").read_bytes()
    with tarfile.open(Path(sdist_directory, name), "w:gz") as archive:
        for path, data in files.items():
            member = tarfile.TarInfo(f"{STEM}/{path}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
        for line in Path("LINKS").read_text().splitlines() if Path("LINKS").exists() else ():
            link = tarfile.TarInfo(f"{STEM}/{line.partition(' ')[0]}")
            link.type, link.linkname = tarfile.SYMTYPE, line.partition(" ")[2]
            archive.addfile(link)
    return name


def build_wheel(wheel_directory: str, config_settings: object = None, metadata_directory: object = None) -> str:
    name = f"{STEM}-py3-none-any.whl"
    files = _files(Path("src"))
    files[f"{INFO}/METADATA"] = Path("METADATA").read_bytes()
    files[f"{INFO}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: packer\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files |= {f"{INFO}/{path}": data for path, data in _files(Path("dist-info")).items()}
    hashes = {path: base64.urlsafe_b64encode(hashlib.sha256(data).digest()) for path, data in files.items()}
    lines = [f"{path},sha256={hashes[path].rstrip(b'=').decode()},{len(files[path])}\n" for path in files]
    files[f"{INFO}/RECORD"] = "".join((*lines, f"{INFO}/RECORD,,\n")).encode()
    with zipfile.ZipFile(Path(wheel_directory, name), "w") as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return name


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
