"""The phase of the moon."""

from moon_phases.names import name_of
from moon_phases.phase import phase_on

__all__ = ["name_of", "phase_on"]
