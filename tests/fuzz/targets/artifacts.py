"""Artifacts as they are looked into, compared, and accepted from a backend: read to the end or refused, never believed.

An artifact is accepted only if a check of our own, which shares no code with it, finds it whole too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from packaging.utils import canonicalize_name
from packaging.version import Version

from atombuild.archive.bounds import Limits
from atombuild.errors import ArtifactUnreadable, BackendFailure
from atombuild.inspection.contents import Contents, read_contents
from atombuild.inspection.difference import difference, text_difference
from atombuild.inspection.text import read_member
from atombuild.isolated.acceptance import accept
from atombuild.isolated.expected import Expected
from atombuild.status import ArtifactKind
from atombuild_tui.pages.texts import member_lines
from fuzz.choices import Choices
from fuzz.oracle import Broken, Playground, check_error, check_nothing_acts, only_our_errors
from fuzz.target import Target
from fuzz.targets import archives
from support.wholeness import check_whole

NAMES: Final = {ArtifactKind.SDIST: "foo-1.0.tar.gz", ArtifactKind.WHEEL: "foo-1.0-py3-none-any.whl"}
LIMITS: Final = Limits(members=300, size=1 << 20)


def attempt(choices: Choices, playground: Playground) -> None:
    """Make such a file, look into it, compare it with another, and offer it as a backend would."""
    kind = choices.pick((ArtifactKind.WHEEL, ArtifactKind.SDIST))
    make = archives.wheel if kind is ArtifactKind.WHEEL else archives.sdist
    judge(kind, make(choices), playground.inside)


def judge(kind: ArtifactKind, data: bytes, inside: Path) -> None:
    """Give the file to everybody who reads artifacts."""
    folder = inside / "made"
    folder.mkdir()
    path = folder / NAMES[kind]
    path.write_bytes(data)
    contents = _look_into(path, kind)
    if contents is not None:
        _read_members(path, contents)
        difference(contents, contents)
        difference(Contents(kind, "x", 0, contents.members[::2], contents.metadata[::2]), contents)
    try:
        accepted = accept("backend", kind, folder, path.name, Expected(canonicalize_name("foo"), Version("1.0")))
    except BackendFailure as error:
        check_error(error)
        return
    if kind is ArtifactKind.WHEEL:
        check_whole(path)
    if contents is None or accepted.size != len(data):
        raise Broken("it was accepted, and can't be looked into")


def _look_into(path: Path, kind: ArtifactKind) -> Contents | None:
    try:
        return read_contents(path, kind, limits=LIMITS)
    except ArtifactUnreadable as error:
        check_error(error)
    return None


def _read_members(path: Path, contents: Contents) -> None:
    before = ""
    for member in contents.members[:6]:
        with only_our_errors():
            found = read_member(path, contents.kind, member.path)
            for line in member_lines(found):
                check_nothing_acts(line.left.plain + (line.text or ""))
            text_difference(before, found.text)
            before = found.text


ARTIFACTS: Final = Target("artifacts", attempt, examples=120, size=250)


def attempt_bytes(choices: Choices, playground: Playground) -> None:
    """Look into a wheel that is these very bytes."""
    judge(ArtifactKind.WHEEL, choices.raw(1 << 16), playground.inside)


WHEEL_BYTES: Final = Target("wheel-bytes", attempt_bytes, examples=20, sample=archives.wheel, size=800)
