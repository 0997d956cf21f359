"""The part of it that is Python."""

from star_drift import _proper

Star = tuple[float, float, float, float]


def later(star: Star, years: float) -> tuple[float, float]:
    ascension, declination, east, north = star
    return _proper.move(ascension, east, years), _proper.move(declination, north, years)
