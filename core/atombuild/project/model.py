"""What ``pyproject.toml`` says, as frozen values.

Sources: PEP 621 and PEP 639 for ``[project]``, PEP 794 for import names, and uv's documentation of
``[tool.uv.build-backend]``. Values here are already checked; :mod:`atombuild.project.load` makes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from atombuild.project.pyproject import Pyproject
from atombuild.project.requirement import Dependency
from atombuild.project.versions import Specifiers

if TYPE_CHECKING:
    from packaging.version import Version


@dataclass(frozen=True, slots=True)
class Person:
    """An entry of ``authors`` or ``maintainers``; at least one of the two is set."""

    name: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class Readme:
    """``project.readme``. Exactly one of ``file`` and ``text`` is set (the file wins where both are given)."""

    file: str | None
    """Path as the author wrote it, relative to the project."""

    text: str | None
    """The text itself."""

    content_type: str | None
    """As given; None means: derive it from the file's extension."""

    charset: str | None = None
    """As given; only ``UTF-8`` is accepted, which is checked when the metadata is made."""


@dataclass(frozen=True, slots=True)
class License:
    """``project.license``. Exactly one is set (in a table, text wins over file)."""

    expression: str | None = None
    """The string form: an SPDX expression, verbatim, checked when the metadata is made."""

    text: str | None = None
    """``license = {text = …}``."""

    file: str | None = None
    """``license = {file = …}``, relative to the project."""


@dataclass(frozen=True, slots=True)
class CoreMetadata:
    """``[project]``, every key of it. None means that the key is absent, which is not the same as empty."""

    name: str
    """Verbatim, as ``Name:`` shows it."""

    version: Version
    """Parsed; ``str()`` gives the normal form."""

    description: str | None = None
    readme: Readme | None = None
    requires_python: Specifiers | None = None
    license: License | None = None
    license_files: tuple[str, ...] | None = None
    authors: tuple[Person, ...] = ()
    maintainers: tuple[Person, ...] = ()
    keywords: tuple[str, ...] | None = None
    classifiers: tuple[str, ...] = ()
    urls: Mapping[str, str] = field(default_factory=dict)
    """In the order of the file."""

    scripts: Mapping[str, str] | None = None
    gui_scripts: Mapping[str, str] | None = None
    entry_points: Mapping[str, Mapping[str, str]] | None = None
    dependencies: tuple[Dependency, ...] = ()
    optional_dependencies: Mapping[str, tuple[Dependency, ...]] = field(default_factory=dict)
    """By normalised extra, sorted."""

    import_names: tuple[str, ...] | None = None
    import_namespaces: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class UvBuildSettings:
    """``[tool.uv.build-backend]`` with uv's defaults. Paths and globs as written: the native builder checks them."""

    module_root: str = "src"
    module_name: str | tuple[str, ...] | None = None
    namespace: bool = False
    source_include: tuple[str, ...] = ()
    source_exclude: tuple[str, ...] = ()
    wheel_exclude: tuple[str, ...] = ()
    default_excludes: bool = True
    data: Mapping[str, str] = field(default_factory=dict)
    """Scheme key (purelib, platlib, headers, scripts, data) to directory, in that order."""


@dataclass(frozen=True, slots=True)
class OwnSettings:
    """``[tool.atombuild]``."""

    silence: tuple[str, ...] = ()
    """Codes of advice, as written."""

    ignore: tuple[str, ...] = ()
    """Patterns of paths that are not watched, as ``.gitignore`` files hold them; about the project's folder."""

    keep_in_memory: int = 64
    """MiB of compressed pieces that are kept in memory for each artifact between two builds."""

    hook_timeout: float | None = None
    """Seconds that one hook of another build backend may take; None: as long as it wants."""

    on_success: str | tuple[str, ...] | None = None
    on_failure: str | tuple[str, ...] | None = None
    """Commands after a build; see :mod:`atombuild.after`."""


@dataclass(frozen=True, slots=True)
class Project:
    """One project, as its ``pyproject.toml`` describes it at one moment."""

    root: Path
    """The folder that holds ``pyproject.toml``, absolute."""

    pyproject: Pyproject
    """The document itself: bytes, table and positions."""

    metadata: CoreMetadata
    settings: UvBuildSettings

    own: OwnSettings = field(default_factory=OwnSettings)

    @property
    def distribution(self) -> str:
        """The name as file names use it: normalised, with underscores (binary distribution format, "Escaping")."""
        return normalised(self.metadata.name).replace("-", "_")

    @property
    def stem(self) -> str:
        """``name-version``, the start of every file name and the top folder of an sdist."""
        return f"{self.distribution}-{self.metadata.version}"


def normalised(name: str) -> str:
    """Return a project name or extra in its normal form (PEP 503)."""
    return str(canonicalize_name(name))
