"""``[build-system]``: what it says, and whether the native builder may stand in for the backend it names."""

from __future__ import annotations

from typing import Final

from atombuild.errors import BackendUnsupported
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


def require_native(pyproject: Pyproject) -> None:
    """Raise :class:`BackendUnsupported` unless the native builder makes what the project's backend would make.

    Raises :class:`ProjectInvalid` where ``[build-system]`` itself can't be read.
    """
    build_system = build_system_of(pyproject)
    where = pyproject.at("build-system", "build-backend")
    if build_system is None:
        uv = pyproject.table.get("tool", {}).get("uv", {})
        idle = " and [tool.uv.build-backend] has no effect;" if "build-backend" in uv else ""
        raise BackendUnsupported(
            "setuptools",
            where=where,
            why=f"there is no [build-system] table, which means setuptools (PEP 517);{idle} for uv_build add one: "
            f"{EXAMPLE}",
        )
    if build_system.backend is None:
        raise BackendUnsupported(
            "setuptools",
            where=where,
            why="[build-system] has no build-backend, which means setuptools (PEP 517); "
            'for uv_build add build-backend = "uv_build"',
        )
    if build_system.backend not in {UV_BACKEND, OWN_BACKEND}:
        raise BackendUnsupported(
            build_system.backend, where=where, why=f'it is named here: build-backend = "{build_system.backend}"'
        )
    if build_system.backend == UV_BACKEND and (why := obstacle(build_system)):
        raise BackendUnsupported(
            "uv_build in an environment of its own",
            where=pyproject.at("build-system", "requires"),
            why=f"{why}, so `uv build` would install what is required and run that; to build it here write: {EXAMPLE}",
        )
