"""What somebody may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that ``name`` is most likely a misspelling of."""
    found = difflib.get_close_matches(name.lower().replace("_", "-"), list(known), 1, 0.7)
    return found[0] if found else None
