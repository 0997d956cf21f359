"""What the command tells the shell."""

from __future__ import annotations

from typing import Final

SUCCEEDED: Final = 0
FAILED: Final = 1
UNUSABLE_STATUS: Final = 2
SIGNALLED: Final = 128
"""Plus the signal's number: 130 for an interrupt."""
