"""What must hold after a build that a fault struck, and after the fresh start that follows it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from atombuild.builder import Plan
from atombuild.events import ArtifactStatus, AttemptStarted, Cause, Event
from atombuild.ledger import LedgerDamaged, read_ledger
from atombuild.publish import HISTORY, LEDGER, OutputDirectory
from atombuild.status import Attempt
from atombuild.wiring import ProjectSetup
from faults.injection import Disturbed
from faults.situations import Prepared, artifacts
from support.processes import told_words

_FAILED = frozenset(
    {"failed, old artifact removed", "failed, no old artifact", "not built, old artifact removed", "not built"}
)
_OWN = frozenset({".atombuild.history", ".atombuild.json", ".atombuild.lock", ".gitignore"})


def broken(prepared: Prepared, root: Path, disturbed: Disturbed) -> list[str]:
    """Return what does not hold; nothing is what a fault should break."""
    left = artifacts(root / "dist")
    wrong = list(_about_the_files(prepared, left))
    if not disturbed.killed:
        wrong += _about_the_end(disturbed, native=prepared.situation.native)
        wrong += _about_the_words(prepared, disturbed, left)
    wrong += _about_the_next_start(prepared, root, left, killed=disturbed.killed)
    return wrong


def _about_the_files(prepared: Prepared, left: dict[str, bytes]) -> Iterator[str]:
    for name, data in left.items():
        if data not in (prepared.old.get(name), prepared.new.get(name)):
            yield f"{name} is neither the old artifact nor the whole new one"


def _about_the_end(disturbed: Disturbed, *, native: bool) -> Iterator[str]:
    # What a backend says of its own failure may hold its traceback.
    for word in ("Traceback", "atombuild itself failed") if native else ("atombuild itself failed",):
        if word in disturbed.stderr:
            yield f"the command said {word!r}: {disturbed.stderr[-600:]}"
    if disturbed.status not in (0, 1):
        yield f"exit status {disturbed.status}"
    if disturbed.status == 1 and not disturbed.stderr.startswith(("error: ", "warning: ")):
        yield f"it failed without saying why: {disturbed.stderr!r}"


def _about_the_words(prepared: Prepared, disturbed: Disturbed, left: dict[str, bytes]) -> Iterator[str]:
    if any("write(1<" in line or "write(2<" in line for line in disturbed.hit):
        return  # the words themselves were lost on their way
    told = told_words(disturbed.stdout)
    for kind, name in prepared.situation.targets.items():
        words = told.get(kind, "nothing")
        expected = None
        if words == "succeeded":
            expected = prepared.new.get(name)
        elif words.endswith("old artifact still there") or (words == "nothing" and disturbed.status == 1):
            expected = prepared.old.get(name)
        if left.get(name) != expected and not words.endswith("can't be seen now"):
            yield f"{kind}: told {words!r}, and the file is {_described(prepared, name, left.get(name))}"
    succeeded = set(told.values()) <= {"succeeded", "built, can't be seen now"}
    if (disturbed.status == 0) != succeeded:
        yield f"exit status {disturbed.status} with the words {told}"


def _about_the_next_start(prepared: Prepared, root: Path, left: dict[str, bytes], *, killed: bool) -> Iterator[str]:
    dist = root / "dist"
    events: list[Event] = []
    session = ProjectSetup(root, dist, Plan()).session(events.append)
    try:
        session.attempt(Cause.START)
    finally:
        session.end()
    began = next((at for at, event in enumerate(events) if isinstance(event, AttemptStarted)), len(events))
    found = {event.kind.value: event.status for event in events[:began] if isinstance(event, ArtifactStatus)}
    last = {event.kind.value: event.status.words for event in events if isinstance(event, ArtifactStatus)}
    for kind, name in prepared.situation.targets.items():
        status = found.get(kind)
        claims = status is not None and status.attempt is Attempt.SUCCEEDED and "deleted" not in status.words
        if claims and name not in left:
            yield f"the next start says {status.words!r} of a {kind} that is not there"  # type: ignore[union-attr]
        if killed and status is not None and status.words == "succeeded" and left.get(name) != prepared.new.get(name):
            yield f"the next start says 'succeeded' of {_described(prepared, name, left.get(name))} {kind}"
        if last.get(kind) not in (_FAILED if prepared.situation.fails else {"succeeded"}):
            yield f"the next start ended with {last.get(kind)!r} for the {kind}"
    if artifacts(dist) != prepared.new:
        yield f"after the next start {sorted(artifacts(dist))} stand, not {sorted(prepared.new)} as undisturbed"
    hidden = {path.name for path in dist.iterdir()} - prepared.new.keys()
    temporary = {name for name in hidden if name.endswith((".tmp", ".dir"))}
    if temporary:
        yield f"temporaries outlived the next start: {sorted(temporary)}"
    strange = {name for name in hidden - temporary - _OWN if not name.startswith(f"{LEDGER}.damaged")}
    if strange:
        yield f"nobody's files: {sorted(strange)}"
    yield from _about_the_books(dist)


def _about_the_books(dist: Path) -> Iterator[str]:
    with OutputDirectory.open(dist, create=False) as directory:
        try:
            ledger = read_ledger(directory)
        except LedgerDamaged as error:
            yield f"the ledger is damaged: {error}"
            return
        if len(ledger.projects) != 1 or any(len(each.artifacts) != 2 for each in ledger.projects.values()):
            yield f"the ledger does not tell of both artifacts of one project: {ledger}"
        for line in (directory.read(HISTORY) or b"").splitlines():
            try:
                json.loads(line)
            except ValueError:
                yield f"a line of the history can't be read: {line[:80]!r}"


def _described(prepared: Prepared, name: str, data: bytes | None) -> str:
    if data is None:
        return "absent"
    names = {prepared.old.get(name): "the old", prepared.new.get(name): "the new"}
    return names.get(data, "some other")
