"""A screen on which everything that comes into sight is drawn.

Textual tells a widget that it came into sight, and draws it, by comparing the places before a layout with those after
it. The places before may have been reckoned anew in between, by whoever asked a widget for its size: then nothing seems
to have changed, the widget hears nothing, and what stood there before stays on the terminal (Textualize/textual#5024).
"""

from __future__ import annotations

from typing import TypeVar

from textual import events
from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget

Result = TypeVar("Result")


class CompleteScreen(Screen[Result]):
    """Compares by itself, after each layout."""

    def __init__(self) -> None:
        super().__init__()
        self._drawn: dict[Widget, Region] = {}
        """Where everything was after the last layout."""

    def on_screen_resume(self) -> None:
        """Look after each layout from now on."""
        self.screen_layout_refresh_signal.subscribe(self, self._look_after_a_layout, immediate=True)

    def _look_after_a_layout(self, _: Screen[object]) -> None:
        before, self._drawn = self._drawn, {widget: widget.region for widget in self.walk_children(Widget)}
        if self._drawn == before:
            return
        for widget, region in self._drawn.items():
            if region and region.size != before.get(widget, Region()).size:
                widget.post_message(events.Resize(region.size, widget.virtual_size, widget.container_size))
        self.refresh()
