"""Kinds of glass."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Glass:
    name: str
    index: float


CROWN = Glass("crown", 1.52)
FLINT = Glass("flint", 1.62)
