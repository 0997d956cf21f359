"""The checks: what each would tell, what it told last, and for which files or build."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Final

from textual.content import Content
from textual.message import Message

from atombuild.checks.result import Check, CheckResult, Verdict
from atombuild.status import Tone
from atombuild.units import seconds_words
from atombuild_tui import format as shown
from atombuild_tui.pages.names import Page
from atombuild_tui.pages.page import View
from atombuild_tui.pages.rows import RowsPage
from atombuild_tui.themes import TONE_STYLES
from atombuild_tui.widgets.lines import Line
from atombuild_tui.widgets.rows import MARGIN

_ASKS: Final = {
    Check.PARITY: "Built anew, do sdist and wheel agree?",
    Check.REPRODUCIBLE: "Would it build the same again?",
    Check.INSTALL: "Does the wheel install?",
}

_TONES: Final = {Verdict.PASSED: Tone.GOOD, Verdict.FAILED: Tone.BAD, Verdict.UNKNOWN: Tone.DOUBT}

_INDENT: Final = 6


class ChecksPage(RowsPage):
    """Three questions and their answers."""

    page = Page.CHECKS

    class Asked(Message):
        """Somebody wants to know."""

        def __init__(self, check: Check) -> None:
            super().__init__()
            self.check = check

    def __init__(self) -> None:
        super().__init__()
        self._view: View | None = None

    def show(self, view: View) -> None:
        """Show the questions, and below each what came of it."""
        self._view = view
        lines: list[Line] = []
        for check in Check:
            if lines:
                lines.append(Line(Content("")))
            lines += _lines(check, view, self.size.width - 2 * MARGIN)
        self.show_rows(Content(""), lines)

    def show_ages(self, view: View) -> None:
        """Show how long ago it was."""
        self.show(view)

    def on_resize(self) -> None:
        """Fold to the new width."""
        if self._view is not None:
            self.show(self._view)

    def choose(self, line: Line) -> None:
        """Ask."""
        check = next((each for each in Check if line.key.partition(":")[0] == each.value), None)
        if check is not None:
            self.post_message(self.Asked(check))


def _lines(check: Check, view: View, width: int) -> Iterator[Line]:
    board = view.dashboard
    question = Content.styled(_ASKS[check], "bold $foreground")
    result = next((each for each in board.checks if each.check is check), None)
    if board.checking is check:
        yield Line(question, Content.styled("● checking", "bold $busy"), check.value)
        return
    if check in board.checks_waiting:
        yield Line(question, Content.styled("○ waits for its turn", "bold $busy"), check.value)
        return
    if result is None:
        yield Line(question, Content.styled("Enter checks it", "$quiet"), check.value)
        return
    when = f"{shown.ago(result.started + result.seconds, view.now)}, took {seconds_words(result.seconds)}"
    yield Line(question, Content.styled(when, "$quiet"), check.value, f"{_ASKS[check]} {when}")
    stale = _stale(result, view)
    if stale:
        # A row of its own: an answer about something else must not look as if it were about what stands.
        yield Line(Content.styled(f"  {Tone.DOUBT.symbol} {stale}", "$doubt"), key=f"{check.value}:stale", text=stale)
    tone = _TONES[result.verdict]
    verdict = f"{result.verdict.value}: {result.words}"
    for number, part in enumerate(textwrap.wrap(verdict, max(width - _INDENT // 2, _INDENT)) or [verdict]):
        opening = f"  {tone.symbol} " if number == 0 else "    "
        words = Content.styled(f"{opening}{part}", f"bold {TONE_STYLES[tone]}")
        yield Line(words, key=f"{check.value}:words{number or ''}", text=result.words)
    for number, row in enumerate(result.rows):
        tone = _TONES[row.verdict]
        why = row.why.splitlines() or [""]
        left = Content.assemble(
            Content.styled(f"    {tone.symbol} ", TONE_STYLES[tone]), row.what, Content.styled(f"   {why[0]}", "$quiet")
        )
        yield Line(left, key=f"{check.value}:{number}", text=f"{row.what} {row.why}".strip())
        for more, line in enumerate(why[1:]):
            yield Line(Content.styled(" " * _INDENT + line, "$quiet"), key=f"{check.value}:{number}:{more}", text=line)
    if result.hint:
        left = Content.styled("  next  ", "bold $good") + Content(result.hint)
        yield Line(left, key=f"{check.value}:next", text=result.hint)


def _stale(result: CheckResult, view: View) -> str:
    """Say what the answer is about where that is not the latest build; empty where it is."""
    build = view.dashboard.build
    if build is None:
        return ""
    if result.attempt is not None and result.attempt != build.number:
        return f"not the latest: of build {result.attempt}"
    if result.attempt is None and build.started > result.started:
        return f"not the latest: from before build {build.number}"
    return ""
