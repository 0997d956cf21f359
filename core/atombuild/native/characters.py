"""Characters as Rust sorts them: uv decides by these what a name or a glob may hold.

Sources: Rust's ``char::is_alphabetic`` and ``char::is_numeric``, which are Unicode's Alphabetic and its categories N*.
Python's ``str`` methods go by other properties: they leave out vowel signs, and letters in circles.
"""

from __future__ import annotations

from functools import lru_cache


def is_alphabetic(char: str) -> bool:
    """As Rust's ``char::is_alphabetic``."""
    return char.isalpha() if char.isascii() else _has(r"\p{Alphabetic}", char)


def is_alphanumeric(char: str) -> bool:
    """As Rust's ``char::is_alphanumeric``."""
    return char.isalnum() if char.isascii() else _has(r"[\p{Alphabetic}\p{N}]", char)


@lru_cache(maxsize=1 << 10)
def _has(properties: str, char: str) -> bool:
    import regex  # noqa: PLC0415 (few projects need it, and all would wait for it)

    return regex.match(properties, char) is not None
