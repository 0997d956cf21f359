"""Nothing that comes from outside acts on a terminal, and nothing of it is silently lost."""

from __future__ import annotations

import re
import time
import tracemalloc
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from atombuild.sanitise import LIMIT, LineFeed, visible, visible_lines

SGR = re.compile(r"\x1b\[[0-9;:]*m")

# Alphabets that meet the interesting paths far more often than arbitrary text does.
HOSTILE = "\x00\x07\x08\t\n\r\x1b\x1b\x1b\x7f\x85\x9b\x9d[]]()P_^X\\;:0813mKHac?> <é世\u202e\u2066\u200b\u00ad\u2028"
hostile_text = st.text(st.sampled_from(HOSTILE), max_size=80)
hostile_bytes = st.one_of(
    hostile_text.map(lambda text: text.encode()),
    st.binary(max_size=60),
    st.lists(
        st.sampled_from([b"\x1b[31m", b"\x1b[0m", b"\x1b]8;;u\x1b\\", b"\xe2\x82", b"\xac", b"\r", b"\n", b"ab"])
    ).map(b"".join),
)


def acts_or_hides(text: str) -> list[str]:
    return [character for character in text if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}]


@pytest.mark.parametrize(
    "text",
    ["", "src/pkg/__init__.py", "naïve “quotes” … 世界 🙂 ✔️", "[/usr/lib] [bold]list[int]", "\ue0b0 private use"],
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("\x1b]52;c;ZXZpbA==\x07", "␛]52;c;ZXZpbA==␇", id="OSC 52 writes the clipboard"),
        pytest.param("a\nb\x1b[2Jc", "a␤b␛[2Jc", id="newline and ESC in a file name"),
        pytest.param("a\r\tb\0", "a␍␉b␀", id="the other controls"),
        pytest.param("\x7f", "␡", id="DEL"),
        pytest.param("\x9b31m\x85", "⟨U+009B⟩31m⟨U+0085⟩", id="C1 controls"),
        pytest.param("exe.\u202egpj.py", "exe.⟨U+202E⟩gpj.py", id="right-to-left override"),
        pytest.param("\u2066\u2069\u200e\u200f\u061c", "⟨U+2066⟩⟨U+2069⟩⟨U+200E⟩⟨U+200F⟩⟨U+061C⟩", id="bidi marks"),
        pytest.param("pkg\u200b\u00ad\ufeff", "pkg⟨U+200B⟩⟨U+00AD⟩⟨U+FEFF⟩", id="zero width"),
        pytest.param("\u2028\u2029", "⟨U+2028⟩⟨U+2029⟩", id="separators"),
        pytest.param("b\udcff\udc80", "b\\xff\\x80", id="bytes that are no text"),
        pytest.param("\ud800\udfff", "⟨U+D800⟩⟨U+DFFF⟩", id="other lone surrogates"),
        pytest.param("\U000e0041\ufffe", "⟨U+E0041⟩⟨U+FFFE⟩", id="tags and noncharacters"),
        pytest.param("\u3164\u115f\u2800\U000e0100", "⟨U+3164⟩⟨U+115F⟩⟨U+2800⟩⟨U+E0100⟩", id="letters like nothing"),
    ],
)
def test_what_acts_or_hides_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.one_of(st.text(), st.text(st.characters()), hostile_text))
@example("".join(map(chr, range(0x300))))
def test_visible_leaves_nothing_that_acts_and_is_idempotent(text: str) -> None:
    shown = visible(text)
    assert acts_or_hides(shown) == []
    assert visible(shown) == shown


