"""``python -m tests.bench``: how long a rebuild takes here, and with what people would run instead.

Every project is built by each in turn, round after round, so that a busy moment of the machine hits all of them.
Printed are medians with the spread (smallest to largest), ratios to ``uv build`` of the same rounds, peak memory and
archive sizes. Our times end when the artifact stands under its name and the disk has confirmed it; uv asks the disk for
nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import uv

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))  # as pytest does: what tests share is found from there

from bench.projects import Subject, as_released, from_index, heavy, made_up  # noqa: E402 (only now it can be found)

CACHE = Path.home() / ".cache" / "atombuild-bench"


def main() -> None:
    """Run what is asked for, and print Markdown."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure rebuilds against uv and build.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--backends", action="store_true", help="only the projects of other build backends")
    parser.add_argument("--screen", action="store_true", help="only what a person at the keyboard notices")
    parser.add_argument("--quick", action="store_true", help="leave out the real projects and the large one")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="atombuild-bench-"))
    try:
        if arguments.screen or not (arguments.backends or arguments.quick):
            on_screen(folder, arguments)
        if not (arguments.backends or arguments.screen):
            natively(folder, arguments)
        if arguments.backends or not (arguments.quick or arguments.screen):
            say(f"\n{machine()}; medians of {arguments.rounds} rounds (smallest to largest)\n")
            say("| One edit, sdist + wheel | `uv build` | `python -m build --installer uv` | ours, warm | warm is |")
            say("|---|---|---|---|---|")
            for backend, release, edited in RELEASES:
                subject = as_released(folder / release[0], CACHE, release, edited)
                say(backend_row(subject, backend, arguments.rounds))
    finally:
        shutil.rmtree(folder)


RELEASES = (
    ("flit-core", ("flask", "3.1.3"), "src/flask/app.py"),
    ("hatchling", ("attrs", "26.1.0"), "src/attr/_make.py"),
    ("setuptools", ("requests", "2.34.2"), "src/requests/api.py"),
    ("poetry-core", ("rich", "15.0.0"), "rich/console.py"),
    ("pdm-backend", ("unearth", "0.19.0"), "src/unearth/finder.py"),
)
"""Of other build backends: who builds it, which release, and the file that is edited."""


def on_screen(folder: Path, arguments: argparse.Namespace) -> None:
    """Measure what a person at the keyboard notices."""
    from bench.keys import heavy_keys, idle_share, starts  # noqa: PLC0415 (there are no such terminals on Windows)

    subject = made_up(folder, "tiny", 3)
    say(f"{machine()}\n")
    say("| Screen | median | p99 | of |")
    say("|---|---|---|---|")
    start = starts(subject.root, arguments.rounds)
    say(f"| start to first picture | {words(statistics.median(start))} | {words(max(start))} | {len(start)} |")
    for what, seconds in heavy_keys().items():
        ordered = sorted(seconds)
        p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
        say(f"| {what} | {words(statistics.median(ordered))} | {words(p99)} | {len(ordered)} |")
    say(f"\nIdle, it takes {idle_share(subject.root):.1%} of one core.")


def natively(folder: Path, arguments: argparse.Namespace) -> None:
    """Measure what is built natively."""
    subjects = [made_up(folder, "tiny", 3), made_up(folder, "500 files", 500)]
    if not arguments.quick:
        docs = '"docs/**", "tests/**", "js_tests/**"'
        subjects.append(from_index(folder / "d", CACHE, "django", "5.2.4", docs))
        subjects.append(from_index(folder / "s", CACHE, "sympy", "1.14.0", '"doc/**"'))
        subjects.append(made_up(folder, "50,000 files", 50_000))
        subjects.append(heavy(folder))
    say(f"{machine()}; medians of {arguments.rounds} rounds (smallest to largest)\n")
    say("| Project | | `uv build` | ours, cold | ours, warm | a file | warm is | peak | size to uv's |")
    say("|---|---|---|---|---|---|---|---|---|")
    for subject in subjects:
        for kinds in ("wheel", "sdist,wheel"):
            say(row(subject, kinds, arguments.rounds))
    say("\n| Save to artifact | both, ours | `watchfiles` + `uv build` | ours is |")
    say("|---|---|---|---|")
    for subject in subjects[:3]:
        say(save_row(subject, arguments.rounds))
    say("\n| Screen | start to first picture | key to picture while it builds from nothing |")
    say("|---|---|---|")
    for subject in subjects[2:3]:
        say(screen_row(subject, arguments.rounds))
    say("\n| `python -m build`, isolated | pip | uv |")
    say("|---|---|---|")
    for subject in subjects[:1]:
        say(f"| {subject.name} | {build_cell(subject, 'pip')} | {build_cell(subject, 'uv')} |")


