"""``pyproject.toml`` and our own small files: absurd in size, in kind, or written by somebody else."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Final

from hostile.case import BOTH, Case, Door
from hostile.grounds import PYPROJECT, Grounds

UNKNOWN: Final = ("✗ sdist  failed, file name not known", "✗ wheel  failed, file name not known")
NOTHING: Final = (
    "✗ sdist  failed, no old artifact  project/dist/foo-1.0.tar.gz",
    "✗ wheel  failed, no old artifact  project/dist/foo-1.0-py3-none-any.whl",
)
STOPPED: Final = (NOTHING[0], "✗ wheel  not built  project/dist/foo-1.0-py3-none-any.whl")
SET_ASIDE: Final = "  next: nothing to do: a new one is begun; delete the old one when you have looked at it"
_HEAD, _, _TAIL = PYPROJECT.partition("\n\n")


def _document(text: str | bytes) -> Callable[[Grounds], None]:
    return lambda grounds: grounds.native(text)


def _project(line: str) -> Callable[[Grounds], None]:
    return _document(f"{_HEAD}\n{line}\n\n{_TAIL}")


def _backend(line: str) -> Callable[[Grounds], None]:
    return _document(f"{PYPROJECT}[tool.uv.build-backend]\n{line}\n")


def _tool(value: str) -> Callable[[Grounds], None]:
    return _document(f"{PYPROJECT}[tool.x]\na = {value}\n")


def _instead(make: Callable[[Path], object]) -> Callable[[Grounds], None]:
    def lay(grounds: Grounds) -> None:
        grounds.native()
        (grounds.root / "pyproject.toml").unlink()
        make(grounds.root / "pyproject.toml")

    return lay


def _planted(name: str, make: Callable[[Path], object]) -> Callable[[Grounds], None]:
    def lay(grounds: Grounds) -> None:
        grounds.native()
        grounds.dist.mkdir()
        make(grounds.dist / name)

    return lay


def bind_socket(path: Path) -> None:
    """Make a socket; by a short name, since its address has room for no other."""
    here = os.open(".", os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as made:
        os.chdir(path.parent)
        try:
            made.bind(path.name)
        finally:
            os.fchdir(here)
            os.close(here)


def sparse(size: int) -> Callable[[Path], None]:
    """Return what makes a file of so many bytes, of which none takes room on the disk."""

    def make(path: Path) -> None:
        with path.open("wb") as file:
            file.truncate(size)

    return make


def _to_victim(path: Path) -> None:
    path.symlink_to("../../beside/victim.txt")


def _as_victim(path: Path) -> None:
    path.hardlink_to(path.parents[2] / "beside/victim.txt")


def _unreadable(kind: str) -> tuple[str, ...]:
    return ("error: pyproject.toml can't be read", "  where: {root}/pyproject.toml", f"  why: {kind}")


def _many_stars(grounds: Grounds) -> None:
    _backend('source-include = ["' + "*a" * 40 + 'b"]')(grounds)
    grounds.file("a" * 250)


_TOO_LARGE: Final = (
    "error: pyproject.toml is larger than 2 MiB",
    "  where: {root}/pyproject.toml",
    "  next: move what is not the description of the project into files of its own",
    *UNKNOWN,
)
_LEADS_OUT: Final = "  next: name files inside the project, from the folder that holds pyproject.toml"

_LEDGER: Final = """
{"format": 1, "projects": {"..": {"attempt": 1, "artifacts": {
    "sdist": {"target": "../../beside/victim.txt", "attempt": 1, "outcome": "building"}}}}}
