"""An estimate."""

from deep_field.field import Field

PER_SQUARE_ARCMINUTE = 1000


def galaxies(field: Field) -> int:
    return round(field.width * field.height * PER_SQUARE_ARCMINUTE)
