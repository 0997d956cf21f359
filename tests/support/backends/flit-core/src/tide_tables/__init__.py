"""High water, and low."""

from tide_tables.harbour import Harbour
from tide_tables.tides import high_waters

__all__ = ["Harbour", "high_waters"]