def say(line: str) -> None:
    """Print at once: a run takes minutes."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def row(subject: Subject, kinds: str, rounds: int) -> str:
    """Measure one project and plan: uv, a cold command of ours, and a warm session, in turn."""
    theirs, cold = [], []
    out = subject.root.parent / "out"
    flags = ["--wheel"] if kinds == "wheel" else []
    for _ in range(rounds):
        theirs.append(timed([uv.find_uv_bin(), "build", "-q", *flags, "-o", out / "uv", subject.root]))
        cold.append(timed([sys.executable, "-m", "atombuild", "--once", *flags, "-o", out / "us", subject.root]))
    sizes = ratio_of_sizes(out)
    shutil.rmtree(out)
    ours = warm(subject, kinds, rounds)
    ratio = statistics.median(theirs) / statistics.median(ours.warm)
    what = "wheel" if kinds == "wheel" else "sdist + wheel"
    peak = f"{ours.peak / 1e6:.0f} MB"
    each = f"{statistics.median(ours.warm) / subject.files * 1e6:.0f} µs"
    cells = (f"{subject.name} ({subject.files:,} files)", what, span(theirs), span(cold), span(ours.warm), each)
    return f"| {' | '.join(cells)} | **{ratio:.1f} times as fast** | {peak} | {sizes} |"


def backend_row(subject: Subject, backend: str, rounds: int) -> str:
    """Measure a rebuild after an edit by uv, by build and by us."""
    out = subject.root.parent / "out"
    by_uv, by_build = [], []
    text = subject.edited.read_text()
    front_end = [sys.executable, "-m", "build", "--installer", "uv"]
    timed([uv.find_uv_bin(), "build", "-q", "-o", out, subject.root])  # downloads are no part of it
    for number in range(rounds):
        subject.edited.write_text(f"{text}\n# {number}\n")
        by_uv.append(timed([uv.find_uv_bin(), "build", "-q", "-o", out, subject.root]))
        by_build.append(timed([*front_end, "-o", out, subject.root]))
    subject.edited.write_text(text)
    ours = warm(subject, "sdist,wheel", rounds).warm
    ratio = statistics.median(by_uv) / statistics.median(ours)
    cells = (f"{subject.name} ({backend})", span(by_uv), span(by_build), span(ours))
    return f"| {' | '.join(cells)} | **{ratio:.1f} times as fast** |"


def save_row(subject: Subject, rounds: int) -> str:
    """Measure from the save to the artifact: our engine, and a watcher that starts uv anew."""
    ours = warm(subject, "sdist,wheel", rounds, "watch").saves
    theirs = watched_by_others(subject, rounds)
    ratio = statistics.median(theirs) / statistics.median(ours)
    return f"| {subject.name} | {span(ours)} | {span(theirs)} | **{ratio:.1f} times as fast** |"


@dataclass(frozen=True)
class Warm:
    """What a warm builder measured of itself."""

    peak: float
    """Bytes of memory."""

    warm: tuple[float, ...] = ()
    """Seconds of each attempt after an edit."""

    saves: tuple[float, ...] = ()
    """Seconds from each save to the artifact."""


def warm(subject: Subject, kinds: str, rounds: int, *mode: str) -> Warm:
    """Run ``warm.py`` in a process of its own."""
    arguments = (subject.root, subject.edited, kinds, str(rounds), *mode)
    command = [sys.executable, str(HERE / "warm.py"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    return Warm(told["peak"], tuple(told.get("warm", ())), tuple(told.get("saves", ())))


def watched_by_others(subject: Subject, rounds: int) -> list[float]:
    """Let watchfiles run ``uv build`` on every change; return the seconds from the save to the new wheel."""
    out = subject.root.parent / "watched"
    build = shlex.join([uv.find_uv_bin(), "build", "-q", "-o", str(out), str(subject.root)])
    watcher = subprocess.Popen(
        [sys.executable, "-m", "watchfiles", "--ignore-paths", out, build, subject.edited.parent],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    text, taken = subject.edited.read_text(), []
    try:
        before = wait_for_another(out, None)
        for number in range(rounds):
            time.sleep(1.5)
            began = time.perf_counter()
            subject.edited.write_text(f"{text}\n# {number}\n")
            before = wait_for_another(out, before)
            taken.append(time.perf_counter() - began)
    finally:
        watcher.terminate()
        watcher.wait()
        subject.edited.write_text(text)
        shutil.rmtree(out, ignore_errors=True)
    return taken


def wait_for_another(out: Path, before: int | None) -> int:
    """Wait until the wheel is another file, and return its number."""
    give_up = time.monotonic() + 120
    while time.monotonic() < give_up:
        for path in out.glob("*.whl"):
            try:
                found = path.stat()
            except FileNotFoundError:
                continue  # uv removes the old one before it builds
            number = found.st_ino ^ found.st_mtime_ns
            if number != before:
                return number
        time.sleep(0.002)
    raise TimeoutError("the other watcher built nothing")


def screen_row(subject: Subject, rounds: int) -> str:
    """Measure the screen in a terminal of 80 by 24."""
    from bench.screen import latency  # noqa: PLC0415 (there are no such terminals on Windows)

    found = latency(subject.root, rounds)
    keys = sorted(found.keys)
    p99 = keys[min(len(keys) - 1, int(len(keys) * 0.99))]
    return f"| {subject.name} | {span(found.start)} | {span(keys)}, p99 {words(p99)}, of {len(keys)} |"


def build_cell(subject: Subject, installer: str) -> str:
    """Measure ``python -m build`` once: it makes an environment for every artifact."""
    out = subject.root.parent / "build"
    try:
        seconds = timed([sys.executable, "-m", "build", "--installer", installer, "-o", out, subject.root])
    except subprocess.CalledProcessError:
        return "can't be run here"
    return words(seconds)


def timed(command: Sequence[str | Path]) -> float:
    """Run to the end, and return the seconds."""
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    return time.perf_counter() - began


def ratio_of_sizes(out: Path) -> str:
    """Compare the archives of both."""
    told = []
    for ending in (".whl", ".tar.gz"):
        uvs, ours = (
            sum(path.stat().st_size for path in (out / who).iterdir() if path.name.endswith(ending))
            for who in ("uv", "us")
        )
        if uvs:
            told.append(f"{ours / uvs:.3f}")
    return ", ".join(told)


def span(seconds: Sequence[float]) -> str:
    """Return the median and the spread."""
    return f"{words(statistics.median(seconds))} ({words(min(seconds))} to {words(max(seconds))})"


def words(seconds: float) -> str:
    """Return a duration."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"


def machine() -> str:
    """Describe where this runs."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
