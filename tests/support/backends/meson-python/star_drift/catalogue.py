"""A star in a hurry: right ascension, declination, and how they change in a year, in degrees."""

BARNARD = (269.452, 4.693, -0.000222, 0.002869)
