"""What stays in the terminal when the screen is gone: what is in the output directory, and what its status is."""

from __future__ import annotations

from atombuild.sanitise import visible
from atombuild.status import Tone
from atombuild.units import size_words
from atombuild_tui import phrases
from atombuild_tui.state import Artifact, Dashboard


def summary(dashboard: Dashboard) -> tuple[str, ...]:
    """Return the lines; none where nothing is known. Every text is safe to print."""
    return (*_standing(dashboard), *_unusable(dashboard))


def left_early(dashboard: Dashboard) -> str:
    """Return what was still going on when we left without waiting for it any more."""
    if dashboard.building:
        return "left while a build was still being stopped; the next start tells what became of it"
    command = dashboard.after is not None and dashboard.after.tone is Tone.BUSY
    others = [name for name, is_on in (("a check", dashboard.checking), ("the project's command", command)) if is_on]
    return f"left while {' and '.join(others) or 'something'} was still being ended; dist/ is as it is said above"


def _unusable(dashboard: Dashboard) -> tuple[str, ...]:
    if not dashboard.unusable:
        return ()
    report = dashboard.unusable[0]
    return (visible(f"✗ {report.what}"), visible(f"  next: {report.hint}"))


def _standing(dashboard: Dashboard) -> tuple[str, ...]:
    """Return what is known of each artifact: it stays true of files while there is nothing to build."""
    if not dashboard.anything_known:
        return ()
    name = f"{dashboard.name} {dashboard.version}".strip()
    head = f"{name}, in {dashboard.out_dir or 'dist'}/:" if name else f"in {dashboard.out_dir or 'dist'}/:"
    return (visible(head), *(visible(_line(artifact, dashboard)) for artifact in dashboard.artifacts))


def _line(artifact: Artifact, dashboard: Dashboard) -> str:
    status = artifact.status
    facts = [f"  {status.symbol} {artifact.kind.value:<5}  {status.words}"]
    if artifact.target:
        facts.append(artifact.target)
    if status.holds_this_build:
        if artifact.size is not None:
            facts.append(size_words(artifact.size))
        facts.append(phrases.holding(artifact, dashboard)[0])
    return "  ".join(facts)
