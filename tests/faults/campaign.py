"""Which faults there are, and what came of injecting them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from faults.injection import ERRORS, Call, Disturbed, Fault, build_with, calls_in
from faults.situations import SITUATIONS, Prepared, prepare
from faults.verdict import broken


@dataclass(frozen=True)
class Outcome:
    """One fault, and what it broke."""

    situation: str
    fault: Fault
    struck: bool
    """It hit a call in the output directory. Threads and processes take turns, so that some miss, and don't count."""

    broke: tuple[str, ...]
    disturbed: Disturbed

    @property
    def killed(self) -> bool:
        """It was a kill."""
        return self.fault.effect == "signal=KILL"


class Campaign:
    """Faults in one situation, laid in a folder of its own."""

    def __init__(self, name: str, folder: Path) -> None:
        self._folder = folder
        self.prepared: Prepared = prepare(SITUATIONS[name], folder)
        counted = self.prepared.copy_to(folder / "counted")
        self.calls: list[Call] = calls_in(counted)

    def kills(self) -> Iterator[Fault]:
        """Yield a kill before each call; a stat changes nothing, so that one before it is another's."""
        for call in self.calls:
            if call.name != "newfstatat":
                yield Fault(call, "signal=KILL")

    def refusals(self) -> Iterator[Fault]:
        """Yield every error at every call, and short writes."""
        for call in self.calls:
            errors = ("EIO", "EACCES") if call.name == "newfstatat" else ERRORS
            for error in errors:
                yield Fault(call, f"error={error}")
            # A lie about a pipe, by which a hook talks to us, is none that a disk could tell.
            if call.name == "write" and self.prepared.situation.native:
                yield Fault(call, "retval=1")

    def inject(self, fault: Fault) -> Outcome:
        """Build once with this fault, and judge."""
        folder = Path(tempfile.mkdtemp(prefix="fault-", dir=self._folder))
        try:
            root = self.prepared.copy_to(folder)
            disturbed = build_with(root, fault)
            found = broken(self.prepared, root, disturbed)
        finally:
            shutil.rmtree(folder, ignore_errors=True)  # a private folder may be closed to us; it is a scratch folder
        return Outcome(self.prepared.situation.name, fault, disturbed.struck(root), tuple(found), disturbed)


def every(share: int, faults: Iterable[Fault]) -> list[Fault]:
    """Return every so many-th fault: each name of a call is met, with an error that changes from call to call."""
    return list(faults)[::share]


def sample(count: int, faults: Iterable[Fault]) -> list[Fault]:
    """Return about so many, evenly spread."""
    found = list(faults)
    # An odd step, so that it is not always the same error that is met.
    return found[:: max(len(found) // count, 1) | 1]