"""

ONCE: Final = Door.ONCE

CASES: Final = (
    # Sizes.
    Case("10 MB of TOML in one string", _tool('"' + "x" * 10_000_000 + '"'), ONCE, 1, _TOO_LARGE),
    Case("10 MB of nested arrays", _tool("[" + "[1], " * 2_000_000 + "]"), ONCE, 1, _TOO_LARGE),
    Case(
        "2 MB of nested arrays", _tool("[" + "[1], " * 400_000 + "]"), ONCE, 0, stands=BOTH, seconds=60, megabytes=1000
    ),
    Case(
        "a glob of a million stars",
        _backend('source-include = ["' + "a*" * 500_000 + '"]'),
        ONCE,
        1,
        (
            "error: Unsupported glob expression in: tool.uv.build-backend.source-include",
            "  where: {root}/pyproject.toml:9:19",
            "  why: the glob `a*a*a*a*a*a*a*a*a*a*…` has 1,000,000 characters",
            "  next: write several globs; one may have 10,000",
            *STOPPED,
        ),
    ),
    Case(
        "a glob that a regular expression tries for years",
        _many_stars,
        ONCE,
        0,
        ('problem: the source-include "*a*a…',),
        BOTH,
    ),
    # Other kinds of files.
    Case("a FIFO called pyproject.toml", _instead(os.mkfifo), ONCE, 2, _unreadable("it is a FIFO, not a regular file")),
    Case(
        "a socket called pyproject.toml",
        _instead(bind_socket),
        Door.PLAIN,
        2,
        _unreadable("it is a socket, not a regular file"),
    ),
    Case(
        "a folder called pyproject.toml",
        _instead(Path.mkdir),
        Door.LIST,
        2,
        _unreadable("it is a folder, not a regular file"),
    ),
    Case(
        "a pyproject.toml that is a link to /dev/zero",
        _instead(lambda path: path.symlink_to("/dev/zero")),
        ONCE,
        2,
        _unreadable("it is a device, not a regular file"),
    ),
    Case(
        "a pyproject.toml that is a link to itself",
        _instead(lambda path: path.symlink_to("pyproject.toml")),
        ONCE,
        2,
        _unreadable("Too many levels of symbolic links (ELOOP)"),
    ),
    # Characters.
    Case(
        "an escape sequence in a string",
        _document(PYPROJECT.replace("foo", "fo\x1b[2Jo")),
        ONCE,
        1,
        ("error: pyproject.toml is not valid TOML", "  why: Illegal character '\\x1b'", *UNKNOWN),
    ),
    Case(
        "an escape sequence by an escape",
        _document(PYPROJECT.replace("foo", "fo\\u001b[2Jo")),
        Door.LIST,
        2,
        (
            "error: `project.name` is not a valid name: 'fo\\x1b[2Jo'",
            "  where: {root}/pyproject.toml:2:8",
            '  why: Not a valid package or extra name: "fo␛[2Jo". Names…',
        ),
    ),
    Case(
        "letters that run the other way in the name",
        _document(PYPROJECT.replace("foo", "fo\u202eo")),
        ONCE,
        1,
        ("error: `project.name` is not a valid name: 'fo\\u202eo'", *UNKNOWN),
    ),
    Case(
        "UTF-16",
        _document(PYPROJECT.encode("utf-16")),
        ONCE,
        1,
        (
            "error: pyproject.toml is not valid UTF-8",
            "  where: {root}/pyproject.toml:1:1",
            "  next: save the file as UTF-8 in your editor; it looks like UTF-16",
        ),
    ),
    Case(
        "nothing but NUL",
        _document(bytes(4096)),
        ONCE,
        1,
        ("error: pyproject.toml is not valid TOML", "  where: {root}/pyproject.toml:1:1", "  why: Invalid statement"),
    ),
    Case(
        "a header in the description",
        _project('description = "a\\nRequires-Dist: evil"'),
        ONCE,
        1,
        ("error: Invalid project metadata", "  why: `project.description` must be a single line", *NOTHING),
    ),
    Case(
        "a section in the name of a script",
        _project('scripts = { "a\\n[console_scripts]\\nevil" = "foo:main" }'),
        ONCE,
        1,
        (
            "error: Invalid project metadata",
            "  why: Script entry point name `a",
            "✗ wheel  failed, no old artifact  project/dist/foo-1.0-py3-none-any.whl",
        ),
        BOTH[1:],
    ),
    # Ways out.
    Case(
        "a path as the name",
        _document(PYPROJECT.replace('"foo"', '"../../beside/victim"')),
        ONCE,
        1,
        ("error: `project.name` is not a valid name: '../../beside/victim'", *UNKNOWN),
    ),
    Case(
        "a path in the version",
        _document(PYPROJECT.replace("1.0", "1.0/../../x")),
        ONCE,
        1,
        ("error: `project.version` is not a valid version: '1.0/../../x'", *UNKNOWN),
    ),
    Case(
        "a readme of this machine",
        _project('readme = "/etc/hostname"'),
        ONCE,
        1,
        ("error: `project.readme` names a file by an absolute path: /etc/hostname", *NOTHING),
    ),
    Case(
        "a module root beside the project",
        _backend('module-root = "../beside"'),
        ONCE,
        1,
        ("error: Module root must be inside the project: ../beside", "  where: {root}/pyproject.toml:9:15", *NOTHING),
    ),
    Case(
        "scripts from beside the project",
        _backend('data = { scripts = "../beside" }'),
        ONCE,
        1,
        ("error: The path for the data directory scripts must be inside the project: ../beside", *STOPPED),
    ),
    Case(
        "a licence from beside the project",
        _project('license-files = ["../beside/victim.txt"]'),
        ONCE,
        1,
        ("error: Unsupported glob expression in: ../beside/victim.txt", _LEADS_OUT, *NOTHING),
    ),
    Case(
        "an include from beside the project",
        _backend('source-include = ["../beside/**"]'),
        ONCE,
        1,
        ("error: Unsupported glob expression in: tool.uv.build-backend.source-include", _LEADS_OUT, *STOPPED),
    ),
    # Our own files, planted.
    Case("a ledger of 1 GB", _planted(".atombuild.json", sparse(1 << 30)), ONCE, 0, (SET_ASIDE,), BOTH),
    Case("a history of 1 GB", _planted(".atombuild.history", sparse(1 << 30)), ONCE, 0, (), BOTH),
    Case(
        "a ledger whose artifact is somebody's file",
        _planted(".atombuild.json", lambda path: path.write_text(_LEDGER)),
        ONCE,
        0,
        ("warning: the record of earlier builds can't be trusted (ValueError: not a file name…", SET_ASIDE),
        BOTH,
    ),
    Case("a ledger that is somebody's file", _planted(".atombuild.json", _as_victim), ONCE, 0, (SET_ASIDE,), BOTH),
    Case("a history that is somebody's file", _planted(".atombuild.history", _as_victim), ONCE, 0, (), BOTH),
    Case(
        "a history that leads to somebody's file",
        _planted(".atombuild.history", _to_victim),
        ONCE,
        0,
        ("  the history of builds could not be written: Too many levels of symbolic links (ELOOP)",),
        BOTH,
    ),
    Case(
        "a history that is a pipe",
        _planted(".atombuild.history", os.mkfifo),
        ONCE,
        0,
        ("  the history of builds could not be written: it is no regular file (EINVAL)",),
        BOTH,
    ),
    Case("a lock that is somebody's file", _planted(".atombuild.lock", _as_victim), ONCE, 0, (), BOTH),
    Case("a .gitignore that leads to somebody's file", _planted(".gitignore", _to_victim), ONCE, 0, (), BOTH),
    Case(
        "a temporary that leads to somebody's file",
        _planted(".atombuild-0123456789abcdef.tmp", _to_victim),
        ONCE,
        0,
        (),
        BOTH,
    ),
    Case(
        "a private folder that leads elsewhere",
        _planted(".atombuild-0123456789abcdef.dir", lambda path: path.symlink_to("../../beside/folder")),
        ONCE,
        0,
        (),
        BOTH,
    ),
)
