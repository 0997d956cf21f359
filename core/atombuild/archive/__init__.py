"""Deterministic sdist and wheel archives, put together from reusable members."""
