"""Whether a text stays one line in a file that is read line by line."""

from __future__ import annotations


def is_one_line(text: str) -> bool:
    """Whether readers that go by lines, ``str.splitlines`` first of all, see one line: even U+2028 begins another."""
    return len(f"{text}.".splitlines()) == 1
