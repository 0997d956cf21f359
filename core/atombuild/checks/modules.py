"""What a wheel offers to be imported, and what of it a check tries.

Not tried are ``__main__``, which is a program, tests, which need what only their author installs, and copies of other
people's packages, which those import that need them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from atombuild.inspection.contents import Contents

_TESTS: Final = frozenset({"test", "tests"})
_OTHERS: Final = frozenset({"_vendor", "vendor", "_vendored", "vendored", "_vendors", "third_party", "extern"})


def importable(contents: Contents) -> dict[str, list[str]]:
    """Return what can be imported: by module or outermost package (of namespaces too) all that is tried, sorted."""
    packages: set[str] = set()
    modules: set[str] = set()
    for member in contents.members:
        parts = member.path.split("/")
        if parts[0].endswith((".dist-info", ".data")) or not all(each.isidentifier() for each in parts[:-1]):
            continue
        stem, _, ending = parts[-1].partition(".")
        if not stem.isidentifier() or not ending.endswith(("py", "so", "pyd")) or stem == "__main__":
            continue
        (packages if stem == "__init__" else modules).add(
            ".".join(parts[:-1] if stem == "__init__" else [*parts[:-1], stem])
        )
    found: dict[str, list[str]] = {}
    for name in sorted(packages | modules):
        outermost = _outermost(name, packages)
        if name == outermost or not _is_left_out(name):
            found.setdefault(outermost, []).append(name)
    return found


def _outermost(name: str, packages: set[str]) -> str:
    parts = name.split(".")
    above = (".".join(parts[:count]) for count in range(1, len(parts)))
    return next((each for each in above if each in packages), name)


def _is_left_out(name: str) -> bool:
    _, *parts = name.split(".")
    return not (_TESTS | _OTHERS).isdisjoint(parts) or parts[-1].startswith("test_") or parts[-1] == "conftest"


def comes_with_an_extra(module: str, requires: Iterable[str]) -> str | None:
    """Return the extra that seems to bring a module, by the names of what it requires; None: none does.

    ``requires`` are the fields Requires-Dist.
    """
    plain = canonicalize_name(module.partition(".")[0])
    for text in requires:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:  # told by the advice
            continue
        extra = re.search(r"extra\s*==\s*[\"']([^\"']+)", str(requirement.marker or ""))
        name = canonicalize_name(requirement.name)
        if extra is not None and (plain in name or name in plain):
            return extra[1]
    return None
