"""RECORD: the list of a wheel's files with their hashes (binary distribution format, "RECORD")."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from atombuild.archive.wheel import WheelMember


def record_text(members: Iterable[WheelMember], record_path: str) -> str:
    """Return RECORD for ``members`` in their order; folders have no line, RECORD itself has one without a hash."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerows((m.name, f"sha256={m.sha256}", m.size) for m in members if not m.is_folder)
    lines.writerow((record_path, "", ""))
    return text.getvalue()
