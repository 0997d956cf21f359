"""RECORD: the list of a wheel's files with their hashes (binary distribution format, "RECORD")."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_QUOTED: Final = frozenset(',"\r\n')
"""A field that holds one of these is quoted. Python's csv module leaves a lone carriage return as it is."""


def record_line(name: str, sha256: str, size: int) -> str:
    """Return a file's line; ``sha256`` is in urlsafe base64 without padding, ``size`` in bytes."""
    return f"{_field(name)},sha256={sha256},{size}\n"


def record_text(lines: Iterable[str], record_path: str) -> str:
    """Return RECORD: the lines of the wheel's files in their order, and its own, which has no hash."""
    return f"{''.join(lines)}{_field(record_path)},,\n"


def _field(text: str) -> str:
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if _QUOTED & set(text) else text
