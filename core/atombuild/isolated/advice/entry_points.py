"""Advice on entry points as another backend wrote them into the wheel."""

from __future__ import annotations

import re
from collections.abc import Iterator
from configparser import ConfigParser
from configparser import Error as NotReadable
from pathlib import Path
from typing import Any, Final

from packaging.utils import canonicalize_name

from atombuild.advice.codes import Code, found
from atombuild.advice.entry_points import entry_point_finding, faults, missing_module, module_of
from atombuild.errors import Location
from atombuild.finding import Finding
from atombuild.isolated.advice.artifact import Artifact
from atombuild.isolated.advice.modules import holds_module
from atombuild.project.pyproject import Pyproject

_KEYS: Final = {"console_scripts": "scripts", "gui_scripts": "gui-scripts"}
_WRITTEN_IN: Final = ("pyproject.toml", "setup.cfg", "setup.py", "entry_points.txt")
"""Files in which projects of other backends write entry points."""


def advise_on_entry_points(wheel: Artifact, pyproject: Pyproject | None) -> Iterator[Finding]:
    """Yield what is wrong with the entry points that the wheel has, or that ``[project]`` gives."""
    text = wheel.text("entry_points.txt")
    groups = _written(pyproject) if pyproject is not None else {}
    if text is not None:
        reader = ConfigParser(delimiters=("=",), interpolation=None)
        reader.optionxform = str  # type: ignore[method-assign,assignment]
        try:
            reader.read_string(text)
        except NotReadable as error:
            yield found(
                Code.ENTRY_POINT,
                wheel.where,
                f"readers and installers can't read entry_points.txt: {str(error).splitlines()[0]}",
                "write one entry point a line, each name once in its group",
            )
        else:
            made = {group: dict(reader[group]) for group in reader.sections()}
            groups = {**made, **_forging(groups)}
    name = canonicalize_name(wheel.accepted.name.release.name)
    for fault in faults(groups, name, _programs(wheel)):
        yield entry_point_finding(fault, _place(wheel, pyproject, fault.group, fault.name))
    tops = {path.partition("/")[0].partition(".")[0] for path in wheel.packed}
    for group, entries in groups.items():
        for entry, reference in entries.items():
            module = module_of(reference)
            if module.partition(".")[0] in tops and not holds_module(wheel.packed, module):
                yield missing_module(entry, module, _place(wheel, pyproject, group, entry))


def _programs(wheel: Artifact) -> list[str]:
    return [path.partition(".data/scripts/")[2] for path in wheel.packed if ".data/scripts/" in path]


def _forging(groups: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Return the entries that are more than one line where they are made into a file; there they are lines already."""
    return {
        group: kept
        for group, entries in groups.items()
        if (kept := {name: value for name, value in entries.items() if "\n" in f"{name}{value}"})
    }


def _written(pyproject: Pyproject) -> dict[str, dict[str, str]]:
    """Return the entry points that ``[project]`` gives."""
    project = pyproject.table.get("project")
    table: dict[str, Any] = project if isinstance(project, dict) else {}
    given = table.get("entry-points")
    groups = {group: table.get(key) for group, key in _KEYS.items()} | (given if isinstance(given, dict) else {})
    return {
        group: {name: value for name, value in entries.items() if isinstance(value, str)}
        for group, entries in groups.items()
        if isinstance(entries, dict)
    }


def _place(wheel: Artifact, pyproject: Pyproject | None, group: str, name: str) -> Location:
    """Return where the project writes an entry point; the wheel, where that can't be told."""
    if pyproject is not None and name in _written(pyproject).get(group, {}):
        keys = (_KEYS[group],) if group in _KEYS else ("entry-points", group)
        return pyproject.at("project", *keys, name)
    pattern = re.compile(rf"""["']?{re.escape(name)}["']?\s*=""")
    for file in _WRITTEN_IN:
        line = _line_of(wheel.root / file, pattern, group)
        if line is not None:
            return Location(wheel.root / file, line)
    return wheel.where


def _line_of(path: Path, pattern: re.Pattern[str], group: str) -> int | None:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return None
    if path.suffix != ".toml" and not any(group in line for line in lines):
        return None
    return next((number for number, line in enumerate(lines, 1) if pattern.match(line.strip(" \t,[("))), None)
