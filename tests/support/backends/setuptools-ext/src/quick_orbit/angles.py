"""Angles for people."""

import math


def degrees(radians: float) -> float:
    return math.degrees(radians) % 360
