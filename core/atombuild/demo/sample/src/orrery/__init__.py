"""Where the planets are, roughly."""

from orrery.planets import PLANETS, Planet

__all__ = ["PLANETS", "Planet"]
