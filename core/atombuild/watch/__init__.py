"""Watching: hints from the file system, verified against what really stands there."""
