"""Distances from colours."""

from red_shift.distance import megaparsecs
from red_shift.release import VERSION

__all__ = ["VERSION", "megaparsecs"]
