"""What the shadow falls on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plate:
    latitude: float
