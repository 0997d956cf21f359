"""Characters as Rust sorts them: uv decides by these what a name or a glob may hold."""

from __future__ import annotations

import unicodedata


def is_alphabetic(char: str) -> bool:
    """As Rust's ``char::is_alphabetic``, nearly: letters, also in circles, letter numbers and vowel signs."""
    category = unicodedata.category(char)
    return (
        char.isalpha()
        or char.islower()
        or char.isupper()
        or category in {"Nl", "Mc"}
        or (category == "Mn" and unicodedata.combining(char) == 0)
    )


def is_alphanumeric(char: str) -> bool:
    """As Rust's ``char::is_alphanumeric``, as nearly."""
    return is_alphabetic(char) or char.isnumeric()
