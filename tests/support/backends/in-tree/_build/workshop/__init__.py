"""A backend in the project that it builds; the mandatory hooks of PEP 517, and none of the others."""
