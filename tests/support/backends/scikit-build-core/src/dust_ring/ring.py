"""The part of it that is Python."""

from dust_ring import _grains


def hours(planet: float, radius: float) -> float:
    return _grains.period(planet, radius) / 3600
