"""Declinations in degrees."""

STARS = {"Sirius": -16.7, "Vega": 38.8, "Canopus": -52.7}
