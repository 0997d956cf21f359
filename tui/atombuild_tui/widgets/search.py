"""The line in which a search or a filter is typed, with what was found at its right."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input
from textual.widgets.input import Selection

from atombuild_tui.widgets.words import Words

if TYPE_CHECKING:
    from textual.app import ComposeResult


class SearchInput(Input):
    """Where it is typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", "End the search", show=False),
        Binding("up", "step(-1)", "Before", show=False),
        Binding("down", "step(1)", "Next", show=False),
    ]

    class GivenUp(Message):
        """Nothing is searched for any more."""

    class Step(Message):
        """The next or previous place is wanted."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    def action_give_up(self) -> None:
        """End the search."""
        self.post_message(self.GivenUp())

    def action_step(self, step: int) -> None:
        """Go on while typing."""
        self.post_message(self.Step(step))


class SearchLine(Horizontal):
    """A word for what is done, the input, and what was found."""

    def compose(self) -> ComposeResult:
        """Three parts in a row."""
        yield Words(id="search-label")
        yield SearchInput(id="search-input", compact=True, select_on_focus=False)
        yield Words(id="search-found")

    def begin(self, label: str, text: str = "") -> None:
        """Appear, ready to be typed into."""
        self.display = True
        self.query_one("#search-label", Words).say(Content.styled(label, "bold $busy"))
        entry = self.query_one(SearchInput)
        with entry.prevent(Input.Changed):
            entry.value = text
        # What was sought before can be sought again with Enter; what is typed takes its place.
        entry.selection = Selection(0, len(text))
        entry.focus()

    def end(self) -> None:
        """Vanish."""
        self.display = False
        self.tell("")

    def tell(self, words: str, *, none: bool = False) -> None:
        """Say what was found."""
        self.query_one("#search-found", Words).say(Content.styled(words, "$doubt" if none else "$quiet"))

    @property
    def value(self) -> str:
        """What was typed."""
        return self.query_one(SearchInput).value
