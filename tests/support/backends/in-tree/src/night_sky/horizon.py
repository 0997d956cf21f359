"""Up or down."""

from night_sky.stars import STARS


def is_up(name: str, latitude: float) -> bool:
    return STARS[name] > latitude - 90
