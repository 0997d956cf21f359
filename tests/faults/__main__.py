"""``python -m tests.faults``: break every call of a publish, kill before every call, and count what that broke."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))  # as pytest does: what tests share is found from there

from faults.campaign import Campaign, Outcome, every  # noqa: E402 (only now it can be found)
from faults.injection import Fault, why_not  # noqa: E402
from faults.situations import SITUATIONS  # noqa: E402


def main() -> int:
    """Run the campaign, and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description="Inject faults into builds.")
    parser.add_argument("--share", type=int, default=1, help="of the errors only every so many-th; of the kills all")
    parser.add_argument("--situation", choices=sorted(SITUATIONS), help="only this one")
    arguments = parser.parse_args()
    reason = why_not()
    if reason:
        say(f"nothing can be injected here: {reason}")
        return 1
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory(prefix="atombuild-faults-") as folder:
        os.environ.setdefault("ATOMBUILD_CACHE_DIR", f"{folder}/cache")
        for name in [arguments.situation] if arguments.situation else SITUATIONS:
            began = time.monotonic()
            outcomes += _situation(name, Path(folder) / name.replace(" ", "-"), arguments.share)
            say(f"  {time.monotonic() - began:.0f} s")
    say("\n| Situation | faults injected | broke | kills | broke |\n|---|---|---|---|---|")
    for name in dict.fromkeys(each.situation for each in outcomes):
        say(f"| {name} | {_counted([each for each in outcomes if each.situation == name])} |")
    say(f"| all | {_counted(outcomes)} |")
    return 1 if any(each.broke for each in outcomes) else 0


def _situation(name: str, folder: Path, share: int) -> list[Outcome]:
    campaign = Campaign(name, folder)
    chosen = [*campaign.kills(), *every(share, campaign.refusals())]
    say(f"{name}: {len(campaign.calls)} calls, {len(chosen)} faults")

    def inject(fault: Fault) -> Outcome:
        outcome = campaign.inject(fault)
        for each in outcome.broke if outcome.struck else ():
            say(f"  BROKE {fault}: {each}\n    hit {'; '.join(outcome.disturbed.hit)[:300]}")
        return outcome

    with ThreadPoolExecutor(max(os.cpu_count() or 1, 1)) as pool:
        outcomes = [outcome for outcome in pool.map(inject, chosen) if outcome.struck]
    missed = Counter(fault.call.name for fault in chosen) - Counter(outcome.fault.call.name for outcome in outcomes)
    if missed:
        say(f"  struck nothing, and are not counted: {dict(missed)}")
    return outcomes


def say(line: str) -> None:
    """Print a line at once, also into a pipe."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _counted(outcomes: list[Outcome]) -> str:
    kills = [each for each in outcomes if each.killed]
    faults = [each for each in outcomes if not each.killed]
    figures = (len(faults), sum(1 for each in faults if each.broke), len(kills), sum(1 for each in kills if each.broke))
    return " | ".join(f"{figure:,}" for figure in figures)


if __name__ == "__main__":
    sys.exit(main())
