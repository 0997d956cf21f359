"""Parity and reproducibility: the project is built apart, twice, and what the two builds hold is compared."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from atombuild.apart import built_apart, compare
from atombuild.checks.result import Check, CheckResult, CheckRow, Verdict, worst
from atombuild.errors import Report
from atombuild.events import Event, Failure, ProjectUnusable
from atombuild.inspection.contents import read_contents
from atombuild.inspection.difference import difference
from atombuild.session import Session
from atombuild.status import ArtifactKind
from atombuild.wiring import ProjectSetup

_SHOWN: Final = 40
_BETWEEN_SECONDS: Final = 2.1
"""Between two builds: a zip archive tells no times apart that are closer than two seconds."""


@dataclass(slots=True)
class _Ear:
    """Keeps why a build apart failed."""

    reports: tuple[Report, ...] = ()

    def hear(self, event: Event) -> None:
        if isinstance(event, Failure | ProjectUnusable):
            self.reports = event.reports


def check_parity(setup: ProjectSetup, note: Callable[[Session], None]) -> CheckResult:
    """Compare the wheel from the sdist with the wheel from the tree. ``note`` takes each session, to cancel it."""
    ear = _Ear()
    found = compare(setup, ear.hear, note)
    if found is None:
        return _not_built(Check.PARITY, ear.reports)
    rows = [
        CheckRow(Verdict.FAILED, name, why)
        for names, why in (
            (found.only_from_tree, "only in the wheel from the tree: the sdist lacks what it is made from"),
            (found.only_from_sdist, "only in the wheel from the sdist"),
            (found.changed, "of other content"),
        )
        for name in names
    ]
    if len(set(found.names)) > 1:
        rows.insert(0, CheckRow(Verdict.FAILED, found.names[0], f"from the tree it is called {found.names[1]}"))
    if not rows:
        words = "the wheel is the same from the sdist and from the tree"
        return CheckResult(Check.PARITY, Verdict.PASSED, words)
    hint = "users who build from the sdist get another package: make the sdist hold what the wheel needs"
    words = f"{len(rows)} of the wheel's members {'differs' if len(rows) == 1 else 'differ'}"
    return CheckResult(Check.PARITY, Verdict.FAILED, words, _shown(rows), hint)


def check_reproducible(
    setup: ProjectSetup, note: Callable[[Session], None], wait: Callable[[float], None]
) -> CheckResult:
    """Build twice, a moment apart. ``wait`` pauses, and may raise to give up."""
    ear = _Ear()
    with ExitStack() as folders:
        first = folders.enter_context(built_apart(setup, ear.hear, note))
        if first is None:
            return _not_built(Check.REPRODUCIBLE, ear.reports)
        wait(_BETWEEN_SECONDS)
        second = folders.enter_context(built_apart(setup, ear.hear, note))
        if second is None:
            return _not_built(Check.REPRODUCIBLE, ear.reports)
        rows = tuple(row for kind in setup.plan.kinds for row in _compared(kind, first, second))
    verdict = worst(rows)
    if verdict is Verdict.PASSED:
        same = all(not row.why for row in rows)
        words = "two builds are the same, to the byte" if same else "two builds hold the same; their bytes differ"
        return CheckResult(Check.REPRODUCIBLE, verdict, words, rows)
    hint = "something that changes from build to build went in: a time, a path, an order, or another machine's state"
    return CheckResult(Check.REPRODUCIBLE, verdict, "two builds of the same files differ", _shown(rows), hint)


def _compared(
    kind: ArtifactKind, first: Mapping[ArtifactKind, Path], second: Mapping[ArtifactKind, Path]
) -> Iterator[CheckRow]:
    one, two = first[kind], second[kind]
    if one.name != two.name:
        yield CheckRow(Verdict.FAILED, one.name, f"the second time it is called {two.name}")
        return
    if _sha256(one) == _sha256(two):
        yield CheckRow(Verdict.PASSED, one.name)
        return
    found = difference(read_contents(one, kind), read_contents(two, kind))
    if found.is_none:
        yield CheckRow(Verdict.PASSED, one.name, "the same members; times, order or compression differ")
        return
    for pairs, why in (
        (found.changed, "of other content the second time"),
        (found.removed, "missing the second time"),
        (found.added, "only there the second time"),
    ):
        for pair in pairs:
            yield CheckRow(Verdict.FAILED, pair.path, f"{why} ({kind.value})")


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def _shown(rows: list[CheckRow] | tuple[CheckRow, ...]) -> tuple[CheckRow, ...]:
    if len(rows) <= _SHOWN:
        return tuple(rows)
    return (*rows[:_SHOWN], CheckRow(Verdict.FAILED, f"and {len(rows) - _SHOWN:,} more"))


def _not_built(check: Check, reports: tuple[Report, ...]) -> CheckResult:
    rows = tuple(CheckRow(Verdict.UNKNOWN, report.what, "; ".join(report.why)) for report in reports)
    hint = reports[0].hint if reports else "build it, and ask again"
    return CheckResult(check, Verdict.UNKNOWN, "the project could not be built", rows, hint)
