"""Advice on ``[build-system]``: whether uv_build builds this, and which one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
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

_DISTRIBUTIONS: Final = {
    UV_BACKEND: "uv-build",
    OWN_BACKEND: "atombuild-tui",
    "flit_core": "flit-core",
    "hatchling": "hatchling",
    "maturin": "maturin",
    "mesonpy": "meson-python",
    "pdm.backend": "pdm-backend",
    "poetry.core": "poetry-core",
    "scikit_build_core": "scikit-build-core",
    "setuptools": "setuptools",
}
"""Which distribution holds a backend, by the first part of ``build-backend``."""


def advise_on_backend(pyproject: Pyproject, installed: Collection[str] | None = None) -> Iterator[Finding]:
    """Yield what is odd about the table, whatever else the document says.

    ``installed`` are the normalised names of what is in the build environment, where there is one: another requirement
    may have brought the backend along.
    """
    system = pyproject.table.get("build-system")
    backend = system.get("build-backend") if isinstance(system, dict) else None
    items = dict(_parsed_items(system))
    in_tree = isinstance(system, dict) and bool(system.get("backend-path"))
    # A backend in the tree may be a wrapper around uv_build, and then it reads the settings.
    if backend not in _READERS and not (in_tree and any(each.name == "uv-build" for each in items.values())):
        yield from _ignored_settings(pyproject, system, backend)
    if isinstance(system, dict) and isinstance(backend, str) and not in_tree:
        yield from _not_required(pyproject, system, backend, items, installed)
        if backend == UV_BACKEND:
            yield from _requires(pyproject, system, items)


def reads_uv_settings(pyproject: Pyproject) -> bool:
    """Whether the backend that the document names reads ``[tool.uv.build-backend]``."""
    system = pyproject.table.get("build-system")
    return isinstance(system, dict) and system.get("build-backend") in _READERS


def _parsed_items(system: Any) -> Iterator[tuple[int, Dependency]]:
    """Yield the requirements that can be understood, each with its place in the list."""
    requires = system.get("requires") if isinstance(system, dict) else None
    for index, text in enumerate(requires if isinstance(requires, list) else ()):
        requirement = _parsed(text) if isinstance(text, str) else None
        if requirement is not None:
            yield index, requirement


def _not_required(
    pyproject: Pyproject,
    system: Mapping[str, Any],
    backend: str,
    items: Mapping[int, Dependency],
    installed: Collection[str] | None,
) -> Iterator[Finding]:
    """Yield that nothing in ``requires`` brings the backend, as far as that is known."""
    module = backend.partition(":")[0]
    name = next((each for part, each in _DISTRIBUTIONS.items() if f"{module}.".startswith(f"{part}.")), None)
    requires = system.get("requires")
    if name is None or not isinstance(requires, list) or len(items) != len(requires):
        return  # what can't be understood may be the backend
    if any(each.name == name for each in items.values()):
        return
    if backend not in _READERS and items and (installed is None or name in installed):
        return  # brought along by another requirement, as hatch-vcs brings hatchling; or it is not known yet
    written = f"uv_build{FLOOR},{CAP}" if name == "uv-build" else name
    yield found(
        Code.BACKEND_NOT_REQUIRED,
        pyproject.at("build-system", "requires"),
        f"the build backend is {module}, but `requires` does not name {written.partition('>')[0]}: "
        "installers will not find it",
        f'write requires = ["{written}"]' if backend == UV_BACKEND or not items else f'add "{written}" to requires',
    )


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


def _requires(pyproject: Pyproject, system: Mapping[str, Any], items: Mapping[int, Dependency]) -> Iterator[Finding]:
    """Yield what is odd about the requirements of a project of uv_build."""
    for index, requirement in items.items():
        text = system["requires"][index]
        if requirement.name == "uv-build":
            yield from _range(pyproject, index, text, requirement)
        elif any(each.name == "uv-build" for each in items.values()):
            yield found(
                Code.BACKEND_REQUIRES,
                pyproject.at("build-system", "requires", index),
                f"uv_build needs nothing beside itself, and `requires` also names `{text}`",
                "remove it: uv builds by itself, without an environment, only where uv_build stands alone",
            )


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
