"""The main screen: header, a card an artifact, the trigger, a page, the keys. It shows a :class:`Dashboard`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Container
from textual.message import Message

from atombuild.checks.result import Check
from atombuild.errors import Location, Report
from atombuild.events import Failure
from atombuild.status import ArtifactKind
from atombuild_tui.actions import Action, Where, bindings
from atombuild_tui.door import cleaned
from atombuild_tui.errands import Errands
from atombuild_tui.journal import Entry, blocks
from atombuild_tui.pages.log import AfterPage, LogPage, ReadingPage
from atombuild_tui.pages.names import Page
from atombuild_tui.pages.page import PageView, View
from atombuild_tui.screens.searching import SearchingScreen
from atombuild_tui.widgets.artifact import ArtifactCard
from atombuild_tui.widgets.footer import KeysFooter
from atombuild_tui.widgets.header import ProjectHeader
from atombuild_tui.widgets.log import BuildLog
from atombuild_tui.widgets.notices import HintLine
from atombuild_tui.widgets.search import SearchLine
from atombuild_tui.widgets.tabs import PageTabs, Tab
from atombuild_tui.widgets.trigger import TriggerLine
from atombuild_tui.widgets.unusable import UnusablePanel

if TYPE_CHECKING:
    from datetime import tzinfo

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from atombuild_tui.pages.checks import ChecksPage


_WARNED_SECONDS = 8


class MainScreen(SearchingScreen):
    """Everything at a glance, or one key away."""

    AUTO_FOCUS = "#log"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Where.SCREEN, Where.PAGE, Where.LOG)

    class Ready(Message):
        """All parts are there; from now on a dashboard can be shown."""

    class EditAsked(Message):
        """Somebody wants to open this place, or there is none."""

        def __init__(self, place: Location | None) -> None:
            super().__init__()
            self.place = place

    class CheckAsked(Message):
        """Somebody wants this checked."""

        def __init__(self, check: Check) -> None:
            super().__init__()
            self.check = check

    class CopyAsked(Message):
        """Somebody wants to copy this text; empty where there is none."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, *, hint: str | None, zone: tzinfo | None, errands: Callable[[], Errands]) -> None:
        super().__init__()
        self._hint = hint
        self._zone = zone
        self._errands = errands
        self.current = Page.LOG
        self.made = False
        """All pages are there."""

        self._view: View | None = None

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield ProjectHeader(id="header")
        yield TriggerLine()
        with Container(id="artifacts"):
            for kind in ArtifactKind:
                yield ArtifactCard(kind, zone=self._zone)
        yield UnusablePanel()
        yield PageTabs(id="tabs")
        with Container(id="reading"):
            yield LogPage()
            yield AfterPage()
        yield SearchLine(id="search")
        if self._hint:
            yield HintLine(self._hint)
        yield KeysFooter(id="keys")

    def on_mount(self) -> None:
        """Begin with the log, and make the other pages once it was painted."""
        self.show_page(Page.LOG)
        self.call_after_refresh(self._make_pages)

    async def _make_pages(self) -> None:
        from atombuild_tui.pages.changes import ChangesPage  # noqa: PLC0415 - after the first paint
        from atombuild_tui.pages.checks import ChecksPage  # noqa: PLC0415
        from atombuild_tui.pages.history import HistoryPage  # noqa: PLC0415
        from atombuild_tui.pages.inside import InsidePage  # noqa: PLC0415
        from atombuild_tui.pages.watch import WatchPage  # noqa: PLC0415

        pages = (InsidePage(self._errands), ChangesPage(self._errands), HistoryPage(), ChecksPage(), WatchPage())
        for page in pages:
            page.display = False
        reading = self.query_one("#reading")
        if not reading.is_attached:
            return  # left before it began
        await reading.mount(*pages)
        self.made = True
        self.post_message(self.Ready())

    # What is shown

    def show(self, view: View) -> None:
        """Render this view from now on."""
        self._view = view
        dashboard = view.dashboard
        self.query_one(ProjectHeader).show(dashboard)
        self._show_artifacts(view)
        self.query_one(UnusablePanel).show(dashboard)
        self.query_one(PageTabs).show(dashboard)
        self.query_one(KeysFooter).show(dashboard, self.current)
        # The full panel replaces the pages; statuses that are true of files stay in sight.
        self.set_class(bool(dashboard.unusable), "-unusable")
        self.set_class(dashboard.anything_known, "-known")
        self.page_in_sight.show(view)

    def show_time(self, view: View) -> None:
        """Render what tells how long something takes: the time passes."""
        self._view = view
        self._show_artifacts(view)

    def show_ages(self, view: View) -> None:
        """Render how long ago things were, on the page too; which costs more than a running time may."""
        self.show_time(view)
        self.page_in_sight.show_ages(view)

    def _show_artifacts(self, view: View) -> None:
        self.query_one(TriggerLine).show(view.dashboard, view.now)
        for kind in ArtifactKind:
            card = self.query_one(f"#{kind.value}", ArtifactCard)
            artifact = view.dashboard.artifact(kind)
            card.display = artifact is not None
            if artifact is not None:
                card.show(artifact, view.dashboard, view.now)

    def name_keys(self, actions: tuple[Action, ...]) -> None:
        """Show the keys that these actions have."""
        self.query_one(KeysFooter).name_keys(actions)
        self.query_one(PageTabs).name_keys(actions)

    def tell(self, reports: tuple[Report, ...], root: str, *, heading: str = "") -> None:
        """Say what is wrong that no build is about: in the log, and where nobody overlooks it."""
        told = cleaned(Failure(reports))
        if isinstance(told, Failure) and told.reports:
            self.write(blocks(told.reports, root, heading))
            first, more = told.reports[0], len(told.reports) - 1
            place = f"{first.where.path.name}:{first.where.line}: " if first.where is not None else ""
            words = f"{place}{first.what}" + (f", and {more:,} more in the log" if more else "")
            self.notify(words, severity="warning", markup=False, timeout=_WARNED_SECONDS)

    def write(self, entries: Iterable[Entry]) -> None:
        """Add to the log."""
        self.query_one(LogPage).write(entries)

    def write_after(self, entries: Iterable[Entry]) -> None:
        """Add to the log of the project's own command."""
        self.query_one(AfterPage).write(entries)

    @property
    def log_view(self) -> BuildLog:
        """The build log."""
        return self.query_one(LogPage).log_view

    @property
    def reader(self) -> BuildLog:
        """The log that is read: the page's own, or the build log."""
        page = self.page_in_sight
        return page.log_view if isinstance(page, ReadingPage) else self.log_view

    @property
    def page_in_sight(self) -> PageView:
        """The page that is shown."""
        return self.query_one(f"#page-{self.current.value}", PageView)

    def show_page(self, page: Page) -> None:
        """Bring a page into sight."""
        if page not in {Page.LOG, Page.AFTER} and not self.made:
            return  # a key that came before the pages did
        if page is not self.current:
            self.end_search()
        self.current = page
        for each in self.query(PageView):
            each.display = each.page is page
        self.query_one(PageTabs).choose(page)
        self.set_class(page is not Page.LOG, "-paged")
        if self._view is not None:
            self.query_one(KeysFooter).show(self._view.dashboard, page)
            self.page_in_sight.show(self._view)
        self.page_in_sight.take_focus()

    # Actions (see atombuild_tui.actions)

    def action_page(self, name: str) -> None:
        """Show the page of this name."""
        self._turn_to(Page(name))

    def _turn_to(self, page: Page) -> None:
        if self._unusable:
            self.notify("the pages come back with something to build", markup=False)
        else:
            self.show_page(page)

    def action_log(self, name: str) -> None:
        """Let the log that is read do this."""
        getattr(self.reader, f"action_{name}")()

    def action_check_all(self) -> None:
        """Check everything, and show it."""
        self.show_page(Page.CHECKS)
        for check in Check:
            self.post_message(self.CheckAsked(check))

    def action_next_page(self) -> None:
        """Show the page after this one."""
        self._step_page(1)

    def action_previous_page(self) -> None:
        """Show the page before this one."""
        self._step_page(-1)

    def _step_page(self, step: int) -> None:
        pages = list(Page)
        self._turn_to(pages[(pages.index(self.current) + step) % len(pages)])

    def action_larger(self) -> None:
        """Give the page all the room there is, or take it back."""
        self.toggle_class("-large")

    def action_next_problem(self) -> None:
        """Go to the next problem, or place of a search."""
        self._step(1)

    def action_previous_problem(self) -> None:
        """Go to the problem, or place of a search, before."""
        self._step(-1)

    def _step(self, step: int) -> None:
        missed = self.current is Page.LOG and self.log_view.unseen is not None
        if missed and self.filtering:
            self.end_search()
        if self.searching and not missed:
            self.search_on(step)
            return
        if self.current is not Page.LOG:
            self.show_page(Page.LOG)
        if self.log_view.step_problem(step) is None:
            self.notify("the last build left no error and no advice", markup=False)

    def action_edit(self) -> None:
        """Ask for the editor."""
        self.post_message(self.EditAsked(self._problem_place() if self._unusable else self.page_in_sight.place))

    def action_copy(self) -> None:
        """Ask for copying."""
        self.post_message(self.CopyAsked(self._panel_text() if self._unusable else self.page_in_sight.copied))

    @property
    def _unusable(self) -> bool:
        return self.has_class("-unusable")

    def _problem_place(self) -> Location | None:
        problem = self.query_one(UnusablePanel).problem
        return problem.where if problem is not None else None

    def _panel_text(self) -> str:
        problem = self.query_one(UnusablePanel).problem
        return problem.text if problem is not None else ""

    def action_wrap(self) -> None:
        """Wrap long lines of the log, or cut them."""
        if isinstance(self.page_in_sight, ReadingPage):
            words = "long lines are wrapped" if self.reader.toggle_wrap() else "long lines are cut: ← → move them"
            self.notify(words, markup=False, timeout=2)
        else:
            self.notify("only the lines of a log are wrapped or cut: pages log and after", markup=False)

    def action_back(self) -> None:
        """Close what was opened last: a search, a filter, a text, the hint."""
        if not self.end_search() and not self.page_in_sight.back():
            self.query(HintLine).remove()

    # Messages of the parts

    def on_checks_page_asked(self, event: ChecksPage.Asked) -> None:
        """Pass it on."""
        event.stop()
        self.post_message(self.CheckAsked(event.check))

    def on_tab_clicked(self, event: Tab.Clicked) -> None:
        """Show the page."""
        self.show_page(event.page)

    def on_hint_line_dismissed(self) -> None:
        """Remove it."""
        self.query(HintLine).remove()
