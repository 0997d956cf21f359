"""Which modules a wheel holds, by its members."""

from __future__ import annotations

import re
from collections.abc import Iterable


def holds_module(members: Iterable[str], module: str) -> bool:
    """Whether there is a module, a package, or a folder of this name: compiled ones and data folders included."""
    path = re.escape(module.replace(".", "/"))
    pattern = re.compile(rf"(.*\.data/(purelib|platlib)/)?{path}(\.pyi?|\.pyc|(\.[^/]*)?\.(so|pyd)|/.*)")
    return any(pattern.fullmatch(member) for member in members)
