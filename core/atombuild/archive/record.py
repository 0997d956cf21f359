"""RECORD: the list of a wheel's files with their hashes (binary distribution format, "RECORD")."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from atombuild.archive.wheel import WheelMember

_QUOTED: Final = frozenset(',"\r\n')
"""A field that holds one of these is quoted. Python's csv module leaves a lone carriage return as it is."""


def record_text(members: Iterable[WheelMember], record_path: str) -> str:
    """Return RECORD for ``members`` in their order; folders have no line, RECORD itself has one without a hash."""
    lines = [f"{_field(m.name)},sha256={m.sha256},{m.size}\n" for m in members if not m.is_folder]
    return f"{''.join(lines)}{_field(record_path)},,\n"


def _field(text: str) -> str:
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if _QUOTED & set(text) else text
