"""RECORD, entry_points.txt, METADATA and code as texts somebody wrote, read into the rows of the page ``inside``."""

from __future__ import annotations

from typing import Final

from atombuild.inspection.contents import metadata_fields
from atombuild.inspection.text import MemberText, entry_points, record_rows
from atombuild_tui.pages.texts import member_lines
from fuzz import material
from fuzz.choices import Choices
from fuzz.oracle import Broken, Playground, check_nothing_acts
from fuzz.target import Target

NAMES: Final = (
    "RECORD",
    "entry_points.txt",
    "METADATA",
    "a.py",
    "a.toml",
    "a.md",
    "WHEEL",
    "a.html",
    "a.json",
    "x",
    "a.c",
)
PIECES: Final = (
    "foo/__init__.py", ",", ",sha256=abc,12\n", '"', '""', "\r", "\n", "\r\n", "[console_scripts]\n",
    "run = foo:main\n", "[", "]", "=", ":", " ", "\t", "#", ";", "[DEFAULT]\n", "x" * 140_000, "9" * 20, "١٢٣",
    "Name: foo\n", "\n\n", "%(x)s", "²", "\0", "def f():\n", "\\\n", "'''", "<a>", "{", "---\n",
)  # fmt: skip


def attempt(choices: Choices, _playground: Playground) -> None:
    """Read one text as what its name says."""
    text = "".join(material.text(choices) if choices.one_in(4) else choices.pick(PIECES) for _ in choices.many(20))
    judge(choices.pick(NAMES), text)


def judge(name: str, text: str) -> None:
    """Read the text."""
    for row in record_rows(text):
        if len(row) != 3:
            raise Broken(f"a row of {len(row)}")
    entry_points(text)
    metadata_fields(text.encode("utf-8", "surrogatepass"))
    for line in member_lines(MemberText(f"foo-1.0.dist-info/{name}", text, len(text))):
        check_nothing_acts(line.left.plain + line.right.plain + line.words)


RECORDS: Final = Target("records", attempt, examples=150, on_disk=False, size=100)


def attempt_bytes(choices: Choices, _playground: Playground) -> None:
    """Read these very bytes."""
    name = choices.pick(NAMES[:3])
    judge(name, choices.raw(1 << 16).decode("utf-8", "replace"))


def _sample(choices: Choices) -> bytes:
    return choices.raw(1) + "".join(choices.pick(PIECES) for _ in choices.many(20)).encode()


RECORD_BYTES: Final = Target("record-bytes", attempt_bytes, examples=30, on_disk=False, sample=_sample, size=200)
