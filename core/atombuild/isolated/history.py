"""Whether a commit or a tag may change what a backend builds, as far as ``pyproject.toml`` tells."""

from __future__ import annotations

import re
from typing import Any, Final

from packaging.utils import canonicalize_name

from atombuild.isolated.description import Description

_ASKING: Final = frozenset(
    {
        "setuptools-scm",
        "hatch-vcs",
        "meson-python",
        "setuptools-git",
        "setuptools-git-versioning",
        "pbr",
        "versioningit",
    }
)
"""What asks version control which files to pack, or for a version, even where one stands in ``pyproject.toml``."""


def follows_history(description: Description) -> bool:
    """Whether the version may come from version control, or something that asks it takes part. In doubt it does."""
    requires = (re.split(r"[^\w.-]", text.strip(), maxsplit=1)[0] for text in description.requires)
    if not _ASKING.isdisjoint(map(canonicalize_name, requires)):
        return True
    return description.version is None and not _is_in_a_file(description)


def _is_in_a_file(description: Description) -> bool:
    """Whether the version is read from a file of the project, by the settings of a backend that is known to do so."""
    module = description.backend.partition(":")[0].partition(".")[0]
    if module == "flit_core":
        return True
    if description.pyproject is None:
        return False
    tool = description.pyproject.table.get("tool")
    if module == "hatchling":
        version = _at(tool, "hatch", "version")
        return isinstance(version, dict) and "path" in version and version.get("source", "regex") in {"regex", "code"}
    if module == "pdm":
        version = _at(tool, "pdm", "version")
        return isinstance(version, dict) and version.get("source") == "file"
    if module == "setuptools":
        return isinstance(_at(tool, "setuptools", "dynamic", "version"), dict)
    return False


def _at(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
