"""File names as bytes: newlines, escapes, bidi, no text at all, long, reserved; built, listed, and read back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from atombuild.archive.unpack import unpack_sdist
from atombuild.builder import Plan
from atombuild.errors import AtombuildError, SdistRejected
from atombuild.events import ArtifactStatus
from atombuild.inspection.contents import read_contents
from atombuild.reading import Reader
from atombuild.status import ArtifactKind, Attempt
from fuzz import material
from fuzz.built import BASE, attempt_and_check, put_old, write_base
from fuzz.choices import Choices
from fuzz.oracle import Broken, Playground, check_error
from fuzz.target import Target

FOLDERS: Final = (b"src/foo", b"src/foo/sub", b"src", b"", b"tests", b"src/foo/\xff", b"src/foo/a\nb")
SETTINGS: Final = (
    b"", b'source-include = ["**"]\n', b'source-include = ["*"]\nsource-exclude = ["*.py"]\n',
    b'data = { scripts = "tests" }\n', b'wheel-exclude = ["**/*a*"]\n', b"default-excludes = false\n",
)  # fmt: skip
PLANS: Final = (Plan(), Plan((ArtifactKind.WHEEL,), wheel_from_sdist=False))


def attempt(choices: Choices, playground: Playground) -> None:
    """Lay out a project with such names, list it, and build it."""
    root = playground.inside / "project"
    settings = choices.pick(SETTINGS)
    write_base(root, BASE + (b"[tool.uv.build-backend]\n" + settings if settings else b""))
    for _ in range(1 + choices.below(5)):
        _lay(choices, os.fsencode(root))
    _list(root)
    if choices.one_in(2):
        put_old(playground, root)
    views = attempt_and_check(root, choices.pick(PLANS))
    last = {event.kind: event for event in views.events if isinstance(event, ArtifactStatus)}
    for event in last.values():
        if event.status.attempt is Attempt.SUCCEEDED and event.path is not None:
            _read_back(event.kind, event.path, playground.inside)


def _name(choices: Choices) -> bytes:
    if choices.one_in(8):
        return choices.raw(1 + choices.below(20)).replace(b"/", b"_").replace(b"\0", b"_") or b"z"
    name = material.text(choices, lone=True).replace("/", "_").replace("\0", "_") + choices.pick(
        ("", ".py", ".txt", "~")
    )
    return name.encode("utf-8", "surrogateescape" if name.isprintable() else "replace")[:255] or b"y"


def _lay(choices: Choices, root: bytes) -> None:
    folder = os.path.join(root, choices.pick(FOLDERS))
    os.makedirs(folder, exist_ok=True)
    try:
        name = _name(choices)
    except UnicodeEncodeError:  # a half of a pair: no system has such a name
        return
    path = os.path.join(folder, name)
    if name in {b".", b".."} or os.path.lexists(path):
        return
    kind = choices.below(8)
    if kind < 5:
        Path(os.fsdecode(path)).write_bytes(b"x = 1\n" if kind else b"")
    elif kind == 5:
        os.mkdir(path)
        Path(os.fsdecode(os.path.join(path, b"inner.py"))).write_bytes(b"")
    elif kind == 6:
        os.symlink(
            choices.pick((b"foo", b".", b"..", b"/etc/hostname", b"nowhere", b"../../../beside/victim.txt")), path
        )
    else:
        os.mkfifo(path)


def _list(root: Path) -> None:
    reader = Reader()
    try:
        project = reader.read(root, root / "dist")
        for kind in ArtifactKind:
            for member in project.listing(kind, from_sdist=True):  # type: ignore[union-attr]  # it is native
                if member.path.startswith("/") or ".." in member.path.split("/"):
                    raise Broken(f"{member.path!r} leads out of the {kind.value}")
    except AtombuildError as error:
        check_error(error)
    finally:
        reader.close()


def _read_back(kind: ArtifactKind, path: Path, inside: Path) -> None:
    names = [member.path for member in read_contents(path, kind).members]
    if len(set(names)) != len(names):
        raise Broken(f"{kind.value} holds a name twice: {names}")
    if kind is ArtifactKind.SDIST:
        out = inside / "unpacked"
        out.mkdir()
        try:
            unpack_sdist(path, out)
        except SdistRejected as error:
            if not any("\\" in name for name in names):
                raise Broken(f"we refuse our own sdist: {error.why}") from error


FILE_NAMES: Final = Target("file-names", attempt, examples=60, size=200)
