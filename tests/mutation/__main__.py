"""``python -m tests.mutation``: change the code in many small ways, one after another, and see which no test notices.

mutmut does it, with the operators of :mod:`mutation.operators` beside its own. What survives stands in SURVIVORS.md,
with the reason why no test is written for it; the exit code is 1 if something survived that does not stand there.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parents[1]
WORK: Final = ROOT / ".mutation"
LINKS: Final = {"src": "core", "tests": "tests", "tui": "tui", "pyproject.toml": "pyproject.toml"}
"""mutmut finds packages in its folder or in ``src`` there only."""

ENVIRONMENT: Final = {"MYPYPATH": "src", "PROMISE_EXAMPLES": "3", "PROMISE_STEPS": "12"}
"""Where mypy finds the mutants; a short run of the model."""

sys.path.insert(0, str(HERE.parent))  # as pytest does: what tests share is found from there


def main() -> int:
    """Run, and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description="See which change no test notices.")
    parser.add_argument("names", nargs="*", help="only these mutants, such as 'atombuild.ledger.*'; tried once more")
    parser.add_argument("--report", action="store_true", help="run nothing, only show what the latest run found")
    parser.add_argument("--again", action="store_true", help="what survived or timed out is tried once more")
    parser.add_argument("--jobs", type=int, default=1, help="how many at a time")
    arguments = parser.parse_args()
    WORK.mkdir(exist_ok=True)
    for name, to in LINKS.items():
        with contextlib.suppress(FileExistsError):
            (WORK / name).symlink_to(Path("..") / to)
    os.chdir(WORK)
    os.environ.update(ENVIRONMENT, PATH=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    names = arguments.names
    if arguments.again:
        from mutation import report  # noqa: PLC0415 (mutmut reads its settings from the folder it is in)

        names = [each.name for each in report.mutants() if each.status in report.OPEN]
    if not arguments.report:
        _run(names, arguments.jobs)
    return _report()


def _run(names: list[str], jobs: int) -> None:
    from mutmut.__main__ import cli  # noqa: PLC0415 (reads its settings from the folder it is in)

    from mutation import operators, selection  # noqa: PLC0415 (likewise)

    operators.install()
    selection.install()
    cli(["run", "--max-children", str(jobs), *names], standalone_mode=False)


def _report() -> int:
    from mutation import report  # noqa: PLC0415 (likewise)

    found = list(report.mutants())
    explained = report.explained(HERE / "SURVIVORS.md")
    new = [words for words in report.survivors(found) if words not in explained]
    sys.stdout.write(f"\n{report.table(found)}\n\nsurvived, and not in SURVIVORS.md: {len(new)}\n")
    sys.stdout.writelines(f"  {words}\n" for words in new)
    return 1 if new else 0


if __name__ == "__main__":
    sys.exit(main())
