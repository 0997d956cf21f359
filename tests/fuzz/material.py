"""What the inputs are made of: odd text, numbers at the edges, and bytes that were once in order."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

from fuzz.choices import Choices

PLAIN: Final = ("a", "foo", "src", "b1", "é", "x_y", "-", ".", " ", "1.0", "py")
ACTING: Final = (
    "\n", "\r", "\t", "\0", "\x07", "\x08", "\x7f", "\x1b", "\x1b[31m", "\x1b[2J", "\x1b]52;c;ZXZpbA==\x07", "\x1b]2;t",
    "\x1b[?1049l", "\x90", "\x9b31m", "\x9d", "\x85", "\u202e", "\u2066", "\u200b", "\ufeff", "\u2028", "\u2029",
    "\U000e0041", "\u3164", "\u0378", "\ufffe",
)  # fmt: skip
MEANING: Final = (
    "..", "/", "//", "\\", "../", "/etc/passwd", "~", "*", "**", "?", "[", "]", "[a-z]", "{", "}", "!", "#", "%s", "%",
    "$x", "`", "'", '"', '"""', "=", ",", ";", ":", "@", "|", "&", "<", ">", "[/]", "[/usr]", "[@click=app.quit]",
    "[bold]", "{0}", "CON", "nul.txt", "-rf", "e\u0301", "日本", "😀", "👩\u200d👩", "ﬀ", "ß", "İ", "9" * 25, "n" * 260,
)  # fmt: skip
LONE: Final = ("\udcff", "\udc80\udcfe", "\ud800", "\udfff")
"""What stands for bytes that are no text, and halves that stand for nothing."""

NUMBERS: Final = (
    0, 1, -1, 2, 7, 255, 256, 65_535, 2**31 - 1, 2**31, 2**32, 2**40, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), 2**64,
    10**30, 10**308, 10**400, -(10**400), 10**4300 - 1,
)  # fmt: skip
FLOATS: Final = (0.0, -0.0, 0.5, -1.0, 1e-300, 59.9996, 1e9, 2.0**40, 1e18, 1e300, float("inf"), float("-inf"))


def text(choices: Choices, *, most: int = 6, lone: bool = False) -> str:
    """Return a text of a few pieces, mostly ordinary ones; ``lone``: surrogates may be among them."""
    kinds = (PLAIN, PLAIN, PLAIN, MEANING, ACTING, LONE if lone else MEANING)
    return "".join(choices.pick(choices.pick(kinds)) for _ in choices.many(most))


def json_value(choices: Choices, depth: int = 3) -> object:
    """Return any value that JSON has."""
    kind = choices.below(9 if depth else 6)
    if kind < 3:
        return (None, choices.one_in(2), text(choices, lone=True))[kind]
    if kind < 5:
        return choices.pick(NUMBERS) if kind == 3 else choices.pick((*FLOATS, float("nan")))
    if kind == 5:
        return choices.below(1000)
    if kind == 6:
        return {text(choices, most=2): json_value(choices, depth - 1) for _ in choices.many(3)}
    return [json_value(choices, depth - 1) for _ in choices.many(3)]


def mutated(choices: Choices, data: bytes, *, most: int = 4) -> bytes:
    """Return the bytes with a few of them changed, lost, doubled or cut off."""
    out = bytearray(data)
    for _ in choices.many(most):
        at = choices.below(len(out) + 1)
        choices.pick(_HARMS)(choices, out, at)
    return bytes(out)


def noise(choices: Choices, most: int) -> bytes:
    """Return many bytes out of few, without any order."""
    return random.Random(choices.below(1 << 32)).randbytes(choices.below(most + 1))


def _flip(choices: Choices, out: bytearray, at: int) -> None:
    if at < len(out):
        out[at] ^= 1 << choices.below(8)


def _overwrite(choices: Choices, out: bytearray, at: int) -> None:
    new = choices.pick((b"\0", b"\xff", b"\0" * 4, b"\xff" * 4, b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f", b"7" * 11))
    out[at : at + len(new)] = new


def _insert(choices: Choices, out: bytearray, at: int) -> None:
    out[at:at] = choices.raw(1 + choices.below(12))


def _lose(choices: Choices, out: bytearray, at: int) -> None:
    del out[at : at + 1 + choices.below(512)]


def _double(choices: Choices, out: bytearray, at: int) -> None:
    out[at:at] = out[at : at + 1 + choices.below(2048)]


def _cut(_choices: Choices, out: bytearray, at: int) -> None:
    del out[at:]


_HARMS: Final[tuple[Callable[[Choices, bytearray, int], None], ...]] = (
    _flip, _overwrite, _insert, _lose, _double, _cut,
)  # fmt: skip
