"""Dependency specifiers (PEP 508) with the details that the text of ``Requires-Dist`` needs.

``packaging`` judges names' normal forms, versions and markers; the outer form is taken apart here, because its
``Requirement`` forgets the order of extras and repeated clauses, and because uv draws some lines elsewhere (URLs with
blanks, ``extra[]``, operators in markers).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from packaging.markers import InvalidMarker, Marker
from packaging.utils import canonicalize_name

from atombuild.project.urls import public_url
from atombuild.project.versions import Refused, Specifiers, parse_specifiers

NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
"""A project name or extra (PEP 508), case kept."""

_NAME_AND_MORE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Dependency:
    """One requirement, normalised."""

    name: str
    """Normalised."""

    extras: tuple[str, ...] = ()
    """Normalised, in the author's order, repeats kept."""

    specifiers: Specifiers = ()
    """Sorted as uv sorts them."""

    url: str | None = None
    """As metadata may show it; None for an ordinary requirement."""

    marker: Marker | None = None


def parse_dependency(text: str) -> Dependency:
    """Return the requirement in ``text``. Raises :class:`Refused` with uv's words."""
    rest = text.lstrip()  # what ends it can matter: a URL may end in ";", but not before a blank
    if not rest:
        raise Refused("Empty field is not allowed for PEP508")
    name = _name(rest, "package name", "Package name")
    extras, rest = _extras(rest[len(name) :].lstrip())
    if rest.startswith("@"):
        url, rest = _url(rest[1:].lstrip())
        specifiers: Specifiers = ()
    else:
        url = None
        specifiers, rest = _specifiers(rest)
    marker = _marker(rest) if rest else None
    return Dependency(str(canonicalize_name(name)), extras, specifiers, url, marker)


def _name(text: str, kind: str, kind_at_start: str) -> str:
    match = _NAME_AND_MORE.match(text)
    if re.match(r"[.~/]|[A-Za-z+]+:/", text):
        raise Refused(
            "URL requirement must be preceded by a package name. Add the name of the package before the URL "
            "(e.g., `package_name @ https://...`)."
        )
    if not match:
        raise Refused(f"Expected {kind} starting with an alphanumeric character, found `{text[0]}`")
    if match.group()[-1] in "._-":
        raise Refused(f"{kind_at_start} must end with an alphanumeric character, not `{match.group()[-1]}`")
    return match.group()


def _extras(text: str) -> tuple[tuple[str, ...], str]:
    """Return the extras at the start of ``text`` and what follows them."""
    if not text.startswith("["):
        return (), text
    inside, bracket, rest = text[1:].partition("]")
    if not bracket:
        raise Refused("Missing closing bracket (expected ']', found end of dependency specification)")
    if not inside.strip():
        return (), rest.lstrip()
    extras = []
    for item in inside.split(","):
        extra = item.strip()
        if not extra:
            raise Refused("Expected an alphanumeric character starting the extra name, found `]`")
        name = _name(extra, "an extra name", "Extra name")
        if name != extra:
            raise Refused(
                "Expected either `,` (separating extras) or `]` (ending the extras section), "
                f"found `{extra[len(name) :].lstrip()[:1]}`"
            )
        extras.append(str(canonicalize_name(name)))
    return tuple(extras), rest.lstrip()


def _specifiers(text: str) -> tuple[Specifiers, str]:
    """Return the specifier clauses at the start of ``text`` and the marker part, with its ``;``."""
    if text.startswith("("):
        inside, bracket, rest = text[1:].partition(")")
        if not bracket:
            raise Refused("Missing closing parenthesis (expected ')', found end of dependency specification)")
        return _clauses(inside, required=True), rest.lstrip()
    if text and text[0] not in "<=>~!;":
        raise Refused(f"Expected one of `@`, `(`, `<`, `=`, `>`, `~`, `!`, `;`, found `{text[0]}`")
    inside, semicolon, rest = text.partition(";")
    return _clauses(inside, required=False), semicolon + rest


def _clauses(text: str, *, required: bool) -> Specifiers:
    text = text.strip()
    if required and not text.removesuffix(",").strip():
        raise Refused("Unexpected end of version specifier, expected operator")
    return parse_specifiers(text.removesuffix(","))


def _url(text: str) -> tuple[str, str]:
    """Return the URL at the start of ``text`` and the marker part, with its ``;``.

    A URL may hold blanks; it ends at a line break, or where a ``;`` or ``#`` stands after a blank or before one.
    """
    end = re.search(r"[\r\n]|\s+(?=[;#]|$)|(?=[;#]\s)", text)
    url, rest = (text[: end.start()], text[end.end() :].lstrip()) if end else (text, "")
    if not url:
        raise Refused("Expected URL")
    return public_url(url), "" if rest.startswith("#") else rest  # a comment


def _marker(text: str) -> Marker:
    if not text.startswith(";"):
        raise Refused(f"Expected end of input or `;`, found `{text[0]}`")
    text = text[1:].strip()
    if not text:
        raise Refused("Expected marker value, found end of dependency specification")
    try:
        marker = Marker(text)
    except InvalidMarker as error:
        raise Refused(str(error).splitlines()[0]) from None
    except RecursionError:
        raise Refused("the marker is nested too deeply") from None
    unquoted = re.sub(r"'[^']*'|\"[^\"]*\"", "''", text)
    if "===" in unquoted:
        raise Refused("Expected a valid marker operator (such as `>=` or `not in`), found `===`")
    if list_name := re.search(r"\b(extras|dependency_groups)\s*(?!\s|and\b|or\b|\)|$)", unquoted):
        raise Refused(f"The marker {list_name.group(1)} must be on the right hand side of the expression")
    if operation := re.search(r"'\s*([=<>!~]+)\s*(extras|dependency_groups)\b", unquoted):
        raise Refused(
            f"The operator {operation.group(1)} is not supported with the marker {operation.group(2)}, "
            "only the `in` and `not in` operators are supported"
        )
    return marker
