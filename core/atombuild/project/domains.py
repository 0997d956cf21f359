"""A domain in ASCII, as browsers and uv have it: UTS 46, nontransitional, on the host as a whole.

The mapping composes letters, drops what is ignored and makes dots of other full stops, so the labels are known only
after it. Then each is checked as the URL Standard asks of browsers (CheckHyphens and VerifyDnsLength are off, CheckBidi
and CheckJoiners are on). That is less than IDNA 2008 asks: ``☕.example`` is a domain.

Sources: WHATWG URL Standard, "IDNA"; UTS 46, sections 4 and 4.1; RFC 5893 (Bidi Rule).
"""

from __future__ import annotations

import unicodedata
from typing import Final

import idna

_PREFIX: Final = "xn--"
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL", "AN"})
_LONGEST: Final = 1000
"""Letters of a label that uv takes; the work grows with their square."""

_JOINERS: Final = "\u200c\u200d"


def in_ascii(text: str) -> str:
    """Process a domain by UTS 46. Raises ``UnicodeError``."""
    mapped = text.lower() if text.isascii() else idna.uts46_remap(text, std3_rules=False)
    labels = mapped.split(".")
    if max(map(len, labels)) > _LONGEST and (not mapped.isascii() or _PREFIX in mapped):
        raise UnicodeError(mapped)
    shown = [_decoded(label) if label.startswith(_PREFIX) else label for label in labels]
    has_right_to_left = any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for label in shown for char in label)
    for label in shown:
        _check(label, has_right_to_left=has_right_to_left)
    return ".".join(label if label.isascii() else f"{_PREFIX}{label.encode('punycode').decode()}" for label in labels)


def _decoded(label: str) -> str:
    """Return what a label in Punycode stands for. Raises ``UnicodeError`` where that is not what it is made from."""
    text = label[len(_PREFIX) :].encode("ascii").decode("punycode")
    again = text.encode("punycode").decode()
    if text.isascii() or f"{_PREFIX}{again}" != label or idna.uts46_remap(text, std3_rules=False) != text:
        raise UnicodeError(label)
    return text


def _check(label: str, *, has_right_to_left: bool) -> None:
    """Check a label's letters, decoded (UTS 46, "Validity Criteria"). Raises ``UnicodeError``."""
    if not label:
        return
    idna.check_initial_combiner(label)
    for position, char in enumerate(label):
        if char in _JOINERS and not _may_join(label, position):
            raise UnicodeError(label)
    if has_right_to_left and all(map(unicodedata.bidirectional, label)):  # else it is younger than this Python
        idna.check_bidi(label, check_ltr=True)


def _may_join(label: str, position: int) -> bool:
    try:
        return idna.valid_contextj(label, position)
    except ValueError:  # the letter before it is younger than this Python
        return False
