"""``python -m tests.hostile``: lets in everything, the long ones too, and prints how many were let through.

What other tests hold is counted by running those tests.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

TESTS = Path(__file__).parents[1]
sys.path.insert(0, str(TESTS))  # as pytest does: what tests share is found from there

from hostile.case import run  # noqa: E402 (only now it can be found)
from hostile.catalogue import CASES, ELSEWHERE  # noqa: E402


def main() -> int:
    """Let in what is asked for; return 1 if anything was let through."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description="Let in every hostile input.")
    parser.add_argument("--quick", action="store_true", help="leave out what takes minutes")
    parser.add_argument("--only", default="", metavar="WORDS", help="only those whose name holds these words")
    arguments = parser.parse_args()
    chosen = [case for case in CASES if arguments.only in case.name and not (arguments.quick and case.at_length)]
    through = []
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
        for number, case in enumerate(chosen):
            try:
                told = run(case, Path(folder) / str(number), Path(folder) / "cache")
            except (AssertionError, OSError) as error:
                through.append(case.name)
                say(f"LET THROUGH  {case.name}: {error}")
            else:
                say(f"held  {told.seconds:6.1f} s {told.megabytes:6.0f} MB  {case.name}")
    elsewhere = {} if arguments.only else _elsewhere()
    through += [what for what, held in elsewhere.items() if not held]
    for what, held in elsewhere.items():
        say(f"{'held' if held else 'LET THROUGH'}  by {ELSEWHERE[what]}  {what}")
    say(f"hostile inputs {len(chosen) + len(elsewhere)} / let through {len(through)}")
    return 1 if through else 0


def _elsewhere() -> dict[str, bool]:
    """Run the tests that hold the others; a test that was skipped, with its reason printed, holds nothing here."""
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
        report = Path(folder) / "report.xml"
        names = sorted({f"tests/{test}" for test in ELSEWHERE.values()})
        command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", "-p", "no:cacheprovider", *names]
        subprocess.run(command, cwd=TESTS.parent, stdout=subprocess.DEVNULL, check=False, env=os.environ)
        passed: dict[str, list[bool]] = {}
        for case in ET.parse(report).getroot().iter("testcase"):  # noqa: S314 (we have just written it)
            name = case.get("name", "").partition("[")[0]
            passed.setdefault(name, []).append(all(child.tag not in {"failure", "error", "skipped"} for child in case))
    return {what: all(passed.get(test.rpartition("::")[2], [False])) for what, test in ELSEWHERE.items()}


def say(text: str) -> None:
    """Print at once."""
    sys.stdout.write(text.encode("utf-8", "backslashreplace").decode() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
