"""``[build-system]``: what it says, and whether the native builder may stand in for the backend it names."""

from __future__ import annotations

from typing import Final

from atombuild.project.checks import Findings, Table
from atombuild.project.dependencies import read_dependencies
from atombuild.project.direct_build import FOLLOWED, obstacle
from atombuild.project.pyproject import BuildSystem, Pyproject

UV_BACKEND: Final = "uv_build"
"""The ``build-backend`` whose distributions the native builder makes."""

OWN_BACKEND: Final = "atombuild.backend"
"""The native builder itself, for a project that names it; :mod:`atombuild.backend` holds its hooks."""

CAP: Final = f"<{FOLLOWED.major}.{FOLLOWED.minor + 1}"
"""The upper bound to write: a minor release may change what is built."""

FLOOR: Final = f">={FOLLOWED.major}.{FOLLOWED.minor}"
"""The lower bound to write."""

EXAMPLE: Final = f'requires = ["uv_build{FLOOR},{CAP}"] and build-backend = "{UV_BACKEND}"'


def build_system_of(pyproject: Pyproject) -> BuildSystem | None:
    """Return the table, or None where there is none. Raises :class:`ProjectInvalid`."""
    findings = Findings(pyproject)
    build_system = read_build_system(Table(findings, (), pyproject.table))
    findings.raise_if_any()
    return build_system


def read_build_system(document: Table) -> BuildSystem | None:
    """Return the table if it is there and right; what is wrong goes to the document's findings."""
    table = document.table("build-system", expected="struct BuildSystem")
    if table is None:
        return None
    if table.require("requires", EXAMPLE):
        read_dependencies(table, "requires")  # for its findings: the words themselves are kept as they are
    requires = table.values.get("requires")
    items = tuple(item for item in requires if isinstance(item, str)) if isinstance(requires, list) else ()
    backend = table.string("build-backend")
    return BuildSystem(items, backend, table.strings("backend-path") or ())


def why_not_native(pyproject: Pyproject) -> str | None:
    """Return why the native builder can't stand in for the project's backend; None: it can.

    Raises :class:`ProjectInvalid` where ``[build-system]`` itself can't be read.
    """
    build_system = build_system_of(pyproject)
    if build_system is None:
        return "there is no [build-system] table, which means setuptools (PEP 517)"
    if build_system.backend is None:
        return "[build-system] has no build-backend, which means setuptools (PEP 517)"
    if build_system.backend not in {UV_BACKEND, OWN_BACKEND}:
        return f'build-backend = "{build_system.backend}"'
    return obstacle(build_system) if build_system.backend == UV_BACKEND else None
