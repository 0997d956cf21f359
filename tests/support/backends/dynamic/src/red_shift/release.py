"""The version, and nothing else: setuptools reads it here without running it."""

VERSION = "4.2"
