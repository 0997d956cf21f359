"""Finds out what of a text is a keyword, a string, a comment. Run as a script, for each line of standard input.

    python worker.py SECONDS

It says "ready" first. A question is a line of JSON: ``[NAME, TEXT]``. The answer is several lines: whether the language
of a file with that name is known, then for each piece of the text a list of ``[FIRST, LAST, STYLE]``, then ``null``.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pygments.lexers import get_lexer_for_filename
from pygments.token import Token
from pygments.util import ClassNotFound

if TYPE_CHECKING:
    from pygments.lexer import Lexer

_PIECE = 16_000
"""Characters that are coloured at a time: some lexers need the square of what they are given."""

_PLAIN = {Token.Text, Token.Text.Whitespace}

# In the colours of the tones: every theme has those, and they are made to be read.
_STYLES = {
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

_Span = tuple[int, int, str]


def main() -> None:
    """Answer until nobody asks any more."""
    seconds = float(sys.argv[1])
    alarm = getattr(signal, "setitimer", None)
    _say("ready")
    for line in sys.stdin:
        name, text = json.loads(line)
        if alarm is not None:
            # Who asked ends us in time, unless he was killed himself: nobody else would end a match without an end.
            signal.setitimer(signal.ITIMER_REAL, 2 * seconds)
        for answer in _answers(name, text, time.monotonic() + seconds / 2):
            _say(answer)
        if alarm is not None:
            signal.setitimer(signal.ITIMER_REAL, 0)


def _say(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def _answers(name: str, text: str, until: float) -> Iterator[bool | list[_Span] | None]:
    try:
        lexer = get_lexer_for_filename(name)
    except ClassNotFound:
        yield False
    else:
        yield True
        yield from _pieces(text, lexer, until)
    yield None


def _pieces(text: str, lexer: Lexer, until: float) -> Iterator[list[_Span]]:
    """Yield what is to be coloured, piece by piece, as far as there is time."""
    at = 0
    while at < len(text):
        piece = text[at : at + _PIECE]
        goes_on = at + len(piece) < len(text)
        found: list[_Span] = []
        over = len(piece)
        for first, kind, value in lexer.get_tokens_unprocessed(piece if piece.endswith("\n") else f"{piece}\n"):
            if time.monotonic() > until:
                return
            last = first + len(value)
            style = _style_of(kind)
            if style:
                found.append((at + first, at + last, style))
            # The next piece begins where a line does that is in nothing: not in the middle of a text in quotes.
            begins = value.endswith("\n") and kind in _PLAIN and not text[at + last : at + last + 1].isspace()
            if goes_on and begins and last > len(piece) // 2:
                over = last
        over += at
        yield [span for span in found if span[0] < over]
        at = over


def _style_of(kind: object) -> str:
    """Return the style of a token, or of the nearest above it that has one."""
    token = kind
    while token is not None:
        if token in _STYLES:
            return _STYLES[token]
        token = getattr(token, "parent", None)
    return ""


if __name__ == "__main__":
    main()
