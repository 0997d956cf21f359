"""What can still be seen from here."""

from light_cone.event import Event
from light_cone.reach import reaches

__all__ = ["Event", "reaches"]
