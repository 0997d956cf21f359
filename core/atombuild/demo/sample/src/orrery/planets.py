"""The planets and their orbits."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True)
class Planet:
    """A planet on a circle around the sun."""

    name: str
    distance: float
    """In astronomical units."""

    year: float
    """In days."""

    def angle(self, day: float) -> float:
        """Return where it is on its circle, in degrees, so many days after the year 2000 began."""
        return day / self.year * 360 % 360


def _read() -> tuple[Planet, ...]:
    table = files("orrery").joinpath("data/planets.csv").read_text(encoding="utf-8")
    rows = [line.split(",") for line in table.splitlines()[1:]]
    return tuple(Planet(name, float(distance), float(year)) for name, distance, year in rows)


PLANETS = _read()
