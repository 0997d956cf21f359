"""A member of an artifact as rows to read: code in colours, METADATA and RECORD as tables, entry points as a list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import PurePosixPath
from typing import Final

from textual.content import Content, Span

from atombuild.inspection.contents import metadata_fields
from atombuild.inspection.text import MemberText, entry_points, record_rows
from atombuild.sanitise import visible, visible_lines
from atombuild.units import size_words
from atombuild_tui import format as shown
from atombuild_tui.colouring import Coloured
from atombuild_tui.widgets.lines import Line

_LARGEST_COLOURED: Final = 200_000
"""Characters. Colours of more than that would keep the reader waiting."""

MOST_ROWS: Final = 50_000
"""Rows that are made of a member. A megabyte of empty lines is a million of them, and a key must not wait for that."""

_NAMELESS: Final = {"METADATA", "PKG-INFO", "WHEEL", "RECORD"}


Colours = Callable[[str, str], "list[Coloured] | None"]
"""See :meth:`atombuild_tui.colouring.Colourist.colours`."""


def _no_colours(_name: str, _text: str) -> None:
    return None


def member_lines(member: MemberText, colours: Colours = _no_colours) -> tuple[Line, ...]:
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
    lines = lines or first_rows(_code(member, colours))
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


def _code(member: MemberText, colours: Colours) -> Iterator[Line]:
    texts = visible_lines(member.text)
    few = len(member.text) <= _LARGEST_COLOURED and len(texts) <= MOST_ROWS
    coloured = _coloured("\n".join(texts), member.path, colours) if few else None
    width = len(str(len(texts)))
    for number, text in enumerate(texts, 1):
        gutter = Content.styled(f"{number:>{width}}  ", "$quiet")
        content = coloured[number - 1] if coloured is not None else Content(text)
        yield Line(gutter + content, key=str(number), text=text)


def _coloured(text: str, path: str, colours: Colours) -> list[Content] | None:
    """Return the lines in colours; None where nobody knows what language it is."""
    name = PurePosixPath(path).name
    if name in _NAMELESS:
        return None
    found = colours(name, text)
    if found is None:
        return None
    coloured = Content(text, spans=[Span(*each) for each in found]).stylize_before("$text")
    lines = coloured.split("\n", allow_blank=True)
    # A line in the wrong place would be worse than one without colour.
    return lines if [line.plain for line in lines] == text.split("\n") else None


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
