"""Versions and version specifiers (PEP 440) as ``packaging`` understands them, refused where uv refuses them.

uv knows no arbitrary equality with something that is no version (``===foobar``) and no number beyond 64 bits; and it
keeps every clause of a specifier, so a plain tuple stands here instead of a ``SpecifierSet``.
"""

from __future__ import annotations

import re
from typing import Final

from packaging.specifiers import Specifier
from packaging.version import VERSION_PATTERN, InvalidVersion, Version

Specifiers = tuple[Specifier, ...]
"""Clauses that all must hold, in the order of :func:`specifier_rank`."""

LARGEST_NUMBER: Final = 2**64 - 2
"""uv keeps the numbers of a version in 64 bits, with the last value for its own use."""

OPERATORS: Final = ("~=", "==", "!=", "<=", ">=", "<", ">", "===")

_VERSION_START: Final = re.compile(VERSION_PATTERN, re.VERBOSE | re.IGNORECASE | re.ASCII)
_BLANKS: Final = " \t\n\r\f\v"


class Refused(ValueError):
    """Text that uv does not accept; the words are uv's."""


def parse_version(text: str) -> Version:
    """Return the version in ``text``, blanks around it allowed. Raises :class:`Refused`."""
    text = text.strip(_BLANKS)
    if not re.match("[vV]?[0-9]", text):
        raise Refused("expected version to start with a number, but no leading ASCII digits were found")
    try:
        version = Version(text)
    except InvalidVersion:
        raise Refused(_where_it_ends(text)) from None
    except ValueError:  # more digits than Python turns into a number
        raise Refused(
            f"expected number less than or equal to {LARGEST_NUMBER}, but a number of {len(text):,} digits exceeds it"
        ) from None
    pre = (version.pre[1],) if version.pre else ()
    for number in (version.epoch, *version.release, *pre, version.post or 0, version.dev or 0):
        if number > LARGEST_NUMBER:
            raise Refused(
                f'expected number less than or equal to {LARGEST_NUMBER}, but number found in "{number}" exceeds it'
            )
    return version


def parse_specifiers(text: str) -> Specifiers:
    """Return the clauses of ``text``, sorted; the empty text has none. Raises :class:`Refused`."""
    if not text.strip(_BLANKS):
        return ()
    return tuple(sorted((_parse_clause(clause) for clause in text.split(",")), key=specifier_rank))


def specifier_rank(specifier: Specifier) -> tuple[Version, int]:
    """Sort key for uv's order: by version, then by operator."""
    base = specifier.version.removesuffix(".*")
    wild = specifier.version.endswith(".*")
    return Version(base), _ORDER.index(specifier.operator + (".*" if wild else ""))


def specifier_text(specifier: Specifier) -> str:
    """Return the clause with its version in normal form, without blanks."""
    base = specifier.version.removesuffix(".*")
    return specifier.operator + str(Version(base)) + specifier.version[len(base) :]


_ORDER: Final = ("==", "==.*", "===", "!=", "!=.*", "~=", "<", "<=", ">", ">=")


def _parse_clause(clause: str) -> Specifier:
    clause = clause.strip(_BLANKS)
    operator = clause[: len(clause) - len(clause.lstrip("=<>~!"))]
    version_text, _, trailing = clause[len(operator) :].lstrip(_BLANKS).partition(" ")
    if not operator:
        guess = f". Did you mean `=={version_text}`?" if _is_version(version_text) else ""
        raise Refused(f"Unexpected end of version specifier, expected operator{guess}")
    if operator not in OPERATORS:
        raise Refused(f'no such comparison operator "{operator}", must be one of ~= == != <= >= < > ===')
    if not version_text:
        raise Refused("Unexpected end of version specifier, expected version")
    if trailing:
        raise Refused(f"Trailing `{trailing}` is not allowed")
    wild = version_text.endswith(".*") and "+" not in version_text
    version = parse_version(version_text[:-2] if wild else version_text)
    if wild:
        _check_wildcard(operator, version, version_text)
    if version.local and operator not in {"==", "!=", "==="}:
        raise Refused(
            f"Operator {operator} is incompatible with versions containing non-empty local segments "
            f"(`+{version.local}`)"
        )
    if operator == "~=" and len(version.release) == 1:
        raise Refused("The ~= operator requires at least two segments in the release version")
    return Specifier(operator + version_text)


def _check_wildcard(operator: str, version: Version, text: str) -> None:
    if version.is_prerelease or version.is_postrelease:
        raise Refused(f"after parsing `{text[:-2]}`, found `.*`, which is not part of a valid version")
    if operator not in {"==", "!="}:
        raise Refused(f"Operator {operator} cannot be used with a wildcard version specifier")


def _is_version(text: str) -> bool:
    try:
        parse_version(text)
    except Refused:
        return False
    return True


def _where_it_ends(text: str) -> str:
    """Return uv's words for text that begins like a version and goes on like none."""
    start = _VERSION_START.match(text)
    end = start.end() if start else 0
    rest = text[end:]
    if rest[:1] == "+":
        return (
            "found a `+` indicating the start of a local component in a version, "
            "but did not find any alphanumeric ASCII segment following the `+`"
        )
    return f"after parsing `{text[:end]}`, found `{rest}`, which is not part of a valid version"
