"""What is in the middle: its mass times the gravitational constant, in km³/s²."""

SATURN = 37_931_187.0
