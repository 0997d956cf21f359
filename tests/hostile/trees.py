"""What lies in a project's folders: names, links, pipes, sizes; and what stands in the output directory's place."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final

from hostile.case import BOTH, Case, Door
from hostile.documents import NOTHING, ONCE, STOPPED, bind_socket, sparse
from hostile.grounds import Grounds


def _named(name: str | bytes) -> Callable[[Grounds], None]:
    def lay(grounds: Grounds) -> None:
        grounds.native()
        grounds.file(name)

    return lay


def _made(name: str, make: Callable[[Path], object]) -> Callable[[Grounds], None]:
    def lay(grounds: Grounds) -> None:
        grounds.native()
        make(grounds.root / name)

    return lay


def _linked(target: str) -> Callable[[Grounds], None]:
    return _made("src/foo/a.py", lambda path: path.symlink_to(target))


def _chain(path: Path) -> None:
    for number in range(60):
        path.with_name(f"l{number}").symlink_to(f"l{number + 1}")


def _to_pipe(path: Path) -> None:
    os.mkfifo(path.parents[2] / "pipe")
    path.symlink_to("../../pipe")


def _deeper_than_paths(path: Path) -> None:
    """Make folders below each other that have no path any more: each is made from within the one above."""
    descriptor = os.open(path, os.O_RDONLY)
    for _ in range(60):
        os.mkdir("d" * 100, dir_fd=descriptor)
        below = os.open("d" * 100, os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = below
    os.close(descriptor)


def _many(folders: int, files: int) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        for number in range(folders):
            folder = path / f"d{number}"
            folder.mkdir()
            first = folder / "0.py"
            first.touch()
            for other in range(1, files):  # one inode: what counts is how many names are looked at and packed
                (folder / f"{other}.py").hardlink_to(first)

    return make


def _odd_place(grounds: Grounds) -> None:
    grounds.native()
    place = grounds.folder / "pro\n\x1b[2Jject[bold]\u202e"
    grounds.root.rename(place)
    grounds.root = grounds.target = place
    grounds.dist = place / "dist"


def _open_to_all(dist: Path) -> None:
    dist.mkdir()
    dist.chmod(0o777)


def _with_a_link(dist: Path) -> None:
    dist.mkdir()
    (dist / BOTH[1]).symlink_to("../../beside/victim.txt")


def _cannot(kind: str) -> tuple[str, ...]:
    return (f"error: `src/foo/x` is {kind}: it can't be part of a distribution", "  where: {root}/src/foo/x", *STOPPED)


_PACKED_FROM_OUTSIDE: Final = "advice: src/foo/a.py is a link to a file outside the project, whose content is packed"
_NO_FOLDER: Final = "error: the output directory dist can't be used"
_IN_A_CIRCLE: Final = (
    "  next: its links lead in a circle, or from one to the next without end: remove it, or exclude it"
)

_EVERYWHERE: Final = (
    # Names.
    Case(
        "a newline and an escape sequence in a name",
        _named(b"src/foo/a\n\x1b[2J.py"),
        Door.LIST,
        0,
        ("  where: {root}/src/foo/a␤␛[2J.py (name-not-utf8)",),
    ),
    Case(
        "OSC 52 in a name",
        _named(b"src/foo/a\x1b]52;c;ZXZpbA==\x07.py"),
        ONCE,
        1,
        (
            "error: archive member path rejected by builder policy: 'foo-1.0/src/foo/a\\x1b]52;c;ZXZpbA==\\x07.py'",
            "  where: {root}/src/foo/a␛]52;c;ZXZpbA==␇.py",
            *STOPPED,
        ),
    ),
    Case("the same, as JSON", _named(b"src/foo/a\x1b]52;c;ZXZpbA==\x07.py"), Door.JSON, 1, ()),
    Case(
        "letters that run the other way in a file's name",
        _named("src/foo/a\u202egpj.py"),
        Door.LIST,
        0,
        ("  foo/a⟨U+202E⟩gpj.py (src/foo/a⟨U+202E⟩gpj.py)",),
    ),
    Case(
        "C1 in a name",
        _named("src/foo/a\x9b31m.py"),
        Door.LIST,
        0,
        ("  foo/a⟨U+009B⟩31m.py (src/foo/a⟨U+009B⟩31m.py)",),
    ),
    Case(
        "a name that is no text",
        _named(b"src/foo/a\xff.py"),
        ONCE,
        0,
        ("  where: {root}/src/foo/a\\xff.py (name-not-utf8)",),
        BOTH,
    ),
    Case("a name that is no text, watched", _named(b"src/foo/a\xff.py"), Door.PLAIN, 130, (), BOTH),
    Case("markup in a name, watched", _named("src/foo/[@click=app.quit]x[.py"), Door.PLAIN, 130, (), BOTH),
    Case(
        "a backslash in a name",
        _named(b"src/foo/a\\..\\b.py"),
        ONCE,
        1,
        ('  why: unsafe member path "src/foo/a\\..\\b.py": contains a backslash separator',),
        BOTH[1:],
    ),
    Case("a line of RECORD in a name", _named(b'src/foo/a,b"c,sha256=x,1\n.py'), ONCE, 0, (), BOTH),
    Case("a project in a folder with such a name", _odd_place, ONCE, 0, (), BOTH),
    # Kinds.
    Case("a pipe in the package", _made("src/foo/x", os.mkfifo), ONCE, 1, _cannot("a named pipe")),
    Case("a socket in the package", _made("src/foo/x", bind_socket), ONCE, 1, _cannot("a socket")),
    Case("a link to a pipe", _made("src/foo/x", _to_pipe), ONCE, 1, _cannot("a named pipe")),
    Case("a link to /dev/zero", _made("src/foo/x", lambda x: x.symlink_to("/dev/zero")), ONCE, 1, _cannot("a device")),
    Case(
        "a link to a file of somebody else",
        _linked("../../../beside/victim.txt"),
        ONCE,
        0,
        (_PACKED_FROM_OUTSIDE,),
        BOTH,
    ),
    Case(
        "a link to the folder beside",
        _linked("../../../beside"),
        ONCE,
        1,
        ("error: failed to read from file `src/foo/a.py`: it is a symbolic link to a folder", *STOPPED),
    ),
    Case(
        "a link to the root of everything",
        _linked("/"),
        ONCE,
        1,
        ("error: failed to read from file `src/foo/a.py`: it is a symbolic link to a folder", *STOPPED),
    ),
    Case("a link to itself", _linked("a.py"), ONCE, 1, (_IN_A_CIRCLE, *STOPPED)),
    Case("a chain of sixty links", _made("src/foo/l", _chain), ONCE, 1, (_IN_A_CIRCLE, *STOPPED)),
    Case(
        "a link to nowhere",
        _linked("nowhere"),
        ONCE,
        1,
        ("error: failed to query metadata of file `src/foo/a.py`: it is a symbolic link to nothing", *STOPPED),
    ),
    Case(
        "a .env in the package",
        _made("src/foo/.env", lambda path: path.write_text("API_KEY=8d1c4b7e90\n")),
        ONCE,
        0,
        ("problem: what is packed can be read by everybody: src/foo/.env holds a password or key",),
        BOTH,
    ),
    # Sizes.
    Case(
        "folders deeper than any path",
        _made("src/foo", _deeper_than_paths),
        ONCE,
        1,
        (
            "  why: File name too long (ENAMETOOLONG)",
            "  next: its path is too long for this system: move it up, or exclude the folder that holds it",
            *STOPPED,
        ),
    ),
    Case("5,000 files", _made("src/foo", _many(20, 250)), ONCE, 0, (), BOTH, seconds=60),
    Case(
        "200,000 files",
        _made("src/foo", _many(400, 500)),
        ONCE,
        0,
        (),
        BOTH,
        seconds=900,
        megabytes=3000,
        at_length=True,
    ),
    Case(
        "a sparse file of 64 MB",
        _made("src/foo/big.bin", sparse(64 << 20)),
        ONCE,
        0,
        ("advice: src/foo/big.bin is 67.1 MB large",),
        BOTH,
    ),
    Case(
        "a sparse file of 4 GB",
        _made("src/foo/big.bin", sparse(4 << 30)),
        ONCE,
        0,
        ("advice: src/foo/big.bin is 4.29 GB large",),
        BOTH,
        seconds=600,
        at_length=True,
    ),
    # The output directory.
    Case(
        "a dist that everybody may write",
        _made("dist", _open_to_all),
        ONCE,
        0,
        (),
        BOTH,
    ),
    Case(
        "a dist that leads to another folder",
        _made("dist", lambda dist: dist.symlink_to("../beside/folder")),
        ONCE,
        1,
        (_NO_FOLDER, "  why: Too many levels of symbolic links (ELOOP)", *NOTHING),
    ),
    Case(
        "a dist that is a pipe",
        _made("dist", os.mkfifo),
        ONCE,
        1,
        (_NO_FOLDER, "  why: Not a directory (ENOTDIR)", *NOTHING),
    ),
    Case(
        "an artifact that leads to somebody's file",
        _made("dist", _with_a_link),
        ONCE,
        0,
        (),
        BOTH,
    ),
)

_DEVICE: Final = (
    Case(
        "a device in the package",
        _made("src/foo/x", lambda x: os.mknod(x, stat.S_IFCHR | 0o666, os.makedev(1, 3))),
        ONCE,
        1,
        _cannot("a device"),
    ),
)

CASES: Final = (*_EVERYWHERE, *(_DEVICE if os.geteuid() == 0 else ()))
"""Only root makes devices."""
