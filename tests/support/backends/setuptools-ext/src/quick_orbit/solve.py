"""The part of it that is Python."""

from quick_orbit import _kepler


def anomaly(mean: float, eccentricity: float) -> float:
    if not 0 <= eccentricity < 1:
        raise ValueError(f"{eccentricity} is no ellipse")
    return _kepler.solve(mean, eccentricity)
