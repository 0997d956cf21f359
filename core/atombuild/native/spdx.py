"""Whether a licence expression is one that uv accepts, and if not, where it goes wrong and why.

``packaging`` knows the identifiers (its list equals uv's). uv is stricter about them: they are case-sensitive and the
deprecated ones are refused. Source: SPDX specification, annex "SPDX license expressions"; PEP 639.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

_DEPRECATED: Final = frozenset(
    {
        "AGPL-1.0",
        "AGPL-3.0",
        "BSD-2-Clause-FreeBSD",
        "BSD-2-Clause-NetBSD",
        "GFDL-1.1",
        "GFDL-1.2",
        "GFDL-1.3",
        "GPL-1.0",
        "GPL-2.0",
        "GPL-2.0-with-GCC-exception",
        "GPL-2.0-with-autoconf-exception",
        "GPL-2.0-with-bison-exception",
        "GPL-2.0-with-classpath-exception",
        "GPL-2.0-with-font-exception",
        "GPL-3.0",
        "GPL-3.0-with-GCC-exception",
        "GPL-3.0-with-autoconf-exception",
        "LGPL-2.0",
        "LGPL-2.1",
        "LGPL-3.0",
        "Net-SNMP",
        "Nunit",
        "StandardML-NJ",
        "bzip2-1.0.5",
        "eCos-2.0",
        "wxWindows",
    }
)
_BLANKS: Final = re.compile(r"\s*")
_TERM: Final = re.compile(r"[-A-Za-z0-9.:]+")
_LICENSE_REF: Final = re.compile(r"(?:DocumentRef-[-A-Za-z0-9.]*:)?LicenseRef-[-A-Za-z0-9.]*")
_ADDITION_REF: Final = re.compile(r"(?:DocumentRef-[-A-Za-z0-9.]*:)?AdditionRef-[-A-Za-z0-9.]*")
_GNU: Final = ("GPL-", "LGPL-", "AGPL-", "GFDL-")

_LICENSE: Final = "<license>"
_ADDITION: Final = "<addition>"
_UNCLOSED: Final = "unclosed parens"
_START: Final = (_LICENSE, "(")
_MAY_FOLLOW: Final = {
    _LICENSE: ("AND", "OR", "WITH", ")", "+"),
    "+": ("AND", "OR", "WITH", ")"),
    _ADDITION: ("AND", "OR", ")"),
    ")": ("AND", "OR"),
    "AND": _START,
    "OR": _START,
    "(": _START,
    "WITH": (_ADDITION,),
}


@dataclass(frozen=True, slots=True)
class SpdxFault:
    """The first thing wrong in an expression."""

    start: int
    """Where the bad part begins, in characters."""

    end: int
    """Where it ends."""

    reason: str
    """uv's words."""

    suggestion: str | None = None
    """What was probably meant."""

    @property
    def mark(self) -> str:
        """The bad part underlined as uv does it, for a line below the expression."""
        line = "-" if self.reason == _UNCLOSED else "^"
        return f"{' ' * self.start}{line * (self.end - self.start)} {self.reason}"


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    """An operator, a bracket, ``+``, ``<license>`` or ``<addition>``."""

    start: int
    end: int
    text: str


def spdx_fault(expression: str) -> SpdxFault | None:
    """Return what is wrong with ``expression``, or None."""
    try:
        _check(expression)
    except _Wrong as error:
        return error.fault
    return None


class _Wrong(Exception):
    """Ends the check at the first fault."""

    def __init__(self, start: int, end: int, reason: str, suggestion: str | None = None) -> None:
        super().__init__(reason)
        self.fault = SpdxFault(start, end, reason, suggestion)


def _check(expression: str) -> None:
    end = len(expression)
    expected: tuple[str, ...] = _START
    before: _Token | None = None
    open_brackets: list[int] = []
    for token in _tokens(expression):
        if token.kind == "+":
            _check_plus(token, before)
        # after a bracket uv takes another one, though it does not list it among what it expects
        closes = token.kind == ")" and (")" in expected or (before is not None and before.kind == ")"))
        if closes and not open_brackets:
            raise _Wrong(token.start, token.end, "unopened parens")
        if token.kind not in expected and not closes:
            raise _Wrong(token.start, token.end, _expectation(expected))
        if token.kind == "(":
            open_brackets.append(token.start)
        elif token.kind == ")":
            open_brackets.pop()
        is_reference = token.kind == _LICENSE and "Ref-" in token.text
        expected = _MAY_FOLLOW["+" if is_reference else token.kind]
        before = token
    if before is None:
        raise _Wrong(0, end, "empty expression")
    if before.kind in {"AND", "OR", "WITH", "("}:
        raise _Wrong(end, end, _expectation(expected))
    if open_brackets:
        raise _Wrong(open_brackets[-1], open_brackets[-1] + 1, _UNCLOSED)


def _check_plus(plus: _Token, before: _Token | None) -> None:
    if before is None:
        return
    if plus.start > before.end:
        raise _Wrong(before.end, plus.start, "`+` must not follow whitespace")
    if before.kind == _LICENSE and before.text.startswith(_GNU):
        raise _Wrong(plus.start, plus.end, "a GNU license was followed by a `+`")


def _expectation(expected: tuple[str, ...]) -> str:
    if len(expected) == 1:
        return f"expected a `{expected[0]}` here"
    return f"expected one of {', '.join(f'`{kind}`' for kind in expected)} here"


def _tokens(expression: str) -> Iterator[_Token]:
    at = 0
    while True:
        blanks = _BLANKS.match(expression, at)
        at = blanks.end() if blanks else at
        if at == len(expression):
            return
        term = _TERM.match(expression, at)
        if term:
            yield _Token(_kind_of(term), at, term.end(), term.group())
            at = term.end()
        elif expression[at] in "()+":
            yield _Token(expression[at], at, at + 1, expression[at])
            at += 1
        else:
            raise _Wrong(at, len(expression), "invalid character(s)")


def _kind_of(term: re.Match[str]) -> str:
    text = term.group()
    if text in {"AND", "OR", "WITH", "and", "or", "with"}:
        return text.upper()
    if text in _DEPRECATED:
        raise _Wrong(*term.span(), "a deprecated license identifier was used", _successor(text))
    if text == "NOASSERTION" or _LICENSE_REF.fullmatch(text) or _canonical(text) == text:
        return _LICENSE
    if _ADDITION_REF.fullmatch(text) or _canonical(f"MIT WITH {text}") == f"MIT WITH {text}":
        return _ADDITION
    raise _Wrong(*term.span(), "unknown term", _canonical(text))


def _successor(deprecated: str) -> str | None:
    """Return today's name of the GNU licences, by far the most used of the deprecated identifiers."""
    if not deprecated.startswith(_GNU):
        return None
    return f"{deprecated}-only or {deprecated}-or-later" if _canonical(f"{deprecated}-only") else None


def _canonical(expression: str) -> str | None:
    try:
        return canonicalize_license_expression(expression)
    except InvalidLicenseExpression:
        return None
