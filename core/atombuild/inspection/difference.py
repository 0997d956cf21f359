"""What is in one artifact and not in another: members, sizes, metadata, and the modules that got lost.

A module that silently stays out of a wheel is the worst of packaging bugs: everything is green, and users get an
ImportError. So lost modules are told by themselves, and so are members that are missing from one of several.
"""

from __future__ import annotations

import difflib
import time
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
"""Lines of either text: the longest step of the search for what they share takes a second then."""

_DIFF_SECONDS: Final = 2.0
"""For the whole of it. Of lines that come again and again, difflib needs the cube of their number."""

_CONTEXT: Final = 3
"""Lines around a change, as diffs have it."""


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
    """Return a unified diff with three lines of context, without its two headings.

    ``breathe`` is called now and then, and may raise. What would take longer than anybody waits is told to be so.
    """
    old, new = before.splitlines(), after.splitlines()
    if max(len(old), len(new)) > _LONGEST_DIFF:
        return (f"too long to compare line by line: {len(old):,} and {len(new):,} lines",)
    try:
        return tuple(_unified(old, new, _Matcher(old, new, breathe)))
    except _OutOfTime:
        return (f"too much alike to compare line by line: {len(old):,} and {len(new):,} lines",)


class _OutOfTime(Exception):
    """The search for what two texts share takes too long."""


class _Matcher(difflib.SequenceMatcher[str]):
    """Looks at the clock before every step: a step takes a second at most, and there may be thousands."""

    def __init__(self, old: list[str], new: list[str], breathe: Callable[[], object]) -> None:
        self._breathe = breathe
        self._until = time.monotonic() + _DIFF_SECONDS
        super().__init__(None, old, new)

    def find_longest_match(
        self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None
    ) -> difflib.Match:
        self._breathe()
        if time.monotonic() > self._until:
            raise _OutOfTime
        return super().find_longest_match(alo, ahi, blo, bhi)


def _unified(old: list[str], new: list[str], matcher: _Matcher) -> Iterator[str]:
    for group in matcher.get_grouped_opcodes(_CONTEXT):
        _, first_old, _, first_new, _ = group[0]
        _, _, last_old, _, last_new = group[-1]
        yield f"@@ -{_span(first_old, last_old)} +{_span(first_new, last_new)} @@"
        for tag, old_from, old_to, new_from, new_to in group:
            if tag == "equal":
                yield from (f" {line}" for line in old[old_from:old_to])
                continue
            yield from (f"-{line}" for line in old[old_from:old_to])
            yield from (f"+{line}" for line in new[new_from:new_to])


def _span(first: int, last: int) -> str:
    """Return a range of lines as unified diffs say it: an empty one begins at the line before."""
    count = last - first
    if count == 1:
        return str(first + 1)
    return f"{first + 1 if count else first},{count}"
