"""Where the stars will be."""

from star_drift.catalogue import BARNARD
from star_drift.sky import later

__all__ = ["BARNARD", "later"]
