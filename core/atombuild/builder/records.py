"""What is written down about one attempt: taken over from the ledger, kept up to date, put back into the ledger.

Two memories meet here. The ledger in the output directory knows what other processes did; the session that ordered
the attempt knows what it saw itself, even where the ledger could not be written, was deleted or was damaged. For each
artifact the newer of the two counts.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from atombuild.builder.plan import Order
from atombuild.builder.remains import (
    UNFINISHED,
    fate_of_old,
    identity_before,
    last_good_size,
    named_as_before,
    settle_interrupted,
)
from atombuild.builder.seams import Records
from atombuild.errors import OutputUnusable
from atombuild.ledger import Ledger, Old, Record, read_ledger, write_ledger
from atombuild.past import PastArtifact, PastAttempt
from atombuild.publish import LEDGER, Identity, OutputDirectory
from atombuild.standing import Observer
from atombuild.status import ArtifactKind, Attempt
from atombuild.units import MOST


@dataclass(frozen=True, slots=True)
class Doomed:
    """What must not stand any more once the attempt to build one artifact began."""

    names: tuple[str, ...]
    """File names, whether or not something stands there."""

    target: str | None
    """The one that the artifact will have; None: the backend has yet to choose it."""

    identity: Identity | None
    """Of the old artifact; None: there is none, or nobody could look."""

    looked: bool = True
    """Whether it is known which names an old artifact may have."""

    superseded: tuple[str, ...] = ()
    """Files of versions that this session built before, and that give way to this one."""


class AttemptRecords:
    """The records of one project's artifacts while an attempt runs."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._ledger = Ledger()
        self._records: dict[ArtifactKind, Record] = dict(order.known)
        self._before: Records = {}
        """What was known when this attempt began."""

        self.number = max((record.attempt for record in order.known.values()), default=0)
        """Of the newest attempt known; of this one from :meth:`begin` on."""

        self.identity: Identity | None = None
        """Which ledger file these records were read from, or written into, last. None: neither yet."""

    @property
    def current(self) -> Records:
        """The records as they are now, to keep."""
        return dict(self._records)

    def last_name(self, kind: ArtifactKind) -> str | None:
        """Return the newest file name that is known of an artifact; of the other one where it never had any."""
        kinds = (kind, *(each for each in self._records if each is not kind))
        known = (self._records[each].last_name for each in kinds if each in self._records)
        return next(filter(None, known), None)

    def __getitem__(self, kind: ArtifactKind) -> Record:
        """Return an artifact's record."""
        return self._records[kind]

    def read(self, directory: OutputDirectory) -> None:
        """Take over what the ledger knows better. Needs the lock, like all that follows.

        Raises :class:`atombuild.ledger.LedgerDamaged` and :class:`OutputUnusable`.
        """
        self._note_identity(directory)
        self._ledger = read_ledger(directory)
        earlier = self._ledger.of(self._order.root, self._order.out_dir)
        self.number = max(self.number, earlier.attempt)
        for kind, record in earlier.artifacts.items():
            if record.is_newer_than(self._records.get(kind)):
                self._records[kind] = record

    def settle_interrupted(self, directory: OutputDirectory, observer: Observer) -> PastAttempt | None:
        """Note how attempts ended that nobody is carrying out any more: the lock, which we hold, proves just that.

        Return the one that was cut off, if one was.
        """
        unfinished = tuple(kind for kind, record in self._records.items() if record.outcome in UNFINISHED)
        for kind, record in self._records.items():
            self._records[kind] = settle_interrupted(record, directory.path, observer)
        if not unfinished:
            return None
        newest = max((self._records[kind] for kind in unfinished), key=lambda record: record.attempt)
        of_it = tuple(kind for kind, record in self._records.items() if record.attempt == newest.attempt)
        return PastAttempt(
            newest.attempt, newest.started, None, "", (), 0, Attempt.INTERRUPTED, artifacts=self.past(of_it)
        )

    def past(self, kinds: tuple[ArtifactKind, ...]) -> dict[ArtifactKind, PastArtifact]:
        """Return what became of these artifacts, for the history."""
        records = {kind: self._records[kind] for kind in kinds if kind in self._records}
        return {kind: PastArtifact(each.outcome, each.size, each.seconds) for kind, each in records.items()}

    def begin(self, doomed: Mapping[ArtifactKind, Doomed]) -> None:
        """Start the records of a new attempt."""
        self.number = min(self.number + 1, MOST)  # or the ledger would say what it does not believe itself
        self._before = dict(self._records)
        now = time.time()
        for kind, old in doomed.items():
            before = self._before.get(kind)
            self._records[kind] = Record(
                target=old.target,
                attempt=self.number,
                outcome=Attempt.QUEUED,
                started=now,
                former=before.last_name if before is not None and not old.looked else None,
                old=self._fate(kind, old),
                old_identity=old.identity,
                previous_size=last_good_size(before),
                durations=before.durations if before else (),
            )

    def learn(self, doomed: Mapping[ArtifactKind, Doomed]) -> None:
        """Note what only now is known: which files these artifacts are, and which must not stand any more."""
        for kind, old in doomed.items():
            self.change(kind, target=old.target, former=None, old=self._fate(kind, old), old_identity=old.identity)

    def nobody_looked(self, kind: ArtifactKind) -> None:
        """Note that it can't be told what stands there; it is what stood there before, if it did."""
        self.change(kind, old=Old.UNSEEN, old_identity=identity_before(self._before.get(kind)))

    def _fate(self, kind: ArtifactKind, old: Doomed) -> Old:
        present = old.identity is not None
        return fate_of_old(present=present, looked=old.looked, before=self._before.get(kind), target=old.target)

    def is_open(self, kind: ArtifactKind) -> bool:
        """Whether this attempt has yet to say how it went."""
        return self._records[kind].outcome in UNFINISHED

    def change(self, kind: ArtifactKind, **facts: Any) -> None:
        """Note facts about an artifact: fields of :class:`Record`."""
        self._records[kind] = replace(self._records[kind], **facts)

    def end(self, kind: ArtifactKind, outcome: Attempt) -> None:
        """Note that an artifact did not come about."""
        self._records[kind] = named_as_before(self._records[kind])
        self.change(kind, outcome=outcome, ended=time.time(), size=None, sha256=None, identity=None, fingerprint=None)

    def write(self, directory: OutputDirectory) -> None:
        """Put the records into the ledger. Raises :class:`OutputUnusable`."""
        earlier = self._ledger.of(self._order.root, self._order.out_dir)
        tried = {kind: record for kind, record in self._records.items() if record.attempt > 0}
        records = replace(earlier.with_records(tried), attempt=max(self.number, earlier.attempt))
        self._ledger = self._ledger.with_project(self._order.root, self._order.out_dir, records)
        write_ledger(directory, self._ledger)
        self._note_identity(directory)

    def _note_identity(self, directory: OutputDirectory) -> None:
        try:
            self.identity = directory.look(LEDGER)
        except OutputUnusable:
            self.identity = None  # then the session reads the ledger once more, which is never wrong
