"""The build log. It follows what is written, and never moves a reader.

Where it stands is one of two things: *following*, or *left alone* because the reader scrolled away from the end. While
it follows, the latest attempt has the view for itself: an error that is mended is out of sight, one scroll above. Where
an attempt is longer than the view, its end is shown, or the first report of its failure, whichever comes first.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from atombuild.status import Tone
from atombuild_tui.journal import Entry, Role
from atombuild_tui.widgets.log_buffer import GUTTER, MARGIN, LogBuffer, Row

if TYPE_CHECKING:
    from textual import events
    from textual.binding import BindingType

_BAR: Final = "▎ "


class BuildLog(ScrollView, can_focus=True):
    """Draws the rows of a :class:`LogBuffer` that are in sight."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = []
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "log--label",
        "log--line",
        "log--next-label",
        "log--block",
        "log--block-doubt",
        *(f"log--{role.value}" for role in Role),
        *(f"log--{tone.value}" for tone in Tone),
    }

    class Moved(Message):
        """How much lies below the view changed, or whether it follows."""

        def __init__(self, log: BuildLog) -> None:
            super().__init__()
            self.log_widget = log

        @property
        def control(self) -> BuildLog:
            """The log."""
            return self.log_widget

    def __init__(self, *, id: str | None = None, buffer: LogBuffer | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.buffer = buffer or LogBuffer()
        self.following = True
        self.unread = 0
        """Rows that came since the reader left the end."""

        self._attempt = 0
        """The row where the latest attempt begins: what is above is over, and out of a follower's sight."""

        self._failure: int | None = None
        """The row of the latest attempt's first report, where following stops."""

        self._moving = False
        self._laid_out = Size()
        """The size that the rows were last placed for."""

    @property
    def below(self) -> int:
        """Rows below the view."""
        return max(self.buffer.rows - round(self.scroll_y) - self.size.height, 0)

    def append(self, entries: Iterable[Entry]) -> None:
        """Add entries at the end."""
        new = tuple(entries)
        if not new:
            return
        before = self.buffer.rows
        forgotten = self.buffer.append(new)
        added = self.buffer.rows - before + forgotten
        self._attempt = max(self._attempt - forgotten, 0)
        if self._failure is not None:
            self._failure = max(self._failure - forgotten, 0)
        self._find_anchors(new)
        self._resize_virtual()
        if self.following:
            self._follow()
        else:
            self.unread += added
            if forgotten:
                self._move_to(self.scroll_y - forgotten)
        self.refresh()
        self._tell()

    def restart(self, entries: Iterable[Entry]) -> None:
        """Forget everything, and begin with these."""
        self.buffer = LogBuffer(width=self.size.width or 80)
        self.following, self.unread, self._attempt, self._failure = True, 0, 0, None
        self.append(entries)

    def _find_anchors(self, new: tuple[Entry, ...]) -> None:
        for index, entry in enumerate(new, len(self.buffer) - len(new)):
            if index < 0:
                continue  # forgotten at once
            if entry.role is Role.RULE:
                self._attempt, self._failure = self.buffer.row_of(index), None
            elif self._failure is None and entry.role is Role.HEADING:
                self._failure = self.buffer.row_of(index)

    def follow(self) -> None:
        """Go to the very end, and stay there."""
        self._failure = None
        self.following = True
        self._follow()
        self._tell()

    def _follow(self) -> None:
        self.unread = 0
        end = self._last_top
        self._move_to(end if self._failure is None else min(end, self._failure))

    @property
    def _last_top(self) -> int:
        """The row at the top of the view when the end is in sight. A short attempt has the view for itself."""
        return max(self.buffer.rows - self.size.height, self._attempt)

    def _move_to(self, row: float) -> None:
        self._moving = True
        try:
            self.scroll_to(y=max(row, 0), animate=False, immediate=True, force=True)
        finally:
            self._moving = False
        if self.virtual_size.height > self.size.height > 0:
            # A scrollbar that is about to appear is told by nobody else where the view stands.
            self.vertical_scrollbar.position = self.scroll_y

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Notice a reader who scrolls: at the end he follows again."""
        super().watch_scroll_y(old_value, new_value)
        # A new size moves the view too, before on_resize can: that was no reader.
        if not self._moving and self.size == self._laid_out and round(old_value) != round(new_value):
            self.following = round(new_value) >= self._last_top
            if self.following:
                self.unread = 0
                self._failure = None
            self._tell()

    def action_scroll_end(self) -> None:
        """Follow, also where the end is in sight already."""
        self.follow()

    def action_scroll_home(self) -> None:
        """Move the reader to the first line that is kept."""
        self.scroll_to(y=0, animate=False, immediate=True)

    def action_page_up(self) -> None:
        """Move the reader up by a page; the row at the edge stays in sight."""
        self._read_on(-max(self.size.height - 1, 1))

    def action_page_down(self) -> None:
        """Move the reader down by a page."""
        self._read_on(max(self.size.height - 1, 1))

    def action_scroll_up(self) -> None:
        """Move the reader up by a row."""
        self._read_on(-1)

    def action_scroll_down(self) -> None:
        """Move the reader down by a row."""
        self._read_on(1)

    def _read_on(self, rows: int) -> None:
        # Without animation: a second key counts from where the first one led, and the eye finds its row again.
        self.scroll_to(y=round(self.scroll_y) + rows, animate=False, immediate=True)

    def on_resize(self, event: events.Resize) -> None:
        """Fold to the new width; the first row in sight stays the first, except while following."""
        del event
        self._laid_out = self.size
        first = self.buffer.entry_at(round(self.scroll_y))
        attempt = self.buffer.entry_at(self._attempt)
        failure = None if self._failure is None else self.buffer.entry_at(self._failure)
        if self.size.width:
            self.buffer.resize(self.size.width)
        self._attempt = self.buffer.row_of(attempt)
        self._failure = None if failure is None else self.buffer.row_of(failure)
        self._resize_virtual()
        if self.following:
            self._follow()
        else:
            self._move_to(self.buffer.row_of(first))
        self.refresh()
        self._tell()

    def _resize_virtual(self) -> None:
        self.virtual_size = Size(self.size.width, self._last_top + self.size.height)

    def _tell(self) -> None:
        self.post_message(self.Moved(self))

    def notify_style_update(self) -> None:
        """Draw anew when the theme changes."""
        super().notify_style_update()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one row."""
        width = self.size.width
        base = self.rich_style
        row = self.buffer.row(round(self.scroll_y) + y)
        if row is None:
            return Strip.blank(width, base)
        segments, background = self._segments(row, base)
        return Strip(segments).adjust_cell_length(width, background)

    def _segments(self, row: Row, base: Style) -> tuple[list[Segment], Style]:
        entry = row.entry
        if entry.barred:
            base = self._style("block-doubt" if entry.tone is Tone.DOUBT else "block")
            segments = [Segment(_BAR, base + self._foreground(entry.tone.value))]
        else:
            segments = [Segment(" " * GUTTER, base)]
        label = entry.label if row.first else " " * len(entry.label)
        if entry.role is Role.RULE:
            segments.append(Segment(row.text, base + self._foreground(entry.role.value)))
            rest = self.size.width - GUTTER - cell_len(row.text) - 1 - MARGIN
            if rest > 0 and row.first:
                segments.append(Segment(f" {'─' * rest}", base + self._foreground("line")))
            return segments, base
        label_name = {Role.RESULT: entry.tone.value, Role.NEXT: "next-label"}.get(entry.role, "label")
        segments.append(Segment(label, base + self._foreground(label_name)))
        toned = entry.role in {Role.RESULT, Role.HEADING} or (entry.role is Role.NOTE and entry.tone is not Tone.IDLE)
        style = base + self._foreground(entry.role.value)
        if toned:
            style += self._foreground(entry.tone.value)
        segments.append(Segment(row.text, style))
        return segments, base

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"log--{name}")

    def _foreground(self, name: str) -> Style:
        style = self._style(name)
        return Style(color=style.color, bold=style.bold, italic=style.italic, underline=style.underline)
