"""Variants of a small uv_build project: settings as TOML text, and files as a table."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from atombuild.project.load import load_project
from atombuild.project.model import Project
from atombuild.project.pyproject import parse_pyproject

File = str | bytes | Callable[[Path], object]
"""What stands at a path: text, bytes, or something that makes it."""

Files = Mapping[str, File]

HEADER: Final = """\
[build-system]
requires = ["uv_build>=0.13.6,<0.14"]
build-backend = "uv_build"
"""

PROJECT: Final = '[project]\nname = "foo"\nversion = "1.0"\n'

INIT: Final[Files] = {"src/foo/__init__.py": "x = 1\n"}
"""The one file that a default project needs."""


def document(settings: str) -> str:
    """Return a whole ``pyproject.toml``; ``settings`` may bring its own ``[project]``."""
    return HEADER + (settings if "[project]" in settings else PROJECT + settings)


def loaded(settings: str, root: Path) -> Project:
    """Return the project that these settings describe, as if it stood in ``root``."""
    return load_project(parse_pyproject(root / "pyproject.toml", document(settings).encode()))


def backend(settings: str) -> str:
    """Return settings of the build backend."""
    return f"[tool.uv.build-backend]\n{settings}\n"


def project(fields: str, settings: str = "") -> str:
    """Return fields of ``[project]``, and settings of the build backend."""
    return f"{PROJECT}{fields}\n{backend(settings)}"


def write_files(root: Path, table: Files) -> None:
    """Write the files below ``root``, and the folders above them."""
    for path, content in table.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if callable(content):
            content(file)
        else:
            file.write_bytes(content.encode() if isinstance(content, str) else content)


def write_project(root: Path, settings: str, table: Files) -> None:
    """Write a whole project into the new folder ``root``."""
    root.mkdir()
    (root / "pyproject.toml").write_text(document(settings), encoding="utf-8")
    write_files(root, table)


def files(*paths: str) -> Files:
    """Return files that hold their own path."""
    return {path: f"{path}\n" for path in paths}


def link(target: str) -> File:
    """Return a symbolic link."""
    return lambda path: path.symlink_to(target)


def executable(text: str = "#!/bin/sh\n", mode: int = 0o755) -> File:
    """Return a file with these permissions."""

    def write(path: Path) -> None:
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)

    return write


def large(size: int, seed: int = 0) -> File:
    """Return a file of about so many bytes that compresses well in some places, and in others not at all."""

    def write(path: Path) -> None:
        draw = random.Random(seed)  # noqa: S311 (any bytes will do, and the same ones each time)
        kinds = (bytes(700), b"some text " * 20, b"0123456789abcdef")
        written = 0
        with path.open("wb") as file:
            while written < size:
                kind = draw.randrange(5)
                piece = kinds[kind] if kind < len(kinds) else draw.randbytes(draw.randrange(900))
                written += file.write(piece.hex().encode() if kind == len(kinds) else piece)

    return write


def empty_folder(path: Path) -> None:
    """Make a folder."""
    path.mkdir()
