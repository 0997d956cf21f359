"""The part of it that is Python."""

from light_cone._cone import lib
from light_cone.event import Event


def reaches(event: Event, other: Event) -> bool:
    return bool(lib.can_reach(other.seconds - event.seconds, other.light_seconds - event.light_seconds))
