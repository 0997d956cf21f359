"""A place and a time."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Event:
    seconds: float
    light_seconds: float
