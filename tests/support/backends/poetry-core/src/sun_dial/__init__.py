"""The time, while the sun shines."""

from sun_dial.hours import hour_lines
from sun_dial.plate import Plate

__all__ = ["Plate", "hour_lines"]
