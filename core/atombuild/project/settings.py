"""``[tool.uv.build-backend]``, as written; the native builder judges paths and globs when it uses them.

And ``[tool.atombuild]``, the one table that is ours.
"""

from __future__ import annotations

from typing import Final

from atombuild.errors import Problem
from atombuild.project.checks import Findings, Table, dotted
from atombuild.project.model import OwnSettings, UvBuildSettings
from atombuild.project.pyproject import Pyproject
from atombuild.settings.reading import read_settings_table
from atombuild.settings.registry import Place

DATA_SCHEMES: Final = ("purelib", "platlib", "headers", "scripts", "data")
"""The keys of ``data``, in the order in which wheels hold them."""

SETTINGS_KEYS: Final = ("tool", "uv", "build-backend")

OWN_KEYS: Final = ("tool", "atombuild")
"""Our own table."""

SILENCE: Final = "silence"
"""Its key for the codes of advice that the author does not want to read."""


def read_settings(document: Table) -> UvBuildSettings:
    """Return the settings with uv's defaults; what is wrong goes to the document's findings."""
    table: Table | None = document
    for name, expected in zip(SETTINGS_KEYS, ("Tool", "ToolUv", "BuildBackendSettings"), strict=True):
        table = table.table(name, expected=f"struct {expected}") if table else None
    if table is None:
        return UvBuildSettings()
    module_root = table.string("module-root", expected="path string")
    return UvBuildSettings(
        module_root=UvBuildSettings().module_root if module_root is None else module_root,
        module_name=_module_name(table),
        namespace=table.boolean("namespace", default=False),
        source_include=table.strings("source-include") or (),
        source_exclude=table.strings("source-exclude") or (),
        wheel_exclude=table.strings("wheel-exclude") or (),
        default_excludes=table.boolean("default-excludes", default=True),
        data=_data(table),
    )


def read_own_settings(pyproject: Pyproject) -> tuple[OwnSettings, tuple[Problem, ...]]:
    """Return ``[tool.atombuild]``, and what is wrong there: it costs the setting that it is about, and no build."""
    findings = Findings(pyproject)
    tool = pyproject.table.get(OWN_KEYS[0])
    if not isinstance(tool, dict):
        return OwnSettings(), ()  # read_settings says so
    table = Table(findings, OWN_KEYS[:1], tool).table(OWN_KEYS[1])
    values = read_settings_table(table, Place.PROJECT) if table is not None else {}
    return OwnSettings(**{name.replace("-", "_"): value for name, value in values.items()}), tuple(findings.problems)


def _module_name(table: Table) -> str | tuple[str, ...] | None:
    value = table.values.get("module-name")
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list):
        return table.strings("module-name")
    table.findings.wrong_type(
        (*table.keys, "module-name"),
        value,
        "a string or a sequence",
        'write module-name = "package", or a list of such names',
    )
    return None


def _data(table: Table) -> dict[str, str]:
    data = table.table("data", expected="struct WheelDataIncludes")
    if data is None:
        return {}
    for name in data.values:
        if name not in DATA_SCHEMES:
            keys = (*data.keys, name)
            table.findings.refuse(
                keys,
                f"`{dotted(keys)}` is no kind of data that a wheel can carry",
                f"use one of {', '.join(DATA_SCHEMES)}",
                f"unknown field `{name}`, expected one of {', '.join(f'`{scheme}`' for scheme in DATA_SCHEMES)}",
                at_key=True,
            )
    found = {scheme: data.string(scheme, expected="path string") for scheme in DATA_SCHEMES}
    return {scheme: path for scheme, path in found.items() if path is not None}
