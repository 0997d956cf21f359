"""Many builders of both kinds in one output directory, random kills, and readers who never see a partial file."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from faults.situations import artifacts
from support.backends import copy_of
from support.own_backend import write_project
from support.processes import COMMAND, environment
from support.projects import big_project
from support.readers import Reader
from support.wholeness import check_whole, contents, finals

BUILDERS = 8
KILLED = 0.35
"""Of the builds, by chance."""


@dataclass
class Report:
    """What came of it."""

    builds: int = 0
    kills: int = 0
    reads: int = 0
    broke: list[str] = field(default_factory=list)


def crowd(folder: Path, seconds: float, *, say: Callable[[str], None], seed: int = 0) -> Report:
    """Build, kill and read for so long, then let everybody finish, and look."""
    roots = [
        big_project(folder, 1, name="apples"),
        big_project(folder, 0, name="pears"),
        copy_of("in-tree", folder),
        write_project(folder / "sky"),
    ]
    out, report, lock = folder / "out", Report(), threading.Lock()
    until = time.monotonic() + seconds

    def build_again_and_again(number: int) -> None:
        chance = random.Random(f"{seed}-{number}")  # noqa: S311 - no secret
        while time.monotonic() < until:
            root = roots[number % len(roots)]
            if chance.random() < 0.3:
                _edit(root, chance)
            killed, status, said = _build(root, out, chance if chance.random() < KILLED else None)
            with lock:
                report.builds += 1
                report.kills += killed
                if not killed and status != 0:
                    report.broke.append(f"a build that nobody disturbed ended with {status}: {said[-500:]}")

    readers = [Reader(out) for _ in range(2)]
    threads = [threading.Thread(target=reader.run) for reader in readers]
    for thread in threads:
        thread.start()
    try:
        with ThreadPoolExecutor(BUILDERS) as pool:
            list(pool.map(build_again_and_again, range(BUILDERS)))
    finally:
        for reader, thread in zip(readers, threads, strict=True):
            reader.stop()
            thread.join()
            report.reads += reader.read
            report.broke += reader.broken
    say(f"{report.builds} builds, {report.kills} killed, {report.reads:,} reads; everybody finishes")
    for root in roots:
        _, status, said = _build(root, out, None)
        if status != 0:
            report.broke.append(f"the last build of {root.name} ended with {status}: {said[-500:]}")
    report.broke += _wrong_at_the_end(folder, roots, out)
    return report


def _edit(root: Path, chance: random.Random) -> None:
    module = next(root.rglob("src/**/*.py"))
    module.write_text(f"value = {chance.randrange(1 << 30)}\n")


def _build(root: Path, out: Path, chance: random.Random | None) -> tuple[bool, int, str]:
    """Build once, and kill it at some moment if there is a ``chance``; return whether, its status and its errors."""
    with subprocess.Popen(
        [*COMMAND, "--once", "-o", str(out), str(root)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as builder:
        killed = False
        if chance is not None:
            try:
                builder.wait(chance.uniform(0.1, 1.5))
            except subprocess.TimeoutExpired:
                builder.send_signal(signal.SIGKILL)
                killed = True
        _, said = builder.communicate(timeout=300)
        return killed, builder.returncode, said


def _wrong_at_the_end(folder: Path, roots: list[Path], out: Path) -> list[str]:
    wrong = []
    stand = artifacts(out)
    expected: dict[str, bytes] = {}
    for root in roots:
        alone = folder / "alone" / root.name
        shutil.copytree(root, alone, symlinks=True, ignore=shutil.ignore_patterns("dist"))
        _build(alone, alone / "dist", None)
        expected |= artifacts(alone / "dist")
    if sorted(stand) != sorted(expected):
        wrong.append(f"{sorted(stand)} stand, {sorted(expected)} should")
    wrong += [
        f"{name} is not what a build of its tree gives"
        for name in stand.keys() & expected.keys()
        if contents(name, stand[name]) != contents(name, expected[name])
    ]
    for path in finals(out):
        try:
            check_whole(path)
        except Exception as error:  # noqa: BLE001 (whatever is wrong with a file under a final name)
            wrong.append(f"{path.name}: {error!r}")
    left = sorted(path.name for path in out.iterdir() if path.name.endswith((".tmp", ".dir")))
    if left:
        wrong.append(f"temporaries are left: {left}")
    return wrong
