"""A piece of sky, in minutes of arc."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    width: float
    height: float
