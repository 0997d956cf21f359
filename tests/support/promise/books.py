"""The output directory as it must be, and one account per artifact: kept by hand, attempt by attempt."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from atombuild.builder import Plan
from atombuild.publish import LEDGER
from atombuild.status import ArtifactKind, Attempt
from support.promise.account import Account, stamp
from support.promise.project import Project, References, Tree

_DAMAGE = b"{"

A_FOLDER = None
"""What the books say stands under a name where a folder stands."""


@dataclass(frozen=True)
class Expected:
    """What an attempt must come to, worked out before it is made."""

    plan: Plan
    ends: Mapping[ArtifactKind, Attempt]
    targets: Mapping[ArtifactKind, str | None]
    old_removed: Mapping[ArtifactKind, bool]
    refused: tuple[ArtifactKind, ...] = ()
    """Something stands in their place that can't be removed."""

    in_directory: bool = True
    """Whether the output directory is touched at all."""

    generation: int = 0
    trees: tuple[Tree, ...] = ()
    """What a success may be made of; the disk tells which it was."""

    stirred: bool = False
    """Something was saved after the session looked at the project."""

    @property
    def ledgers_written(self) -> int:
        """How often an attempt that nobody disturbs writes its ledger, after it wrote what it found."""
        succeeded = sum(end is Attempt.SUCCEEDED for end in self.ends.values())
        return 1 + 2 * succeeded + (succeeded < len(self.ends))


