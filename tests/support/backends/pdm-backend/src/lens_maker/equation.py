"""The lens maker's equation."""

from lens_maker.glass import Glass


def focal_length(glass: Glass, first: float, second: float) -> float:
    return 1 / ((glass.index - 1) * (1 / first - 1 / second))
