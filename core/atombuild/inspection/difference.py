"""What is in one artifact and not in another: members, sizes, metadata, and the modules that got lost.

A module that silently stays out of a wheel is the worst of packaging bugs: everything is green, and users get an
ImportError. So lost modules are told by themselves, and so are members that are missing from one of several.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from atombuild.inspection.contents import Contents, Member
from atombuild.status import ArtifactKind

_MODULE_ENDINGS: Final = (".py", ".pyi", ".so", ".pyd")

_ASIDE: Final = frozenset({"test", "tests", "doc", "docs"})
"""Folders and files at the top of an sdist that nobody installs."""

_VERSIONED: Final = (".dist-info", ".data")
"""How the folders of a wheel end that carry the version in their name (binary distribution format)."""

_FOLLOWS: Final = "*.dist-info/RECORD"
"""RECORD follows from the other members: that it differs says nothing."""

_LONGEST_DIFF: Final = 20_000
"""Lines of either text. difflib takes minutes beyond."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One member before and after; at least one of them is there."""

    before: Member | None
    after: Member | None

    @property
    def path(self) -> str:
        """Where it stands now, or stood."""
        return (self.after or self.before or _NOTHING).path

    @property
    def growth(self) -> int:
        """Bytes that it grew."""
        return (self.after or _NOTHING).size - (self.before or _NOTHING).size


_NOTHING: Final = Member("", 0, "")


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of the metadata: the values that went and those that came."""

    field: str
    gone: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed from one artifact to another of its kind."""

    before: Contents
    after: Contents
    added: tuple[Pair, ...]
    removed: tuple[Pair, ...]
    changed: tuple[Pair, ...]
    metadata: tuple[FieldChange, ...]

    @property
    def lost_modules(self) -> tuple[Pair, ...]:
        """Modules that an import found before, and finds no more."""
        return tuple(pair for pair in self.removed if is_module(pair.path, self.after.kind))

    @property
    def is_none(self) -> bool:
        """Both hold the same."""
        return not (self.added or self.removed or self.changed or self.metadata)


def is_module(path: str, kind: ArtifactKind) -> bool:
    """Whether a member is a module of Python; in an sdist, what stands at the top among tests and documents is none."""
    top = path.partition("/")[0].partition(".")[0]
    aside = kind is ArtifactKind.SDIST and (top in _ASIDE or top.startswith("test_"))
    return path.endswith(_MODULE_ENDINGS) and not aside


def difference(before: Contents, after: Contents) -> Difference:
    """Compare two artifacts of one kind, member by member."""
    old = {_without_version(member.path): member for member in before.members}
    new = {_without_version(member.path): member for member in after.members}
    return Difference(
        before,
        after,
        added=tuple(Pair(None, new[key]) for key in sorted(new.keys() - old.keys())),
        removed=tuple(Pair(old[key], None) for key in sorted(old.keys() - new.keys())),
        changed=tuple(
            Pair(old[key], new[key])
            for key in sorted(old.keys() & new.keys())
            if _differ(old[key], new[key]) and key != _FOLLOWS
        ),
        metadata=tuple(_changed_fields(before, after)),
    )


def _without_version(path: str) -> str:
    """Return a path as that of a member of any version."""
    folder, slash, rest = path.partition("/")
    ending = next((each for each in _VERSIONED if slash and folder.endswith(each) and folder != each), None)
    return path if ending is None else f"*{ending}/{rest}"


def _differ(before: Member, after: Member) -> bool:
    return (before.digest, before.executable) != (after.digest, after.executable)


def _changed_fields(before: Contents, after: Contents) -> Iterator[FieldChange]:
    names = dict.fromkeys([*(name for name, _ in before.metadata), *(name for name, _ in after.metadata)])
    for name in names:
        old = [value for field, value in before.metadata if field == name]
        new = [value for field, value in after.metadata if field == name]
        gone = tuple(value for value in old if value not in new)
        come = tuple(value for value in new if value not in old)
        if gone or come:
            yield FieldChange(name, gone, come)


def text_difference(before: str, after: str, breathe: Callable[[], object] = lambda: None) -> tuple[str, ...]:
    """Return a unified diff with three lines of context, without its two headings."""
    old, new = before.splitlines(), after.splitlines()
    if max(len(old), len(new)) > _LONGEST_DIFF:
        return (f"too long to compare line by line: {len(old):,} and {len(new):,} lines",)
    lines = []
    for number, line in enumerate(difflib.unified_diff(old, new, lineterm="", n=3)):
        breathe()
        if number > 1:
            lines.append(line)
    return tuple(lines)
