"""Charts of the night sky."""

__version__ = "2024.6.post1"
