"""Advice on a wheel that another backend made: what an installer does with it, and what it lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from atombuild.advice.codes import Code, found, some
from atombuild.advice.suspects import is_compiled
from atombuild.errors import Location
from atombuild.finding import Finding
from atombuild.isolated.advice.artifact import Artifact
from atombuild.isolated.advice.modules import holds_module

_TOP_LEVEL: Final = frozenset(
    {"test", "tests", "testing", "doc", "docs", "example", "examples", "benchmarks", "scripts", "src", "build", "dist"}
)
_LICENSE_FILES: Final = re.compile(r"(LICEN[CS]E|COPYING|NOTICE)([-._].*)?", re.IGNORECASE)
_TYPED: Final = "Typing :: Typed"


def advise_on_wheel(wheel: Artifact) -> Iterator[Finding]:
    """Yield what is odd about its files."""
    if not wheel.packed:
        yield found(
            Code.WHEEL_EMPTY,
            wheel.where,
            "the wheel holds nothing but its own metadata: it installs no module",
            "look where the backend searches for packages, and what it leaves out",
        )
    tops = {path.partition("/")[0] for path in wheel.packed if "/" in path} & _TOP_LEVEL
    # A project may be called "build", and then that is its package.
    tops.discard(wheel.accepted.name.release.name.replace("-", "_"))
    if tops:
        yield found(
            Code.TOP_LEVEL_NAME,
            wheel.where,
            f"at the top of the wheel stands {some(sorted(tops))}: it is installed beside everybody else's",
            "leave it out in the backend's settings for packages",
        )
    compiled = sorted(filter(is_compiled, wheel.packed))
    if compiled and all(tag.platform == "any" for tag in wheel.accepted.name.tags):
        yield found(
            Code.COMPILED_MODULE,
            wheel.where,
            f"the wheel is tagged for every platform, and holds what runs on one: {some(compiled)}",
            "have the backend tag the wheel by platform, or leave them out",
        )
    yield from _types(wheel)
    yield from _import_names(wheel)
    yield from _license_files(wheel)


def _types(wheel: Artifact) -> Iterator[Finding]:
    packages = {path.partition("/")[0] for path in wheel.packed if path.endswith((".py", ".pyi")) and "/" in path}
    # Stub-only packages need no marker (PEP 561), and a single module can't have one.
    needed = any(not package.endswith(("-stubs", ".data")) for package in packages)
    if needed and _TYPED in (wheel.metadata.classifiers or ()) and not _has(wheel, "py.typed"):
        yield found(
            Code.TYPED_WITHOUT_MARKER,
            wheel.where,
            f'the classifier "{_TYPED}" promises types, and the wheel holds no py.typed: type checkers will not look',
            "create an empty py.typed beside the package's __init__.py, and have the backend pack it",
        )


def _has(wheel: Artifact, name: str) -> bool:
    return any(path.endswith(f"/{name}") for path in wheel.packed)


def _import_names(wheel: Artifact) -> Iterator[Finding]:
    for text in wheel.metadata.import_names or ():
        name = text.partition(";")[0].strip()
        if name and not holds_module(wheel.packed, name):
            yield found(
                Code.IMPORT_NAME,
                wheel.where,
                f"the import name {name} is none that the wheel holds",
                "fix it, or remove it (PEP 794)",
            )


def _license_files(wheel: Artifact) -> Iterator[Finding]:
    """Yield the license files that the wheel has in no form: most backends look for them by themselves."""
    if any(_LICENSE_FILES.fullmatch(path.rpartition("/")[2]) for path in wheel.accepted.members):
        return
    if wheel.metadata.license_files or any("/licenses/" in path for path in wheel.dist_info):
        return
    names = sorted(path.name for path in wheel.root.iterdir() if _LICENSE_FILES.fullmatch(path.name) and path.is_file())
    if names:
        yield found(
            Code.LICENSE_LEFT_OUT,
            Location(wheel.root / names[0]),
            f"the wheel holds no license file, and the project has {some(names)}",
            "name it: license-files = [{}] under [project]".format(", ".join(f'"{name}"' for name in names)),
        )
