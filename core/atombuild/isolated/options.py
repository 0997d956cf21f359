"""What the command line says about builds by other backends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ConfigSettings = Mapping[str, str | list[str]]
"""PEP 517's ``config_settings``: a key that is given twice has a list, as every front-end does it."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to run a build backend that is not ours."""

    isolation: bool = True
    """Install what the backend needs into an environment of its own; otherwise it must be there already."""

    python: Path | None = None
    """The interpreter that builds; None: the one that runs us."""

    config_settings: ConfigSettings = field(default_factory=dict)

    constraints: tuple[Path, ...] = ()
    """Files of constraints on what is installed."""

    warm: bool = True
    """Keep the backend imported between hooks."""


def parse_config_settings(items: list[str]) -> ConfigSettings:
    """Return ``KEY=VALUE`` items as one mapping. Raises ValueError, with the item, for one without a key."""
    settings: dict[str, str | list[str]] = {}
    for item in items:
        key, equals, value = item.partition("=")
        if not key or not equals:
            raise ValueError(item)
        before = settings.get(key)
        if before is None:
            settings[key] = value
        elif isinstance(before, list):
            before.append(value)
        else:
            settings[key] = [before, value]
    return settings
