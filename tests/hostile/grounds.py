"""Where a hostile input is laid: a project, an output directory, and things beside them that nobody may touch."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path
from typing import Any, Final

from support.own_backend import write_project

PYPROJECT: Final = """\
[project]
name = "foo"
version = "1.0"

[build-system]
requires = ["uv_build>=0.13,<0.14"]
build-backend = "uv_build"
"""


class Grounds:
    """A folder for one case."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.beside = folder / "beside"
        """Not ours to touch: canaries live here."""

        self.root = folder / "project"
        self.dist = self.root / "dist"
        self.target = self.root
        """What the command is given."""

        self.environment: dict[str, str] = {"ATOMBUILD_CONFIG": str(folder / "settings.toml")}
        self.beside.mkdir(parents=True)
        (self.beside / "victim.txt").write_text("not yours")
        (self.beside / "folder").mkdir()

    def native(self, pyproject: str | bytes = PYPROJECT) -> None:
        """Lay a project that we build ourselves."""
        (self.root / "src/foo").mkdir(parents=True)
        (self.root / "src/foo/__init__.py").write_text("")
        data = pyproject.encode() if isinstance(pyproject, str) else pyproject
        (self.root / "pyproject.toml").write_bytes(data)

    def file(self, name: str | bytes, data: bytes = b"") -> None:
        """Write a file below the project."""
        raw = name.encode() if isinstance(name, str) else name
        path = Path((bytes(self.root) + b"/" + raw).decode("utf-8", "surrogateescape"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def backend(self, code: str = "", *, before: str = "pass", pyproject: str | None = None) -> None:
        """Lay a project whose backend is in its tree: ``before`` is done first by every hook, ``code`` comes last."""
        write_project(self.root, before)
        if pyproject is not None:
            (self.root / "pyproject.toml").write_text(pyproject)
        if code:
            file = self.root / "_build/backend.py"
            file.write_text(f"{file.read_text()}\n\n{code}\n")

    def sdist(
        self, members: list[tuple[tarfile.TarInfo, bytes]], *, head: bytes = b"", pyproject: str = PYPROJECT
    ) -> None:
        """Lay an sdist, with a good project in it and these members after it."""
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for name, data in (("pyproject.toml", pyproject.encode()), ("src/foo/__init__.py", b"")):
                info, _ = regular(f"foo-1.0/{name}", data)
                archive.addfile(info, io.BytesIO(data))
            for info, data in members:
                archive.addfile(info, io.BytesIO(data))
        self.packed(head + out.getvalue())

    def packed(self, tar: bytes) -> None:
        """Lay an sdist of this tar."""
        self.root.mkdir()
        self.target = self.root / "foo-1.0.tar.gz"
        self.target.write_bytes(gzip.compress(tar, 1))
        self.dist = self.root

    def canaries(self) -> dict[str, tuple[Any, ...]]:
        """Return what changes with any change of what nobody may touch."""
        facts = {}
        for path in (self.beside, *sorted(self.beside.rglob("*"))):
            found = path.lstat()
            facts[str(path)] = (found.st_ino, found.st_mode, found.st_size, found.st_mtime_ns)
        return facts


def regular(name: str, data: bytes = b"") -> tuple[tarfile.TarInfo, bytes]:
    """Return a regular member."""
    info = tarfile.TarInfo(name)
    info.size = len(data)
    return info, data


def special(name: str, kind: bytes, target: str = "") -> tuple[tarfile.TarInfo, bytes]:
    """Return a member that is no regular file."""
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = target
    return info, b""
