"""Ledgers and histories that somebody wrote into ``dist``: set aside or read, never a way out, never a crash.

The artifacts of the build before stand there; whatever the ledger says, the next build is as good as ever, no file but
an artifact falls, and the ledger that it leaves can be read.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from atombuild.events import Remembered, Warned
from atombuild.history import read_history
from atombuild.ledger import LedgerDamaged, read_ledger
from atombuild.publish import HISTORY, LEDGER, OutputDirectory
from atombuild_tui.journal import entries
from atombuild_tui.state import Dashboard
from fuzz import material
from fuzz.built import BASE, attempt_and_check, put_old, write_base
from fuzz.choices import Choices
from fuzz.oracle import Broken, Playground
from fuzz.target import Target

NOTE: Final = "notes.txt"
"""A file of the user's own, in the output directory."""

TARGETS: Final = (
    "foo-1.0.tar.gz", "foo-1.0-py3-none-any.whl", "../victim.tar.gz", "/etc/passwd.whl", "../../beside/victim.txt",
    NOTE, "x" * 300 + ".whl", "x" * 300 + ".tar.gz", "\ud800.whl", "\udcff.tar.gz", "a\0b.whl", ".whl", "..whl",
    "a\nb.whl", "\u202e.tar.gz", ".tar.gz", "",
)  # fmt: skip
FIELDS: Final = ("target", "former", "attempt", "outcome", "started", "old", "old_identity", "ended", "seconds", "size",
                 "sha256", "identity", "previous_size", "fingerprint", "durations")  # fmt: skip
OUTCOMES: Final = (
    "building",
    "queued",
    "failed",
    "succeeded",
    "cancelled",
    "interrupted",
    "not attempted",
    "not reached",
)


def attempt(choices: Choices, playground: Playground) -> None:
    """Plant such files, start, and build once well or badly."""
    root = playground.inside / "project"
    broken = choices.one_in(3)
    write_base(root, b"[project\n" if broken else BASE)
    put_old(playground, root)
    dist = root / "dist"
    (dist / NOTE).write_text("mine")
    ledger = dist / LEDGER
    history = dist / HISTORY
    if not choices.one_in(4):
        ledger.write_bytes(_ledger(choices, ledger.read_bytes()))
    if not choices.one_in(3):
        history.write_bytes(_history(choices, history.read_bytes()))
    trusted = _is_trusted(dist)
    views = attempt_and_check(root)
    _render(views.events)
    if not trusted and not any(isinstance(event, Warned) for event in views.events):
        raise Broken("a ledger that can't be trusted went without a warning")
    if (dist / NOTE).read_text() != "mine":
        raise Broken("a file that is no artifact was touched")
    with OutputDirectory.open(dist, create=False) as directory:
        read_history(directory, root)
        try:
            read_ledger(directory)
        except LedgerDamaged as error:
            raise Broken(f"the ledger after a build can't be read: {error}") from error


def _is_trusted(dist: Path) -> bool:
    try:
        with OutputDirectory.open(dist, create=False) as directory:
            read_ledger(directory)
    except LedgerDamaged:
        return False
    return True


def _render(events: list[Any]) -> None:
    """Show it all as the screen does."""
    board = Dashboard()
    for event in events:
        before, board = board, board.apply(event, 1e9)
        entries(event, before, board, 1e9, None)
        if isinstance(event, Remembered):
            _render_history(event)


def _render_history(event: Remembered) -> None:
    from atombuild_tui.pages import history  # noqa: PLC0415 (only here)
    from atombuild_tui.pages.page import View  # noqa: PLC0415
    from atombuild_tui.places import Places  # noqa: PLC0415

    view = View(Dashboard(history=event.attempts), Places(), 1e9, None)
    history._heading(event.attempts, 80, wide=True)
    for past in event.attempts:
        history._row(past, 1e9, None, wide=True)
        list(history._details(past, view))


def _ledger(choices: Choices, good: bytes) -> bytes:
    way = choices.below(8)
    if way == 7:
        return choices.raw(choices.below(200))
    if way == 6:
        return choices.pick((b"[" * 100_000, b'{"a":' * 50_000, b"\xef\xbb\xbf{}", b"9" * 5000, b"[" + b"0," * 50_000))
    plain = json.loads(good)
    for _ in range(1 + choices.below(3)):
        records = [record for project in plain["projects"].values() for record in project["artifacts"].values()]
        record = choices.pick(records)
        if choices.one_in(4):
            record["target"] = choices.pick(TARGETS)
        elif choices.one_in(4):
            record["outcome"] = choices.pick(OUTCOMES)
        elif choices.one_in(3):
            number = choices.pick(material.NUMBERS)
            record[choices.pick(("size", "previous_size", "attempt"))] = number
        elif choices.one_in(8):
            choices.pick(list(plain["projects"].values()))["attempt"] = choices.pick(material.NUMBERS)
        else:
            record[choices.pick(FIELDS)] = material.json_value(choices)
    data = json.dumps(plain).encode("utf-8", "surrogatepass")
    return material.mutated(choices, data) if way == 5 else data


def _history(choices: Choices, good: bytes) -> bytes:
    lines = []
    for _ in range(1 + choices.below(4)):
        plain = json.loads(good.splitlines()[0])
        for _ in choices.many(3):
            if choices.one_in(2):
                plain[choices.pick(list(plain))] = material.json_value(choices)
            else:
                parts = list(plain["artifacts"].values()) if isinstance(plain["artifacts"], dict) else []
                part = choices.pick([each for each in parts if isinstance(each, dict)] or [{}])
                part[choices.pick(("outcome", "size", "seconds"))] = choices.pick((*material.NUMBERS, *material.FLOATS))
        line = json.dumps(plain).encode("utf-8", "surrogatepass")
        lines.append(material.mutated(choices, line) if choices.one_in(4) else line)
    return b"\n".join(lines) + choices.pick((b"\n", b"", b"\r\n", b"\0"))


LEDGERS: Final = Target("ledgers", attempt, examples=80, size=200)


def attempt_bytes(choices: Choices, playground: Playground) -> None:
    """Read a ledger and a history that are these very bytes."""
    dist = playground.inside / "dist"
    dist.mkdir()
    data = choices.raw(1 << 16)
    for name in (LEDGER, HISTORY):
        (dist / name).write_bytes(data)
    with OutputDirectory.open(dist) as directory:
        _render([Remembered(read_history(directory, playground.inside))])
        try:
            read_ledger(directory)
        except LedgerDamaged:
            return


def _sample(choices: Choices) -> bytes:
    record = dict[str, Any].fromkeys(FIELDS) | {
        "attempt": 1,
        "outcome": "failed",
        "started": 1.5,
        "old": "none",
        "durations": [],
    }
    good = {"format": 1, "projects": {"..": {"attempt": 1, "artifacts": {"sdist": record}}}}
    artifacts = {"sdist": {"outcome": "failed", "size": None, "seconds": 0.1}}
    past = {
        "project": "..",
        "attempt": 3,
        "started": 1e9,
        "seconds": 0.5,
        "cause": "change",
        "paths": ["a"],
        "total": 1,
        "outcome": "failed",
        "why": "x",
        "artifacts": artifacts,
    }
    if choices.one_in(2):
        return _history(choices, json.dumps(past).encode())
    return _ledger(choices, json.dumps(good).encode())


LEDGER_BYTES: Final = Target("ledger-bytes", attempt_bytes, examples=30, sample=_sample, size=300)
