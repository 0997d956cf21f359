"""The sentences of the dashboard that are no status words: what is held, what triggered, what waits."""

from __future__ import annotations

from datetime import tzinfo

from rich.cells import cell_len

from atombuild.changes import told
from atombuild.events import Cause
from atombuild.status import Attempt, Standing, Tone
from atombuild_tui import format as shown
from atombuild_tui.state import Artifact, Build, Dashboard

_ABSENT = frozenset({Standing.OLD_REMOVED, Standing.NEVER})


def holding(artifact: Artifact, dashboard: Dashboard) -> tuple[str, Tone]:  # noqa: PLR0911 - one case a sentence
    """Return what stands at the final name compared with the author's latest save, and how good that is."""
    status, folder = artifact.status, f"{dashboard.out_dir or 'dist'}/"
    if status.attempt is Attempt.QUEUED:
        return ("waits for its turn", Tone.IDLE)
    if status.attempt is Attempt.BUILDING:
        return (f"from {artifact.running.source}" if artifact.running else "being built", Tone.IDLE)
    if status.attempt is Attempt.NOT_ATTEMPTED and status.standing in {*_ABSENT, Standing.UNKNOWN}:
        return (_not_attempted(dashboard), Tone.IDLE)
    if status.standing is Standing.UNKNOWN:
        return ("the project never said its file name", Tone.IDLE)
    if status.standing in _ABSENT:
        return (f"no such file in {folder} now", Tone.IDLE)
    if not status.holds_this_build:
        words = {
            Standing.OLD_KEPT: f"an older build is still in {folder}",
            Standing.UNSEEN: f"the system won't say what is in {folder}",
            Standing.OTHER: f"the file in {folder} is not from this build",
        }
        return (words.get(status.standing, f"a file is in {folder}"), Tone.DOUBT)
    return _held(artifact, dashboard)


def _not_attempted(dashboard: Dashboard) -> str:
    """Return what has to be done for the first build of an artifact."""
    if dashboard.lock_holder:
        return "waits for another builder"
    return "its first build is starting" if dashboard.is_beginning else "press b to build it now"


def _held(artifact: Artifact, dashboard: Dashboard) -> tuple[str, Tone]:
    """Return which save the file of this build holds."""
    if artifact.behind:
        return (f"{shown.counted(artifact.behind, 'change')} behind", Tone.DOUBT)
    if artifact.status.outdated:
        return ("older than your files", Tone.DOUBT)
    if artifact.behind is None:
        return ("comparing it with your files", Tone.IDLE)
    if dashboard.meanwhile:
        return ("may lack your latest change", Tone.DOUBT)
    return ("holds your latest change", Tone.GOOD)


def gone(artifact: Artifact, dashboard: Dashboard, now: float, zone: tzinfo | None) -> str:
    """Return since when a file is gone, and why; empty where one stands, or where nobody remembers that."""
    past = dashboard.past_of(artifact)
    if past is None or artifact.status.standing not in _ABSENT or artifact.status.attempt is Attempt.SUCCEEDED:
        return ""
    removed = artifact.status.standing is Standing.OLD_REMOVED
    since = f"gone since {shown.clock_time(past.started, now, zone)}" if removed else "never built"
    return f"{since}: {past.why}" if past.why else since if removed else ""


def cause(build: Build) -> str:
    """Return why a build was made: ``deleted: src/a.py; new: src/b.py and 2 more``, ``start``, ``on request``."""
    if build.cause is Cause.CHANGE:
        return told(build.paths, build.how, build.total, most=1)
    return "start" if build.cause is Cause.START else "on request"


def waiting(dashboard: Dashboard) -> str:
    """Return how many changes no build holds yet; empty when there are none."""
    if not dashboard.waiting:
        return ""
    return f"{shown.counted(dashboard.waiting, 'change')} {'waits' if dashboard.waiting == 1 else 'wait'}"


def meanwhile(dashboard: Dashboard, room: int) -> str:
    """Return what was touched while the build runs, in so many cells; empty when nothing was."""
    if not dashboard.meanwhile:
        return ""
    words = " was touched meanwhile"
    whole = f"{dashboard.meanwhile}{words}, and is looked at next"
    return whole if cell_len(whole) <= room else shown.shortened(dashboard.meanwhile, room - len(words)) + words


def ignored(dashboard: Dashboard) -> str:
    """Return which changes led to no build, and why; empty when there are none."""
    if dashboard.ignored is None:
        return ""
    why = dashboard.ignored.why
    if not dashboard.ignored.total:
        return f"ignored: {why}"
    listed = shown.listed(dashboard.ignored.paths, dashboard.ignored.total)
    return f"ignored: {listed} ({why})" if why else f"ignored: {listed}"


def advice(dashboard: Dashboard) -> str:
    """Return how much there is to go through with n; empty when there is nothing."""
    counts = [(dashboard.errors, "error"), (len(dashboard.advice), "finding")]
    words = [shown.counted(count, name) for count, name in counts if count]
    return f"{' and '.join(words)} in the log" if words else ""
