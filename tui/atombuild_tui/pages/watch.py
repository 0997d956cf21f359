"""Why the last build was made, what led to none, and whether the watcher is well."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from textual.content import Content

from atombuild.events import Mode
from atombuild.units import seconds_words
from atombuild_tui import format as shown
from atombuild_tui import phrases
from atombuild_tui.pages.names import Page
from atombuild_tui.pages.page import View
from atombuild_tui.pages.rows import RowsPage
from atombuild_tui.state import Build, Dashboard
from atombuild_tui.widgets.lines import Line

_LABEL: Final = 12


class WatchPage(RowsPage):
    """Three sections of rows."""

    page = Page.WATCH

    def show(self, view: View) -> None:
        """Show all of it."""
        board = view.dashboard
        lines = [*_why(board, view), *_ignored(board, view), *_watcher(board, view), *_passed_over(board)]
        self.show_rows(
            Content(""),
            [
                Line(each.left, each.right, key=str(n) if each.key else "", text=each.text)
                for n, each in enumerate(lines)
            ],
        )

    def show_ages(self, view: View) -> None:
        """Show how long ago it was."""
        self.show(view)


def _section(title: str) -> Line:
    return Line(Content.styled(title, "bold $busy"))


def _row(label: str, words: str, style: str = "$foreground", right: str = "") -> Line:
    left = Content.styled(f"  {label:<{_LABEL}}", "$quiet") + Content.styled(words, style)
    return Line(left, Content.styled(right, "$quiet"), key="row", text=f"{label} {words} {right}".strip())


def _why(board: Dashboard, view: View) -> Iterator[Line]:
    build = board.build
    if build is None:
        yield _section("No build yet")
        yield _row("", "nothing was built in this session", "$quiet")
        return
    yield _section(f"Why build {build.number} was made")
    yield _row("cause", phrases.cause(build))
    for index, path in enumerate(build.paths):
        yield _row("changed" if index == 0 else "", path)
    if build.total > len(build.paths) > 0:
        yield _row("", f"and {build.total - len(build.paths):,} more")
    yield from _chain(build, board, view)


def _chain(build: Build, board: Dashboard, view: View) -> Iterator[Line]:
    """Yield what happened from the save to the artifacts, with the time that each part took."""
    moments = [
        ("saved", build.saved),
        ("noticed", build.noticed),
        ("quiet", build.settled),
        ("build began", build.started),
    ]
    known = [(label, moment) for label, moment in moments if moment is not None]
    before: float | None = None
    for label, moment in known:
        # Clocks of file systems are coarser than ours: a notice is never before its save.
        after = f"+{seconds_words(max(moment - before, 0.0))}" if before is not None else ""
        words = shown.moment(moment, view.zone)
        if label == "noticed" and build.waited_for is not None:
            # Nothing is looked at while a build runs: the watcher is not late.
            words += f"   waited for build {build.waited_for}"
        yield _row(label, words, "$foreground", after)
        before = moment if before is None else max(before, moment)
    for artifact in board.artifacts:
        if artifact.seconds is not None and artifact.attempt == build.number:
            # How that step went, whatever became of the file since.
            words, right = artifact.status.attempt.value, f"+{seconds_words(artifact.seconds)}"
            yield _row(artifact.kind.value, words, "$foreground", right)
    if build.seconds is not None and known:
        whole = build.started + build.seconds - known[0][1]
        since = "from the save" if known[0][0] == "saved" else "in all"
        yield _row("over", f"{seconds_words(max(whole, build.seconds))} {since}", "bold $foreground")


def _ignored(board: Dashboard, view: View) -> Iterator[Line]:
    yield Line(Content(""))
    yield _section("Changes that led to no build")
    if not board.ignored_lately:
        yield _row("", "none so far", "$quiet")
    for ignored in board.ignored_lately:
        listed = shown.listed(ignored.paths, ignored.total) if ignored.total else ""
        clock = shown.clock_time(ignored.at, view.now, view.zone)
        yield _row("", f"{listed}: {ignored.why}" if listed else ignored.why, "$foreground", clock)


def _watcher(board: Dashboard, view: View) -> Iterator[Line]:
    yield Line(Content(""))
    yield _section("The watcher")
    how = {
        Mode.LIVE: ("the system's notifications", "$good"),
        Mode.PAUSED: ("paused: changes only count; p resumes", "$doubt"),
        Mode.POLLING: ("polling: looks twice a second", "$doubt"),
        Mode.ROOT_GONE: ("the folder is gone, it is looked for", "$bad"),
        Mode.OFF: ("off", "$bad"),
        None: ("starting", "$quiet"),
    }
    words, style = how[board.mode]
    yield _row("how", words, style)
    if board.watch_words:
        yield _row("", board.watch_words, "$quiet")
    looked = board.looked
    if looked is None:
        return
    yield _row("watches", shown.counted(looked.files, "file"))
    ago = shown.ago(looked.ended, view.now)
    yield _row("last look", f"{ago}, took {seconds_words(looked.seconds)}; at least every ten seconds")
    if looked.missed:
        words = f"{shown.counted(looked.missed, 'look')} found what no notification had told"
        yield _row("missed", words, "$doubt")
    else:
        yield _row("missed", "nothing: every change was announced", "$good")
    if looked.floods:
        yield _row(
            "overflow", f"suspected {shown.counted(looked.floods, 'time')}; everything was looked at then", "$doubt"
        )


def _passed_over(board: Dashboard) -> Iterator[Line]:
    looked = board.looked
    if looked is None or not looked.ignored:
        return
    yield Line(Content(""))
    yield _section("Not watched")
    for path, rule in looked.ignored:
        left = Content.assemble(f"  {path}", Content.styled(f"   {rule}", "$quiet"))
        yield Line(left, key="row", text=f"{path}: {rule}")
    if looked.ignored_total > len(looked.ignored):
        yield _row("", f"and {looked.ignored_total - len(looked.ignored):,} more", "$quiet")
