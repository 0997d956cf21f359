"""Kepler's equation."""

from quick_orbit.angles import degrees
from quick_orbit.solve import anomaly

__all__ = ["anomaly", "degrees"]
