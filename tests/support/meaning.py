"""Core metadata as it is meant: what two texts of a requirement have in common where only their markers are written
in another way."""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from typing import Final

from packaging.requirements import Requirement

Meaning = tuple[object, ...]
"""Equal for two texts that mean the same."""

_PLATFORMS: Final = (
    {"os_name": "posix", "sys_platform": "linux", "platform_system": "Linux"},
    {"os_name": "posix", "sys_platform": "darwin", "platform_system": "Darwin"},
    {"os_name": "nt", "sys_platform": "win32", "platform_system": "Windows"},
)
_PYTHONS: Final = ("2.7.18", "3.8.0", "3.8.20", "3.9.1", "3.10.0", "3.11.4", "3.12.7", "3.13.0", "3.14.2", "4.0.0")
_IMPLEMENTATIONS: Final = (
    {"implementation_name": "cpython", "platform_python_implementation": "CPython"},
    {"implementation_name": "pypy", "platform_python_implementation": "PyPy"},
)
_MACHINES: Final = ("x86_64", "arm64")

ENVIRONMENTS: Final[tuple[dict[str, str], ...]] = tuple(
    {
        **platform,
        **implementation,
        "platform_machine": machine,
        "python_full_version": python,
        "python_version": ".".join(python.split(".")[:2]),
        "implementation_version": python,
        "platform_release": "6.1.0",
        "platform_version": "1",
    }
    for platform, python, implementation, machine in product(_PLATFORMS, _PYTHONS, _IMPLEMENTATIONS, _MACHINES)
)
"""The grid on which markers are compared. Nothing in it contradicts itself: uv drops what can't be."""


def metadata_meaning(text: bytes) -> Meaning:
    """Return the lines of a METADATA or PKG-INFO, each Requires-Dist by what it asks for and where."""
    header, separator, body = text.partition(b"\n\n")
    lines = header.decode("utf-8", "surrogateescape").split("\n")
    extras = tuple(line.partition(": ")[2] for line in lines if line.startswith("Provides-Extra: "))
    return (*(_line_meaning(line, extras) for line in lines), separator, body)


def _line_meaning(line: str, extras: tuple[str, ...]) -> Meaning:
    key, _, value = line.partition(": ")
    return requirement_meaning(value, extras) if key == "Requires-Dist" else (line,)


@lru_cache(maxsize=4096)
def requirement_meaning(text: str, extras: tuple[str, ...]) -> Meaning:
    """Return the requirement without its marker, to the letter, and where on the grid the marker holds."""
    plain = text.partition(" ; ")[0]
    marker = Requirement(text).marker
    if marker is None:
        return plain, True
    truth = tuple(
        marker.evaluate({**environment, "extra": extra}) for environment in ENVIRONMENTS for extra in ("", *extras)
    )
    return plain, True if all(truth) else truth
