"""The help: every key by group, every status and what it means for ``dist/``. All from the registries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from atombuild import __version__
from atombuild_tui.actions import Action, groups
from atombuild_tui.meanings import MEANINGS
from atombuild_tui.pages.names import Page
from atombuild_tui.themes import TONE_STYLES

if TYPE_CHECKING:
    from textual.app import ComposeResult


class HelpScreen(ModalScreen[None]):
    """A panel over the main screen; the build goes on below."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,question_mark,q", "dismiss", "Close", show=False)]
    AUTO_FOCUS = "#help-scroll"

    def __init__(self, page: Page, actions: tuple[Action, ...]) -> None:
        """Explain. ``page``: where help was asked for. ``actions``: with the keys that they have."""
        super().__init__()
        self._page = page
        self._actions = actions

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
                yield Static(f"Here: {self._page.value}", classes="help-heading", markup=False)
                yield Static(Content(self._page.help), classes="help-text")
                yield from _rows([action for action in _here(self._page, self._actions) if action.all_keys])
                yield Static("The promise", classes="help-heading", markup=False)
                yield Static(
                    Content(
                        "A file stands under an artifact's final name if and only if the latest attempt to build it "
                        "succeeded, and it is that attempt's whole output."
                    ),
                    classes="help-text",
                )
                for name, actions in groups(self._actions).items():
                    yield Static(name, classes="help-heading", markup=False)
                    yield from _rows(actions)
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


def _here(page: Page, actions: tuple[Action, ...]) -> list[Action]:
    """Return what makes sense on this page, and not everywhere."""
    return [action for action in actions if page in action.pages and action.group in {"Read", "Lists"}]


def _rows(actions: list[Action]) -> Iterator[HelpRow]:
    for action in actions:
        words = f": {action.help}" if action.help else ""
        yield HelpRow(
            Content.styled(" ".join(action.all_keys), "bold $busy"),
            Content.assemble(Content.styled(action.title, "$foreground"), Content.styled(words, "$quiet")),
            classes="-key",
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
