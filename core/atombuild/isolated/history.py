"""Whether a commit or a tag may change what a backend builds, as far as ``pyproject.toml`` tells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from packaging.utils import canonicalize_name

from atombuild.isolated.description import Description
from atombuild.isolated.literals import holds_literal

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
    """Whether the version is read from a file of the project, by the settings of a backend that is known to do so.

    Where the backend would run that file to know its version, only if what it says is a literal: code may ask git.
    """
    module = description.backend.partition(":")[0].partition(".")[0]
    if description.pyproject is None or module not in _READERS:
        return False
    tool = description.pyproject.table.get("tool")
    return _READERS[module](description.root, description.name or "", tool)


def _hatchling_reads(root: Path, _name: str, tool: Any) -> bool:
    version = _at(tool, "hatch", "version")
    if not isinstance(version, dict) or not isinstance(version.get("path"), str):
        return False
    source, expression = version.get("source", "regex"), version.get("expression") or "__version__"
    is_literal = isinstance(expression, str) and holds_literal(root / version["path"], expression)
    return source == "regex" or (source == "code" and is_literal)


def _pdm_reads(_root: Path, _name: str, tool: Any) -> bool:
    return bool(_at(tool, "pdm", "version", "source") == "file")


def _setuptools_reads(root: Path, _name: str, tool: Any) -> bool:
    attribute = _at(tool, "setuptools", "dynamic", "version", "attr")
    if not isinstance(attribute, str):
        return _at(tool, "setuptools", "dynamic", "version", "file") is not None
    module, _, name = attribute.strip().rpartition(".")
    path = next((path for path in _of_setuptools(root, module, tool) if path.is_file()), None)
    return path is not None and holds_literal(path, name)


def _flit_reads(root: Path, name: str, tool: Any) -> bool:
    named = _at(tool, "flit", "module", "name")
    paths = _of_flit(root, named if isinstance(named, str) else name)
    return any(holds_literal(path, "__version__") for path in paths)


_READERS: Final = {
    "flit_core": _flit_reads,
    "hatchling": _hatchling_reads,
    "pdm": _pdm_reads,
    "setuptools": _setuptools_reads,
}


def _of_flit(root: Path, name: str) -> Iterator[Path]:
    """Yield the files in which flit looks for ``__version__`` before it imports the module."""
    inner = name.replace(".", "/")
    for place in (root, root / "src"):
        yield place / f"{inner}.py"
        for file in ("__init__.py", "version.py", "_version.py", "__version__.py"):
            yield place / inner / file


def _of_setuptools(root: Path, module: str, tool: Any) -> Iterator[Path]:
    """Yield the files that a module may be in, as far as ``pyproject.toml`` tells."""
    folders = _at(tool, "setuptools", "package-dir")
    folders = folders if isinstance(folders, dict) else {"": "src"}
    inner = module.replace(".", "/") or "__init__"
    top, _, rest = inner.partition("/")
    places = [root / str(folders[top]) / rest] if top in folders else []
    places += [root / str(folders.get("", "")) / inner, root / inner]
    for place in places:
        yield place.with_name(f"{place.name}.py")
        yield place / "__init__.py"


def _at(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