def test_visible_holds_for_every_character_there_is() -> None:
    assert acts_or_hides(visible("".join(map(chr, range(0x110000))))) == []


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        pytest.param(b"", [], id="nothing"),
        pytest.param(b"\n", [""], id="an empty line"),
        pytest.param(b"a\r\nb\nc", ["a", "b", "c"], id="both line ends"),
        pytest.param(b" 10%\r 50%\r100%\ndone", ["100%", "done"], id="progress keeps its last state"),
        pytest.param(b"100%\r\x1b[K\n", ["100%"], id="erasing nothing does not start a line over"),
        pytest.param(b"a\tbc\t|\n\t|", ["a       bc      |", "        |"], id="tabs"),
        pytest.param(b"\xff\xe2\x82 \0", ["\ufffd\ufffd ␀"], id="invalid UTF-8 and NUL"),
        pytest.param(b"\x1b[1;31mred\x1b[0m", ["red"], id="colours go"),
        pytest.param(b"\x1b[2J\x1b[Hx\x1b[?25ly\x1b[>4;1m", ["xy"], id="CSI"),
        pytest.param(b"\x1b]8;;https://x.y/\x1b\\link\x1b]8;;\x1b\\ \x1b]0;title\x07", ["link "], id="OSC"),
        pytest.param(b"\x1b]52;c;ZXZpbA==\nnext", ["␛]52;c;ZXZpbA==", "next"], id="an unterminated OSC"),
        pytest.param(b"\x1b]52;c;ZXZpbA==", ["␛]52;c;ZXZpbA=="], id="an unterminated OSC at the end"),
        pytest.param(b"\x1b]8;;a\rb\x07", ["b␇"], id="a return inside an OSC"),
        pytest.param(b"\x1bPq#0\x1b\\ \x1b_a\x1b\\ \x1b^p \x1bXs", ["␛Pq#0␛\\ ␛_a␛\\ ␛^p ␛Xs"], id="DCS APC PM SOS"),
        pytest.param(b"\x1b(B\x1b7\x1bc|", ["|"], id="short sequences"),
        pytest.param("\x9b31m\x9d52;c;x\x9c".encode(), ["⟨U+009B⟩31m⟨U+009D⟩52;c;x⟨U+009C⟩"], id="C1 forms"),
        pytest.param(b"\x9b31m", ["\ufffd31m"], id="raw C1 bytes"),
        pytest.param(b"\x1b\x1b[m[31mx", ["␛[31mx"], id="no new sequence out of two"),
        pytest.param(b"\x1b[" + b"1;" * 40 + b"mx", ["␛[" + "1;" * 40 + "mx"], id="an endless CSI"),
        pytest.param(b"\x1b]0;" + b"x" * 5000 + b"\x07", ["␛]0;" + "x" * 5000 + "␇"], id="an endless OSC"),
        pytest.param(b"x\x1b", ["x␛"], id="a lone ESC at the end"),
        pytest.param(b"\x1b[31", ["␛[31"], id="half a CSI at the end"),
        pytest.param("\u2028\u202e\x0b\x0c\x85".encode(), ["⟨U+2028⟩⟨U+202E⟩␋␌⟨U+0085⟩"], id="no other line ends"),
        pytest.param(b"[/ [@click=app.quit]x[/]", ["[/ [@click=app.quit]x[/]"], id="markup is the view's matter"),
    ],
)
def test_logs_become_lines_that_are_safe_to_show(data: bytes, lines: list[str]) -> None:
    assert visible_lines(data) == lines


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        pytest.param(b"\x1b[1;31mred\x1b[0m plain", ["\x1b[1;31mred\x1b[0m plain"], id="kept"),
        pytest.param(b"\x1b[38:2::1:2:3mx\x1b[m", ["\x1b[38:2::1:2:3mx\x1b[m"], id="with colons"),
        pytest.param(b"\x1b[31ma\nb", ["\x1b[31ma\x1b[0m", "b"], id="a line left coloured is reset"),
        pytest.param(b"\x1b[31ma\rb", ["b"], id="a line started over starts plain"),
        pytest.param(b"\x1b[2Ka\x1b[?1mb\x1b[>0mc", ["abc"], id="and nothing but colours"),
        pytest.param(b"\x1b[31m", [], id="colour alone is no line"),
    ],
)
def test_colours_may_stay(data: bytes, lines: list[str]) -> None:
    assert visible_lines(data, colours=True) == lines


def test_text_that_is_decoded_already_shows_its_undecodable_bytes() -> None:
    assert visible_lines("a\udcff\nb") == ["a\\xff", "b"]


