"""One row with something at its left and something at its right edge."""

from __future__ import annotations

from typing import Final

from textual.content import Content

from atombuild_tui import format as shown

GAP: Final = 2

PAN: Final = 16
"""Cells that a key moves long rows by."""


def spread(left: Content, right: Content, width: int) -> Content:
    """Return both on one row of this width; the left one is cut with an ellipsis where they do not fit."""
    room = width - right.cell_length - (GAP if right else 0)
    if room < left.cell_length:
        left = left.truncate(max(room, 0), ellipsis=True)
    return Content.assemble(left, " " * max(width - left.cell_length - right.cell_length, 0), right)


def moved(content: Content, cells: int) -> Content:
    """Return what is left of it when so many cells are out of sight at the left."""
    if not cells:
        return content
    index, half = shown.after_cells(content.plain, cells)
    return Content(" " * half) + content[index:]


def fits(left: Content, right: Content, width: int) -> bool:
    """Tell whether both have room on one row."""
    return left.cell_length + (GAP if right else 0) + right.cell_length <= width
