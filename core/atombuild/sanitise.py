r"""Hostile text made visible: what a file name, a log or a project says may not act on the terminal.

Everything that comes from outside passes here before any view shows it: :func:`visible` for text of one line,
:func:`visible_lines` and :class:`LineFeed` for logs. Both leave ordinary text as it is and show what would lead
a terminal, or a reader, astray:

* C0 and DEL as control pictures (``␛ ␇ ␀ ␡``);
* C1, bidirectional, zero-width, format and unassigned characters, line and paragraph separators and letters
  that look like nothing as ``⟨U+202E⟩``; private use stays: some fonts carry symbols there that do no harm;
* bytes that are no text (surrogate escapes) as ``\xff``.

In logs, escape sequences that are whole and short vanish as they would on a terminal (cursor movement, links,
titles), colours (SGR) may stay, and everything else loses its ESC to a picture of one: an unterminated
sequence swallows nothing. All of it is idempotent.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import Final

LIMIT: Final = 8192
"""Characters that are kept of a line of a log."""

SMALLEST_LIMIT: Final = 64
"""A limit has to leave room for the words that say how much was cut."""

TAB: Final = 8
"""Columns between tab stops."""

_SGR: Final = re.compile(r"\x1b\[[0-9;:]*m")
_RESET: Final = "\x1b[0m"
_SHOWN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cn", "Zl", "Zp"})

# Printable by their category, and yet nothing is to be seen of them.
_LOOK_LIKE_NOTHING: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0d\uffa0\U000e0100-\U000e01ef]"
)

_SEQUENCE_TEXT: Final = r"[^\x00-\x1f\x7f-\x9f]{0,4096}"
_CONTROL: Final = re.compile(
    rf"""
      (?P<colour> \x1b\[ [0-9;:]{{0,64}} m )
    | (?P<gone>
          \x1b\[ [0-?]{{0,64}} [ -/]{{0,4}} [@-~]                    # CSI
        | \x1b\] {_SEQUENCE_TEXT} (?: \x07 | \x1b\\ )                # OSC
        | \x1b [ -/]{{1,4}} [0-~]                                    # character sets
        | \x1b [78=>DEHMNOZc]                                        # save, restore, reset and the like
      )
    | (?P<partial> \x1b (?: \[ [0-?]{{0,64}} [ -/]{{0,4}} | \] {_SEQUENCE_TEXT} \x1b? | [ -/]{{1,4}} )? \Z )
    | (?P<tab> \t )
    | (?P<return> \r )
    """,
    re.VERBOSE,
)


class _Glyphs(dict[int, str]):
    """What each character is shown as, for ``str.translate``; filled as characters turn up."""

    def __missing__(self, code: int) -> str:
        glyph = _glyph(code)
        if code < 0x3000:  # noqa: PLR2004 - where alphabets end: hostile text can't make this table grow for ever
            self[code] = glyph
        return glyph


def _glyph(code: int) -> str:
    character = chr(code)
    if code < 0x20:  # noqa: PLR2004
        return "␤" if character == "\n" else chr(0x2400 + code)
    if code == 0x7F:  # noqa: PLR2004
        return "␡"
    if 0xDC80 <= code <= 0xDCFF:  # noqa: PLR2004 - how Python carries undecodable bytes
        return f"\\x{code - 0xDC00:02x}"
    hidden = unicodedata.category(character) in _SHOWN_CATEGORIES or _LOOK_LIKE_NOTHING.match(character)
    return f"⟨U+{code:04X}⟩" if hidden or 0xD800 <= code <= 0xDFFF else character  # noqa: PLR2004


_GLYPHS: Final = _Glyphs()


def visible(text: str) -> str:
    """Return ``text`` as one line without a character that acts or hides."""
    return text if _is_ordinary(text) else text.translate(_GLYPHS)


def _is_ordinary(text: str) -> bool:
    return text.isprintable() and (text.isascii() or not _LOOK_LIKE_NOTHING.search(text))


def visible_lines(data: str | bytes, *, colours: bool = False, limit: int = LIMIT) -> list[str]:
    """Return a whole log as lines; see :class:`LineFeed`."""
    feed = LineFeed(colours=colours, limit=limit)
    return (feed.feed(data) if isinstance(data, bytes) else feed.feed_text(data)) + feed.close()


def without_colours(line: str) -> str:
    """Return a line that :class:`LineFeed` left colours in without them."""
    return _SGR.sub("", line) if "\x1b" in line else line


class LineFeed:
    r"""A process's output, in chunks cut anywhere, as lines that are safe to show.

    Lines end with ``\n`` or ``\r\n``; after a lone ``\r`` the line starts over, so of a progress bar its last
    state is left. Tabs become spaces, undecodable bytes U+FFFD. Lines longer than ``limit`` characters are cut
    and say by how much, and no more than that is held in memory. A line that leaves colours on ends with a reset.
    """

    def __init__(self, *, colours: bool = False, limit: int = LIMIT) -> None:
        """Keep SGR sequences when ``colours``; keep ``limit`` characters of a line, at least 64."""
        if limit < SMALLEST_LIMIT:
            raise ValueError(f"limit must be at least {SMALLEST_LIMIT}, not {limit}")
        self._colours = colours
        self._limit = limit
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""
        self._start_line()

    def feed(self, data: bytes) -> list[str]:
        """Take the next bytes; return the lines that they complete."""
        return self.feed_text(self._decoder.decode(data))

    def feed_text(self, text: str) -> list[str]:
        """Take text that is decoded already."""
        *complete, rest = (self._held + text).split("\n")
        self._held = ""
        lines = []
        for line in complete:
            if len(line) <= self._limit and not self._kept and _is_ordinary(line):
                lines.append(line)
            else:
                self._write(line)
                lines.append(self._end_line())
        self._write(rest, more_may_come=True)
        return lines

    def close(self) -> list[str]:
        """Return the line that was not ended, if there is anything to be seen in it."""
        text = self._held + self._decoder.decode(b"", final=True)
        self._held = ""
        self._write(text)
        seen = self._column > 0
        line = self._end_line()
        return [line] if seen else []

    def _start_line(self) -> None:
        self._kept: list[str] = []
        self._room = self._limit
        self._length = 0
        self._column = 0
        self._coloured = False
        self._returned = False

    def _write(self, text: str, *, more_may_come: bool = False) -> None:
        """Add ``text``, which holds no newline; hold back an escape sequence whose rest may come."""
        done = 0
        for control in _CONTROL.finditer(text):
            kind = control.lastgroup
            if kind == "partial" and not more_may_come:
                continue  # shown, as the plain text that it is then
            self._add(visible(text[done : control.start()]))
            done = control.end()
            if kind == "partial":
                self._held = control.group()
            elif kind == "tab":
                self._restart_if_returned()
                self._add(" " * (TAB - self._column % TAB))
            elif kind == "return":
                self._returned = True
            elif kind == "colour" and self._colours:
                self._restart_if_returned()
                self._add_colour(control.group())
        self._add(visible(text[done:]))

    def _restart_if_returned(self) -> None:
        if self._returned:
            self._start_line()

    def _add(self, shown: str) -> None:
        if not shown:
            return
        self._restart_if_returned()
        self._column += len(shown)
        self._length += len(shown)
        if self._room > 0:
            self._kept.append(shown[: self._room])
            self._room -= len(shown)

    def _add_colour(self, sequence: str) -> None:
        sequence = _readable(sequence)
        if not sequence:
            return
        self._coloured = sequence not in {"\x1b[m", _RESET}
        self._length += len(sequence)
        self._room -= len(sequence)
        if self._room >= 0:
            self._kept.append(sequence)

    def _end_line(self) -> str:
        line = "".join(self._kept)
        reset = _RESET if self._coloured else ""
        if self._length + len(reset) <= self._limit:
            line += reset
        else:
            line = self._cut(line)
        self._start_line()
        return line

    def _cut(self, line: str) -> str:
        keep = self._limit - len(_cut_words(self._length)) - len(_RESET)
        escape = line.rfind("\x1b", 0, keep)
        if escape >= 0 and "m" not in line[escape:keep]:
            keep = escape
        kept = line[:keep] + (_RESET if escape >= 0 else "")
        return kept + _cut_words(self._length - keep)


def _readable(sequence: str) -> str:
    """Return a colour sequence without what hides text, or makes it blink; empty where nothing is left."""
    parameters = sequence[2:-1].split(";")
    kept, colour = [], 0
    for parameter in parameters:
        if colour > 0:  # a part of a colour: 5;N, or 2;R;G;B
            colour = {"5": 1, "2": 3}.get(parameter, 0) if colour == _WHICH else colour - 1
        elif parameter.lstrip("0") in _EXTENDED:
            colour = _WHICH
        elif parameter.lstrip("0") in _UNREADABLE:
            continue
        kept.append(parameter)
    return f"\x1b[{';'.join(kept)}m" if kept else ""


_EXTENDED: Final = frozenset({"38", "48", "58"})
"""SGR parameters that are followed by a colour."""

_WHICH: Final = 9
"""It is not known yet how many parameters the colour has."""

_UNREADABLE: Final = frozenset({"5", "6", "8"})
"""Slow and fast blinking, and text that is there and can't be seen (ECMA-48, 8.3.117)."""


def _cut_words(count: int) -> str:
    return f"… {count:,} characters more"
