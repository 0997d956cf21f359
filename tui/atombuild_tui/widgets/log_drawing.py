"""How a row of a log looks: bar, label and text, in the colours of its role and of what wrote it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.text import Text

from atombuild.status import Tone
from atombuild_tui import format as shown
from atombuild_tui.journal import Role
from atombuild_tui.problem import Problem
from atombuild_tui.sought import occurrences
from atombuild_tui.widgets.log_buffer import GUTTER, MARGIN, Row

_BAR: Final = "▎ "
_CHOSEN_BAR: Final = "█ "

_CONSOLE: Final = Console(color_system="truecolor")
"""Never written to: rich asks for one to split a text into segments."""

STYLES: Final = frozenset(
    {
        "label",
        "line",
        "next-label",
        "block",
        "block-doubt",
        "block-selected",
        "match",
        *(role.value for role in Role),
        *(tone.value for tone in Tone),
    }
)
"""The names of the styles that are asked for."""


@dataclass(frozen=True, slots=True)
class Pen:
    """Draws rows."""

    style: Callable[[str], Style]
    """Returns the style of a name, as the theme has it."""

    base: Style
    width: int
    selected: Problem | None
    """The problem that the reader went to."""

    marked: str
    """What is searched for, casefolded."""

    pan: int
    """Cells that are out of sight at the left."""

    def draw(self, row: Row) -> tuple[list[Segment], Style]:
        """Return the row, and the style of what is left of its width."""
        entry, base = row.entry, self.base
        if entry.barred:
            base = self.style("block-doubt" if entry.tone is Tone.DOUBT else "block")
            chosen = entry.problem is not None and entry.problem is self.selected
            if chosen:
                base += self.style("block-selected")
            segments = [Segment(_CHOSEN_BAR if chosen else _BAR, base + self._foreground(entry.tone.value))]
        else:
            segments = [Segment(" " * GUTTER, base)]
        if entry.role is Role.RULE:
            segments.append(Segment(row.text, base + self._foreground(entry.role.value)))
            rest = self.width - GUTTER - cell_len(row.text) - 1 - MARGIN
            if rest > 0 and row.first:
                segments.append(Segment(f" {'─' * rest}", base + self._foreground("line")))
            return segments, base
        label = entry.label if row.first else " " * len(entry.label)
        label_name = {Role.RESULT: entry.tone.value, Role.NEXT: "next-label"}.get(entry.role, "label")
        segments.append(Segment(label, base + self._foreground(label_name)))
        toned = entry.role in {Role.RESULT, Role.HEADING} or (entry.role is Role.NOTE and entry.tone is not Tone.IDLE)
        style = base + self._foreground(entry.role.value)
        if toned:
            style += self._foreground(entry.tone.value)
        return [*segments, *self._text(row, style)], base

    def _text(self, row: Row, style: Style) -> list[Segment]:
        """Return the text in its own colours, with what is searched for marked."""
        entry, text, offset = row.entry, row.text, row.offset
        if self.pan:
            index, half = shown.after_cells(text, self.pan)
            text, offset = " " * half + text[index:], offset + index - half
        if not entry.colours and not (self.marked and self.marked in text.casefold()):
            return [Segment(text, style)]
        whole = Text(text, end="")
        for first, last, colour in entry.colours:
            if last > offset and first < offset + len(text):
                whole.stylize(colour, max(first - offset, 0), last - offset)
        for first, last in occurrences(text, self.marked):
            whole.stylize(self.style("match"), first, last)
        return list(Segment.apply_style(whole.render(_CONSOLE), style))

    def _foreground(self, name: str) -> Style:
        style = self.style(name)
        return Style(color=style.color, bold=style.bold, italic=style.italic, underline=style.underline)