@given(hostile_bytes, st.booleans(), st.sampled_from([64, 70, LIMIT]))
@example(data=b"\x1b[31m" * 40 + b"x", colours=True, limit=64)
@example(data=b"x" * 58 + b"\x1b[31mxx", colours=True, limit=64)
@example(data=b"x" * 1000, colours=False, limit=64)
@example(data="\u202e".encode() * 20, colours=True, limit=64)
def test_lines_never_act_and_stay_within_the_limit_and_are_idempotent(data: bytes, colours: bool, limit: int) -> None:
    lines = visible_lines(data, colours=colours, limit=limit)
    for line in lines:
        assert acts_or_hides(SGR.sub("", line) if colours else line) == []
        assert len(line) <= limit
    again = visible_lines("".join(f"{line}\n" for line in lines), colours=colours, limit=limit)
    assert again == lines


@given(hostile_bytes, st.lists(st.integers(1, 9), min_size=1, max_size=30), st.booleans(), st.sampled_from([64, LIMIT]))
@example(data=b"\x1b]0;" + b"x" * 4096 + b"\x1b\\y", cuts=[4100, 1, 1], colours=False, limit=LIMIT)
@example(data=b"\x1b]0;" + b"x" * 4097 + b"\x1b\\y", cuts=[4100, 1, 1], colours=False, limit=LIMIT)
@example(data=b"\x1b[" + b"1" * 64 + b"m", cuts=[66, 1], colours=True, limit=LIMIT)
@example(data=b"\x1b[" + b"1" * 65 + b"m", cuts=[67, 1], colours=True, limit=LIMIT)
def test_a_stream_cut_anywhere_gives_the_same_lines(data: bytes, cuts: list[int], colours: bool, limit: int) -> None:
    feed = LineFeed(colours=colours, limit=limit)
    lines, start, turn = [], 0, 0
    while start < len(data):
        lines += feed.feed(data[start : start + cuts[turn % len(cuts)]])
        start += cuts[turn % len(cuts)]
        turn += 1
    assert lines + feed.close() == visible_lines(data, colours=colours, limit=limit)


def test_a_cut_line_says_how_much_is_missing() -> None:
    (line,) = visible_lines(b"x" * 1_000_000, limit=100)
    shown, _, words = line.partition("…")
    assert set(shown) == {"x"}
    assert words == f" {1_000_000 - len(shown):,} characters more"


def test_a_limit_too_small_for_those_words_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 64"):
        LineFeed(limit=63)


@pytest.mark.parametrize("piece", [b"x" * 65536, b"\x1b]" * 32768, b"\x1b[1m" * 16384, "\u202e".encode() * 20000])
def test_an_endless_line_is_held_in_bounded_memory(piece: bytes) -> None:
    feed = LineFeed(colours=True)
    feed.feed(piece)
    tracemalloc.start()
    try:
        for _ in range(8):
            assert feed.feed(piece) == []
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 300_000
    assert len(feed.close()) <= 1


def test_a_feed_starts_anew_after_close() -> None:
    feed = LineFeed()
    feed.feed(b"\x1b]0;half\xe2")
    feed.close()
    assert feed.feed(b"x\n") == ["x"]


def test_twenty_thousand_ordinary_lines_take_well_under_a_tenth_of_a_second() -> None:
    data = b"".join(b"running build_py: copying src/pkg/module_%d.py -> build/lib\n" % n for n in range(20_000))

    def once() -> float:
        start = time.perf_counter()
        assert len(visible_lines(data)) == 20_000
        return time.perf_counter() - start

    assert min(once() for _ in range(5)) < 0.1


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("\x1b[8mhidden\x1b[0m", "hidden\x1b[0m"),
        ("\x1b[1;8;5;31mred\x1b[0m", "\x1b[1;31mred\x1b[0m"),
        ("\x1b[008;6mplain", "plain"),
        ("\x1b[38;5;8mgrey\x1b[0m", "\x1b[38;5;8mgrey\x1b[0m"),
        ("\x1b[38;2;8;5;6;8mof three\x1b[0m", "\x1b[38;2;8;5;6mof three\x1b[0m"),
        ("\x1b[58;5;5;48;5;6mtwo\x1b[m", "\x1b[58;5;5;48;5;6mtwo\x1b[m"),
    ],
)
def test_what_hides_text_or_blinks_goes_and_colours_of_those_numbers_stay(said: str, shown: str) -> None:
    assert LineFeed(colours=True).feed_text(said + "\n") == [shown]
