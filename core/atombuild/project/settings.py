"""``[tool.uv.build-backend]``, as written; the native builder judges paths and globs when it uses them.

And ``[tool.atombuild]``, the one table that is ours.
"""

from __future__ import annotations

import math
from typing import Final

from atombuild.project.checks import Table, dotted
from atombuild.project.model import OwnSettings, UvBuildSettings

DATA_SCHEMES: Final = ("purelib", "platlib", "headers", "scripts", "data")
"""The keys of ``data``, in the order in which wheels hold them."""

SETTINGS_KEYS: Final = ("tool", "uv", "build-backend")

OWN_KEYS: Final = ("tool", "atombuild")
"""Our own table."""

SILENCE: Final = "silence"
"""Its key for the codes of advice that the author does not want to read."""

KEEP_IN_MEMORY: Final = "keep-in-memory"
"""Its key for the memory that a session may take for what it keeps from build to build."""

HOOK_TIMEOUT: Final = "hook-timeout"
"""Its key for the seconds after which a hook of another build backend is ended."""


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


def read_own_settings(document: Table) -> OwnSettings:
    """Return ``[tool.atombuild]``; what is wrong goes to the document's findings."""
    tool = document.values.get(OWN_KEYS[0])
    if not isinstance(tool, dict):
        return OwnSettings()  # read_settings says so
    table = Table(document.findings, OWN_KEYS[:1], tool).table(OWN_KEYS[1])
    if table is None:
        return OwnSettings()
    return OwnSettings(table.strings(SILENCE) or (), _keep_in_memory(table), _hook_timeout(table))


def _hook_timeout(table: Table) -> float | None:
    value = table.values.get(HOOK_TIMEOUT)
    if value is None or (type(value) in {int, float} and value > 0 and math.isfinite(value)):
        return value
    hint = f"write the seconds that one hook may take, more than 0: {HOOK_TIMEOUT} = 600; leave it out for no limit"
    keys = (*table.keys, HOOK_TIMEOUT)
    if type(value) in {int, float}:
        table.findings.refuse(keys, f"`{dotted(keys)}` is no time to wait", hint)
    else:
        table.findings.wrong_type(keys, value, "a number", hint)
    return None


def _keep_in_memory(table: Table) -> int:
    default = OwnSettings().keep_in_memory
    value = table.values.get(KEEP_IN_MEMORY, default)
    if type(value) is int and value >= 0:
        return value
    hint = f"write the MiB that each artifact may take, from 0 on: {KEEP_IN_MEMORY} = {default}"
    keys = (*table.keys, KEEP_IN_MEMORY)
    if type(value) is int:
        table.findings.refuse(keys, f"`{dotted(keys)}` is negative", hint)
    else:
        table.findings.wrong_type(keys, value, "an integer", hint)
    return default


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
