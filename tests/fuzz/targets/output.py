"""What a backend prints: cut anywhere, full of sequences; its lines never act, in no view, and are bounded."""

from __future__ import annotations

from typing import Final

from atombuild.events import CommandOutput, Level, Log
from atombuild.output import ProgramOutput
from atombuild.sanitise import LIMIT, LineFeed, visible, visible_lines
from atombuild_tui.door import cleaned
from atombuild_tui.journal import after_entries, entries
from atombuild_tui.state import Dashboard
from fuzz import material
from fuzz.choices import Choices
from fuzz.oracle import Broken, Playground, Views, check_nothing_acts
from fuzz.target import Target

SEQUENCES: Final = (
    *(text.encode() for text in (*material.ACTING, *material.MEANING, *material.PLAIN)),
    b"\x1b[", b"\x1b]", b"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", b"\x1bP", b"\x1b_", b"\x1bX", b"\x1b^", b"\x1b(B",
    b"\x1b[38;5;1m", b"\x1b[38:2::1:2:3m", b"\x1b[" + b"1;" * 60 + b"m", b"\x1b[0m", b"\x1b[?1h", b"\x1b[6n", b"\x1bc",
    b"\x9b6n", b"\xc2\x9b6n", b"\xff", b"\xc3", b"\xe2\x80", b"\xf4\x90\x80\x80", b"\r\n", b"\r", b"\n", b"\t",
    b"x" * 9000, b"\x1b]0;" + b"y" * 5000, b"\xed\xa0\x80", b"\x00" * 50,
)  # fmt: skip


def attempt(choices: Choices, _playground: Playground) -> None:
    """Feed it in pieces, and show the lines in every view."""
    pieces = [choices.raw(choices.below(9)) if choices.one_in(5) else choices.pick(SEQUENCES) for _ in choices.many(60)]
    judge(b"".join(pieces), 1 + choices.below(300), colours=choices.one_in(2))


def judge(data: bytes, step: int, *, colours: bool) -> None:
    """Feed these bytes so many at a time."""
    feed = LineFeed(colours=colours)
    lines = [line for at in range(0, len(data), step) for line in feed.feed(data[at : at + step])] + feed.close()
    if lines != visible_lines(data, colours=colours):
        raise Broken("lines depend on where the stream is cut")
    for line in lines:
        check_nothing_acts(line, colours=colours)
        if len(line) > LIMIT:
            raise Broken(f"a line of {len(line)} characters")
        if visible_lines(line, colours=colours) not in ([line], []):
            raise Broken(f"shown twice, {line!r} is another")
    text = data.decode("utf-8", "surrogateescape")
    if visible(visible(text)) != visible(text):
        raise Broken("shown twice, a text is another")
    _in_views(data, step, text)


def _in_views(data: bytes, step: int, text: str) -> None:
    views, board = Views(), Dashboard()
    output = ProgramOutput(lambda lines: views.show(Log(lines, Level.DETAIL)))
    for at in range(0, len(data), step):
        output.hear(data[at : at + step])
    for line in output.close():
        check_nothing_acts(line)
    for event in (*views.events, Log((text,)), CommandOutput((text,))):
        if not isinstance(event, Log | CommandOutput):
            raise Broken(f"no log: {event}")
        for entry in (*entries(cleaned(event), board, board, 0.0, None), *after_entries(cleaned(event))):
            check_nothing_acts(entry.text)
    views.check()


OUTPUT: Final = Target("output", attempt, examples=100, on_disk=False, size=200)


def attempt_bytes(choices: Choices, _playground: Playground) -> None:
    """Feed these very bytes."""
    step, colours = 1 + choices.below(64), choices.one_in(2)
    judge(choices.raw(1 << 16), step, colours=colours)


def _sample(choices: Choices) -> bytes:
    return choices.raw(2) + b"".join(choices.pick(SEQUENCES) for _ in choices.many(40))


OUTPUT_BYTES: Final = Target("output-bytes", attempt_bytes, examples=50, on_disk=False, sample=_sample, size=300)
