"""How many galaxies fit behind a grain of sand."""

from deep_field.count import galaxies
from deep_field.field import Field

__all__ = ["Field", "galaxies"]
