"""What ``[tool.uv]`` and ``uv.toml`` say about builds, read where uv reads it."""

from __future__ import annotations

from atombuild.uv_settings.files import SettingsReader
from atombuild.uv_settings.table import Unfollowed, UvSettings

__all__ = ["SettingsReader", "Unfollowed", "UvSettings"]
