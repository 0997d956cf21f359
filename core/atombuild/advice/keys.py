"""Advice on keys that nobody reads: uv ignores them without a word, and most are misspelled."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import fields
from typing import Any, Final

from atombuild.advice.backend import reads_uv_settings
from atombuild.advice.codes import Code, found
from atombuild.advice.spelling import nearest
from atombuild.finding import Finding
from atombuild.project.model import CoreMetadata, UvBuildSettings
from atombuild.project.pyproject import Pyproject
from atombuild.project.settings import SETTINGS_KEYS


def _keys_of(model: type) -> frozenset[str]:
    return frozenset(field.name.replace("_", "-") for field in fields(model))


_TABLES: Final = {
    ("project",): _keys_of(CoreMetadata) | {"dynamic"},
    ("build-system",): frozenset({"requires", "build-backend", "backend-path"}),
    SETTINGS_KEYS: _keys_of(UvBuildSettings),
}

_MISNAMED: Final = re.compile(r"uv[-_]?build([-_]?backend)?|build_?backend", re.IGNORECASE)
"""What else people call ``[tool.uv.build-backend]``."""


def advise_on_keys(pyproject: Pyproject) -> Iterator[Finding]:
    """Yield the unknown keys of the tables that a build reads."""
    is_read = reads_uv_settings(pyproject)
    for keys, known in _TABLES.items():
        if keys == SETTINGS_KEYS and not is_read:
            continue  # nothing in it has an effect, and that is said
        for name in _table(pyproject, keys):
            if name not in known:
                yield _unknown(pyproject, keys, name, known)
    for keys in (("tool",), ("tool", "uv")) if is_read else ():
        for name, value in _table(pyproject, keys).items():
            if _MISNAMED.fullmatch(name) and isinstance(value, dict):
                where, words = ".".join((*keys, name)), ".".join(SETTINGS_KEYS)
                yield found(
                    Code.UNKNOWN_KEY,
                    pyproject.at_key(*keys, name),
                    f"[{where}] is no table that uv_build reads",
                    f"call it [{words}]",
                )


def _unknown(pyproject: Pyproject, keys: tuple[str, ...], name: str, known: Collection[str]) -> Finding:
    table = ".".join(keys)
    return found(
        Code.UNKNOWN_KEY,
        pyproject.at_key(*keys, name),
        f"`{name}` is no key of [{table}]: it has no effect",
        _remedy(name, known),
    )


def _remedy(name: str, known: Collection[str]) -> str:
    guess = nearest(name, sorted(known))
    return f"did you mean `{guess}`?" if guess else f"remove it; the keys are {', '.join(sorted(known))}"


def _table(pyproject: Pyproject, keys: tuple[str, ...]) -> dict[str, Any]:
    table: Any = pyproject.table
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return table if isinstance(table, dict) else {}
