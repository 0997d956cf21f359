"""Logs as pages: of the builds, and of the command that a project runs after them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Final

from textual.content import Content

from atombuild.errors import Location
from atombuild.events import Mode
from atombuild_tui.journal import Entry
from atombuild_tui.pages.names import Page
from atombuild_tui.pages.page import PageView, View
from atombuild_tui.widgets.log import BuildLog
from atombuild_tui.widgets.notices import BelowLine
from atombuild_tui.widgets.words import Words

if TYPE_CHECKING:
    from textual.app import ComposeResult


class ReadingPage(PageView):
    """A log, what stands in its place before its first line, and how much of it lies below the view."""

    log_id: ClassVar[str]

    def compose(self) -> ComposeResult:
        """Lay out the three."""
        yield Words(classes="page-empty")
        yield BuildLog(id=self.log_id)
        yield BelowLine()

    def write(self, entries: Iterable[Entry]) -> None:
        """Add to the log."""
        self.log_view.append(entries)
        self.set_class(len(self.log_view.kept) > 0, "-written")

    @property
    def log_view(self) -> BuildLog:
        """The log itself."""
        return self.query_one(f"#{self.log_id}", BuildLog)

    def say(self, words: Content) -> None:
        """Say what to do while there is nothing to read."""
        self.query_one(Words).say(words)

    def take_focus(self) -> None:
        """Give the keys to the log."""
        self.log_view.focus(scroll_visible=False)

    def find(self, text: str, step: int) -> tuple[int, int]:
        """Go to a line with the text."""
        return self.log_view.find(text, step)

    def end_search(self) -> None:
        """Forget what was searched for."""
        self.log_view.end_search()

    @property
    def place(self) -> Location | None:
        """Where the problem is."""
        problem = self.log_view.problem
        return problem.where if problem is not None else None

    @property
    def copied(self) -> str:
        """The problem, in full."""
        problem = self.log_view.problem
        return problem.text if problem is not None else ""

    def on_build_log_moved(self, event: BuildLog.Moved) -> None:
        """Say what the reader does not see."""
        event.stop()
        for line in self.query(BelowLine):  # none while the screen is taken down
            line.show(event.control.unread, event.control.below, event.control.unseen)

    def on_below_line_clicked(self) -> None:
        """Follow again."""
        self.log_view.follow()


class LogPage(ReadingPage):
    """The build log."""

    page = Page.LOG
    log_id = "log"

    def show(self, view: View) -> None:
        """Say what to do first."""
        self.say(_nothing_yet(view.dashboard.mode))


class AfterPage(ReadingPage):
    """What the project's own command printed."""

    page = Page.AFTER
    log_id = "after-log"

    def show(self, view: View) -> None:
        """Say how to get one."""
        del view
        self.say(_NO_COMMAND)


_NO_COMMAND: Final = Content.assemble(
    Content.styled("No command of the project was run yet.", "$foreground"),
    Content.styled(
        "\nGive it one in pyproject.toml; it runs after each success, once you allowed it with a:"
        '\n\n    [tool.atombuild]\n    on-success = "twine check {wheel} {sdist}"',
        "$quiet",
    ),
)


def _nothing_yet(mode: Mode | None) -> Content:
    """Return what stands in the log's place before its first line."""
    if mode is None:
        return Content.assemble(
            Content.styled("Looking at the project's files.", "$foreground"),
            Content.styled("\nThe first build follows; of a large project this may take some seconds.", "$quiet"),
        )
    return Content.assemble(
        Content.styled("Nothing was built yet.", "$foreground"),
        Content.styled("\nPress b to build now, or save a file of the project.", "$quiet"),
    )
