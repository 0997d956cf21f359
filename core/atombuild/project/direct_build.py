"""When ``uv build`` builds a uv_build project by itself, without an environment: then our native builder does, too.

Where uv would fetch the uv_build that the project asks for and run that, another release may build other files, so the
native builder must not stand in for it (the release's own notes; seen on uv 0.13.9 with ``uv build -v``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from packaging.version import Version

from atombuild.project.pyproject import BuildSystem
from atombuild.project.requirement import Dependency, parse_dependency
from atombuild.project.versions import Specifiers, specifier_text

if TYPE_CHECKING:
    from packaging.specifiers import Specifier

FOLLOWED: Final = Version("0.13.9")
"""The release of uv_build whose distributions the native builder makes."""

_COMPATIBLE: Final = (FOLLOWED, *map(Version, ("0.9.30", "0.10.12", "0.11.33", "0.12.24")))
"""Releases that uv 0.13 takes to build the same: its own, and the last ones of earlier minors."""

_NAME: Final = "uv-build"


def obstacle(build_system: BuildSystem) -> str | None:
    """Return why uv would build in an environment, in its words, or None where it builds by itself.

    ``backend-path`` and the requirement's extras and marker don't count. ``requires`` must be right; what is wrong with
    it is told when the table is read.
    """
    requires = tuple(map(parse_dependency, build_system.requires))
    if len(requires) != 1:
        names = ", ".join(f"`{requirement.name}`" for requirement in requires) or "``"
        return f"`build-system.requires` is not exactly `uv_build`, but {names}"
    (requirement,) = requires
    if requirement.name != _NAME:
        return f"`build-system.requires` is not `uv_build`, but `{requirement.name}`"
    if requirement.url is not None:
        return "`build_system.requires` uses a URL requirement"
    if not any(_admits(requirement.specifiers, release) for release in _COMPATIBLE):
        return f"`{_shown(requirement)}` is not a known compatible range"
    for specifier in requirement.specifiers:
        if _pins_another(specifier):
            return f"`uv_build{specifier_text(specifier)}` does not match uv_build {FOLLOWED}, which is followed here"
    return None


def _admits(specifiers: Specifiers, release: Version) -> bool:
    return all(specifier.contains(release, prereleases=True) for specifier in specifiers)


def _pins_another(specifier: Specifier) -> bool:
    exact = specifier.operator == "==" and not specifier.version.endswith(".*")
    return exact and Version(specifier.version) != FOLLOWED


def _shown(requirement: Dependency) -> str:
    return "uv_build" + ", ".join(map(specifier_text, requirement.specifiers))
