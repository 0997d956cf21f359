"""A list of rows with a cursor: the one view that trees, tables, differences and texts are shown in.

It draws what is in sight and nothing else, so that five thousand rows answer a key as fast as five. What a row is, and
what choosing it means, is the page's affair: the view knows the row's ``key`` and keeps the cursor on it when the rows
change. A row that is too long is cut; the rest is reached with the arrow keys, or read below the list.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions

from atombuild_tui.actions import Where, bindings
from atombuild_tui.sought import occurrences
from atombuild_tui.widgets.lines import Line, ListedRows, Rows
from atombuild_tui.widgets.row import GAP, PAN, moved, spread

if TYPE_CHECKING:
    from textual import events
    from textual.binding import BindingType

_EMPTY: Final = Content("")
MARGIN: Final = 2
"""Cells at both edges: the cursor's mark at the left, air at the right."""

_KEPT_STRIPS: Final = 2_000


class RowsView(ScrollView, can_focus=True):
    """Shows lines, and a cursor on one of them."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = bindings(Where.ROWS)
    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--cursor", "rows--cursor-away", "rows--match"}

    class Chosen(Message):
        """A row was chosen: Enter, or a click on the row with the cursor."""

        def __init__(self, view: RowsView, line: Line) -> None:
            super().__init__()
            self.view = view
            self.line = line

        @property
        def control(self) -> RowsView:
            """The view."""
            return self.view

    class Folding(Chosen):
        """A row is to be opened or closed: the arrow keys to the sides."""

        def __init__(self, view: RowsView, line: Line, *, open: bool) -> None:  # noqa: A002 - the word for it
            super().__init__(view, line)
            self.open = open

    class Moved(Message):
        """The cursor stands on another row, or the rows are others."""

        def __init__(self, view: RowsView) -> None:
            super().__init__()
            self.view = view

        @property
        def control(self) -> RowsView:
            """The view."""
            return self.view

    def __init__(self, *, id: str | None = None, folds: bool = False) -> None:  # noqa: A002 - Textual's name
        """``folds``: the keys to the sides open and close rows; otherwise they move long rows."""
        super().__init__(id=id)
        self.lines: Rows = ListedRows(())
        self.cursor = 0
        self._folds = folds
        self._pan = 0
        self._marked = ""
        self._strips: dict[tuple[int, bool, bool], Strip] = {}

    # What is shown

    def show(self, lines: Rows | Sequence[Line], *, cursor: str | None = None) -> None:
        """Show these rows; the cursor goes to the row with this key, or stays where it was as far as it can."""
        wanted = cursor if cursor is not None else (self.current.key if self.current is not None else "")
        self.lines = ListedRows(lines) if isinstance(lines, Sequence) else lines
        found = None
        if wanted:
            found = next((index for index in range(len(self.lines)) if self.lines.key(index) == wanted), None)
        self.cursor = min(self.cursor, max(len(self.lines) - 1, 0)) if found is None else found
        self.cursor = self._choosable(self.cursor, 1)
        self._lay_out()
        if found is not None or cursor is not None:
            self._keep_in_sight()
        self.post_message(self.Moved(self))

    def mark(self, text: str) -> None:
        """Make every occurrence of a text stand out."""
        self._marked = text.casefold()
        self._draw_anew()

    @property
    def current(self) -> Line | None:
        """The row with the cursor; None: there is none that can be chosen."""
        if not 0 <= self.cursor < len(self.lines):
            return None
        line = self.lines[self.cursor]
        return line if line.key else None

    @property
    def cut(self) -> bool:
        """The row with the cursor does not fit."""
        line = self.current
        return line is not None and self._length(line) > self._room

    @property
    def _room(self) -> int:
        return max(self.size.width - 2 * MARGIN, 1)

    @staticmethod
    def _length(line: Line) -> int:
        right = line.right.cell_length
        return line.left.cell_length + (right + 2 if right else 0)

    def go_to(self, index: int) -> None:
        """Put the cursor on a row, and the row into sight."""
        if not self.lines:
            return
        index = self._choosable(min(max(index, 0), len(self.lines) - 1), 1 if index >= self.cursor else -1)
        if index != self.cursor:
            self._forget(self.cursor, index)
            self.cursor = index
            self.refresh()
            self.post_message(self.Moved(self))
        self._keep_in_sight()

    def _choosable(self, index: int, step: int) -> int:
        """Return the nearest row that can be chosen, first in the direction of the step."""
        backwards = range(min(index, len(self.lines) - 1), -1, -1)
        for way in (range(index, len(self.lines)), backwards)[:: 1 if step > 0 else -1]:
            for each in way:
                if self.lines.key(each):
                    return each
        return index

    def _keep_in_sight(self) -> None:
        height, top = self.size.height, round(self.scroll_y)
        if height <= 0:
            return
        first = self.cursor
        while first > 0 and not self.lines.key(first - 1) and self.cursor - first < 2:  # noqa: PLR2004 - a heading
            first -= 1
        if first < top:
            self.scroll_to(y=first, animate=False, immediate=True)
        elif self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False, immediate=True)

    def _lay_out(self) -> None:
        self._strips.clear()
        if self._pan:
            self._pan = min(self._pan, self._most)
        self.virtual_size = Size(self.size.width, len(self.lines))
        self.refresh()

    # Keys and mouse

    def action_row_up(self) -> None:
        """Go a row up; at the top, bring what stands above it into sight."""
        before = self.cursor
        self.go_to(self.cursor - 1)
        if self.cursor == before:
            self.scroll_to(y=max(round(self.scroll_y) - 1, 0), animate=False, immediate=True)

    def action_row_down(self) -> None:
        """Go a row down; at the end, bring what stands below it into sight."""
        before = self.cursor
        self.go_to(self.cursor + 1)
        if self.cursor == before:
            self.scroll_to(y=round(self.scroll_y) + 1, animate=False, immediate=True)

    def action_rows_page_up(self) -> None:
        """Go a page up."""
        self.go_to(self.cursor - max(self.size.height - 1, 1))

    def action_rows_page_down(self) -> None:
        """Go a page down."""
        self.go_to(self.cursor + max(self.size.height - 1, 1))

    def action_first_row(self) -> None:
        """Go to the first row."""
        self.go_to(0)
        self.scroll_to(y=0, animate=False, immediate=True)

    def action_last_row(self) -> None:
        """Go to the last row."""
        self.go_to(len(self.lines) - 1)
        self.scroll_to(y=len(self.lines), animate=False, immediate=True)

    def action_choose_row(self) -> None:
        """Choose the row with the cursor."""
        if self.current is not None:
            self.post_message(self.Chosen(self, self.current))

    def action_row_left(self) -> None:
        """Close the row, or show more of what is cut at the left."""
        self._sideways(open=False)

    def action_row_right(self) -> None:
        """Open the row, or show more of what is cut at the right."""
        self._sideways(open=True)

    def _sideways(self, *, open: bool) -> None:  # noqa: A002 - the word for it
        if self._folds and self.current is not None:
            self.post_message(self.Folding(self, self.current, open=open))
            return
        self._pan = min(self._pan + PAN, self._most) if open else max(self._pan - PAN, 0)
        self._draw_anew()

    def begin_at_left(self) -> None:
        """Show long rows from their beginning."""
        self._pan = 0
        self._draw_anew()

    @property
    def _most(self) -> int:
        """Cells by which the longest row in sight can be moved."""
        return max(max((self._length(line) for line in self._in_sight()), default=0) - self._room, 0)

    def _in_sight(self) -> Sequence[Line]:
        top = round(self.scroll_y)
        return [self.lines[index] for index in range(top, min(top + self.size.height, len(self.lines)))]

    def on_click(self, event: events.Click) -> None:
        """Go to the row; a click on the row with the cursor chooses it."""
        index = round(self.scroll_y) + event.y
        if 0 <= index < len(self.lines) and self.lines.key(index):
            event.stop()
            if index == self.cursor:
                self.action_choose_row()
            else:
                self.go_to(index)

    def on_focus(self) -> None:
        """Draw the cursor bright."""
        self._draw_anew()

    def on_blur(self) -> None:
        """Draw the cursor dim."""
        self._draw_anew()

    def on_resize(self) -> None:
        """Draw for the new size, the cursor in sight."""
        self._lay_out()
        self._keep_in_sight()
        self.post_message(self.Moved(self))

    def notify_style_update(self) -> None:
        """Draw anew when the theme changes."""
        super().notify_style_update()
        self._draw_anew()

    def _draw_anew(self) -> None:
        self._strips.clear()
        self.refresh()

    def _forget(self, *indexes: int) -> None:
        for index in indexes:
            for at in (True, False):
                for focused in (True, False):
                    self._strips.pop((index, at, focused), None)

    # Drawing

    def render_line(self, y: int) -> Strip:
        """Draw one row."""
        index = round(self.scroll_y) + y
        if index >= len(self.lines):
            return Strip.blank(self.size.width, self.rich_style)
        at = index == self.cursor and bool(self.lines[index].key)
        name = (index, at, self.has_focus)
        strip = self._strips.get(name)
        if strip is None:
            if len(self._strips) > _KEPT_STRIPS:
                self._strips.clear()
            strip = self._strips[name] = self._drawn(self.lines[index], at=at)
        return strip

    def _drawn(self, line: Line, *, at: bool) -> Strip:
        width, room = self.size.width, self._room
        left, right = moved(line.left, self._pan), line.right
        if left.cell_length + right.cell_length + GAP > room and right.cell_length > room // 2:
            right = _EMPTY  # what the row is about comes first; all of it stands below the list
        content = spread(left, right, room)
        if self._marked:
            content = self._with_marks(content)
        mark = "▌ " if at else "  "
        content = Content.assemble(Content.styled(mark, "$busy" if at else ""), content)
        style = self.visual_style
        if at:
            name = "rows--cursor" if self.has_focus else "rows--cursor-away"
            style += Style.from_styles(self.get_component_styles(name))
        options = RenderOptions(self._get_style, {})
        strips = content.render_strips(width, 1, style, options)
        strip = strips[0] if strips else Strip.blank(width)
        return strip.adjust_cell_length(width, style.rich_style)

    def _with_marks(self, content: Content) -> Content:
        style = Style.from_styles(self.get_component_styles("rows--match"))
        for first, last in occurrences(content.plain, self._marked):
            content = content.stylize(style, first, last)
        return content
