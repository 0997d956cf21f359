"""``pyproject.toml`` as uv_build writes it into an sdist: the same document in the narrower grammar of TOML 1.0.

Comments and the author's layout are dropped (the original travels beside it as ``pyproject.toml.orig``). The form is
that of the Rust ``toml`` crate's pretty printer, which no Python library writes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from atombuild.project.document import Moment

_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_NEEDS_ESCAPE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_MOMENT: Final = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)?(?:[Tt ]?(?P<time>\d\d:\d\d)(?P<seconds>:\d\d)?(?:\.(?P<fraction>\d+))?)?"
    r"(?P<offset>[Zz]|[+-]\d\d:\d\d)?"
)
_NANOSECONDS: Final = 9
"""Digits of a fraction that are kept."""

_ESCAPES: Final = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


def rewrite(table: Mapping[str, Any]) -> str:
    """Return the document's new text."""
    return "\n".join(_blocks(table, (), in_array=False))


def _blocks(table: Mapping[str, Any], path: tuple[str, ...], *, in_array: bool) -> Iterator[str]:
    """Yield a table as blocks: its own values under its header, then its sub-tables."""
    plain = {key: value for key, value in table.items() if not (isinstance(value, dict) or _is_table_array(value))}
    lines = [f"{_key(key)} = {_value(value)}\n" for key, value in plain.items()]
    if path and (lines or not table or in_array):
        name = ".".join(_key(key) for key in path)
        lines.insert(0, f"[[{name}]]\n" if in_array else f"[{name}]\n")
    if lines:
        yield "".join(lines)
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _blocks(value, (*path, key), in_array=False)
        elif key not in plain:
            for item in value:
                yield from _blocks(item, (*path, key), in_array=True)


def _is_table_array(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _value(value: Any) -> str:
    return next(write for kind, write in _WRITERS if isinstance(value, kind))(value)


def _array(items: list[Any]) -> str:
    if len(items) < 2:  # noqa: PLR2004 (two items are the first to get lines of their own)
        return f"[{''.join(_value(item) for item in items)}]"
    return "[\n" + "".join(f"    {_value(item)},\n" for item in items) + "]"


def _inline_table(table: Mapping[str, Any]) -> str:
    if not table:
        return "{}"
    return "{ " + ", ".join(f"{_key(key)} = {_value(value)}" for key, value in table.items()) + " }"


def _float(value: float) -> str:
    if not math.isfinite(value):
        return "nan" if math.isnan(value) else str(value)
    text = format(Decimal(repr(value)), "f")
    return text if "." in text else f"{text}.0"


def _moment(moment: Moment) -> str:
    """Return ``T`` and ``Z`` in upper case, seconds always, and a fraction without zeros at its end."""
    parts = _MOMENT.fullmatch(moment.text)
    if parts is None:
        return moment.text
    date, time, seconds, fraction, offset = parts.group("date", "time", "seconds", "fraction", "offset")
    text = date or ""
    if time:
        text += f"{'T' if date else ''}{time}{seconds or ':00'}"
    if fraction:
        text += "." + (fraction[:_NANOSECONDS].rstrip("0") or "0")
    return text + {"-00:00": "+00:00"}.get(offset, (offset or "").upper())


def _key(key: str) -> str:
    if _BARE_KEY.fullmatch(key):
        return key
    return _string(key, one_line=True)


def _string(text: str, *, one_line: bool = False) -> str:
    """Return the first form that fits: the four plain ones, each with its conditions, then an escaped one."""
    escapes, backslash, newline = _NEEDS_ESCAPE.search(text), "\\" in text, "\n" in text
    single, double = _longest_run("'", text), _longest_run('"', text)
    start = "\n" if newline else ""
    if not (escapes or backslash or double or newline):
        return '"' + text.replace("\t", "\\t") + '"'
    if not (escapes or single or newline):
        return f"'{text}'"
    if not one_line:
        if not (escapes or backslash) and double < 3:  # noqa: PLR2004 (three would close the string)
            return f'"""{start}{_tabs_escaped(text)}"""'
        if not escapes and single < 3:  # noqa: PLR2004
            return f"'''{start}{text}'''"
        if newline:
            return f'"""{start}{_escaped_lines(text)}"""'
    return '"' + "".join(_escaped(char) for char in text) + '"'


def _tabs_escaped(text: str) -> str:
    return text.replace("\t", "\\t")


def _escaped_lines(text: str) -> str:
    """Escape all but newlines, and every third quote of a run, which would close the string."""
    text = "".join(char if char in '"\n' else _escaped(char) for char in text)
    return text.replace('"""', '""\\"')


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    return f"\\u{ord(char):04X}" if _NEEDS_ESCAPE.match(char) else char


def _longest_run(char: str, text: str) -> int:
    return max((len(run) for run in re.findall(f"{char}+", text)), default=0)


_WRITERS: Final[tuple[tuple[type, Callable[[Any], str]], ...]] = (
    (str, _string),
    (bool, lambda value: str(value).lower()),
    (int, str),
    (float, _float),
    (list, _array),
    (dict, _inline_table),
    (Moment, _moment),
)
"""A bool is an int, so it stands first."""
