"""``python -m tests.fuzz``: every target in turn, for as long as is asked for, with fresh random inputs.

A crash prints what repeats it, and the run goes on. At the end stands a table; the exit status is 1 on any crash.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # as pytest does: what tests share is found from there


def main() -> int:
    """Do what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Fuzz whatever comes from outside.")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--target", action="append", default=[], metavar="NAME", help="only this one; repeatable")
    parser.add_argument("--seed", type=int, help="repeat one input of --target")
    parser.add_argument("--input", type=Path, metavar="FILE", help="repeat the input of --target in this file")
    parser.add_argument(
        "--coverage-guided", action="store_true", help="let atheris choose the bytes of byte-level targets"
    )
    parser.add_argument("--under-atheris", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.under_atheris:
        from fuzz import guided  # noqa: PLC0415 (it must come before anything that it instruments)

        return guided.inside(arguments.target[0], str(arguments.input), arguments.minutes)
    from fuzz import runs  # noqa: PLC0415

    if arguments.coverage_guided:
        from fuzz import guided  # noqa: PLC0415

        return guided.run(arguments.target, arguments.minutes)
    if arguments.seed is not None or arguments.input is not None:
        return runs.repeat(arguments.target[0], arguments.seed, arguments.input)
    return runs.run(arguments.target, arguments.minutes)


if __name__ == "__main__":
    sys.exit(main())
