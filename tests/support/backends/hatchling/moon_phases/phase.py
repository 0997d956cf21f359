"""From 0, new, through 0.5, full, to 1."""

from datetime import date

MONTH = 29.530588
NEW = date(2000, 1, 6)


def phase_on(day: date) -> float:
    return (day - NEW).days % MONTH / MONTH
