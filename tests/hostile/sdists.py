"""Sdist files that somebody gave us: members that lead out, headers that lie, bombs, and no archives at all."""

from __future__ import annotations

import gzip
import os
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from hostile.case import Case, Door
from hostile.grounds import Grounds, regular, special
from support.own_backend import PYPROJECT as OWN_BACKEND

Member = tuple[tarfile.TarInfo, bytes]

FAILED: Final = ("error: the sdist foo-1.0.tar.gz can't be unpacked", "✗ wheel  failed, file name not known")
DISTRUST: Final = "  next: no build tool makes such an sdist: look at it with tar -tvzf before you trust it"
WHEEL: Final = ("foo-1.0-py3-none-any.whl",)


def _of(*members: Member, head: bytes = b"") -> Callable[[Grounds], None]:
    return lambda grounds: grounds.sdist(list(members), head=head)


def _file(make: Callable[[Path], object]) -> Callable[[Grounds], None]:
    def lay(grounds: Grounds) -> None:
        grounds.packed(b"")
        grounds.target.unlink()
        make(grounds.target)

    return lay


def _refused(name: str, lay: Callable[[Grounds], None], why: str, *more: str) -> Case:
    return Case(name, lay, Door.SDIST, 1, (*FAILED, f"  why: {why}", *more))


def _bomb(path: Path) -> None:
    """Pack 5 GB of nothing."""
    info = tarfile.TarInfo("foo-1.0/zeros")
    info.size = 5 << 30
    with gzip.open(path, "wb", 1) as out:
        out.write(info.tobuf(tarfile.GNU_FORMAT))
        out.write(bytes(1 << 22))


def _many(path: Path) -> None:
    with gzip.open(path, "wb", 1) as out:
        for number in range(210_000):
            out.write(tarfile.TarInfo(f"foo-1.0/{number}").tobuf(tarfile.USTAR_FORMAT))
        out.write(bytes(1024))


def _chain() -> list[Member]:
    """Return links whose targets are too long to be followed to their end by realpath (CVE-2025-4517)."""
    folder, names, path, members = "d" * 247, "abcdefghijklmnop", "foo-1.0", []
    for name in names:
        members.append(special(f"{path}/{folder}", tarfile.DIRTYPE))
        members.append(special(f"{path}/{name}", tarfile.SYMTYPE, folder))
        path = f"{path}/{folder}"
    end = f"{'/'.join(names)}/{'l' * 254}"
    members.append(special(f"foo-1.0/{end}", tarfile.SYMTYPE, "../" * len(names)))
    members.append(special("foo-1.0/escape", tarfile.SYMTYPE, f"{end}/../../../beside"))
    members.append(special("foo-1.0/out", tarfile.LNKTYPE, "foo-1.0/escape/victim.txt"))
    return [*members, regular("foo-1.0/out", b"owned")]


def _other_backend(grounds: Grounds) -> None:
    text = OWN_BACKEND.replace('"_build"', '"../../beside"').replace("night-sky", "foo")
    grounds.sdist([], pyproject=text)


_ENDLESS: Final = special("x", b"x")[0].tobuf(tarfile.USTAR_FORMAT) * 3000

CASES: Final = (
    _refused(
        "a member that leads upward",
        _of(regular("foo-1.0/../../beside/victim.txt", b"owned")),
        "its member 'foo-1.0/../../beside/victim.txt' leads out of its folder",
        DISTRUST,
    ),
    _refused(
        "a member with an absolute name",
        _of(regular("/owned", b"owned")),
        "its member '/owned' has an absolute name",
        DISTRUST,
    ),
    _refused(
        "a member that is written through a link",
        _of(special("foo-1.0/l", tarfile.SYMTYPE, "../../beside"), regular("foo-1.0/l/victim.txt", b"owned")),
        "its member 'foo-1.0/l' is a symbolic link to '../../beside', which leads out of it",
    ),
    _refused(
        "a member that is a hard link to somebody's file",
        _of(special("foo-1.0/l", tarfile.LNKTYPE, "../../beside/victim.txt")),
        "its member 'foo-1.0/l' is a hard link to ../../beside/victim.txt, which leads out of it",
    ),
    _refused(
        "a chain of links longer than any path",
        _of(*_chain()),
        f"its member 'foo-1.0/{'/'.join('abcdefghijklmnop')}/{'l' * 254}' stands behind foo-1.0/a, which is a link",
        DISTRUST,
    ),
    _refused(
        "a device in it",
        _of(special("foo-1.0/l", tarfile.CHRTYPE)),
        "its member 'foo-1.0/l' is a device; only files, folders and links may be",
    ),
    _refused(
        "a pipe in it",
        _of(special("foo-1.0/l", tarfile.FIFOTYPE)),
        "its member 'foo-1.0/l' is a named pipe; only files, folders and links may be",
    ),
    _refused(
        "a backslash in a member's name",
        _of(regular("foo-1.0/src/foo/..\\b.py")),
        "its member 'foo-1.0/src/foo/..\\\\b.py' has a character in its name that leads elsewhere on some systems",
    ),
    _refused(
        "a file that is in it twice",
        _of(regular("foo-1.0/src/foo/__init__.py", b"other")),
        "'foo-1.0/src/foo/__init__.py' is in it twice, or another name there differs only by case",
    ),
    _refused(
        "a second top folder",
        _of(regular("bar-1.0/x")),
        "it has more than one top folder: 'foo-1.0' and 'bar-1.0'",
    ),
    _refused(
        "3,000 headers that are about the next header",
        _of(head=_ENDLESS),
        "it is damaged, or no .tar.gz: maximum recursion depth exceeded…",
        "  next: get the file again, or build the sdist again",
    ),
    _refused("a bomb of 5 GB", _file(_bomb), "it holds more than 4,294,967,296 bytes", DISTRUST),
    _refused("a pipe in its place", _file(os.mkfifo), "it is no regular file"),
    _refused(
        "a link to /dev/zero in its place", _file(lambda path: path.symlink_to("/dev/zero")), "it is no regular file"
    ),
    _refused("an empty file", _file(Path.touch), "it is damaged, or no .tar.gz: empty file"),
    _refused(
        "a zip under its name",
        _file(lambda path: path.write_bytes(b"PK\3\4" + bytes(500))),
        "it is damaged, or no .tar.gz: Not a gzipped file (b'PK')",
    ),
    Case(
        "a backend-path that leads out of it",
        _other_backend,
        Door.SDIST,
        1,
        (
            "error: `build-system.backend-path` leads out of the project: ../../beside",
            "  where: {root}/foo-1.0.tar.gz/foo-1.0/pyproject.toml:4:17",
            FAILED[1],
        ),
    ),
    Case(
        "an escape sequence in a member's name", _of(regular("foo-1.0/src/foo/a\x1b[2J.py")), Door.SDIST, 0, (), WHEEL
    ),
    Case(
        "210,000 members",
        _file(_many),
        Door.SDIST,
        1,
        (*FAILED, "  why: it holds more than 200,000 files and folders"),
        seconds=900,
        at_length=True,
    ),
)
