"""Thousands of saves against a watching app: no change is lost, and nothing grows."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from soak.author import Author
from soak.watched import Taken, watching

GROWN_KILOBYTES = 24 * 1024
"""By which memory may have grown at the end: caches that are bounded fill up once."""

GROWN_DESCRIPTORS = 4
GROWN_THREADS = 2


@dataclass
class Report:
    """What came of it."""

    saves: int = 0
    looks: int = 0
    """How often the artifacts were compared with a build of the tree."""

    lost: list[str] = field(default_factory=list)
    grown: list[str] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    seconds: float = 0.0


def soak(root: Path, package: str, saves: int, *, every: int, say: Callable[[str], None], seed: int = 0) -> Report:
    """Save so many times; after each ``every`` saves, compare what stands with what should."""
    report, author = Report(), Author(root, package, seed)
    pauses = random.Random(seed)  # noqa: S311 - no secret
    began = time.monotonic()
    with watching(root) as app:
        report.lost += filter(None, [app.catches_up()])
        while author.saves < saves and app.alive:
            target = min(author.saves + every, saves)
            while author.saves < target:
                author.work()
                # People pause; scripts do not. Both must be met in mid-build.
                time.sleep(pauses.choice((0.0, 0.0, 0.01, 0.05)))
            report.lost += filter(None, [app.catches_up()])
            report.looks += 1
            report.taken.append(app.taken)
            say(f"{author.saves:,} saves, {len(report.lost)} lost; {report.taken[-1]}")
        status = app.finish()
        if status != 0:
            report.lost.append(f"the app ended with {status}")
    report.saves, report.seconds = author.saves, time.monotonic() - began
    report.grown = _grown(report.taken)
    left = sorted(path.name for path in (root / "dist").iterdir() if path.name.endswith((".tmp", ".dir")))
    if left:
        report.grown.append(f"temporaries are left: {left}")
    return report


def _grown(taken: list[Taken]) -> list[str]:
    """Say what grew from the first third, when everything has been used once, to the end."""
    early, late = taken[len(taken) // 3], taken[-1]
    bounds = (
        ("memory (kB)", early.kilobytes, late.kilobytes, GROWN_KILOBYTES),
        ("descriptors", early.descriptors, late.descriptors, GROWN_DESCRIPTORS),
        ("threads", early.threads, late.threads, GROWN_THREADS),
    )
    return [f"{what} grew from {old:,} to {new:,}" for what, old, new, bound in bounds if new - old > bound]
