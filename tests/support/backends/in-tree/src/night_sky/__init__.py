"""Which stars are up."""

from night_sky.horizon import is_up
from night_sky.stars import STARS

__all__ = ["STARS", "is_up"]
