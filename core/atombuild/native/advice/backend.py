"""Advice on ``[build-system]``: whether uv_build builds this, and which one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from atombuild.advice.codes import Code, found
from atombuild.finding import Finding
from atombuild.project.build_system import CAP, EXAMPLE, FLOOR, OWN_BACKEND, UV_BACKEND
from atombuild.project.direct_build import FOLLOWED
from atombuild.project.pyproject import Pyproject
from atombuild.project.requirement import Dependency, parse_dependency
from atombuild.project.settings import SETTINGS_KEYS
from atombuild.project.versions import Refused, specifier_text

_BOUNDING: Final = frozenset({"<", "<=", "==", "===", "~="})
"""Operators that admit no version beyond some point."""

_READERS: Final = frozenset({UV_BACKEND, OWN_BACKEND})
"""Backends that read uv_build's settings."""


def advise_on_backend(pyproject: Pyproject) -> Iterator[Finding]:
    """Yield what is odd about the table, whatever else the document says."""
    system = pyproject.table.get("build-system")
    backend = system.get("build-backend") if isinstance(system, dict) else None
    if backend not in _READERS:
        yield from _ignored_settings(pyproject, system, backend)
    elif backend == UV_BACKEND and isinstance(system, dict):
        yield from _requires(pyproject, system.get("requires"))


def _ignored_settings(pyproject: Pyproject, system: Any, backend: Any) -> Iterator[Finding]:
    settings: Any = pyproject.table
    for key in SETTINGS_KEYS:
        settings = settings.get(key) if isinstance(settings, dict) else None
    if settings is None:
        return
    if isinstance(backend, str):
        why = f"the build backend is {backend}"
    elif isinstance(system, dict):
        why = "[build-system] has no build-backend, which means setuptools"
    else:
        why = "there is no [build-system], which means setuptools"
    yield found(
        Code.SETTINGS_IGNORED,
        pyproject.at_key(*SETTINGS_KEYS),
        f"[{'.'.join(SETTINGS_KEYS)}] has no effect: {why}",
        f"write under [build-system]: {EXAMPLE}",
    )


def _requires(pyproject: Pyproject, requires: Any) -> Iterator[Finding]:
    items = {
        index: (text, requirement)
        for index, text in enumerate(requires if isinstance(requires, list) else ())
        if isinstance(text, str) and (requirement := _parsed(text))
    }
    own = {index: requirement for index, (_, requirement) in items.items() if requirement.name == "uv-build"}
    if items and not own:
        yield found(
            Code.BACKEND_NOT_REQUIRED,
            pyproject.at("build-system", "requires"),
            "the build backend is uv_build, but `requires` does not name it: installers will not find it",
            f'write requires = ["uv_build{FLOOR},{CAP}"]',
        )
        return
    for index, (text, _) in items.items():
        if index not in own:
            yield found(
                Code.BACKEND_REQUIRES,
                pyproject.at("build-system", "requires", index),
                f"uv_build needs nothing beside itself, and `requires` also names `{text}`",
                "remove it: uv builds by itself, without an environment, only where uv_build stands alone",
            )
    for index, requirement in own.items():
        yield from _range(pyproject, index, items[index][0], requirement)


def _range(pyproject: Pyproject, index: int, text: str, requirement: Dependency) -> Iterator[Finding]:
    if requirement.url is not None:
        return
    where = pyproject.at("build-system", "requires", index)
    if not all(specifier.contains(str(FOLLOWED), prereleases=True) for specifier in requirement.specifiers):
        yield found(
            Code.BACKEND_RANGE,
            where,
            f"`{text}` does not admit uv_build {FOLLOWED}, which is followed here: another one may build other files",
            f'write "uv_build{FLOOR},{CAP}"',
        )
    elif not any(specifier.operator in _BOUNDING for specifier in requirement.specifiers):
        bounded = ",".join((*map(specifier_text, requirement.specifiers or ()), CAP))
        yield found(
            Code.BACKEND_UNBOUNDED,
            where,
            f"`{text}` has no upper bound: the sdist will stop building when a later uv_build breaks with this one",
            f'write "uv_build{bounded if requirement.specifiers else f"{FLOOR},{CAP}"}"',
        )


def _parsed(text: str) -> Dependency | None:
    try:
        return parse_dependency(text)
    except Refused:
        return None
