"""Words for phases."""

NAMES = ("new", "waxing crescent", "first quarter", "waxing", "full", "waning", "last quarter", "waning crescent")


def name_of(phase: float) -> str:
    return NAMES[round(phase * len(NAMES)) % len(NAMES)]
