"""Every target, by name."""

from __future__ import annotations

from typing import Final

from fuzz.target import Target
from fuzz.targets.artifacts import ARTIFACTS, WHEEL_BYTES
from fuzz.targets.file_names import FILE_NAMES
from fuzz.targets.globs import GLOBS
from fuzz.targets.keepsakes import KEEPSAKES
from fuzz.targets.ledgers import LEDGER_BYTES, LEDGERS
from fuzz.targets.locks import LOCKS
from fuzz.targets.output import OUTPUT, OUTPUT_BYTES
from fuzz.targets.pyproject import PYPROJECT, TOML
from fuzz.targets.records import RECORD_BYTES, RECORDS
from fuzz.targets.sdists import SDIST_BYTES, SDISTS
from fuzz.targets.settings_files import SETTINGS
from fuzz.targets.streams import EVENT_STREAMS, SCREEN

TARGETS: Final = (
    PYPROJECT, TOML, GLOBS, FILE_NAMES, SDISTS, SDIST_BYTES, ARTIFACTS, WHEEL_BYTES, LEDGERS, LEDGER_BYTES, LOCKS,
    KEEPSAKES, SETTINGS, OUTPUT, OUTPUT_BYTES, RECORDS, RECORD_BYTES, EVENT_STREAMS, SCREEN,
)  # fmt: skip


def target(name: str) -> Target:
    """Return the target of this name."""
    return next(each for each in TARGETS if each.name == name)
