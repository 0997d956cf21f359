"""Typed values out of a table of settings; what is refused goes to the document's findings, the rest holds."""

from __future__ import annotations

import math
from typing import Any

from atombuild.project.checks import Table, dotted
from atombuild.settings.registry import Kind, Place, Setting, settings_of


def read_settings_table(table: Table, place: Place) -> dict[str, Any]:
    """Return the values that are there and right, by name: tuples for lists, a command as it is written."""
    values = {setting.name: _value(table, setting) for setting in settings_of(place) if setting.name in table.values}
    return {name: value for name, value in values.items() if value is not None}


def _value(table: Table, setting: Setting) -> Any:
    value = table.values[setting.name]
    if setting.kind is Kind.STRINGS:
        return table.strings(setting.name)
    if setting.kind is Kind.PATTERNS:
        return _patterns(table, setting)
    if setting.kind is Kind.KEYS:
        return _keys(table, setting)
    if setting.kind is Kind.COMMAND and isinstance(value, list):
        return table.strings(setting.name) if _is_command(table, setting, value) else None
    if _is_right(setting.kind, value):
        return value
    keys, hint = (*table.keys, setting.name), f"write it as {setting.kind.value}: {setting.example}"
    number = type(value) in {int, float} and setting.kind in {Kind.WHOLE, Kind.SECONDS}
    if number and (type(value) is int or setting.kind is Kind.SECONDS):
        table.findings.refuse(keys, f"`{dotted(keys)}` is {value}, and must be {setting.kind.value}", hint)
    elif isinstance(value, str) and setting.kind in {Kind.STRING, Kind.COMMAND}:
        table.findings.refuse(keys, f"`{dotted(keys)}` is empty", hint)
    else:
        table.findings.wrong_type(keys, value, setting.kind.value, hint)
    return None


def _is_right(kind: Kind, value: Any) -> bool:
    if kind is Kind.BOOLEAN:
        return isinstance(value, bool)
    if kind is Kind.WHOLE:
        return type(value) is int and value >= 0
    if kind is Kind.SECONDS:
        return type(value) in {int, float} and value > 0 and math.isfinite(value)
    return isinstance(value, str) and bool(value.strip())


def _is_command(table: Table, setting: Setting, value: list[Any]) -> bool:
    if value and all(isinstance(word, str) for word in value) and value[0]:
        return True
    keys = (*table.keys, setting.name)
    table.findings.refuse(keys, f"`{dotted(keys)}` is no command", f"write the program first: {setting.example}")
    return False


def _patterns(table: Table, setting: Setting) -> tuple[str, ...] | None:
    """Return the patterns; one that is none costs itself alone."""
    from atombuild.watch.ignore_patterns import wrong_patterns  # noqa: PLC0415 (few projects have any)

    lines = table.strings(setting.name)
    if lines is None:
        return None
    keys = (*table.keys, setting.name)
    wrong = wrong_patterns(lines)
    for line in wrong:
        hint = f"write patterns as in .gitignore: {setting.example}"
        table.findings.refuse(keys, f"`{dotted(keys)}` holds {line!r}, which is no pattern", hint)
    return tuple(line for line in lines if line not in wrong)


def _keys(table: Table, setting: Setting) -> dict[str, tuple[str, ...]] | None:
    inner = table.table(setting.name)
    if inner is None:
        return None
    found: dict[str, tuple[str, ...]] = {}
    for name, value in inner.values.items():
        each = [value] if isinstance(value, str) else value
        if isinstance(each, list) and each and all(isinstance(key, str) and key for key in each):
            found[name] = tuple(each)
        else:
            inner.findings.wrong_type((*inner.keys, name), value, "a key, or a list of keys", f'write {name} = "f5"')
    return found
