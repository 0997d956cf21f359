"""``python -m tests.soak``: thousands of saves against a watching app, or with ``--crowd`` many builders at once."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))  # as pytest does: what tests share is found from there

from soak.crowd import crowd  # noqa: E402 (only now it can be found)
from soak.saves import soak  # noqa: E402
from support.projects import big_project  # noqa: E402


def main() -> int:
    """Run what is asked for, and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description="Save again and again, and watch.")
    parser.add_argument("--saves", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--crowd", type=float, metavar="MINUTES", help="many builders in one directory, for so long")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="atombuild-soak-") as name:
        folder = Path(name)
        os.environ["ATOMBUILD_CACHE_DIR"] = f"{folder}/cache"
        os.environ["ATOMBUILD_STATE_DIR"] = f"{folder}/state"
        if arguments.crowd:
            gathered = crowd(folder, arguments.crowd * 60, say=say, seed=arguments.seed)
            say(f"builds {gathered.builds:,}, killed {gathered.kills:,}, reads {gathered.reads:,}")
            return _end("broke", gathered.broke)
        root = big_project(folder, 0, name="soaked")
        report = soak(root, "soaked", arguments.saves, every=250, say=say, seed=arguments.seed)
        say(f"saves {report.saves:,} in {report.seconds / 60:.1f} minutes, compared {report.looks:,} times")
        say(f"took at first {report.taken[len(report.taken) // 3]}, in the end {report.taken[-1]}")
        return _end("lost", report.lost) | _end("grown", report.grown)


def _end(word: str, wrong: list[str]) -> int:
    say(f"{word}: {len(wrong)}")
    for each in wrong[:20]:
        say(f"  {each}")
    return 1 if wrong else 0


def say(line: str) -> None:
    """Print a line at once, also into a pipe."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
