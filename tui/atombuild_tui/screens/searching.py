"""A screen whose page can be searched, and filtered where it is a log: as it is typed, and on with n and N."""

from __future__ import annotations

from textual.widgets import Input  # noqa: TC002 - Textual looks at the annotations

from atombuild_tui import format as shown
from atombuild_tui.pages.log import ReadingPage
from atombuild_tui.pages.page import PageView
from atombuild_tui.screens.complete import CompleteScreen
from atombuild_tui.widgets.log import BuildLog
from atombuild_tui.widgets.search import SearchInput, SearchLine


class SearchingScreen(CompleteScreen[None]):
    """What is searched for, and whether lines are filtered: one of the two at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._sought = ""
        self._filtering = False

    @property
    def page_in_sight(self) -> PageView:
        """The page that is searched."""
        raise NotImplementedError

    @property
    def reader(self) -> BuildLog:
        """The log that is filtered."""
        raise NotImplementedError

    @property
    def searching(self) -> bool:
        """Something is searched for, so that n and N go from place to place."""
        return bool(self._sought)

    @property
    def filtering(self) -> bool:
        """Only lines with a text are shown."""
        return self._filtering

    def action_search(self) -> None:
        """Type what to search for."""
        self._end_filter()
        self.query_one(SearchLine).begin("search ", self._sought)

    def action_filter(self) -> None:
        """Type what lines must have in them."""
        if isinstance(self.page_in_sight, ReadingPage):
            self.end_search()
            self._filtering = True
            self.query_one(SearchLine).begin("only lines with ")
        else:
            self.notify("only the lines of a log are filtered: / searches here", markup=False)

    def search_on(self, step: int) -> None:
        """Go to the next place (1), or to the one before (-1)."""
        self._tell_found(*self.page_in_sight.find(self._sought, step))

    def end_search(self) -> bool:
        """Forget what is searched for, and show all lines; False: there was nothing to end."""
        ended = self.searching or self._filtering
        self._end_filter()
        if self._sought:
            self._sought = ""
            self.page_in_sight.end_search()
        self.query_one(SearchLine).end()
        return ended

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search, or filter, as it is typed."""
        event.stop()
        if self._filtering:
            count = self.reader.filter(event.value)
            self.query_one(SearchLine).tell(shown.counted(count, "line"), none=not count)
            return
        self._sought = event.value
        if not self._sought:
            self.page_in_sight.end_search()
        self.search_on(0)

    def on_search_input_step(self, event: SearchInput.Step) -> None:
        """Go on while it is typed."""
        if self._sought and not self._filtering:
            self.search_on(event.step)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep what was typed, and read on."""
        event.stop()
        if not event.value:
            self.end_search()
        self.page_in_sight.take_focus()

    def on_search_input_given_up(self) -> None:
        """End the search."""
        self.end_search()
        self.page_in_sight.take_focus()

    def _tell_found(self, at: int, count: int) -> None:
        words = f"{at:,} of {count:,}" if count else ("nothing found" if self._sought else "")
        self.query_one(SearchLine).tell(words, none=bool(self._sought) and not count)

    def _end_filter(self) -> None:
        if self._filtering:
            self._filtering = False
            self.reader.filter("")
