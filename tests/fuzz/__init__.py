"""Fuzzing of everything that comes from outside. ``python -m tests.fuzz`` runs it at length."""
