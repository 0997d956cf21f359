"""The one door for text that is not ours: every event passes it before anything of it is shown.

Colours (SGR) stay in lines of a log, and nowhere else.

Names, paths, errors and log lines come from projects and build backends, and a terminal obeys what it is sent. Behind
this door every string is harmless: control, bidi and format characters are visible glyphs. A line break survives only
in the causes of a report, which may have several lines. Markup is the other danger; it is met by never parsing any.
"""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TypeVar

from atombuild.checks.result import CheckResult, CheckRow
from atombuild.errors import Location, Report
from atombuild.events import CommandOutput, Event, Log
from atombuild.finding import Finding
from atombuild.past import PastAttempt
from atombuild.sanitise import visible, visible_lines

_Value = TypeVar("_Value", bound=Event | Report | Location | Finding | PastAttempt | CheckResult | CheckRow)


def cleaned(event: Event) -> Event:
    """Return the event with every text in it made safe to show."""
    if isinstance(event, Log | CommandOutput):
        return replace(event, lines=tuple(visible_lines("\n".join((*event.lines, "")), colours=True)))
    return _clean_fields(event)


def _clean_fields(value: _Value) -> _Value:
    changes: dict[str, Any] = {}
    for field in fields(value):
        before = getattr(value, field.name)
        after = _clean(before, may_break=isinstance(value, Report | CheckRow) and field.name == "why")
        if after is not before:
            changes[field.name] = after
    return replace(value, **changes) if changes else value


def _clean(value: Any, *, may_break: bool) -> Any:
    if isinstance(value, str):
        text = "\n".join(visible_lines(value)) if may_break else visible(value)
        return value if text == value else text
    if isinstance(value, Path):
        text = visible(str(value))
        return value if text == str(value) else Path(text)
    if isinstance(value, tuple):
        return tuple(_clean(item, may_break=may_break) for item in value)
    if isinstance(value, (Report, Location, Finding, PastAttempt, CheckResult, CheckRow)):
        return _clean_fields(value)
    return value
