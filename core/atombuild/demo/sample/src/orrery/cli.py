"""The command ``orrery``."""

from __future__ import annotations

import sys
from datetime import date

from orrery.planets import PLANETS


def main() -> None:
    """Print each planet's angle on a date (default: today)."""
    day = date.fromisoformat(sys.argv[1]) if len(sys.argv) > 1 else date.today()
    days = (day - date(2000, 1, 1)).days
    for planet in PLANETS:
        print(f"{planet.name:<8} {planet.angle(days):6.1f} degrees")
