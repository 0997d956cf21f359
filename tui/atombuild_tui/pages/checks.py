"""The checks: what each would tell, what it told last, and for which files or build."""

from __future__ import annotations

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

_ASKS: Final = {
    Check.PARITY: "Do sdist and wheel agree?",
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

    def show(self, view: View) -> None:
        """Show the questions, and below each what came of it."""
        lines: list[Line] = []
        for check in Check:
            if lines:
                lines.append(Line(Content("")))
            lines += _lines(check, view)
        self.show_rows(Content(""), lines)

    def choose(self, line: Line) -> None:
        """Ask."""
        check = next((each for each in Check if line.key.partition(":")[0] == each.value), None)
        if check is not None:
            self.post_message(self.Asked(check))


def _lines(check: Check, view: View) -> Iterator[Line]:
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
    yield Line(question, Content.styled(_when(result, view), "$quiet"), check.value)
    tone = _TONES[result.verdict]
    words = Content.styled(f"  {tone.symbol} {result.verdict.value}: {result.words}", f"bold {TONE_STYLES[tone]}")
    yield Line(words, key=f"{check.value}:words", text=result.words)
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


def _when(result: CheckResult, view: View) -> str:
    """Return how old the answer is, and whether it is about what stands now."""
    build = view.dashboard.build
    over = result.started + result.seconds
    words = f"{shown.ago(over, view.now)}, took {seconds_words(result.seconds)}"
    if result.attempt is not None and build is not None and result.attempt != build.number:
        return f"of build {result.attempt}, not the latest · {words}"
    if result.attempt is None and build is not None and build.started > result.started:
        return f"before build {build.number} · {words}"
    return words
