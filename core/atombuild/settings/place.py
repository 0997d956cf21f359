"""Where the settings of a person are."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from platformdirs import user_config_path

OVERRIDE: Final = "ATOMBUILD_CONFIG"
"""The variable that names another file."""


def settings_path() -> Path:
    """Return where the file is, or would be."""
    named = os.environ.get(OVERRIDE)
    return Path(named).absolute() if named else user_config_path("atombuild") / "settings.toml"
