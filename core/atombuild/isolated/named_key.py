"""Which key of ``pyproject.toml`` a backend complains about: it names the key, and seldom the line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from atombuild.errors import Location
from atombuild.project.pyproject import Pyproject

_DOTTED: Final = re.compile(r"(?<![\w.-])(?:project|tool|build-system)(?:\.[\w-]+)+")
_QUOTED: Final = re.compile(r"[`'\"\[](project|build-system)[`'\"\]]")
_WORD: Final = re.compile(r"[\w-]+")


def named_key(words: str, pyproject: Pyproject, backend: str) -> Location | None:
    """Return where the key stands that an error's words name, or the table that should hold it; None: they name none.

    hatchling, poetry-core, pdm-backend and setuptools name it in full: ``project.description``. flit does not:
    "description field should be …", "sdist include patterns must be a list".
    """
    for dotted in _DOTTED.findall(words):
        keys = _there(pyproject.table, dotted.split("."))
        if len(keys) > 1 or keys == ("project",):
            return pyproject.at(*keys)
    if backend.startswith("flit_core") and words.startswith("ConfigError"):
        for table in (("project",), ("tool", "flit")):
            keys = _in_order(pyproject.table, table, _WORD.findall(words))
            if len(keys) > len(table):
                return pyproject.at(*keys)
    quoted = _QUOTED.search(words)
    if quoted is not None and quoted[1] in pyproject.table:
        return pyproject.at(quoted[1])
    return None


def _there(table: object, keys: list[str]) -> tuple[str, ...]:
    """Return as much of this path as the document has."""

    def walk(table: object) -> Iterator[str]:
        for key in keys:
            if not isinstance(table, Mapping) or key not in table:
                return
            yield key
            table = table[key]

    return tuple(walk(table))


def _in_order(document: Mapping[str, object], table: tuple[str, ...], words: list[str]) -> tuple[str, ...]:
    """Return the way into a table that words lead, one after the other, where they are keys."""
    if _there(document, list(table)) != table:
        return ()
    inner: object = document
    for key in table:
        inner = inner[key] if isinstance(inner, Mapping) else {}
    way = list(table)
    for word in words:
        if isinstance(inner, Mapping) and word in inner:
            way.append(word)
            inner = inner[word]
    return tuple(way)
