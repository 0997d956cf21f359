"""A place with water."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Harbour:
    name: str
    delay_hours: float
