"""The names we use in an output directory beside the artifacts: all hidden, none like an artifact's."""

from __future__ import annotations

import re
import secrets
from typing import Final

LOCK: Final = ".atombuild.lock"
"""Permanent; never unlinked, or two builders could each lock their own."""

LEDGER: Final = ".atombuild.json"

HISTORY: Final = ".atombuild.history"
"""A line for each attempt; see :mod:`atombuild.history`."""

DAMAGED_LEDGER: Final = ".atombuild.json.damaged"
"""Where a ledger that we can't trust is set aside, for its owner to look at; numbered where that name is taken."""

GITIGNORE: Final = ".gitignore"
"""Written with ``*`` into a directory that we create, as uv does."""

_TEMPORARY: Final = re.compile(r"\.atombuild-[0-9a-f]{16}\.tmp")

_PRIVATE: Final = re.compile(r"\.atombuild-[0-9a-f]{16}\.dir")

_DAMAGED: Final = re.compile(re.escape(DAMAGED_LEDGER) + r"(?:-\d+)?")


def temporary_name() -> str:
    """Return a new name for a temporary: hidden, and with no artifact's ending, so that no glob picks it up."""
    return f".atombuild-{secrets.token_hex(8)}.tmp"


def private_name() -> str:
    """Return a new name for a folder of ours; see :meth:`OutputDirectory.private_folder`."""
    return f".atombuild-{secrets.token_hex(8)}.dir"


def is_private(name: str) -> bool:
    """Whether the name is exactly of the form that :func:`private_name` makes."""
    return _PRIVATE.fullmatch(name) is not None


def is_temporary(name: str) -> bool:
    """Whether the name is exactly of the form that :func:`temporary_name` makes."""
    return _TEMPORARY.fullmatch(name) is not None


def is_ours(name: str) -> bool:
    """Whether a file of this name in an output directory belongs to us and not to the user."""
    known = name in {LOCK, LEDGER, HISTORY} or _DAMAGED.fullmatch(name) is not None
    return known or is_temporary(name) or is_private(name)


def check_target(name: str) -> str:
    """Return ``name`` if it can be an artifact's final name: one visible path component.

    Raises ValueError otherwise: names come from our own code, so a bad one is our bug.
    """
    if not name or name.startswith(".") or "/" in name or "\\" in name or "\0" in name:
        raise ValueError(f"not a file name for an artifact: {name!r}")
    return name