@dataclass
class Books:
    """Everything the test believes."""

    project: Project
    out_dir: Path
    references: References
    disk: dict[str, bytes | None] = field(default_factory=dict)
    """Every visible entry of the output directory."""

    remembered: dict[ArtifactKind, Account] = field(default_factory=dict)
    """What survives a restart: the accounts that reached the disk."""

    told: dict[ArtifactKind, Account] = field(default_factory=dict)
    """What the session that lives knows."""

    temporaries: bool = False
    """Whether a dead builder may have left some."""

    def expect(self, plan: Plan) -> Expected | None:
        """Work out the next attempt; None: there will be none."""
        project, kinds = self.project, plan.kinds
        ends = project.forecast(plan)
        if project.missing or not project.readable:
            known = {kind: account.target for kind, account in self.known().items() if kind in kinds}
            if not any(known.values()) and not self.is_ledger_damaged():
                nothing = dict.fromkeys(kinds)
                fails = Expected(plan, ends, nothing, dict.fromkeys(kinds, False), in_directory=False)
                return None if project.missing else fails
            targets = {kind: known.get(kind) for kind in kinds}
            in_directory = self.out_dir.is_dir()  # a flawed project makes none
        else:
            targets = {kind: project.target(kind) for kind in kinds}
            in_directory = True
        refused = tuple(k for k, name in targets.items() if name in self.disk and self.disk[name] is A_FOLDER)
        if refused:
            ends = {kind: Attempt.FAILED if kind is refused[0] else Attempt.NOT_REACHED for kind in kinds}
        removed = {kind: kind not in refused and self._removes_old(kind, name) for kind, name in targets.items()}
        trees = (project.tree,)
        return Expected(plan, ends, targets, removed, refused, in_directory, project.generation, trees)

    def _removes_old(self, kind: ArtifactKind, target: str | None) -> bool:
        if target in self.disk:
            return True
        before = self.known().get(kind)
        failed_before = before is not None and before.target == target and before.attempt is not Attempt.SUCCEEDED
        return failed_before and before is not None and before.old_removed

    def recovered(self) -> dict[ArtifactKind, Account]:
        """Return the accounts as the next builder must find them.

        A file that was named and not written down counts as a success if it still stands there. If somebody changed
        it meanwhile, nobody can know any more that it ever was ours.
        """
        return {
            kind: replace(
                account,
                attempt=account.attempt if self.disk.get(str(account.target)) == account.holds else Attempt.INTERRUPTED,
                unrecorded=False,
            )
            if account.unrecorded
            else account
            for kind, account in self.remembered.items()
        }

    def known(self) -> dict[ArtifactKind, Account]:
        """Return what the next builder knows: the ledger may be lost, what the session saw itself is not."""
        return {**self.recovered(), **self.told}

    def open_session(self) -> None:
        """Enter a new session: it knows what the ledger says of attempts that came to an end."""
        self.told = {
            kind: account
            for kind, account in self.remembered.items()
            if account.attempt is not Attempt.INTERRUPTED and not account.unrecorded
        }

    def settle(self, expected: Expected, ends: Mapping[ArtifactKind, Attempt]) -> None:
        """Enter an attempt that came to its end."""
        if expected.in_directory:
            self.remembered = self.known()
            self.told.update(self.remembered)
            self.temporaries = False
        for kind, end in ends.items():
            target = expected.targets[kind]
            if target is not None and kind not in expected.refused:
                self.disk.pop(target, None)
            account = Account(end, target, expected.old_removed[kind], generation=expected.generation)
            if kind in expected.refused and target is not None:
                account = replace(account, kept=stamp(self.out_dir / target))
            if end is Attempt.SUCCEEDED:
                account = self._succeed(account, kind, expected)
            self.told[kind] = account
            if expected.in_directory:
                self.remembered[kind] = account

    def settle_killed(
        self, expected: Expected, before: Mapping[ArtifactKind, object], ledgers_written: int | None
    ) -> None:
        """Enter an attempt whose process died, by what it left.

        ``ledgers_written`` counts those since the attempt began; None: it never began.
        """
        known = self.known()
        self.told.clear()
        if not expected.in_directory:
            return
        self.temporaries = True
        if ledgers_written:
            self.remembered = known
        for kind, target in expected.targets.items():
            if target is None:
                account = Account(Attempt.INTERRUPTED, None)
            else:
                account = self._left(kind, target, expected, untouched=stamp(self.out_dir / target) == before[kind])
                if account.attempt is Attempt.SUCCEEDED and ledgers_written is not None:
                    recorded_by = 3 + 2 * expected.plan.kinds.index(kind)
                    account = replace(account, unrecorded=ledgers_written < recorded_by)
            if ledgers_written:
                over = ledgers_written == expected.ledgers_written and account.attempt is Attempt.INTERRUPTED
                self.remembered[kind] = replace(account, attempt=expected.ends[kind]) if over else account
            elif before[kind] is not None:
                assert target in self.disk, "nothing falls before the ledger says that the attempt began"
                assert stamp(self.out_dir / str(target)) == before[kind], "nothing falls before the ledger says so"

    def _left(self, kind: ArtifactKind, target: str, expected: Expected, *, untouched: bool) -> Account:
        account = Account(Attempt.INTERRUPTED, target, expected.old_removed[kind], generation=expected.generation)
        path = self.out_dir / target
        if untouched:
            return replace(account, kept=stamp(path))
        self.disk.pop(target, None)
        if stamp(path) is None:
            return account
        # Something new stands there: then it is whole, and the attempt at it did succeed.
        return self._succeed(replace(account, attempt=Attempt.SUCCEEDED), kind, expected)

    def _succeed(self, account: Account, kind: ArtifactKind, expected: Expected) -> Account:
        assert account.target is not None
        there = self.entries().get(account.target)
        for tree in expected.trees:
            holds = self.references.of(tree, kind, from_sdist=expected.plan.wheel_from_sdist)
            self.disk[account.target] = holds
            account = replace(account, holds=holds, tree=tree, stirred=expected.stirred)
            if there == holds:
                break
        return account

    @contextlib.contextmanager
    def held(self, expected: Expected) -> Iterator[dict[ArtifactKind, object]]:
        """Yield the stamps of what stands at the targets; held open, so that no new file can get an old inode."""
        stamps: dict[ArtifactKind, object] = {}
        with contextlib.ExitStack() as stack:
            for kind, target in expected.targets.items():
                path = self.out_dir / target if target else None
                stamps[kind] = stamp(path) if path else None
                if path is not None and stamps[kind] is not None:
                    stack.callback(os.close, os.open(path, os.O_RDONLY | os.O_NONBLOCK))
            yield stamps

    # What people do behind our back.

    def lose_ledger(self) -> None:
        self.remembered.clear()

    def damage_ledger(self) -> None:
        (self.out_dir / LEDGER).write_bytes(_DAMAGE)
        self.lose_ledger()

    def is_ledger_damaged(self) -> bool:
        path = self.out_dir / LEDGER
        return path.is_file() and path.read_bytes() == _DAMAGE

    def entries(self) -> dict[str, bytes | None]:
        """Look at what really stands there."""
        if not self.out_dir.is_dir():
            return {}
        return {
            path.name: path.read_bytes() if path.is_file() else A_FOLDER
            for path in self.out_dir.iterdir()
            if not path.name.startswith(".")
        }
