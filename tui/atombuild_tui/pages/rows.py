"""A page that is a list, and a text that was opened from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from textual.containers import Vertical
from textual.content import Content

from atombuild_tui.errands import Answer, Errands
from atombuild_tui.pages.page import PageView
from atombuild_tui.widgets.lines import Line, Rows
from atombuild_tui.widgets.rows import RowsView
from atombuild_tui.widgets.words import Words

if TYPE_CHECKING:
    from textual.app import ComposeResult

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Opened:
    """A text in the list's place."""

    title: Content
    lines: tuple[Line, ...]
    key: str = ""
    """Of the row that it was opened from."""


class RowsPage(PageView):
    """A list of rows, the whole of a row that is cut below it, and what was opened in their place."""

    folds = False
    """The rows are a tree."""

    def compose(self) -> ComposeResult:
        """Lay out the list, its detail, and the text."""
        with Vertical(classes="page-list"):
            yield Words(classes="page-heading")
            yield RowsView(id=f"{self.page.value}-rows", folds=self.folds)
            yield Words(classes="page-detail")
        with Vertical(classes="page-text"):
            yield Words(classes="page-heading")
            yield RowsView(id=f"{self.page.value}-text")

    def on_mount(self) -> None:
        """Begin with the list."""
        self.opened: Opened | None = None
        self.sought = ""

    @property
    def rows(self) -> RowsView:
        """The list."""
        return self.query_one(f"#{self.page.value}-rows", RowsView)

    @property
    def text(self) -> RowsView:
        """The opened text."""
        return self.query_one(f"#{self.page.value}-text", RowsView)

    @property
    def in_front(self) -> RowsView:
        """The one of the two that is in sight."""
        return self.rows if self.opened is None else self.text

    def take_focus(self) -> None:
        """Give the keys to what is in sight."""
        self.in_front.focus(scroll_visible=False)

    def show_rows(self, heading: Content, lines: Rows | Sequence[Line]) -> None:
        """Show this list."""
        words = self.query_one(".page-list > .page-heading", Words)
        words.say(heading)
        words.display = bool(heading)
        self.rows.show(lines)

    def open(self, opened: Opened) -> None:
        """Show a text in the list's place; Esc brings the list back."""
        first = self.opened is None or self.opened.key != opened.key
        self.opened = opened
        self.set_class(True, "-open")  # noqa: FBT003 - Textual's signature
        self.query_one(".page-text > .page-heading", Words).say(opened.title)
        self.text.show(opened.lines, cursor="" if not first else next((x.key for x in opened.lines if x.key), ""))
        if first:
            self.text.begin_at_left()
            self.text.scroll_to(y=0, animate=False, immediate=True)
        if self.has_focus_within:
            self.take_focus()

    def back(self) -> bool:
        """Bring the list back."""
        if self.opened is None:
            return False
        self.opened = None
        self.set_class(False, "-open")  # noqa: FBT003 - Textual's signature
        self.take_focus()
        return True

    def find(self, text: str, step: int) -> tuple[int, int]:
        """Go to a row with the text."""
        view = self.in_front
        view.mark(text)
        wanted = text.casefold()
        found = [
            index
            for index, line in ((index, view.lines[index]) for index in range(len(view.lines)))
            if line.key and wanted in f"{line.words} {line.left.plain}".casefold()
        ]
        if not text or not found:
            return 0, 0
        if step > 0:
            at = next((number for number, index in enumerate(found) if index > view.cursor), 0)
        elif step < 0:
            at = next((number for number in range(len(found) - 1, -1, -1) if found[number] < view.cursor), -1)
            at %= len(found)
        else:
            at = next((number for number, index in enumerate(found) if index >= view.cursor), 0)
        view.go_to(found[at])
        return at + 1, len(found)

    def end_search(self) -> None:
        """Forget what was searched for."""
        self.rows.mark("")
        self.text.mark("")

    @property
    def copied(self) -> str:
        """The row with the cursor; of an opened text all of it."""
        if self.opened is not None:
            return "\n".join(line.words for line in self.opened.lines)
        return self.rows.current.words if self.rows.current is not None else ""

    def on_rows_view_moved(self, event: RowsView.Moved) -> None:
        """Write out the row with the cursor where it is cut."""
        event.stop()
        detail = self.query_one(".page-detail", Words)
        line = event.view.current
        shown = event.view is self.rows and event.view.cut and line is not None
        detail.display = shown
        if shown and line is not None:
            detail.say(Content(line.words))

    def on_rows_view_chosen(self, event: RowsView.Chosen) -> None:
        """Open the row."""
        event.stop()
        if event.view is self.rows:
            self.choose(event.line)

    def choose(self, line: Line) -> None:
        """Open a row of the list; for pages where something is to be opened."""


class ErrandsPage(RowsPage):
    """A page whose rows take longer to make than a key may wait."""

    def __init__(self, errands: Callable[[], Errands]) -> None:
        super().__init__()
        self._errands = errands

    def ask(
        self, doing: str, work: Callable[[Callable[[], None]], _Value], then: Callable[[Answer[_Value]], None]
    ) -> None:
        """Have it done; the answer is taken while the page is there. See :meth:`Errands.ask`."""

        def take(answer: Answer[_Value]) -> None:
            if self.is_attached:
                then(answer)

        self._errands().ask(doing, work, take)
