"""The native builder as a build backend, for pip, build, uv and every other front-end (PEP 517, PEP 660).

    [build-system]
    requires = ["atombuild-tui"]
    build-backend = "atombuild.backend"

It reads ``[tool.uv.build-backend]`` and makes what uv_build makes. A front-end starts a process for each hook and
often asks for nothing but the requirements, so what builds is imported only by the hooks that build.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

Settings = Mapping[str, Any] | None
"""``config_settings``: what a front-end's user adds on its command line. There is nothing to set here."""

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]


def build_sdist(sdist_directory: str, config_settings: Settings = None) -> str:
    """Build the sdist of the project in the current directory; return its name in ``sdist_directory``."""
    from atombuild.backend import delivery  # noqa: PLC0415 (see the module's docstring)

    _warn_of(config_settings)
    return delivery.deliver_sdist(sdist_directory)


def build_wheel(wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None) -> str:
    """Build the wheel; it must say what was prepared in ``metadata_directory``, if anything was."""
    from atombuild.backend import delivery  # noqa: PLC0415 (see the module's docstring)

    _warn_of(config_settings)
    return delivery.deliver_wheel(wheel_directory, metadata_directory)


def build_editable(
    wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None
) -> str:
    """Build a wheel that leads to the sources in place; for ``metadata_directory`` see :func:`build_wheel`."""
    from atombuild.backend import delivery  # noqa: PLC0415 (see the module's docstring)

    _warn_of(config_settings)
    return delivery.deliver_editable(wheel_directory, metadata_directory)


def prepare_metadata_for_build_wheel(metadata_directory: str, config_settings: Settings = None) -> str:
    """Write the wheel's dist-info folder into ``metadata_directory``; return its name."""
    from atombuild.backend import delivery  # noqa: PLC0415 (see the module's docstring)

    _warn_of(config_settings)
    return delivery.deliver_metadata(metadata_directory)


def prepare_metadata_for_build_editable(metadata_directory: str, config_settings: Settings = None) -> str:
    """Do the same for the editable wheel: its metadata is that of the wheel."""
    return prepare_metadata_for_build_wheel(metadata_directory, config_settings)


def get_requires_for_build_sdist(config_settings: Settings = None) -> list[str]:
    """Return what the build needs beside this distribution: nothing."""
    _warn_of(config_settings)
    return []


def get_requires_for_build_wheel(config_settings: Settings = None) -> list[str]:
    """Return what the build needs beside this distribution: nothing."""
    _warn_of(config_settings)
    return []


def get_requires_for_build_editable(config_settings: Settings = None) -> list[str]:
    """Return what the build needs beside this distribution: nothing."""
    _warn_of(config_settings)
    return []


def _warn_of(config_settings: Settings) -> None:
    if config_settings:
        # In uv_build's words, so that whoever looks for them finds the answers that are already there.
        print("Warning: Config settings are not supported", file=sys.stderr)  # noqa: T201 (a hook has no other view)
