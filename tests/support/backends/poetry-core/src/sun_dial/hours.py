"""Where the shadow falls at each hour."""

import math

from sun_dial.plate import Plate


def hour_lines(plate: Plate) -> dict[int, float]:
    slope = math.sin(math.radians(plate.latitude))
    return {hour: math.degrees(math.atan(slope * math.tan(math.radians(15 * (hour - 12))))) for hour in range(7, 18)}
