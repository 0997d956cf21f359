"""What was seen, and when."""

from comet_log.lines import Log

__all__ = ["Log"]
