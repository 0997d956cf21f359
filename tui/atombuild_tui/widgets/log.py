"""The build log. It follows what is written, and never moves a reader.

Where it stands is one of two things: *following*, or *left alone* because the reader scrolled away from the end. While
it follows, the latest attempt has the view for itself: an error that is mended is out of sight, one scroll above. Where
an attempt is longer than the view, its end is shown, or the first report of its failure, whichever comes first.

Who went away by a jump, to a problem or to what was searched for, is left alone until something new fails: nobody who
looked at one error means to miss the next. Who scrolled away by hand is told of it, and stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from atombuild_tui.journal import Entry, Role
from atombuild_tui.problem import Problem
from atombuild_tui.widgets.log_buffer import GUTTER, MARGIN, LogBuffer
from atombuild_tui.widgets.log_drawing import STYLES, Pen
from atombuild_tui.widgets.log_finding import Found, latest_attempt, problems_since, rows_of_problem, step_from
from atombuild_tui.widgets.row import PAN

if TYPE_CHECKING:
    from rich.style import Style
    from textual import events
    from textual.binding import BindingType


class BuildLog(ScrollView, can_focus=True):
    """Draws the rows of a :class:`LogBuffer` that are in sight."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = []
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"log--{name}" for name in STYLES}

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
        self.buffer = buffer if buffer is not None else LogBuffer()
        self.following = True
        self.unread = 0
        """Rows that came since the reader left the end."""

        self.unseen: int | None = None
        """The number of the build that failed since then."""

        self._jumped = False
        """The reader left the end by a jump, not by hand."""

        self._before: Entry | None = None
        """What was on top when a filter began; None: the end was followed."""

        self._attempt = 0
        """The row where the latest attempt begins: what is above is over, and out of a follower's sight."""

        self._failure: int | None = None
        """The row of the latest attempt's first report, where following stops."""

        self.selected: Problem | None = None
        """The problem that the reader went to."""

        self._kept = self.buffer
        """Everything, also while a filter shows a part of it."""

        self._found = Found()
        self._match: int | None = None
        """The entry that a search stands on."""

        self._filter = ""
        self._marked = ""
        self._pan = 0
        """Cells that lines which are not wrapped are moved by."""

        self._moving = False
        self._laid_out = Size()
        """The size that the rows were last placed for."""

    @property
    def kept(self) -> LogBuffer:
        """Everything, also what a filter hides."""
        return self._kept

    @property
    def _top(self) -> int:
        """The row at the top of the view."""
        return round(self.scroll_y)

    @property
    def below(self) -> int:
        """Rows below the view."""
        return max(self.buffer.rows - round(self.scroll_y) - self.size.height, 0)

    def append(self, entries: Iterable[Entry]) -> None:
        """Add entries at the end."""
        new = tuple(entries)
        if not new:
            return
        everything = new
        if self.buffer is not self._kept:
            self._kept.append(new)
            new = tuple(entry for entry in new if self._passes(entry))
        before = self.buffer.rows
        forgotten = self.buffer.append(new)
        added = self.buffer.rows - before + forgotten
        self._attempt = max(self._attempt - forgotten, 0)
        if self._failure is not None:
            self._failure = max(self._failure - forgotten, 0)
        self._find_anchors(new)
        self._resize_virtual()
        self._return_from_a_jump(new)
        self._notice_failures(everything)
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
        self.buffer = self._kept = LogBuffer(width=self.size.width or 80)
        self.selected = self.unseen = self._before = None
        self.following, self.unread, self._attempt, self._failure = True, 0, 0, None
        self.append(entries)

    def _return_from_a_jump(self, new: tuple[Entry, ...]) -> None:
        """Follow again where something new failed, or another build takes the place of the one that was looked at."""
        back = {Role.HEADING} if self._match is not None else {Role.HEADING, Role.RULE}
        if self._jumped and any(entry.role in back for entry in new):
            self.following, self._jumped = True, False

    def _notice_failures(self, everything: tuple[Entry, ...]) -> None:
        """Note which build failed out of the reader's sight."""
        for entry in everything:
            if entry.role is Role.RULE:
                self.unseen = None
            elif entry.failed is not None and (not self.following or self.buffer is not self._kept):
                self.unseen = entry.failed

    def _find_anchors(self, new: tuple[Entry, ...]) -> None:
        for index, entry in enumerate(new, len(self.buffer) - len(new)):
            if index < 0:
                continue  # forgotten at once
            if entry.role is Role.RULE:
                self._attempt, self._failure = self.buffer.row_of(index), None
                self.selected = None
            elif self._failure is None and entry.role is Role.HEADING:
                self._failure = self.buffer.row_of(index)

    # Problems

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What the latest attempt left to mend, in the order of the log: errors, then advice."""
        return tuple(problem for _, problem in self._places_of_problems())

    @property
    def problem(self) -> Problem | None:
        """The one that the reader went to, or else the first."""
        return self.selected or next(iter(self.problems), None)

    def step_problem(self, step: int) -> Problem | None:
        """Go to the next problem, or to the one before, and round again; None: there is none."""
        places = self._places_of_problems()
        if not places:
            return None
        at = next((index for index, (_, problem) in enumerate(places) if problem is self.selected), None)
        chosen = (0 if step > 0 else -1) if at is None else (at + step) % len(places)
        entry, self.selected = places[chosen]
        self.unseen = None
        self._show_rows(*rows_of_problem(self.buffer, entry, self.selected))
        return self.selected

    def _places_of_problems(self) -> list[tuple[int, Problem]]:
        return problems_since(self.buffer, self.buffer.entry_at(self._attempt))

    def _show_rows(self, first: int, last: int) -> None:
        """Bring these rows into sight, the first above all; the reader stays there."""
        top, height = round(self.scroll_y), self.size.height
        if not (top <= first and last < top + height):
            self.scroll_to(y=max(min(first - 1, self.buffer.rows - height), 0), animate=False, immediate=True)
        self._jumped = not self.following
        self.unread = min(self.unread, self.below)
        self._tell()
        self.refresh()

    # Search, filter, wrap

    def mark(self, text: str) -> None:
        """Make every occurrence of a text stand out."""
        self._marked = text.casefold()
        self.refresh()

    def find(self, text: str, step: int) -> tuple[int, int]:
        """Go to the next entry with this text, or the one before, and round again; return which of how many it is."""
        self.mark(text)
        found = self._found.entries(self.buffer, text.casefold())
        if not text or not found:
            self._match = None
            return 0, 0
        here = self._match if self._match is not None else self.buffer.entry_at(round(self.scroll_y))
        at = step_from(found, here, step, at_match=self._match is not None)
        self._match = found[at]
        row = self.buffer.row_of(found[at])
        self._show_rows(row, row)
        return at + 1, len(found)

    def end_search(self) -> None:
        """Forget what was searched for."""
        self._match = None
        self.mark("")

    def filter(self, text: str) -> int:
        """Show only entries with this text, or all for none; return how many that are."""
        if text.casefold() != self._filter:
            top = None if self.following or not len(self.buffer) else self.buffer[self.buffer.entry_at(self._top)]
            if not self._filter or not text:
                self._before = top or self._before
            self._filter = text.casefold()
            part = LogBuffer(width=self.size.width or 80, wraps=self._kept.wraps) if text else self._kept
            if text:
                part.append(entry for entry in self._kept if self._passes(entry))
            else:
                part.resize(self.size.width or 80)
            self.buffer = part
            self._match = self._failure = None
            self._attempt = latest_attempt(part) or 0
            self._resize_virtual()
            self.following = True
            if not text:
                self._return_from_a_filter()
            self._follow_or_stay()
        return len(self.buffer)

    def _return_from_a_filter(self) -> None:
        """Stay where the reader was: in the filtered lines, or before there was a filter."""
        place, self._before = self._before, None
        self.unread = 0
        found = next((index for index, entry in enumerate(self._kept) if entry is place), None)
        if found is not None:
            self.following = False
            self._move_to(self._kept.row_of(found))

    def _follow_or_stay(self) -> None:
        if self.following:
            self.follow()
        else:
            self._tell()
        self.refresh()

    def _passes(self, entry: Entry) -> bool:
        return self._filter in f"{entry.label}{entry.text}".casefold()

    def toggle_wrap(self) -> bool:
        """Wrap long lines, or cut them; return whether they are wrapped now."""
        wraps = not self.buffer.wraps
        self._pan = 0
        self._place_rows(self.size.width, wraps=wraps)
        return wraps

    def pan(self, cells: int) -> None:
        """Move lines that are cut to the left or right."""
        if not self.buffer.wraps:
            top = round(self.scroll_y)
            rows = (self.buffer.row(row) for row in range(top, top + self.size.height))
            longest = max((cell_len(row.text) for row in rows if row is not None), default=0)
            most = max(longest + GUTTER + MARGIN - self.size.width, 0)
            self._pan = min(max(self._pan + cells, 0), most)
            self.refresh()

    def follow(self) -> None:
        """Go to the very end, and stay there."""
        self._failure = self.unseen = None
        self.following, self._jumped = True, False
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
            self._jumped = False
            if self.following:
                self.unread = 0
                self._failure = self.unseen = None
            self._tell()

    def action_scroll_end(self) -> None:
        """Follow, also where the end is in sight already."""
        self._before = None
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

    def action_scroll_left(self) -> None:
        """Show more of what is cut at the left."""
        self.pan(-PAN)

    def action_scroll_right(self) -> None:
        """Show more of what is cut at the right."""
        self.pan(PAN)

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
        self._place_rows(self.size.width)

    def _place_rows(self, width: int, *, wraps: bool | None = None) -> None:
        first = self.buffer.entry_at(round(self.scroll_y))
        attempt = self.buffer.entry_at(self._attempt)
        failure = None if self._failure is None else self.buffer.entry_at(self._failure)
        if width:
            self.buffer.resize(width, wraps=wraps)
            if wraps is not None and self._kept is not self.buffer:
                self._kept.resize(width, wraps=wraps)
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
        row = self.buffer.row(round(self.scroll_y) + y)
        if row is None:
            return Strip.blank(width, self.rich_style)
        pan = 0 if self.buffer.wraps else self._pan
        segments, background = Pen(self._style, self.rich_style, width, self.selected, self._marked, pan).draw(row)
        return Strip(segments).adjust_cell_length(width, background)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"log--{name}")
