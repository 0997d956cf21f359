"""The project: ``pyproject.toml`` read, checked and frozen."""
