"""The note in the lock file: whoever holds the lock wrote it, and we read it out to the one who waits."""

from __future__ import annotations

import fcntl
import json
import os
from typing import Final

from atombuild.errors import Cancelled
from atombuild.publish import LOCK, Holder, OutputDirectory
from atombuild.sanitise import visible
from fuzz import material
from fuzz.choices import Choices
from fuzz.oracle import Broken, Playground, check_nothing_acts
from fuzz.target import Target


def attempt(choices: Choices, playground: Playground) -> None:
    """Hold the lock with such a note, and ask for it."""
    dist = playground.inside / "dist"
    dist.mkdir()
    (dist / LOCK).write_bytes(_note(choices))
    held = os.open(dist / LOCK, os.O_RDWR)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        with OutputDirectory.open(dist) as directory, directory.locked("demo", _hear):
            raise Broken("two hold the lock")
    except Cancelled:
        return
    finally:
        os.close(held)


def _hear(holder: Holder | None) -> None:
    check_nothing_acts(visible(f"waiting for {holder}"))
    raise Cancelled


def _note(choices: Choices) -> bytes:
    if choices.one_in(6):
        return choices.pick((b"[" * 100_000, b"", b"null", b"{}", b"\xff" * 100, b'{"pid":' * 900))
    note = {"pid": 7, "host": "here", "project": "demo", "since": 1e9}
    for _ in choices.many(3):
        key = choices.pick(list(note))
        note[key] = choices.pick((material.text(choices), *material.NUMBERS, *material.FLOATS))
    data = json.dumps(note).encode()
    return material.mutated(choices, data) if choices.one_in(4) else data


LOCKS: Final = Target("locks", attempt, examples=100, size=80)
