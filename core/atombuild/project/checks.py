"""Typed reading of TOML tables that collects every problem instead of stopping at the first.

A reader returns None both for an absent key and for a refused one: the refusal is in :class:`Findings` by then, and
whoever assembles the values raises it in the end.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from atombuild.errors import Location, Problem, ProjectInvalid
from atombuild.project.positions import Keys
from atombuild.project.pyproject import Pyproject


@dataclass(slots=True)
class Findings:
    """The problems found so far in one document."""

    pyproject: Pyproject
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, keys: Keys, what: str, hint: str, *why: str, at_key: bool = False) -> None:
        """Note a problem with the value under ``keys``, or with the key itself."""
        where = self.pyproject.at_key(*keys) if at_key else self.pyproject.at(*keys)
        self.problems.append(Problem(what, hint, where, why))

    def wrong_type(self, keys: Keys, value: object, expected: str, hint: str) -> None:
        """Note that a value is of another type than it must be."""
        self.refuse(
            keys, f"`{dotted(keys)}` has the wrong type", hint, f"invalid type: {described(value)}, expected {expected}"
        )

    def raise_if_any(self) -> None:
        """Raise :class:`ProjectInvalid` with all problems in the order of the file."""
        if self.problems:
            raise ProjectInvalid(tuple(sorted(self.problems, key=lambda problem: _order(problem.where))))


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the document, read key by key."""

    findings: Findings
    keys: Keys
    """Where it is in the document."""

    values: Mapping[str, Any]

    def table(self, name: str, *, expected: str = "a map") -> Table | None:
        """Return the table under ``name``."""
        value = self.values.get(name)
        if value is None:
            return None
        keys = (*self.keys, name)
        if isinstance(value, dict):
            return Table(self.findings, keys, value)
        self.findings.wrong_type(keys, value, expected, f"write it as a table: [{dotted(keys)}]")
        return None

    def string(self, name: str, *, expected: str = "a string") -> str | None:
        """Return the string under ``name``."""
        value = self.values.get(name)
        if value is None or isinstance(value, str):
            return value
        self.findings.wrong_type((*self.keys, name), value, expected, f'put it in double quotes: {name} = "…"')
        return None

    def boolean(self, name: str, *, default: bool) -> bool:
        """Return the boolean under ``name``."""
        value = self.values.get(name, default)
        if isinstance(value, bool):
            return value
        self.findings.wrong_type((*self.keys, name), value, "a boolean", f"write {name} = true or {name} = false")
        return default

    def strings(self, name: str, *, expected_item: str = "a string") -> tuple[str, ...] | None:
        """Return the list of strings under ``name``, without the items that are none."""
        value = self.values.get(name)
        if value is None:
            return None
        keys = (*self.keys, name)
        if not isinstance(value, list):
            self.findings.wrong_type(keys, value, "a sequence", f'write a list in brackets: {name} = ["…"]')
            return None
        for index, item in enumerate(value):
            if not isinstance(item, str):
                self.findings.wrong_type((*keys, index), item, expected_item, "put each item in double quotes")
        return tuple(item for item in value if isinstance(item, str))

    def string_map(self, name: str, *, expected_value: str = "a string") -> dict[str, str] | None:
        """Return the table of strings under ``name``, without the values that are none."""
        table = self.table(name)
        if table is None:
            return None
        for key in table.values:
            table.string(key, expected=expected_value)
        return {key: value for key, value in table.values.items() if isinstance(value, str)}

    def require(self, name: str, example: str) -> bool:
        """Whether ``name`` is there; its absence is noted at the table's header."""
        if name in self.values:
            return True
        self.findings.refuse(self.keys, f"missing field `{name}`", f"add to [{dotted(self.keys)}]: {example}")
        return False


def dotted(keys: Keys) -> str:
    """Return a path as TOML would write it, with indexes in brackets."""
    text = ""
    for key in keys:
        if isinstance(key, int):
            text += f"[{key}]"
        else:
            text += ("." if text else "") + (key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key))
    return text


def described(value: object) -> str:
    """Return what a value is, in the words of uv's parser."""
    if isinstance(value, bool):
        return f"boolean `{str(value).lower()}`"
    if isinstance(value, int):
        return f"integer `{value}`"
    if isinstance(value, float):
        finite = value - value == 0
        return f"floating point `{_plain(value) if finite else str(value).replace('nan', 'NaN')}`"
    if isinstance(value, str):
        return f"string {json.dumps(value, ensure_ascii=False)}"
    return "sequence" if isinstance(value, list) else "map"


def _plain(value: float) -> str:
    text = format(Decimal(repr(value)), "f")
    return text if "." in text else f"{text}.0"


def _order(where: Location | None) -> tuple[int, int]:
    return (where.line or 0, where.column or 0) if where else (0, 0)
