"""From the bytes of ``pyproject.toml`` to a table that equals what uv reads, with every refusal placed in the text.

tomli does the parsing. A few things are added because uv's parser differs there: integers beyond 64 bits, floats that
overflow and absurdly deep nesting are refused, a multi-line string keeps its CRLF line endings, and dates stay text.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import tomli

from atombuild.errors import Location, Problem, ProjectInvalid
from atombuild.project.positions import Keys, Positions
from atombuild.project.toml_scan import MAX_DEPTH

_INTEGERS: Final = range(-(2**63), 2**63)

_ADVICE: Final = (
    ("Cannot overwrite a value", "this key stands twice: keep one of the two"),
    ("Cannot declare", "this table stands twice: join the two into one"),
    (
        "Cannot mutate immutable namespace",
        "this table was closed further up: write all its keys in one place",
    ),
    ("Duplicate inline table key", "this key stands twice: keep one of the two"),
    ("Unclosed array", "close the list with ]"),
    ("Unterminated string", "close the string with the quote that opened it"),
    (
        "Illegal character",
        "remove that character, or close the string before it; in double quotes write it as an escape",
    ),
    ("Unescaped '\\' in a string", "write \\\\ for a backslash, or put the text in single quotes"),
    ("Invalid hex value", "write \\\\ for a backslash, or put the text in single quotes"),
    ("Invalid value", 'text goes in double quotes: "…"; true and false are lower case'),
    ("Expected '=' after a key", 'write key = "value"; a table header goes in brackets: [project]'),
    ("Expected ']'", "close the table header with ]"),
    ("Expected newline", "begin a new line here, or put the whole value in quotes"),
    ("Invalid initial character", "a key has only letters, digits, - and _; put any other in double quotes"),
    ("Invalid statement", 'each line is key = "value", a [table] header or a # comment'),
    ("Invalid date or datetime", "give a date that exists, or put it in quotes"),
)
_FALLBACK_ADVICE: Final = "mend the line above or at this place; https://toml.io shows the syntax"


@dataclass(frozen=True, slots=True)
class Moment:
    """A date, a time or both, as written: Python's own types would forget digits and how the offset was spelled."""

    text: str


class _Overflow(float):
    """A float too large for 64 bits, which the text did not call ``inf``."""


def parse_document(path: Path, data: bytes) -> tuple[dict[str, Any], Positions]:
    """Return the table in ``data`` and its positions. Raises :class:`ProjectInvalid`."""
    text = _decoded(path, data)
    table = _loaded(path, text)
    positions = Positions.of_text(text)
    if positions.too_deep:
        raise _invalid(Location(path, *positions.too_deep), *_DEPTH)
    problems = []
    for container, keys, value in _leaves(table):
        if type(value) is int and value not in _INTEGERS:
            problems.append(
                Problem(
                    f"the integer {_shortened(str(value))} does not fit in 64 bits",
                    _SMALLER,
                    Location(path, *positions.of(keys)),
                )
            )
        elif isinstance(value, _Overflow):
            problems.append(
                Problem(
                    "floating-point number overflowed",
                    "give a smaller number, inf, or put it in quotes",
                    Location(path, *positions.of(keys)),
                )
            )
        elif isinstance(value, str) and "\n" in value:
            container[keys[-1]] = _with_line_endings(value, positions, keys)
        elif isinstance(value, (dt.date, dt.time)):
            container[keys[-1]] = Moment(_as_written(positions, keys))
    if problems:
        raise ProjectInvalid(tuple(problems))
    return table, positions


def _loaded(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomli.loads(text, parse_float=_parse_float)
    except tomli.TOMLDecodeError as error:
        where = Location(path, error.lineno, error.colno)
        raise _invalid(where, _TABLE_KEYS.sub(_as_header, error.msg), _advice(error.msg)) from None
    except RecursionError:
        raise _invalid(Location(path), *_DEPTH) from None
    except ValueError:  # more digits than Python turns into a number
        raise _invalid(_longest_number(path, text), "an integer does not fit in 64 bits", _SMALLER) from None


_TABLE_KEYS: Final = re.compile(r"\(('[^']*'(?:, '[^']*')*),?\)")
"""How the parser shows a table's name."""


def _as_header(keys: re.Match[str]) -> str:
    return "[" + ".".join(key.strip("'") for key in keys.group(1).split(", ")) + "]"


_DEPTH: Final = (
    "cannot recurse further; max recursion depth met",
    f"nest arrays and tables at most {MAX_DEPTH} deep",
)


_SMALLER: Final = "give a smaller number, or put it in quotes"


def _longest_number(path: Path, text: str) -> Location:
    """Return where the longest run of digits stands: no other number can be the one that was too long."""
    at = max(re.finditer(r"[0-9_]+", text), key=lambda run: len(run.group())).start()
    return Location(path, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))


def _decoded(path: Path, data: bytes) -> str:
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8").removeprefix("\ufeff")
        line = before.count("\n") + 1
        column = len(before) - (before.rfind("\n") + 1) + 1
        hint = "save the file as UTF-8 in your editor"
        if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
            hint += "; it looks like UTF-16"
        raise ProjectInvalid(
            (
                Problem(
                    f"{path.name} is not valid UTF-8",
                    hint,
                    Location(path, line, column),
                    (
                        f"the byte 0x{data[error.start]:02X} can't stand here",
                        "stream did not contain valid UTF-8",
                    ),
                ),
            )
        ) from None


def _invalid(where: Location, what: str, hint: str) -> ProjectInvalid:
    return ProjectInvalid((Problem(f"{where.path.name} is not valid TOML", hint, where, (what,)),))


def _advice(message: str) -> str:
    return next((hint for start, hint in _ADVICE if message.startswith(start)), _FALLBACK_ADVICE)


def _parse_float(text: str) -> float:
    value = float(text)
    return _Overflow(value) if value in {float("inf"), float("-inf")} and "inf" not in text else value


def _shortened(digits: str) -> str:
    longest = 40
    return digits if len(digits) <= longest else f"{digits[:longest]}…"


def _leaves(table: dict[str, Any]) -> Iterator[tuple[Any, Keys, Any]]:
    """Yield every scalar with the container that holds it and its path, in the order of the table."""
    waiting: list[tuple[Any, Keys]] = [(table, ())]
    while waiting:
        container, path = waiting.pop()
        items = container.items() if isinstance(container, dict) else enumerate(container)
        for key, value in list(items):
            if isinstance(value, (dict, list)):
                waiting.append((value, (*path, key)))
            else:
                yield container, (*path, key), value


def _as_written(positions: Positions, keys: Keys) -> str:
    span = positions.span(keys)
    return positions.text[slice(*span)] if span else ""


_LINE_END_OR_ESCAPE: Final = re.compile(r"\\[ \t]*\r?\n[ \t\r\n]*|\\.|\r\n", re.DOTALL)


def _with_line_endings(value: str, positions: Positions, keys: Keys) -> str:
    """Return a multi-line string with the CRLF it has in the file, which tomli turns into LF."""
    raw = _as_written(positions, keys)
    if "\r\n" not in raw:
        return value
    quotes, inner = raw[:3], raw[3:-3]
    opening = re.match(r"\r?\n", inner)
    first, rest = (opening.group(), inner[opening.end() :]) if opening else ("", inner)
    if quotes == "'''":
        return rest

    def escaped(match: re.Match[str]) -> str:
        return "\\r\n" if match.group() == "\r\n" else match.group()

    rest = _LINE_END_OR_ESCAPE.sub(escaped, rest)
    return str(tomli.loads(f'value = """{first}{rest}"""')["value"])
