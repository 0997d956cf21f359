"""The screen is fed by events: nothing of it knows what builds."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import atombuild_tui

TUI = Path(atombuild_tui.__file__).parent
ENTRY = {"__main__.py"}
"""Puts the two together."""

ALLOWED = {
    "advice.spelling",
    "changes",
    "checks.result",
    "errors",
    "events",
    "exit_status",
    "finding",
    "folders",
    "inspection.contents",
    "inspection.difference",
    "inspection.text",
    "past",
    "plain",
    "private",
    "sanitise",
    "settings.user",
    "status",
    "units",
}
"""What the screen may know of the core: what is told, the words for it, and how to look into an artifact."""


def imported(path: Path) -> Iterator[str]:
    """Yield the modules of the core that a file imports, anywhere in it and in whichever way."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "atombuild":
            names = [f"atombuild.{each.name}" for each in node.names if not each.name.startswith("__")]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        for name in names:
            top, _, rest = name.partition(".")
            if top == "atombuild":
                yield rest


@pytest.mark.parametrize(
    "path", sorted(path for path in TUI.rglob("*.py") if path.name not in ENTRY), ids=lambda path: path.stem
)
def test_no_part_of_the_screen_knows_the_builder(path: Path) -> None:
    assert set(imported(path)) <= ALLOWED


def test_nothing_is_allowed_that_nobody_needs() -> None:
    assert {name for path in TUI.rglob("*.py") if path.name not in ENTRY for name in imported(path)} == ALLOWED


def test_every_way_to_import_is_seen(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        "import atombuild.builder as b\nfrom atombuild import engine, __version__\n"
        "def late():\n    from atombuild.checks.checker import Checker\n"
    )
    assert set(imported(module)) == {"builder", "engine", "checks.checker"}


def test_widgets_know_no_page_and_no_app() -> None:
    for path in (TUI / "widgets").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "atombuild_tui.pages" not in text.replace("atombuild_tui.pages.names", ""), path.name
        assert "atombuild_tui.app" not in text, path.name
        assert "atombuild_tui.screens" not in text, path.name
