"""When to ring, and what the terminal's title says.

The title follows settled states only, and the bell rings only when good turns to bad or bad to good: a screen that
calls at every save is soon ignored.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from atombuild.events import Mode
from atombuild.status import Tone
from atombuild_tui.state import Dashboard


class Health(enum.Enum):
    """The state of all artifacts together."""

    UNKNOWN = "unknown"
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Attention:
    """What was last told outside of the screen."""

    health: Health = Health.UNKNOWN
    title: str = ""

    def after(self, dashboard: Dashboard) -> tuple[Attention, bool]:
        """Return what is to be told now, and whether to ring."""
        tones = {artifact.status.tone for artifact in dashboard.artifacts}
        about_to_build = dashboard.waiting > 0 and dashboard.mode in {Mode.LIVE, Mode.POLLING}
        if dashboard.building or about_to_build or Tone.BUSY in tones:
            return self, False
        title = _title(dashboard)
        if dashboard.unusable or Tone.BAD in tones:
            health = Health.BAD
        elif tones == {Tone.GOOD}:
            health = Health.GOOD
        else:
            # In doubt: neither an alarm nor its end.
            return Attention(self.health, title), False
        rings = self.health is not Health.UNKNOWN and health is not self.health
        return Attention(health, title), rings


def _title(dashboard: Dashboard) -> str:
    name = dashboard.name or "atombuild"
    if dashboard.unusable:
        return f"✗ {name}: {dashboard.unusable[0].what}"
    by_tone = {artifact.status.tone: artifact.status for artifact in reversed(dashboard.artifacts)}
    for tone in (Tone.BAD, Tone.DOUBT):
        if tone in by_tone:
            return f"{by_tone[tone].symbol} {name}: {by_tone[tone].words}"
    if Tone.GOOD in by_tone:
        return f"{by_tone[Tone.GOOD].symbol} {name} {dashboard.version}".rstrip()
    return name
