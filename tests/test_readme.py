"""The README says what the code does: its tables are held against what they describe."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from atombuild import cli, events
from atombuild.advice.codes import CODES
from atombuild.settings.registry import markdown_table as settings_table
from atombuild_tui.actions import markdown_table
from atombuild_tui.meanings import MEANINGS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
EVENTS = sorted(
    (kind for kind in vars(events).values() if isinstance(kind, type) and issubclass(kind, events.Event)),
    key=lambda kind: kind.__name__,
)


def test_the_keys_are_those_of_the_registry() -> None:
    assert markdown_table() in README


@pytest.mark.parametrize("meaning", MEANINGS, ids=lambda meaning: str(meaning.status.words))
def test_every_status_is_explained(meaning: object) -> None:
    status, in_dist = meaning.status, meaning.in_dist  # type: ignore[attr-defined]  # pytest knows no types
    assert f"| {status.symbol} | `{status.words}` | {in_dist} |" in README


@pytest.mark.parametrize("kind", [kind for kind in EVENTS if kind is not events.Event], ids=lambda kind: kind.__name__)
def test_every_event_is_documented_with_all_its_fields(kind: type[events.Event]) -> None:
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", kind.__name__).lower()
    (row,) = [line for line in README.splitlines() if line.startswith(f"| `{name}` |")]
    for field in fields(kind):
        assert f"`{field.name}`" in row


def test_every_option_is_listed() -> None:
    options = re.findall(r"--[a-z-]+", cli._parser(with_screen=True).format_help())
    for option in {option for option in options if option != "--help"}:
        assert option in README


def test_every_setting_is_explained() -> None:
    assert settings_table() in README


def test_every_picture_is_there() -> None:
    pictures = re.findall(r"\(screenshots/([^)]+)\)", README)
    assert pictures
    for picture in pictures:
        assert (ROOT / "screenshots" / picture).is_file()


def test_the_test_command_is_the_one_that_ci_calls() -> None:
    (command,) = re.findall(
        r"\.venv/bin/python -m pytest.*", README.partition("Run the tests")[2].partition("In your")[0]
    )
    assert command in (ROOT / ".ci/run").read_text(encoding="utf-8")


def test_every_code_of_advice_is_explained() -> None:
    rows = [f"| `{code.word}` | {code.severity.value} | {code.meaning} |" for code in CODES.values()]
    assert "\n".join(["| Code | | Means |", "|---|---|---|", *rows, ""]) in README
