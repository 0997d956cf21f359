"""``[build-system]``: what it says, and whether the native builder may stand in for the backend it names."""

from __future__ import annotations

import os
import re
from pathlib import Path
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
        filled = _filled_in(table, "requires")
        read_dependencies(filled, "requires")  # for its findings: the words themselves are kept as they are
    requires = table.values.get("requires")
    items = tuple(item for item in requires if isinstance(item, str)) if isinstance(requires, list) else ()
    backend = table.string("build-backend")
    return BuildSystem(items, backend, table.strings("backend-path") or ())


_VARIABLE: Final = re.compile(r"\$\{([A-Za-z0-9_]+)\}")


def filled_in(url: str, root: Path) -> str:
    """Return the URL of a build requirement with its variables filled in, as installers do.

    ``${PROJECT_ROOT}`` is the project's folder, which is what uv takes it for; one that is not set stays as it is.
    """
    known = {"PROJECT_ROOT": root.as_posix(), **os.environ}
    return _VARIABLE.sub(lambda match: known.get(match[1], match[0]), url)


def _filled_in(table: Table, name: str) -> Table:
    items = table.values.get(name)
    if not isinstance(items, list):
        return table
    root = table.findings.pyproject.path.parent
    filled = [filled_in(item, root) if isinstance(item, str) and "@" in item else item for item in items]
    return Table(table.findings, table.keys, {**table.values, name: filled})


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
