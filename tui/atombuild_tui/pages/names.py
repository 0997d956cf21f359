"""The pages by name: what the tabs, the keys and the help call them."""

from __future__ import annotations

import enum
from typing import Final


class Page(enum.Enum):
    """What the lower part of the main screen shows; the values are the words of the tabs."""

    LOG = "log"
    INSIDE = "inside"
    CHANGES = "changes"
    HISTORY = "history"
    CHECKS = "checks"
    WATCH = "watch"
    AFTER = "after"

    @property
    def help(self) -> str:
        """What it shows, in a sentence."""
        return _PAGE_HELP[self]


_PAGE_HELP: Final = {
    Page.LOG: "what was built, what broke and where, and advice",
    Page.INSIDE: "what the sdist and the wheel hold: Enter opens a folder, or reads a file",
    Page.CHANGES: "what changed from the success before to the last one, member by member",
    Page.HISTORY: "every build of this project, also of earlier days, and how long it took",
    Page.CHECKS: "do sdist and wheel agree, is a build the same again, does the wheel install: Enter checks",
    Page.AFTER: "what the project's own command printed that runs after a build (on-success, on-failure)",
    Page.WATCH: "why the last build was made, what was ignored, and whether the watcher is well",
}
