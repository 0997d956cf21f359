"""A member of an artifact as rows to read: code in colours, METADATA and RECORD as tables, entry points as a list."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from pygments.lexers import get_lexer_for_filename
from pygments.token import Token
from pygments.util import ClassNotFound
from textual.content import Content, Span
from textual.highlight import HighlightTheme, TokenType

from atombuild.inspection.contents import metadata_fields
from atombuild.inspection.text import MemberText, entry_points, record_rows
from atombuild.sanitise import visible, visible_lines
from atombuild.units import size_words
from atombuild_tui import format as shown
from atombuild_tui.widgets.lines import Line

if TYPE_CHECKING:
    from pygments.lexer import Lexer

_LARGEST_COLOURED: Final = 200_000
"""Characters. Colours of more than that would keep the reader waiting."""

_PIECE: Final = 16_000
"""Characters that are coloured at a time. Some lexers need the square of what they are given, and none can be stopped
in the middle of a match."""

_COLOURING_SECONDS: Final = 1.0
"""Then what comes is left without colours."""

_PLAIN: Final = {Token.Text, Token.Text.Whitespace}

MOST_ROWS: Final = 50_000
"""Rows that are made of a member. A megabyte of empty lines is a million of them, and a key must not wait for that."""

_NAMELESS: Final = {"METADATA", "PKG-INFO", "WHEEL", "RECORD"}


class CodeColours(HighlightTheme):
    """Code in the colours of the tones: every theme has those, and they are made to be read."""

    STYLES: dict[TokenType, str] = {  # noqa: RUF012 - Textual's, which declares it so
        Token.Comment: "italic $quiet",
        Token.Error: "$bad",
        Token.Generic.Heading: "bold $busy",
        Token.Generic.Subheading: "bold $busy",
        Token.Generic.Strong: "bold",
        Token.Generic.Emph: "italic",
        Token.Keyword: "bold $busy",
        Token.Literal.Number: "$doubt",
        Token.Literal.String: "$good",
        Token.Literal.String.Doc: "italic $good",
        Token.Name.Builtin: "$busy",
        Token.Name.Class: "bold",
        Token.Name.Decorator: "$doubt",
        Token.Name.Function: "bold",
        Token.Name.Tag: "bold $busy",
        Token.Name.Attribute: "$doubt",
        Token.Operator.Word: "bold $busy",
    }


def member_lines(member: MemberText) -> tuple[Line, ...]:
    """Return the rows of a member. Runs in the errands' thread."""
    name = PurePosixPath(member.path).name
    if member.binary:
        return (_note(f"binary, {size_words(member.size)}: nothing to read here"),)
    if not member.text:
        return (_note("empty"),)
    lines: list[Line] = []
    if name in {"METADATA", "PKG-INFO"}:
        lines = first_rows(_metadata(member.text))
    elif name == "RECORD":
        lines = first_rows(_record(member.text))
    elif name == "entry_points.txt":
        lines = first_rows(_entry_points(member.text))
    lines = lines or first_rows(_code(member))
    if member.cut:
        lines.append(_note(f"… the rest of {size_words(member.size)} is not shown"))
    return tuple(lines)


def first_rows(lines: Iterable[Line]) -> list[Line]:
    """Return as many of them as are shown; where there are more, the last one says so."""
    shortened = list(islice(lines, MOST_ROWS + 1))
    if len(shortened) > MOST_ROWS:
        shortened[-1] = _note(f"… what comes after these {MOST_ROWS:,} rows is not shown")
    return shortened


def _note(words: str) -> Line:
    return Line(Content.styled(words, "$quiet"), key="note")


def _code(member: MemberText) -> Iterator[Line]:
    texts = visible_lines(member.text)
    few = len(member.text) <= _LARGEST_COLOURED and len(texts) <= MOST_ROWS
    coloured = _coloured("\n".join(texts), member.path) if few else None
    width = len(str(len(texts)))
    for number, text in enumerate(texts, 1):
        gutter = Content.styled(f"{number:>{width}}  ", "$quiet")
        content = coloured[number - 1] if coloured is not None else Content(text)
        yield Line(gutter + content, key=str(number), text=text)


def _coloured(text: str, path: str) -> list[Content] | None:
    """Return the lines in colours; None where nobody knows what language it is."""
    name = PurePosixPath(path).name
    if name in _NAMELESS:
        return None
    try:
        lexer = get_lexer_for_filename(name)
    except ClassNotFound:
        return None
    coloured = Content(text, spans=list(_spans(text, lexer))).stylize_before("$text")
    lines = coloured.split("\n", allow_blank=True)
    # A line in the wrong place would be worse than one without colour.
    return lines if [line.plain for line in lines] == text.split("\n") else None


def _spans(text: str, lexer: Lexer) -> Iterator[Span]:
    """Yield what is to be coloured, piece by piece, as far as there is time."""
    until, at = time.monotonic() + _COLOURING_SECONDS, 0
    while at < len(text):
        piece = text[at : at + _PIECE]
        goes_on = at + len(piece) < len(text)
        found, over = [], len(piece)
        for first, kind, value in lexer.get_tokens_unprocessed(piece if piece.endswith("\n") else f"{piece}\n"):
            if time.monotonic() > until:
                return
            last = first + len(value)
            style = _style_of(kind)
            if style:
                found.append(Span(at + first, at + last, style))
            # The next piece begins where a line does that is in nothing: not in the middle of a text in quotes.
            begins = value.endswith("\n") and kind in _PLAIN and not text[at + last : at + last + 1].isspace()
            if goes_on and begins and last > len(piece) // 2:
                over = last
        over += at
        yield from (span for span in found if span.start < over)
        at = over


def _style_of(kind: TokenType) -> str:
    """Return the style of a token, or of the nearest above it that has one."""
    token: TokenType | None = kind
    while token is not None:
        if token in CodeColours.STYLES:
            return CodeColours.STYLES[token]
        token = getattr(token, "parent", None)
    return ""


def _metadata(text: str) -> Iterator[Line]:
    fields = metadata_fields(text.encode())
    width = max((len(name) for name, _ in fields), default=0) + 2
    before = ""
    for number, (name, value) in enumerate(fields):
        rows = visible_lines(value) or [""]
        for index, row in enumerate(rows):
            label = visible(name) if index == 0 and name != before else ""
            left = Content.styled(label.ljust(width), "$busy") + Content(row)
            yield Line(left, key=f"{number}:{index}", text=f"{visible(name)}: {row}")
        before = name


def _record(text: str) -> Iterator[Line]:
    rows = record_rows(text)
    if not rows:
        return
    yield Line(Content.styled(shown.counted(len(rows), "member"), "$quiet"))
    for number, (path, digest, size) in enumerate(rows):
        words = size_words(int(size)) if size.isdecimal() and len(size) < len("1" * 18) else "no size"
        short = visible(digest)[:20] + ("…" if len(digest) > len("sha256=") + 13 else "") if digest else "no hash"
        right = Content.styled(f"{short}  {words.rjust(8)}", "$quiet")
        yield Line(Content(visible(path)), right, str(number), visible(f"{path} {digest} {size}"))


def _entry_points(text: str) -> Iterator[Line]:
    group = ""
    for number, (each, name, value) in enumerate(entry_points(text)):
        if each != group:
            group = each
            yield Line(Content.styled(visible(group), "bold $busy"))
        left = Content.assemble(f"  {visible(name)}", Content.styled("  =  ", "$quiet"), visible(value))
        yield Line(left, key=str(number), text=visible(f"{name} = {value}"))
