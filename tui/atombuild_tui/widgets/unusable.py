"""The panel in the log's place while there is nothing that could be built: friendly, whole, and with what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.content import Content

from atombuild.errors import Report
from atombuild.events import Mode
from atombuild_tui.journal import blocks
from atombuild_tui.problem import Problem
from atombuild_tui.state import Dashboard
from atombuild_tui.widgets.log import BuildLog
from atombuild_tui.widgets.words import Words

if TYPE_CHECKING:
    from textual.app import ComposeResult


class UnusablePanel(Vertical):
    """What is the matter, why, and what to do next."""

    def __init__(self) -> None:
        super().__init__(id="unusable")
        self._shown: tuple[Report, ...] = ()

    def compose(self) -> ComposeResult:
        """Lay out a sentence, the reports, and what happens next."""
        yield Words(id="unusable-title")
        yield Words(id="unusable-touched")
        yield BuildLog(id="unusable-reports")
        yield Words(id="unusable-next")

    @property
    def problem(self) -> Problem | None:
        """What is the matter, or None where nothing is."""
        return self.query_one(BuildLog).problem if self._shown else None

    def show(self, dashboard: Dashboard) -> None:
        """Appear while the project is unusable."""
        self.display = bool(dashboard.unusable)
        if not dashboard.unusable:
            self._shown = ()
            return
        folder = f"{dashboard.out_dir or 'dist'}/"
        self.query_one("#unusable-touched", Words).say(Content(f"Nothing in {folder} was touched."))
        known = bool(dashboard.name)
        title = "There is nothing to build here any more" if known else "There is nothing to build here yet"
        self.query_one("#unusable-title", Words).say(Content(title))
        # Of what was there before, that is what comes first to mind.
        mend = "mend it or put it back" if known else "mend it"
        if dashboard.mode is Mode.ROOT_GONE:
            after = "The folder is looked for: put it back, and the build starts."
        elif dashboard.mode in {Mode.LIVE, Mode.POLLING}:
            after = f"The folder is still watched: {mend}, and the build starts."
        else:
            after = f"{mend.capitalize()}, then press b."
        self.query_one("#unusable-next", Words).say(Content(after))
        if dashboard.unusable != self._shown:
            self._shown = dashboard.unusable
            log = self.query_one(BuildLog)
            log.restart(list(blocks(dashboard.unusable, dashboard.root))[:-1])
