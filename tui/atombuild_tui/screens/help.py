"""The help: every key by group, every status and what it means for ``dist/``. All from the registries."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from atombuild import __version__
from atombuild_tui.actions import groups
from atombuild_tui.meanings import MEANINGS
from atombuild_tui.themes import TONE_STYLES

if TYPE_CHECKING:
    from textual.app import ComposeResult


class HelpScreen(ModalScreen[None]):
    """A panel over the main screen; the build goes on below."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,question_mark,q", "dismiss", "Close", show=False)]
    AUTO_FOCUS = "#help-scroll"

    def compose(self) -> ComposeResult:
        """Title, then sections that scroll together."""
        with Vertical(id="help"):
            yield Static(
                Content.assemble(
                    Content.styled("Help", "bold $foreground"),
                    Content.styled(f"   atombuild {__version__}   Esc closes", "$quiet"),
                ),
                id="help-title",
            )
            with VerticalScroll(id="help-scroll"):
                yield Static("The promise", classes="help-heading", markup=False)
                yield Static(
                    Content(
                        "A file stands under an artifact's final name if and only if the latest attempt to build it "
                        "succeeded, and it is that attempt's whole output."
                    ),
                    classes="help-text",
                )
                for name, actions in groups().items():
                    yield Static(name, classes="help-heading", markup=False)
                    for action in actions:
                        yield HelpRow(
                            Content.styled(" ".join(action.all_keys), "bold $busy"),
                            Content.assemble(
                                Content.styled(action.title, "$foreground"),
                                Content.styled(f": {action.help}", "$quiet"),
                            ),
                            classes="-key",
                        )
                yield Static("What a status means for dist/", classes="help-heading", markup=False)
                for meaning in MEANINGS:
                    status = meaning.status
                    yield HelpRow(
                        Content.styled(f"{status.symbol} {status.words}", f"bold {TONE_STYLES[status.tone]}"),
                        Content.styled(meaning.in_dist, "$quiet"),
                        classes="-status",
                    )
                yield Static("More", classes="help-heading", markup=False)
                yield Static(
                    Content("Options: atombuild-tui --help. Everything else: the README of atombuild-tui."),
                    classes="help-text",
                )


class HelpRow(Container):
    """A term and its meaning, side by side, or one below the other where it is narrow."""

    def __init__(self, term: Content, meaning: Content, *, classes: str) -> None:
        super().__init__(classes=f"help-row {classes}")
        self._term = term
        self._meaning = meaning

    def compose(self) -> ComposeResult:
        """Both parts."""
        yield Static(self._term, classes="help-term", markup=False)
        yield Static(self._meaning, classes="help-meaning", markup=False)
