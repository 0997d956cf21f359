"""A grain of dust around its planet."""

from dust_ring.planets import SATURN
from dust_ring.ring import hours

__all__ = ["SATURN", "hours"]
