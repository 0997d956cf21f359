"""Constraints on what is installed for a build: what a line says, and the files that hold such lines.

The format is that of pip's constraints files ("Requirements File Format" in pip's documentation): one requirement a
line, hashes after it, comments, lines that go on after a backslash, and ``-c`` or ``-r`` for another file. Options of
the installer stand in such files as well; ``uv build`` does not follow them, and neither do we.
"""

from __future__ import annotations

import hashlib
import os
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from atombuild.descriptors import read_regular
from atombuild.errors import Location, UsageMistake, system_reason
from atombuild.project.pyproject import MAX_SIZE

_COMMENT: Final = re.compile(r"(^|\s)#.*$")
_VARIABLE: Final = re.compile(r"\$\{([A-Z0-9_]+)\}")
_INCLUDING: Final = re.compile(r"(?:-c|-r|--constraints?\b|--requirements?\b)(?:\s+|=)?(.+)")
_HASH: Final = re.compile(r"\s--hash(?:=|\s+)(\S+)")
_DEEPEST: Final = 16
_ALGORITHMS: Final = ("sha256", "sha384", "sha512", "md5")
_EXAMPLE: Final = "write one requirement a line, such as setuptools<80 or hatchling==1.27.0 --hash=sha256:…"


@dataclass(frozen=True, slots=True)
class Constraint:
    """One line: what may be installed under a name, if that is installed at all."""

    requirement: Requirement
    hashes: tuple[str, ...] = ()
    """``algorithm:digest``: what is installed must be a file with one of them. Empty: any file will do."""

    where: Location | None = None

    @property
    def name(self) -> str:
        """The name that it is about, normalised."""
        return canonicalize_name(self.requirement.name)

    @property
    def line(self) -> str:
        """The line, as installers read it."""
        return " ".join((str(self.requirement), *(f"--hash={each}" for each in self.hashes)))

    def applies(self, markers: Mapping[str, str]) -> bool:
        """Whether it counts for an interpreter with these values of environment markers."""
        marker = self.requirement.marker
        return marker is None or marker.evaluate({**markers, "extra": ""})

    def admits(self, version: str) -> bool:
        """Whether a version may be installed. No version stands for what a URL names."""
        return self.requirement.url is None and self.requirement.specifier.contains(version, prereleases=True)


@dataclass(frozen=True, slots=True)
class Constraints:
    """What files of constraints say."""

    items: tuple[Constraint, ...] = ()
    options: tuple[tuple[str, Location], ...] = ()
    """Options of an installer that stand there, and where: they are not followed."""

    files: tuple[Path, ...] = ()
    """The files that were read, those that others name among them."""

    def __add__(self, other: Constraints) -> Constraints:
        """Return both, these first."""
        return Constraints(self.items + other.items, self.options + other.options, self.files + other.files)


def parse_constraint(text: str, hashes: Iterable[str] = (), where: Location | None = None) -> Constraint:
    """Return the constraint that a requirement and hashes make. Raises ValueError, with what is wrong."""
    try:
        requirement = Requirement(text)
    except InvalidRequirement as error:
        raise ValueError(str(error).splitlines()[0]) from None
    requirement.extras = set()  # installers take none in a constraint, or pass them over
    checked = tuple(map(_checked_hash, hashes))
    if checked and requirement.url is None and not _is_pinned(requirement):
        raise ValueError("a hash is of one file: installers look at it only where `==` says the version")
    return Constraint(requirement, checked, where)


def _is_pinned(requirement: Requirement) -> bool:
    return any(each.operator in {"==", "==="} and not each.version.endswith(".*") for each in requirement.specifier)


def read_constraints(path: Path) -> Constraints:
    """Return what a file of constraints says. Raises :class:`UsageMistake`, which names file and line."""
    return _read(path.absolute(), ())


def _read(path: Path, including: tuple[Path, ...]) -> Constraints:
    if path in including or len(including) > _DEEPEST:
        raise UsageMistake(
            f"the constraints file {path} names itself, through {including[-1]}",
            hint="remove one of the two lines that begin with -c or -r",
            where=Location(path),
        )
    found = Constraints(files=(path,))
    for number, line in _lines(_text(path)):
        where = Location(path, number)
        named = _INCLUDING.fullmatch(line)
        if named is not None:
            found += _read(Path(os.path.normpath(path.parent / named[1].strip("\"'"))), (*including, path))
        elif line.startswith("-"):
            found += Constraints(options=((_option(line), where),))
        else:
            found += Constraints((_constraint(line, where),))
    return found


def _constraint(line: str, where: Location) -> Constraint:
    first_hash = _HASH.search(line)
    text = line[: first_hash.start()] if first_hash else line
    rest = _HASH.sub("", line[len(text) :]).strip()
    if rest:
        raise _no_constraint(line, where, f"`{rest}` can't stand here")
    try:
        return parse_constraint(text.strip(), _HASH.findall(line), where)
    except ValueError as error:
        raise _no_constraint(line, where, str(error)) from None


def _no_constraint(line: str, where: Location, why: str) -> UsageMistake:
    what = f"the constraints file {where.path} has a line that is no constraint: {line}"
    return UsageMistake(what, hint=_EXAMPLE, where=where, why=(why,))


def _checked_hash(text: str) -> str:
    algorithm, _, digest = text.partition(":")
    if algorithm not in _ALGORITHMS:
        raise ValueError(f"`{text}` is no hash: it begins with one of {', '.join(f'{each}:' for each in _ALGORITHMS)}")
    if not re.fullmatch(f"[0-9a-fA-F]{{{hashlib.new(algorithm, usedforsecurity=False).digest_size * 2}}}", digest):
        raise ValueError(f"`{text}` is no {algorithm} hash: it has another length, or other characters than digits")
    return f"{algorithm}:{digest.lower()}"


def _option(line: str) -> str:
    try:
        return shlex.split(line)[0].partition("=")[0]
    except ValueError:
        return line


def _text(path: Path) -> str:
    hint = "give a text file of lines such as setuptools<80"
    try:
        data = read_regular(path, MAX_SIZE + 1)
    except (OSError, ValueError) as error:
        reason = system_reason(error) if isinstance(error, OSError) else "no file can have such a name"
        raise UsageMistake(
            f"the constraints file {path} can't be read: {reason}", hint=hint, where=Location(path)
        ) from error
    if len(data) > MAX_SIZE:
        raise UsageMistake(f"the constraints file {path} is larger than any", hint=hint, where=Location(path))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageMistake(
            f"the constraints file {path} can't be read: it is not UTF-8", hint=hint, where=Location(path, line)
        ) from None


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield each line that says something, joined with those that go on with it, and the number of its first."""
    begun, parts = 0, list[str]()
    for number, line in enumerate((*text.splitlines(), ""), start=1):
        begun = begun if parts else number
        if line.endswith("\\") and not line.lstrip().startswith("#"):
            parts.append(line[:-1])
            continue
        whole, parts = "".join((*parts, _COMMENT.sub("", line))).strip(), []
        if whole:
            yield begun, _VARIABLE.sub(lambda match: os.environ.get(match[1], match[0]), whole)
