"""The screen is fed by events: nothing of it knows what builds."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import atombuild_tui

TUI = Path(atombuild_tui.__file__).parent
BUILDING = (
    "builder",
    "session",
    "engine",
    "wiring",
    "publish",
    "native",
    "isolated",
    "ledger",
    "watch",
    "headless",
    "cli",
)
ENTRY = {"__main__.py"}
"""Puts the two together."""


@pytest.mark.parametrize(
    "path", sorted(path for path in TUI.rglob("*.py") if path.name not in ENTRY), ids=lambda path: path.stem
)
def test_no_part_of_the_screen_knows_the_builder(path: Path) -> None:
    names = {
        node.module
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module
    }
    for name in names:
        top, _, rest = name.partition(".")
        assert not (top == "atombuild" and rest.split(".")[0] in BUILDING), f"{path.name} imports {name}"


def test_widgets_know_no_page_and_no_app() -> None:
    for path in (TUI / "widgets").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "atombuild_tui.pages" not in text, path.name
        assert "atombuild_tui.app" not in text, path.name
        assert "atombuild_tui.screens" not in text, path.name
